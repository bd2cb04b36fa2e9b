"""A cluster of which the edge sees what it needs: a real API server, and pods that are put there by hand."""

from collections.abc import Mapping
from typing import Any

from local.kernel import Kernel
from local.kubernetes.api import ApiServer

Json = dict[str, Any]
INGRESSES = "ingresses.networking.k8s.io"
ALB = "alb.ingress.kubernetes.io/"


class HandmadeCluster:
    """A cluster without controllers; its pods answer when they are ready, unless told otherwise."""

    def __init__(self, kernel: Kernel, name: str = "demo-1-33") -> None:
        self.kernel, self.name = kernel, name
        self.api = ApiServer(name=name, version="1.33", now=kernel.now, random=kernel.stream(name))
        self.silent: set[str] = set()
        self._pods = 0

    def answers(self, address: str) -> bool:
        """Whether a pod accepts connections."""
        return address not in self.silent

    def controller(self, *, ready: int = 1) -> None:
        """The Deployment of the AWS Load Balancer Controller, with so many ready replicas."""
        labels = {"app": "lbc"}
        deployment = {
            "metadata": {"name": "aws-load-balancer-controller"},
            "spec": {
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "controller", "image": "controller:v3"}]},
                },
            },
        }
        name = "aws-load-balancer-controller"
        if not any(known["metadata"]["name"] == name for known in self.api.list("deployments.apps", "kube-system")):
            self.api.create("deployments.apps", deployment, namespace="kube-system")
        status = {"status": {"readyReplicas": ready, "replicas": ready, "availableReplicas": ready}}
        self.api.patch("deployments.apps", name, "kube-system", status, subresource="status")

    def application(
        self, name: str, *, pods: int = 2, annotations: Mapping[str, str] = {}, **ingress: Any
    ) -> list[str]:
        """A Service and an Ingress with ready pods; the addresses of the pods."""
        service = {
            "metadata": {"name": name},
            "spec": {"selector": {"app": name}, "ports": [{"name": "http", "port": 80, "targetPort": "http"}]},
        }
        self.api.create("services", service, namespace="default")
        addresses = [self.pod(name) for _ in range(pods)]
        self.ingress(name, annotations=annotations, **ingress)
        return addresses

    def ingress(
        self,
        name: str,
        *,
        annotations: Mapping[str, str] = {},
        host: str = "",
        service: str = "",
        port: Json | None = None,
    ) -> None:
        """An Ingress for a Service of the same name."""
        backend = {"service": {"name": service or name, "port": port or {"name": "http"}}}
        obj = {
            "metadata": {
                "name": name,
                "annotations": {f"{ALB}scheme": "internet-facing", f"{ALB}target-type": "ip", **annotations},
            },
            "spec": {
                "ingressClassName": "alb",
                "rules": [
                    {
                        "host": host or f"{name}.example.com",
                        "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]},
                    }
                ],
            },
        }
        self.api.create(INGRESSES, obj, namespace="default")

    def pod(self, app: str, *, ready: bool = True, annotations: Mapping[str, str] = {}) -> str:
        """A pod of an application; its address."""
        self._pods += 1
        name, address = f"{app}-{self._pods}", f"10.0.0.{self._pods}"
        pod = {
            "metadata": {"name": name, "labels": {"app": app}, "annotations": dict(annotations)},
            "spec": {
                "nodeName": "node-1",
                "containers": [
                    {"name": "app", "image": "app:1", "ports": [{"name": "http", "containerPort": 8080}]},
                ],
            },
        }
        self.api.create("pods", pod, namespace="default")
        conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
        status = {"status": {"podIP": address, "conditions": conditions, "phase": "Running"}}
        self.api.patch("pods", name, "default", status, subresource="status")
        return address

    def pod_name(self, address: str) -> str:
        """The pod with an address."""
        name: str = next(
            pod["metadata"]["name"] for pod in self.api.list("pods") if pod["status"].get("podIP") == address
        )
        return name

    def set_ready(self, address: str, *, ready: bool) -> None:
        """A pod's readiness changes."""
        conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
        body = {"status": {"conditions": conditions}}
        self.api.patch("pods", self.pod_name(address), "default", body, subresource="status")

    def hostname(self, ingress: str) -> str:
        """The hostname in an Ingress's status, or empty."""
        status = self.api.get(INGRESSES, ingress, "default").get("status") or {}
        addresses = (status.get("loadBalancer") or {}).get("ingress") or [{}]
        name: str = addresses[0].get("hostname", "")
        return name

    @classmethod
    def over(cls, kernel: Kernel, api: ApiServer) -> "HandmadeCluster":
        """The same verbs on the API server of a cluster with controllers of its own."""
        cluster = cls(kernel, api.name)
        cluster.api = api
        return cluster

    def living_application(self, namespace: str, name: str, lifecycle: Mapping[str, Any]) -> None:
        """A Deployment of two replicas, whose pods the cluster's controllers make."""
        container = {
            "name": "app",
            "image": "app:1",
            "ports": [{"name": "http", "containerPort": 8080}],
            "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}},
            **({"lifecycle": dict(lifecycle)} if lifecycle else {}),
        }
        labels = {"app": name}
        deployment = {
            "metadata": {"name": name},
            "spec": {
                "replicas": 2,
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            },
        }
        self.api.create("deployments.apps", deployment, namespace=namespace)
