"""What one external-dns was told to do: the flags in its Deployment.

Source: github.com/kubernetes-sigs/external-dns, ``pkg/apis/externaldns/types.go`` (v0.12 to v0.22).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

ALPHA_PREFIX = "external-dns.alpha.kubernetes.io/"
PREFIX = "external-dns.kubernetes.io/"
DEFAULT_TYPES = ("A", "AAAA", "CNAME")
_PREFIX_SINCE = (0, 22)
_POLICIES = ("sync", "upsert-only", "create-only")
_ZONE_TYPES = ("", "public", "private")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_HARMLESS = frozenset(
    {
        *("log-level", "log-format", "metrics-address", "aws-region", "publish-host-ip"),
        *("aws-api-retries", "aws-zones-cache-duration", "aws-batch-change-interval"),
        *("request-timeout", "kubeconfig", "server", "aws-batch-change-size-bytes", "aws-batch-change-size-values"),
    }
)
_MODELLED = frozenset(
    {
        *("source", "policy", "registry", "interval", "txt-owner-id", "txt-prefix", "txt-suffix", "annotation-prefix"),
        *("domain-filter", "zone-id-filter", "ingress-class", "aws-batch-change-size", "aws-evaluate-target-health"),
        *("txt-wildcard-replacement", "ignore-ingress-tls-spec", "ignore-ingress-rules-spec", "annotation-filter"),
        *("provider", "managed-record-types", "aws-zone-match-parent", "aws-zone-type", "migrate-from-txt-owner"),
        *("events", "min-event-sync-interval", "provider-cache-time", "txt-cache-interval"),
    }
)


class CannotStart(Exception):  # noqa: N818 - says what happens, as the pod's log would
    """external-dns exits with this message, or the embedded world does not model what it would do."""


@dataclass(frozen=True)
class Settings:
    """One external-dns.

    Args:
        version: its minor version, such as (0, 22).
        owner: ``--txt-owner-id``.
        interval: seconds between two loops.
        zone_type: public, private, or both when empty.
        events: whether a loop comes early when an object that it watches has changed.
        min_event_sync: seconds that such a loop keeps from the one before.
        provider_cache: seconds for which it does not read Route 53 again, unless it has written itself.
        txt_cache: seconds for which it believes what it has read and written, whatever happens.
        migrates_from: the owner whose records it takes for its own.
    """

    version: tuple[int, int]
    owner: str = "default"
    interval: float = 60.0
    policy: str = "sync"
    annotation_prefix: str = ALPHA_PREFIX
    domains: tuple[str, ...] = ()
    zone_ids: tuple[str, ...] = ()
    ingress_classes: tuple[str, ...] = ()
    txt_prefix: str = ""
    txt_suffix: str = ""
    txt_wildcard: str = ""
    batch_size: int = 1000
    evaluate_target_health: bool = True
    match_parent_zone: bool = False
    ignore_rules: bool = False
    ignore_tls: bool = False
    types: tuple[str, ...] = DEFAULT_TYPES
    sources: tuple[str, ...] = ()
    zone_type: str = ""
    events: bool = False
    min_event_sync: float = 5.0
    provider_cache: float = 0.0
    txt_cache: float = 0.0
    migrates_from: str = ""


def settings_of(deployment: dict[str, Any]) -> Settings | None:
    """The settings in a Deployment; nothing when it does not run external-dns.

    Raises:
        CannotStart: the real program would exit, or a flag is outside the model.
    """
    for container in _containers(deployment):
        arguments = [*(container.get("command") or ()), *(container.get("args") or ())]
        return _read(_version(str(container.get("image", ""))), _flags(arguments))
    return None


def runs_external_dns(deployment: dict[str, Any]) -> bool:
    """Whether a Deployment has a container of external-dns."""
    return bool(_containers(deployment))


def _containers(deployment: dict[str, Any]) -> list[dict[str, Any]]:
    containers = deployment["spec"]["template"]["spec"].get("containers") or ()
    return [one for one in containers if one["name"] == "external-dns" or "external-dns" in str(one.get("image", ""))]


def _version(image: str) -> tuple[int, int]:
    found = re.search(r":v?(\d+)\.(\d+)", image)
    if not found:
        raise CannotStart(f"the image {image} has no version in its tag, so the world cannot tell its dialect")
    return int(found[1]), int(found[2])


def _flags(arguments: list[str]) -> dict[str, list[str]]:
    flags: dict[str, list[str]] = {}
    waiting = ""
    for argument in arguments:
        if argument.startswith("--"):
            name, given, value = argument[2:].partition("=")
            name, value, given = (name[3:], "false", "=") if name.startswith("no-") else (name, value, given)
            if name not in _MODELLED | _HARMLESS:
                raise CannotStart(f"--{name} is outside the model of external-dns")
            flags.setdefault(name, []).extend([value] if given else [])
            waiting = "" if given else name
        elif waiting:
            flags[waiting].append(argument)
            waiting = ""
    return flags


def _read(version: tuple[int, int], flags: dict[str, list[str]]) -> Settings:
    def last(name: str, default: str) -> str:
        return flags[name][-1] if flags.get(name) else default

    def switch(name: str, *, default: bool) -> bool:
        return last(name, "true" if name in flags or default else "false") == "true"

    renamed = version >= _PREFIX_SINCE
    policy = last("policy", "" if renamed else "sync")
    if policy not in _POLICIES:
        raise CannotStart(f"flag --policy is required and must be one of {', '.join(_POLICIES)}")
    if last("aws-zone-type", "") not in _ZONE_TYPES:
        raise CannotStart(f"enum value must be one of ,public,private, got {last('aws-zone-type', '')!r}")
    for flag, modelled in (("registry", "txt"), ("provider", "aws"), ("annotation-filter", "")):
        if last(flag, modelled) != modelled:
            raise CannotStart(f"--{flag}={last(flag, '')} is outside the model of external-dns")
    return Settings(
        version=version,
        owner=last("txt-owner-id", "default"),
        interval=seconds(last("interval", "1m")),
        policy=policy,
        annotation_prefix=last("annotation-prefix", PREFIX if renamed else ALPHA_PREFIX),
        domains=tuple(domain.strip(".").lower() for domain in flags.get("domain-filter", ()) if domain),
        zone_ids=tuple(zone.removeprefix("/hostedzone/") for zone in flags.get("zone-id-filter", ()) if zone),
        ingress_classes=tuple(flags.get("ingress-class", ())),
        txt_prefix=last("txt-prefix", ""),
        txt_suffix=last("txt-suffix", ""),
        txt_wildcard=last("txt-wildcard-replacement", ""),
        batch_size=int(last("aws-batch-change-size", "1000")),
        evaluate_target_health=switch("aws-evaluate-target-health", default=True),
        match_parent_zone=switch("aws-zone-match-parent", default=False),
        ignore_rules=switch("ignore-ingress-rules-spec", default=False),
        ignore_tls=switch("ignore-ingress-tls-spec", default=False),
        types=tuple(kind.upper() for kind in flags.get("managed-record-types", ())) or DEFAULT_TYPES,
        sources=tuple(flags.get("source", ())),
        zone_type=last("aws-zone-type", ""),
        events=switch("events", default=False),
        min_event_sync=seconds(last("min-event-sync-interval", "5s")),
        provider_cache=seconds(last("provider-cache-time", "0s")),
        txt_cache=seconds(last("txt-cache-interval", "0s")),
        migrates_from=last("migrate-from-txt-owner", ""),
    )


def seconds(duration: str) -> float:
    """A Go duration in seconds, such as ``1m30s``.

    Raises:
        CannotStart: it is not one.
    """
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|h|m|s)", duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        raise CannotStart(f"invalid duration {duration!r}")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
