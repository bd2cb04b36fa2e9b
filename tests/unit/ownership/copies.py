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
    sources = [f"--source={source}" for source in ("ingress", "service", "crd", "gateway-httproute")]
    (found,) = find_instances([deployment(*sources, *args, **more)])
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


def dns_endpoint(*hosts: str, weight: str = "", identifier: str = "", **entry: Any) -> Json:
    """A DNSEndpoint shop/web with an entry for each host; a CNAME at a load balancer unless it says otherwise."""
    made: Json = {"recordType": "CNAME", "targets": ["x.ap-northeast-1.elb.amazonaws.com"], "setIdentifier": identifier}
    if weight:
        made["providerSpecific"] = [{"name": "aws/weight", "value": weight}]
    return {
        "apiVersion": "externaldns.k8s.io/v1alpha1",
        "kind": "DNSEndpoint",
        "metadata": {"namespace": "shop", "name": "web", "annotations": {}},
        "spec": {"endpoints": [{"dnsName": host, **made, **entry} for host in hosts]},
    }


def route(*hosts: str, section: str = "", gateway: str = "edge", **notes: str) -> Json:
    """An HTTPRoute shop/web at a Gateway edge/edge; annotations of 0.22 with underscores for dashes."""
    parent = {"name": gateway, "namespace": "edge", **({"sectionName": section} if section else {})}
    annotations = {f"external-dns.kubernetes.io/{key.replace('_', '-')}": value for key, value in notes.items()}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"namespace": "shop", "name": "web", "annotations": annotations},
        "spec": {"parentRefs": [parent], "hostnames": list(hosts)},
    }


def gateway(**listeners: str) -> Json:
    """A Gateway edge/edge with listeners by name; "" takes every name."""
    made = [
        {"name": name, "protocol": "HTTPS", "port": 443, **({"hostname": host} if host else {})}
        for name, host in listeners.items()
    ]
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"namespace": "edge", "name": "edge", "labels": {"zone": "public"}},
        "spec": {"gatewayClassName": "alb", "listeners": made},
    }
