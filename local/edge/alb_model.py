"""From Ingresses to the load balancer that they ask for, as the AWS Load Balancer Controller builds it.

Source: github.com/kubernetes-sigs/aws-load-balancer-controller, ``pkg/ingress/model_build_*.go`` (v2.x, v3.x) and
``docs/guide/ingress/annotations.md``.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from local.edge.alb import CLUSTER_TAG
from local.edge.alb_annotations import ModelError, annotation, first, one, pairs, refuse_unknown, words

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]
Services = dict[tuple[str, str], Json]

STACK_TAG = "ingress.k8s.aws/stack"
RESOURCE_TAG = "ingress.k8s.aws/resource"
HEALTH_CHECK = {
    "healthcheck-interval-seconds": ("HealthCheckIntervalSeconds", 15),
    "healthcheck-timeout-seconds": ("HealthCheckTimeoutSeconds", 5),
    "healthy-threshold-count": ("HealthyThresholdCount", 2),
    "unhealthy-threshold-count": ("UnhealthyThresholdCount", 2),
}
"""Annotation to member of CreateTargetGroup, with the controller's default."""
NOT_FOUND: Json = {
    "Type": "fixed-response",
    "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"},
}


@dataclass(frozen=True)
class GroupWanted:
    """A target group for one port of one Service, used by one Ingress."""

    name: str
    namespace: str
    selector: dict[str, str]
    target_port: int | str
    settings: Json
    attributes: dict[str, str]
    tags: dict[str, str]

    @property
    def port(self) -> int:
        """The port of CreateTargetGroup; 1 when pods name their port, as the controller does."""
        return self.target_port if isinstance(self.target_port, int) else 1


@dataclass(frozen=True)
class RuleWanted:
    """A rule, in its place."""

    conditions: list[Json]
    group: str


@dataclass(frozen=True)
class LoadBalancerWanted:
    """Everything that a group of Ingresses asks for."""

    stack: str
    name: str
    scheme: str
    ip_address_type: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    attributes: dict[str, str]
    tags: dict[str, str]
    listeners: tuple[tuple[str, int], ...]
    certificates: tuple[str, ...]
    redirect_to: int | None
    rules: list[RuleWanted] = field(default_factory=list)
    default: str = ""
    groups: dict[str, GroupWanted] = field(default_factory=dict)


def stack_of(ingress: Json) -> str:
    """The group of an Ingress: ``alb.ingress.kubernetes.io/group.name``, or its own ``namespace/name``."""
    return annotation(ingress, "group.name") or f"{ingress['metadata']['namespace']}/{ingress['metadata']['name']}"


def finalizer_of(ingress: Json) -> str:
    """The finalizer that keeps an Ingress until its resources are gone."""
    group = annotation(ingress, "group.name")
    return f"group.ingress.k8s.aws/{group}" if group else "ingress.k8s.aws/resources"


def build(
    cluster: str, stack: str, ingresses: Sequence[Json], services: Services, subnets: Sequence[str]
) -> LoadBalancerWanted:
    """The load balancer of one group of Ingresses.

    Args:
        cluster: the cluster's name.
        stack: the group's name, or ``namespace/name`` of a lone Ingress.
        ingresses: the members that are not being deleted.
        services: by namespace and name.
        subnets: where load balancers go when no annotation says otherwise.

    Raises:
        ModelError: as the controller would fail, or a feature that the embedded world does not have.
    """
    members = sorted(ingresses, key=_order)
    for ingress in members:
        refuse_unknown(ingress)
    wanted = _load_balancer(cluster, stack, members, subnets)
    for ingress in members:
        builder = _Groups(cluster, stack, ingress, services, wanted.groups)
        spec = ingress["spec"]
        default = spec.get("defaultBackend")
        if default:
            object.__setattr__(wanted, "default", builder.group_for(default))
        for rule in spec.get("rules") or ():
            for path in (rule.get("http") or {}).get("paths") or ():
                conditions = _conditions(rule.get("host", ""), path)
                wanted.rules.append(RuleWanted(conditions, builder.group_for(path["backend"])))
    return wanted


def _order(ingress: Json) -> tuple[int, str, str]:
    metadata = ingress["metadata"]
    return int(annotation(ingress, "group.order") or 0), metadata["namespace"], metadata["name"]


