"""Domain names in the form in which Route 53 stores, sorts and compares them."""

from __future__ import annotations

import re
from functools import lru_cache

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")
_ESCAPE = re.compile(r"\\([0-7]{3})")


@lru_cache(maxsize=8192)
def normalise(name: str) -> str:
    r"""The stored form: lower case, a trailing dot, everything but ``a-z 0-9 - _`` as a ``\ooo`` escape.

    Args:
        name: a domain name as a caller writes it; ``*`` and ``\052`` mean the same.

    Source: Route 53 Developer Guide, "DNS domain name format".
    """
    plain = _ESCAPE.sub(lambda match: chr(int(match[1], 8)), name).lower()
    if not plain.endswith("."):
        plain += "."
    return "".join(char if char in _PLAIN else f"\\{ord(char):03o}" for char in plain)


@lru_cache(maxsize=8192)
def order_key(name: str) -> str:
    """What Route 53 sorts by: the labels reversed, with the trailing dot, compared in ASCII order.

    Args:
        name: a normalised name.

    Source: API reference of ListResourceRecordSets, "Sort order".
    """
    return ".".join(reversed(name.rstrip(".").split("."))) + "."


def lies_within(name: str, zone: str) -> bool:
    """Whether a normalised name is the zone's own name or one below it."""
    return name == zone or name.endswith(f".{zone}")


def wildcards_over(name: str, zone: str) -> list[str]:
    """The wildcard names of a zone that could answer for a name, closest first.

    Args:
        name: a normalised name within the zone.
        zone: the zone's normalised name.

    Source: RFC 4592.
    """
    found = []
    parent = name
    while parent != zone and "." in parent.rstrip("."):
        parent = parent.split(".", 1)[1]
        found.append(f"\\052.{parent}")
    return found
