"""Names of a Secret's keys: which ones Kubernetes takes, and how a text lists them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST = 253
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_SHOWN, _SHOWN_CHARACTERS = 5, 60


def is_key(name: str) -> bool:
    """Whether Kubernetes takes a name as a key of a Secret.

    Args:
        name: the name.

    Source: apimachinery ``pkg/util/validation/validation.go`` (IsConfigMapKey).
    """
    return len(name) <= LONGEST and _KEY.fullmatch(name) is not None and name != "." and not name.startswith("..")


def listed(names: Collection[str]) -> str:
    """Some names for a text, each in quotes and without control characters; of many only the first.

    Args:
        names: names of keys, never values.
    """
    ordered = sorted(names)
    shown = ", ".join(_quoted(name) for name in ordered[:_SHOWN])
    return shown if len(ordered) <= _SHOWN else f"{shown} and {len(ordered) - _SHOWN} more"


def _quoted(name: str) -> str:
    return ascii(name if len(name) <= _SHOWN_CHARACTERS else name[:_SHOWN_CHARACTERS] + "...")
