"""Deployments that run external-dns, and objects that it reads."""

from __future__ import annotations

from typing import Any

from norikae.ownership.instances import Instance, find_instances

Json = dict[str, Any]
IMAGE = "registry.k8s.io/external-dns/external-dns:v0.22.0"


def deployment(*args: str, image: str = IMAGE, name: str = "external-dns", replicas: int = 1, **container: Any) -> Json:
    """A Deployment of one container."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"namespace": "dns", "name": name},
        "spec": {
            "replicas": replicas,
            "template": {"spec": {"containers": [{"name": "main", "image": image, "args": list(args), **container}]}},
        },
    }


def instance(*args: str, **more: Any) -> Instance:
    """The one external-dns that a Deployment runs."""
    (found,) = find_instances([deployment("--source=ingress", "--source=service", *args, **more)])
    return found


def ingress(
    *hosts: str, tls: tuple[str, ...] = (), klass: str = "alb", labels: Json | None = None, **notes: str
) -> Json:
    """An Ingress shop/web; annotations of 0.22 with underscores for dashes."""
    annotations = {f"external-dns.kubernetes.io/{key.replace('_', '-')}": value for key, value in notes.items()}
    return {
        "metadata": {"namespace": "shop", "name": "web", "annotations": annotations, "labels": labels or {}},
        "spec": {
            "ingressClassName": klass,
            "rules": [{"host": host} for host in hosts],
            "tls": [{"hosts": list(tls)}] if tls else [],
        },
    }


def service(kind: str = "LoadBalancer", cluster_ip: str = "10.0.0.1", **notes: str) -> Json:
    """A Service shop/web; annotations of 0.22 with underscores for dashes."""
    annotations = {f"external-dns.kubernetes.io/{key.replace('_', '-')}": value for key, value in notes.items()}
    return {
        "metadata": {"namespace": "shop", "name": "web", "annotations": annotations},
        "spec": {"type": kind, "clusterIP": cluster_ip},
    }
