"""Every external-dns of a cluster: what its Deployment tells about version, flags and variables.

Source: github.com/kubernetes-sigs/external-dns, ``pkg/apis/externaldns/types.go`` and ``binders.go`` (v0.11 to v0.22).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from norikae.ownership.filters import Domains
from norikae.ownership.flags import VARIABLE, Flags, flags_of
from norikae.ownership.registry import Affixes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX = "external-dns.kubernetes.io/"
ALPHA_PREFIX = "external-dns.alpha.kubernetes.io/"
PREFIXES = (ALPHA_PREFIX, PREFIX)
"""How annotations begin until 0.21, and from 0.22 on; ``--annotation-prefix`` (since 0.20) says otherwise."""
DEFAULT_TYPES = ("A", "AAAA", "CNAME")
READ = (
    *("provider", "source", "policy", "registry", "txt-owner-id", "txt-prefix", "txt-suffix", "dry-run"),
    *("txt-wildcard-replacement", "txt-encrypt-enabled", "migrate-from-txt-owner", "annotation-prefix", "events"),
    *("interval", "provider-cache-time", "txt-cache-interval", "domain-filter", "exclude-domains", "namespace"),
    *("regex-domain-filter", "regex-domain-exclusion", "zone-id-filter", "aws-zone-type", "managed-record-types"),
    *("annotation-filter", "label-filter", "ingress-class", "ignore-ingress-rules-spec", "ignore-ingress-tls-spec"),
    *("ignore-hostname-annotation", "fqdn-template", "publish-internal-services"),
    *("crd-source-apiversion", "crd-source-kind", "gateway-name", "gateway-namespace", "gateway-label-filter"),
)
"""The flags that decide what it writes; others may be hidden."""
DNS_ENDPOINT = ("externaldns.k8s.io/v1alpha1", "DNSEndpoint")
"""What ``--source=crd`` reads unless it is told otherwise."""
_RENAMED = (0, 22)
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@dataclass(frozen=True, kw_only=True)
class Instance:
    """One external-dns, with its defaults filled in.

    Args:
        name: of the Deployment, as ``namespace/name``.
        version: its minor version, such as (0, 22); None when the image's tag does not tell.
        owner: the id that its TXT records name; "" when it cannot be read.
        annotation_prefixes: the one that it reads; both when the version does not tell.
        sources: kinds of objects that it takes names from.
        zone_ids: the hosted zones that it writes to; nothing means all.
        zone_type: public, private, or both when empty.
        types: the record types that it manages.
        interval: seconds between two loops.
        cache: seconds for which it may not see a foreign change (the longer of both caches).
        migrates_from: the owner whose records it takes, "" when it takes none.
        namespaces: where it looks; nothing means everywhere.
        reads_dns_endpoints: its source ``crd`` is the DNSEndpoint that it brings along.
        gateway_name: the Gateways that it looks at, by name, namespace and labels; "" means all.
        unseen: what could not be read, in words.
    """

    name: str
    version: tuple[int, int] | None
    provider: str
    registry: str
    owner: str
    affixes: Affixes
    policy: str
    events: bool
    interval: float
    cache: float
    annotation_prefixes: tuple[str, ...]
    sources: tuple[str, ...]
    domains: Domains
    zone_ids: tuple[str, ...]
    zone_type: str
    types: tuple[str, ...]
    encrypted: bool
    migrates_from: str
    namespaces: tuple[str, ...]
    annotation_filter: str
    label_filter: str
    ingress_classes: tuple[str, ...]
    ignores_rules: bool
    ignores_tls: bool
    ignores_hostnames: bool
    template: str
    publishes_internal: bool
    reads_dns_endpoints: bool
    gateway_name: str
    gateway_namespace: str
    gateway_labels: str
    unseen: tuple[str, ...]

    def __str__(self) -> str:
        return f"Deployment {self.name} ({'.'.join(map(str, self.version)) if self.version else 'version unknown'})"

    def may_write(self, zone: str) -> bool:
        """Whether it writes to a hosted zone of Route 53 (``provider/zone_id_filter.go``: the filter is an ending)."""
        return self.provider in {"aws", ""} and (not self.zone_ids or any(zone.endswith(one) for one in self.zone_ids))


def find_instances(deployments: Iterable[Mapping[str, Any]]) -> tuple[Instance, ...]:
    """Every external-dns that runs and writes, by name; one of no replicas or with ``--dry-run`` does not."""
    found = []
    for deployment in deployments:
        if deployment["spec"].get("replicas", 1) == 0:
            continue
        name = f"{deployment['metadata']['namespace']}/{deployment['metadata']['name']}"
        for container in deployment["spec"]["template"]["spec"].get("containers") or ():
            flags = flags_of(container)
            if _is_external_dns(container, flags) and not flags.is_on("dry-run"):
                found.append(_instance(name, str(container.get("image", "")), flags))
    return tuple(sorted(found, key=lambda one: one.name))


def _is_external_dns(container: Mapping[str, Any], flags: Flags) -> bool:
    """By the image's name, the container's, or by flags that nothing else has."""
    image = re.split(r"[:@]", str(container.get("image", "")).rpartition("/")[2])[0]
    variables = [entry["name"] for entry in container.get("env") or ()]
    return (
        "external-dns" in (image, container.get("name"))
        or {"source", "provider"} <= flags.values.keys()
        or "txt-owner-id" in flags.values
        or VARIABLE + "SOURCE" in variables
    )


def _instance(name: str, image: str, flags: Flags) -> Instance:
    version = _version(image)
    unseen = list(flags.unseen(READ))
    seconds: dict[str, float] = {}
    for flag, default in (("interval", "1m"), ("provider-cache-time", "0s"), ("txt-cache-interval", "0s")):
        value = flags.last(flag, default)
        try:
            seconds[flag] = _seconds(value)
        except ValueError:
            unseen.append(f"--{flag}={value} is not a duration")
            seconds[flag] = _seconds(default)
    return Instance(
        name=name,
        version=version,
        provider=flags.last("provider"),
        registry=flags.last("registry", "txt"),
        owner=flags.last("txt-owner-id", "" if flags.unseen(("txt-owner-id",)) else "default"),
        affixes=Affixes(
            flags.last("txt-prefix").lower(),
            flags.last("txt-suffix").lower(),
            flags.last("txt-wildcard-replacement").lower(),
        ),
        policy=flags.last("policy", "sync"),
        events=flags.is_on("events"),
        interval=seconds["interval"],
        cache=max(seconds["provider-cache-time"], seconds["txt-cache-interval"]),
        annotation_prefixes=_prefixes(version, flags.last("annotation-prefix")),
        sources=flags.every("source"),
        domains=_domains(flags),
        zone_ids=tuple(zone.removeprefix("/hostedzone/") for zone in flags.every("zone-id-filter")),
        zone_type=flags.last("aws-zone-type"),
        types=tuple(kind.upper() for kind in flags.every("managed-record-types")) or DEFAULT_TYPES,
        encrypted=flags.is_on("txt-encrypt-enabled"),
        migrates_from=flags.last("migrate-from-txt-owner"),
        namespaces=tuple(part for value in flags.every("namespace") for part in value.split(",") if part),
        annotation_filter=flags.last("annotation-filter"),
        label_filter=flags.last("label-filter"),
        ingress_classes=flags.every("ingress-class"),
        ignores_rules=flags.is_on("ignore-ingress-rules-spec"),
        ignores_tls=flags.is_on("ignore-ingress-tls-spec"),
        ignores_hostnames=flags.is_on("ignore-hostname-annotation"),
        template=flags.last("fqdn-template"),
        publishes_internal=flags.is_on("publish-internal-services"),
        reads_dns_endpoints=_reads_dns_endpoints(flags),
        gateway_name=flags.last("gateway-name"),
        gateway_namespace=flags.last("gateway-namespace"),
        gateway_labels=flags.last("gateway-label-filter"),
        unseen=tuple(unseen),
    )


def _domains(flags: Flags) -> Domains:
    return Domains(
        flags.every("domain-filter"),
        flags.every("exclude-domains"),
        flags.last("regex-domain-filter"),
        flags.last("regex-domain-exclusion"),
    )


def _reads_dns_endpoints(flags: Flags) -> bool:
    version, kind = DNS_ENDPOINT
    return (flags.last("crd-source-apiversion", version), flags.last("crd-source-kind", kind)) == DNS_ENDPOINT


def _version(image: str) -> tuple[int, int] | None:
    """From the tag; another major version than 0 is a number of somebody's own."""
    tag = image.partition("@")[0].rpartition("/")[2].partition(":")[2]
    found = re.search(r"(?<![\d.])0\.(\d+)(?:\.\d+)?", tag)
    return (0, int(found[1])) if found else None


def _prefixes(version: tuple[int, int] | None, chosen: str) -> tuple[str, ...]:
    if chosen:
        return (chosen,)
    if version is None:
        return PREFIXES
    return (PREFIX if version >= _RENAMED else ALPHA_PREFIX,)


def _seconds(duration: str) -> float:
    """A Go duration in seconds, such as ``1m30s``; a bare 0 is one, too.

    Raises:
        ValueError: it is not one.
    """
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|h|m|s)", duration)
    if duration != "0" and (not parts or "".join(number + unit for number, unit in parts) != duration):
        raise ValueError(duration)
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
