"""Which names and objects an external-dns looks at.

Source: github.com/kubernetes-sigs/external-dns, ``endpoint/domain_filter.go``; Kubernetes docs, "Labels and Selectors".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_IN = re.compile(r"(\S+)\s+(in|notin)\s+\(([^)]*)\)")
_EQUAL = re.compile(r"([^\s!=]+)\s*(!=|==?)\s*(\S*)")
_BARE = re.compile(r"(!?)\s*([^\s!=()]+)")

SHOWN = 5
"""How many names a remedy spells out."""


@dataclass(frozen=True, slots=True)
class Domains:
    """The names that an external-dns may write.

    Args:
        included: ``--domain-filter``; nothing means every name.
        excluded: ``--exclude-domains``.
        regex: ``--regex-domain-filter``; with either expression the lists do not count.
        regex_excluded: ``--regex-domain-exclusion``.
    """

    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    regex: str = ""
    regex_excluded: str = ""

    def holds(self, host: str) -> bool:
        """Whether a name is one of them; an expression that Python cannot read holds every name."""
        name = host.lower().rstrip(".")
        try:
            if self.regex_excluded and re.search(self.regex_excluded, name):
                return False
            if self.regex or self.regex_excluded:
                return re.search(self.regex, name) is not None
        except re.error:
            return True
        return (not self.included or _within(name, self.included)) and not _within(name, self.excluded)

    def exclusion(self, hosts: Sequence[str], shown: int = SHOWN) -> str:
        """What to do, in words, so that an external-dns leaves names alone; no more of them than ``shown``."""
        more = f", and so on for {len(hosts) - shown} more" if len(hosts) > shown else ""
        if self.regex or self.regex_excluded:
            return f"let its --regex-domain-exclusion match {', '.join(hosts[:shown])}{more}"
        return f"start it with {' '.join(f'--exclude-domains={host}' for host in hosts[:shown])}{more}"


def _within(name: str, filters: Iterable[str]) -> bool:
    """A filter that begins with a dot holds only what is below it."""
    cleaned = [one.strip().lower().rstrip(".") for one in filters]
    return any(name.endswith(one) if one.startswith(".") else f".{name}".endswith(f".{one}") for one in cleaned if one)


def selects(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether a selector takes labels (or annotations); one that cannot be read takes everything."""
    parts = re.split(r",(?![^(]*\))", selector)
    return all(_requires(part.strip(), labels) for part in parts if part.strip())


def _requires(part: str, labels: Mapping[str, str]) -> bool:
    if found := _IN.fullmatch(part):
        values = {value.strip() for value in found[3].split(",")}
        return (found[1] in labels and labels[found[1]] in values) == (found[2] == "in")
    if found := _EQUAL.fullmatch(part):
        return (labels.get(found[1]) == found[3]) == (found[2] != "!=")
    if found := _BARE.fullmatch(part):
        return (found[2] in labels) == (not found[1])
    return True
