"""From Ingresses to the records that external-dns wants.

Source: github.com/kubernetes-sigs/external-dns, ``source/ingress.go``, ``source/annotations``, ``AdjustEndpoints`` in
``provider/aws/aws.go``.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.aws.route53.balancer_zones import balancer_zone
from local.edge.external_dns_settings import CannotStart, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from local.edge.external_dns_settings import Settings

_CLASS_ANNOTATION = "kubernetes.io/ingress.class"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One record set, wanted or present, as external-dns thinks of it.

    ``owner`` is who the TXT record names (empty: nobody). ``restate`` asks for its TXT record to be written anew.
    """

    name: str
    type: str
    targets: tuple[str, ...]
    identifier: str = ""
    weight: int | None = None
    ttl: int | None = None
    alias: bool = False
    evaluate_target_health: bool = False
    resource: str = ""
    owner: str = ""
    restate: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """What two endpoints contend for: the name and the set identifier."""
        return self.name, self.identifier

    @property
    def key(self) -> tuple[str, str, str]:
        """The place and the type."""
        return self.name, self.identifier, self.type


def of_ingresses(ingresses: Iterable[Mapping[str, Any]], settings: Settings) -> Iterator[Endpoint]:
    """The endpoints of Ingresses.

    Args:
        ingresses: in the order of namespace and name.
        settings: of this external-dns.
    """
    for ingress in ingresses:
        yield from _of(ingress, settings)


def _of(ingress: Mapping[str, Any], settings: Settings) -> list[Endpoint]:
    metadata, prefix = ingress["metadata"], settings.annotation_prefix
    annotations: Mapping[str, str] = metadata.get("annotations") or {}

    def note(key: str, default: str = "") -> str:
        return str(annotations.get(prefix + key, default))

    if note("controller", "dns-controller") != "dns-controller" or not _class_matches(ingress, settings):
        return []
    targets = _list(note("target")) or _addresses(ingress)
    if not targets:
        return []
    common: dict[str, Any] = {
        "identifier": note("set-identifier"),
        "weight": weight_of(note("aws-weight"))
        if note("set-identifier") and prefix + "aws-weight" in annotations
        else None,
        "resource": f"ingress/{metadata['namespace']}/{metadata['name']}",
    }
    return [
        endpoint
        for host in _hosts(ingress, settings, note("ingress-hostname-source"), _list(note("hostname")))
        for endpoint in _records(host, targets, common, settings, note)
    ]


def _hosts(ingress: Mapping[str, Any], settings: Settings, source: str, annotated: list[str]) -> list[str]:
    hosts: list[str] = []
    if source != "annotation-only":
        if not settings.ignore_rules:
            hosts += [rule["host"] for rule in ingress["spec"].get("rules") or () if rule.get("host")]
        if not settings.ignore_tls:
            hosts += [host for tls in ingress["spec"].get("tls") or () for host in tls.get("hosts") or ()]
    if source != "defined-hosts-only":
        hosts += annotated
    return list(dict.fromkeys(host.lower().rstrip(".") for host in hosts))


def _records(host: str, targets: list[str], common: dict[str, Any], settings: Settings, note: Any) -> list[Endpoint]:
    names = tuple(target for target in targets if not _is_address(target))
    ttl = _ttl(note("ttl"))
    if not names:
        addresses = tuple(sorted(target for target in targets if ":" not in target))
        return [Endpoint(host, "A", addresses, ttl=ttl, **common)] if addresses else []
    choice = note("alias")
    if choice == "false" or (not choice and not balancer_zone(names[0])):
        return [Endpoint(host, "CNAME", names[:1], ttl=ttl, **common)]
    health = note("aws-evaluate-target-health", str(settings.evaluate_target_health).lower()) == "true"
    kinds = (choice,) if choice in {"A", "AAAA"} else ("A", "AAAA")
    return [Endpoint(host, kind, names[:1], alias=True, evaluate_target_health=health, **common) for kind in kinds]


def _addresses(ingress: Mapping[str, Any]) -> list[str]:
    entries = ((ingress.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()
    return [entry.get("hostname") or entry.get("ip") for entry in entries if entry.get("hostname") or entry.get("ip")]


def _class_matches(ingress: Mapping[str, Any], settings: Settings) -> bool:
    if not settings.ingress_classes:
        return True
    annotated = (ingress["metadata"].get("annotations") or {}).get(_CLASS_ANNOTATION)
    return (ingress["spec"].get("ingressClassName") or annotated) in settings.ingress_classes


def weight_of(text: str) -> int:
    """A weight that is no number is logged and becomes 0 (``newChange`` in provider/aws/aws.go)."""
    try:
        return int(text)
    except ValueError:
        return 0


def _ttl(text: str) -> int | None:
    if not text:
        return None
    try:
        return int(text) if text.isdigit() else int(seconds(text))
    except CannotStart:
        return None


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_address(target: str) -> bool:
    try:
        ipaddress.ip_address(target)
    except ValueError:
        return False
    return True


def passes(name: str, domains: tuple[str, ...]) -> bool:
    """Whether ``--domain-filter`` holds a name."""
    return not domains or any(name == domain or name.endswith(f".{domain}") for domain in domains)
