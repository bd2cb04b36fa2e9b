"""Who owns a record: the TXT twins of external-dns, in the dialect of its version.

Source: github.com/kubernetes-sigs/external-dns, ``registry/txt`` and ``registry/mapper`` (v0.12 to v0.22).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from local.edge.external_dns_source import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.edge.external_dns_settings import Settings

_A_DIALECT = (0, 22)
_NEW_ONLY = (0, 18)
_TYPED = (0, 12)
_TEMPLATE = "%{record_type}"
Twins = dict[tuple[str, str], dict[str, str]]
"""The labels in each TXT record of this heritage, by name and set identifier."""


def twin_names(name: str, kind: str, *, alias: bool, settings: Settings) -> list[str]:
    """The TXT names that this version writes for a record.

    Args:
        name: the record's name, without a trailing dot.
        kind: A, AAAA or CNAME.
        alias: whether it is an alias; until 0.21 an A alias counts as a CNAME.
        settings: of this external-dns.
    """
    if settings.version >= _A_DIALECT:
        return [_twin(name, kind.lower(), settings)]
    typed = "cname" if alias and kind == "A" else kind.lower()
    if settings.version >= _NEW_ONLY:
        return [_twin(name, typed, settings)]
    untyped = [] if kind == "AAAA" else [_twin(name, "", settings)]
    return untyped if settings.version < _TYPED else [*untyped, _twin(name, typed, settings)]


def owner_of(record: Endpoint, twins: Twins, settings: Settings) -> tuple[str, bool]:
    """Who owns a record, and whether the TXT record that this version writes is there.

    The lookup goes from the name by type over the older spelling of an A alias to the untyped name (not for AAAA).
    """
    written = twin_names(record.name, record.type, alias=record.alias, settings=settings)
    candidates = [*written, _twin(record.name, record.type.lower(), settings)]
    if record.alias and record.type == "A":
        candidates.append(_twin(record.name, "cname", settings))
    if record.type != "AAAA":
        candidates.append(_twin(record.name, "", settings))
    labels = next((twins[name, record.identifier] for name in candidates if (name, record.identifier) in twins), None)
    # it looks for the name alone, so another set's TXT record hides that this one's is missing (txtRecordsSet)
    there = {name for name, _ in twins}
    owner = (labels or {}).get("owner", "")
    return settings.owner if owner and owner == settings.migrates_from else owner, there.issuperset(written)


def current(records: Iterable[Mapping[str, Any]], settings: Settings) -> tuple[list[Endpoint], Twins]:
    """What is in the zone: the records with their owners, and all TXT twins."""
    found, twins = [], {}
    for record in records:
        name, identifier = _readable(record["Name"]), record.get("SetIdentifier", "")
        if record["Type"] == "TXT":
            labels = _labels(record["ResourceRecords"][0]["Value"])
            if labels:
                twins[name, identifier] = labels
        elif record["Type"] in settings.types:
            found.append(_endpoint(name, identifier, record))
    owned = []
    for endpoint in found:
        owner, complete = owner_of(endpoint, twins, settings)
        owned.append(replace(endpoint, owner=owner, restate=owner == settings.owner and not complete))
    return owned, twins


def txt_value(owner: str, resource: str) -> str:
    """The TXT record's one string, quoted."""
    labels = f"heritage=external-dns,external-dns/owner={owner}"
    return f'"{labels},external-dns/resource={resource}"' if resource else f'"{labels}"'


def _twin(name: str, kind: str, settings: Settings) -> str:
    label, dot, rest = name.partition(".")
    if settings.txt_wildcard and label == "*":
        label = settings.txt_wildcard
    templated = _TEMPLATE in settings.txt_prefix + settings.txt_suffix
    if kind and not templated:
        label = f"{kind}-{label}"
    prefix = settings.txt_prefix.replace(_TEMPLATE, kind)
    return f"{prefix}{label}{settings.txt_suffix.replace(_TEMPLATE, kind)}{dot}{rest}".lower()


def _labels(value: str) -> dict[str, str] | None:
    text = value.strip('"')
    parts = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
    if parts.pop("heritage", "") != "external-dns":
        return None
    return {key.removeprefix("external-dns/"): label for key, label in parts.items()}


def _endpoint(name: str, identifier: str, record: Mapping[str, Any]) -> Endpoint:
    target = record.get("AliasTarget")
    if target is None:
        values = tuple(sorted(value["Value"].rstrip(".") for value in record["ResourceRecords"]))
        return Endpoint(name, record["Type"], values, identifier, record.get("Weight"), record["TTL"])
    dns_name = target["DNSName"].rstrip(".")
    return Endpoint(
        *(name, record["Type"], (dns_name,), identifier, record.get("Weight")),
        alias=True,
        evaluate_target_health=target["EvaluateTargetHealth"],
    )


def _readable(name: str) -> str:
    return name.rstrip(".").replace("\\052", "*")
