"""Which public names an external-dns would claim, from which object, and what lets it.

Source: github.com/kubernetes-sigs/external-dns, ``source/ingress.go``, ``source/service.go``, ``source/annotations``.
An object without a load balancer counts as well: it will have one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from norikae.ownership.filters import selects
from norikae.ownership.instances import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from norikae.ownership.instances import Instance

SOURCE, HOSTNAME, INTERNAL = "ingress-hostname-source", "hostname", "internal-hostname"
ANNOTATION_ONLY, DEFINED_ONLY = "annotation-only", "defined-hosts-only"
LOOKED_AT = frozenset({"ingress", "service"})
"""The sources whose objects are read here."""
_CLASS = "kubernetes.io/ingress.class"


@dataclass(frozen=True, slots=True)
class Claim:
    """A public name that an external-dns would write.

    Args:
        host: the name.
        resource: the object that makes it, such as ``Ingress shop/web``.
        prefix: how the annotations begin that it reads.
        is_defined: it takes the name from rules or TLS hosts.
        annotation: the annotation that names it, "" when none does.
        identifier: the set identifier of a weighted record; "" for a simple one.
        unread: the prefix of annotations on the object that it does not read, "" when there are none.
        weight: what the weighted record would get; a text that is no number counts as 0 (``newChange``, aws.go).
    """

    host: str
    resource: str
    prefix: str
    is_defined: bool
    annotation: str
    identifier: str = ""
    unread: str = ""
    weight: int = 0


def claims(
    instance: Instance,
    prefix: str,
    hosts: Collection[str],
    ingresses: Iterable[Mapping[str, Any]],
    services: Iterable[Mapping[str, Any]],
) -> tuple[Claim, ...]:
    """What an external-dns that reads a prefix would claim of some names.

    Args:
        instance: the external-dns.
        prefix: one of its ``annotation_prefixes``.
        hosts: the public names.
        ingresses: all of the cluster.
        services: all of the cluster.
    """
    if not {"A", "AAAA", "CNAME"} & set(instance.types):
        return ()
    free = {host for host in hosts if instance.domains.holds(host)}
    found: list[Claim] = []
    if "ingress" in instance.sources:
        for one in ingresses:
            if _is_seen(one, instance, prefix) and _has_class(one, instance):
                found += _of_ingress(one, instance, prefix, free)
    if "service" in instance.sources:
        for one in services:
            if _is_seen(one, instance, prefix) and _is_published(one, instance):
                found += _of_service(one, instance, prefix, free)
    return tuple(found)


def unread_prefix(obj: Mapping[str, Any], read: Collection[str]) -> str:
    """The prefix of annotations of external-dns on an object that nobody reads; "" when there are none."""
    notes = obj["metadata"].get("annotations") or {}
    return next((one for one in PREFIXES if one not in read and any(key.startswith(one) for key in notes)), "")


def titled(kind: str, obj: Mapping[str, Any]) -> str:
    """An object as people name it: ``Ingress shop/web``."""
    return f"{kind} {obj['metadata']['namespace']}/{obj['metadata']['name']}"


def _is_seen(obj: Mapping[str, Any], instance: Instance, prefix: str) -> bool:
    metadata = obj["metadata"]
    notes = metadata.get("annotations") or {}
    if instance.namespaces and metadata["namespace"] not in instance.namespaces:
        return False
    if not selects(instance.annotation_filter, notes) or not selects(
        instance.label_filter, metadata.get("labels") or {}
    ):
        return False
    return bool(notes.get(prefix + "controller", "dns-controller") == "dns-controller")


def _has_class(ingress: Mapping[str, Any], instance: Instance) -> bool:
    annotated = (ingress["metadata"].get("annotations") or {}).get(_CLASS)
    return not instance.ingress_classes or (
        (ingress["spec"].get("ingressClassName") or annotated) in instance.ingress_classes
    )


def _is_published(service: Mapping[str, Any], instance: Instance) -> bool:
    """A Service of type ClusterIP counts only when it is headless, or when internal ones are published."""
    spec = service["spec"]
    is_internal = spec.get("type", "ClusterIP") == "ClusterIP" and spec.get("clusterIP") != "None"
    return instance.publishes_internal or not is_internal


def _of_ingress(ingress: Mapping[str, Any], instance: Instance, prefix: str, free: AbstractSet[str]) -> Iterator[Claim]:
    notes = ingress["metadata"].get("annotations") or {}
    source = str(notes.get(prefix + SOURCE, "")).lower()
    spec = ingress["spec"]
    defined: list[str] = []
    # a value that external-dns does not know takes names from nowhere (endpointsFromIngress)
    if source in {"", DEFINED_ONLY}:
        defined += [] if instance.ignores_rules else [rule.get("host") or "" for rule in spec.get("rules") or ()]
        defined += (
            [] if instance.ignores_tls else [one for tls in spec.get("tls") or () for one in tls.get("hosts") or ()]
        )
    may_annotate = source in {"", ANNOTATION_ONLY} and not instance.ignores_hostnames
    annotated = _names(notes.get(prefix + HOSTNAME, "")) if may_annotate else []
    for host in sorted(free & {_plain(name) for name in (*defined, *annotated)}):
        yield Claim(
            host=host,
            resource=titled("Ingress", ingress),
            prefix=prefix,
            is_defined=host in map(_plain, defined),
            annotation=prefix + HOSTNAME if host in annotated else "",
            identifier=str(notes.get(prefix + "set-identifier", "")),
            unread=unread_prefix(ingress, (prefix,)),
            weight=_weight(notes.get(prefix + "aws-weight", "")),
        )


def _of_service(service: Mapping[str, Any], instance: Instance, prefix: str, free: AbstractSet[str]) -> Iterator[Claim]:
    notes = service["metadata"].get("annotations") or {}
    for key in () if instance.ignores_hostnames else (HOSTNAME, INTERNAL):
        for host in sorted(free & set(_names(notes.get(prefix + key, "")))):
            identifier = str(notes.get(prefix + "set-identifier", ""))
            yield Claim(
                host,
                titled("Service", service),
                prefix,
                is_defined=False,
                annotation=prefix + key,
                identifier=identifier,
                weight=_weight(notes.get(prefix + "aws-weight", "")),
            )


def _weight(text: object) -> int:
    try:
        return int(str(text))
    except ValueError:
        return 0


def _names(text: str) -> list[str]:
    return [_plain(name) for name in str(text).split(",") if name.strip()]


def _plain(name: str) -> str:
    return name.strip().lower().rstrip(".")