def _load_balancer(cluster: str, stack: str, members: Sequence[Json], subnets: Sequence[str]) -> LoadBalancerWanted:
    scheme = one(members, "scheme", "internal")
    certificates = tuple(
        dict.fromkeys(arn for member in members for arn in words(annotation(member, "certificate-arn")))
    )
    listeners = _listeners(members, secure=bool(certificates))
    if any(protocol == "HTTPS" for protocol, _ in listeners) and not certificates:
        hosts = sorted({rule.get("host", "") for member in members for rule in member["spec"].get("rules") or ()})
        raise ModelError(f"no certificate found for host: {hosts[0] if hosts else ''}")
    redirect = one(members, "ssl-redirect", "")
    return LoadBalancerWanted(
        stack=stack,
        name=one(members, "load-balancer-name", "") or _load_balancer_name(cluster, stack, scheme),
        scheme=scheme,
        ip_address_type=one(members, "ip-address-type", "ipv4"),
        subnets=tuple(words(one(members, "subnets", ""))) or tuple(subnets),
        security_groups=tuple(words(one(members, "security-groups", ""))),
        attributes=pairs(one(members, "load-balancer-attributes", "")),
        tags={**pairs(one(members, "tags", "")), **_tags(cluster, stack, "LoadBalancer")},
        listeners=listeners,
        certificates=certificates,
        redirect_to=int(redirect) if redirect else None,
    )


def _listeners(members: Sequence[Json], *, secure: bool) -> tuple[tuple[str, int], ...]:
    found: set[tuple[str, int]] = set()
    for member in members:
        ports = annotation(member, "listen-ports")
        for entry in json.loads(ports) if ports else [{"HTTPS": 443} if secure else {"HTTP": 80}]:
            found.update(entry.items())
    return tuple(sorted(found, key=lambda listener: listener[1]))


@dataclass
class _Groups:
    """Builds the target groups of one Ingress, each once."""

    cluster: str
    stack: str
    ingress: Json
    services: Services
    groups: dict[str, GroupWanted]

    def group_for(self, backend: Json) -> str:
        """The name of the target group of a backend."""
        if "service" not in backend or backend["service"].get("port", {}).get("name") == "use-annotation":
            raise ModelError("the embedded world has only Service backends without actions")
        namespace, name = self.ingress["metadata"]["namespace"], backend["service"]["name"]
        service = self.services.get((namespace, name))
        if service is None:
            raise ModelError(f'Service "{name}" not found')
        port: Json = _service_port(service, backend["service"]["port"])
        target_port: int | str = port.get("targetPort") or port["port"]
        group = self._name(namespace, name, port["port"], target_port)
        if group not in self.groups:
            resource = f"{namespace}/{self.ingress['metadata']['name']}-{name}:{port['port']}"
            self.groups[group] = GroupWanted(
                name=group,
                namespace=namespace,
                selector=service["spec"].get("selector") or {},
                target_port=target_port,
                settings=_health_check([self.ingress, service]),
                attributes=pairs(one([service, self.ingress], "target-group-attributes", "", merge=True)),
                tags=_tags(self.cluster, self.stack, resource),
            )
        return group

    def _name(self, namespace: str, service: str, port: int, target_port: int | str) -> str:
        ingress = self.ingress["metadata"]["name"]
        digest = _digest(
            self.cluster, self.stack, namespace, ingress, service, str(port), str(target_port), "ip", "HTTP"
        )
        return f"k8s-{_letters(namespace, 8)}-{_letters(service, 8)}-{digest}"


def _service_port(service: Json, wanted: Json) -> Json:
    for port in service["spec"].get("ports") or ():
        if wanted.get("number") == port["port"] or (wanted.get("name") and wanted["name"] == port.get("name")):
            return dict(port)
    name = f"{service['metadata']['namespace']}/{service['metadata']['name']}"
    raise ModelError(f"unable to find port {wanted.get('number') or wanted.get('name')} on service {name}")


def _health_check(sources: Sequence[Json]) -> Json:
    settings: Json = {member: int(first(sources, name) or default) for name, (member, default) in HEALTH_CHECK.items()}
    settings["HealthCheckPath"] = first(sources, "healthcheck-path") or "/"
    settings["Matcher"] = {"HttpCode": first(sources, "success-codes") or "200"}
    return settings


def _conditions(host: str, path: Json) -> list[Json]:
    conditions: list[Json] = []
    if host:
        conditions.append({"Field": "host-header", "HostHeaderConfig": {"Values": [host]}})
    value, kind = path.get("path", ""), path.get("pathType", "ImplementationSpecific")
    if kind == "Prefix":
        trimmed = value.rstrip("/")
        patterns = [trimmed, f"{trimmed}/*"] if trimmed else ["/*"]
    else:
        patterns = [value or "/*"]
    conditions.append({"Field": "path-pattern", "PathPatternConfig": {"Values": patterns}})
    return conditions


def _load_balancer_name(cluster: str, stack: str, scheme: str) -> str:
    digest = _digest(cluster, stack, scheme)
    namespace, slash, name = stack.partition("/")
    if not slash:
        return f"k8s-{_letters(stack, 17)}-{digest}"
    return f"k8s-{_letters(namespace, 8)}-{_letters(name, 8)}-{digest}"


def _letters(text: str, limit: int) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text)[:limit]


def _digest(*parts: str) -> str:
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:10]


def _tags(cluster: str, stack: str, resource: str) -> dict[str, str]:
    return {CLUSTER_TAG: cluster, STACK_TAG: stack, RESOURCE_TAG: resource}
