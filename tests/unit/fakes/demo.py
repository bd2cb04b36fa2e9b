"""The small environment of the unit tests, and objects that look as Kubernetes and Argo CD write them."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.environment import Environment

Json = dict[str, Any]

SHA = "4f" * 20
OTHER_SHA = "0a" * 20
REPOSITORY = "https://git.example.com/demo/gitops.git"
NOW = 1_795_482_000.0
FINISHED = "2026-11-24T00:58:00Z"
RECONCILED = "2026-11-24T00:58:02Z"


def demo_environment(**clusters: Any) -> Environment:
    return msgspec.convert(
        {
            "environment": "demo",
            "account": "123456789012",
            "region": "ap-northeast-1",
            "network": {
                "vpc": "vpc-demo",
                "subnets": {"subnet-a": "apne1-az4", "subnet-c": "apne1-az1"},
                "controller_subnets": ["subnet-a"],
                "security_groups": ["sg-controller"],
            },
            "clusters": {
                "prefix": "demo",
                "adopt": "demo-1-33",
                "version": "1.35",
                "addons": ["vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent"],
                "node_groups": [
                    {"name": "system", "kind": "managed", "instances": ["m7g.large"], "min_size": 2},
                    {"name": "worker", "kind": "managed", "instances": ["m7i.large"], "labels": {"role": "worker"}},
                ],
                **clusters,
            },
            "argocd": {
                "install": "demo/argocd.yaml",
                "repository": REPOSITORY,
                "path": "clusters",
                "platform": ["load-balancers", "dns"],
            },
            "dns": {"zones": ["Z0DEMO"]},
        },
        Environment,
    )


def application(name: str, *, children: tuple[str, ...] = (), repository: str = REPOSITORY, **status: Any) -> Json:
    """An application as it is when this run has synced it well; ``status`` replaces members."""
    source = {"repoURL": repository, "path": f"apps/{name}", "targetRevision": SHA}
    resources = [
        {"group": "argoproj.io", "kind": "Application", "namespace": "argocd", "name": child, "status": "Synced"}
        for child in children
    ] or [{"group": "apps", "kind": "Deployment", "namespace": name, "name": name, "status": "Synced"}]
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": "argocd", "resourceVersion": "1"},
        "spec": {"project": "default", "source": source, "syncPolicy": {"syncOptions": ["CreateNamespace=true"]}},
        "status": {
            "sync": {"status": "Synced", "revision": SHA, "comparedTo": {"source": source}},
            "health": {"status": "Healthy", "lastTransitionTime": FINISHED},
            "reconciledAt": RECONCILED,
            "resources": resources,
            "operationState": operation_state("Succeeded"),
            **status,
        },
    }


def operation_state(phase: str, *, sync_id: str = "run-1/1", revision: str = SHA, message: str = "") -> Json:
    return {
        "phase": phase,
        "message": message,
        "operation": {"info": [{"name": "norikae", "value": sync_id}], "sync": {"revision": revision}},
        "syncResult": {"revision": revision},
        "finishedAt": FINISHED,
    }


def unsynced(name: str, **more: Any) -> Json:
    """An application that its parent has just created: compared, but nobody has synced it."""
    app = application(name, **more)
    del app["status"]["operationState"]
    app["status"]["sync"]["status"] = "OutOfSync"
    app["status"]["health"] = {"status": "Missing"}
    return app


def ingress(name: str, host: str, *, app: str = "", hostname: str = "", finalizers: tuple[str, ...] = ()) -> Json:
    """An Ingress with a Service of its own name behind it."""
    balancers = [{"hostname": hostname}] if hostname else []
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": name, "port": {"number": 80}}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "annotations": {"norikae.dev/shift": "true", "norikae.dev/app": app or name},
            "finalizers": list(finalizers),
        },
        "spec": {"rules": [{"host": host, "http": {"paths": [path]}}]},
        "status": {"loadBalancer": {"ingress": balancers}},
    }


def node(name: str, *, ready: bool = True) -> Json:
    status = "True" if ready else "False"
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"conditions": [{"type": "Ready", "status": status}]},
    }


def namespace(name: str) -> Json:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
