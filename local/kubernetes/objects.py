"""Kubernetes objects as plain JSON: copies, times and names, with nothing that a second run would see differently."""

import random
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

Json = dict[str, Any]

SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789"
"""The letters of generated names (``k8s.io/apimachinery/pkg/util/rand``: no vowels, no look-alikes)."""


_SCALARS = frozenset({str, int, float, bool, type(None)})
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def clone(value: Any) -> Any:
    """A deep copy as plain JSON: mappings become dicts, tuples become lists, and keys are text."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is dict:
        return {key: member if type(member) in _SCALARS else clone(member) for key, member in value.items()}
    if kind is list or kind is tuple:
        return [clone(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): clone(member) for key, member in value.items()}
    if isinstance(value, datetime):
        return timestamp(value.timestamp())
    raise TypeError(f"{kind.__name__} has no form in a Kubernetes object")


class Stored:
    """One version of an object in the store; it is never changed, a write puts another one in its place."""

    __slots__ = ("_encoded", "_item", "body")

    def __init__(self, body: Json) -> None:
        self.body = body
        self._encoded: bytes | None = None
        self._item: msgspec.Raw | None = None

    def item(self) -> msgspec.Raw:
        """The object as JSON for a list of a built-in kind, in which items do not say what they are."""
        if self._item is None:
            told = {name: value for name, value in self.body.items() if name not in {"apiVersion", "kind"}}
            self._item = msgspec.Raw(_encode(told))
        return self._item

    def copy(self) -> Json:
        """A deep copy for the caller; decoding the cached JSON is several times faster than walking the tree."""
        if self._encoded is None:
            self._encoded = _encode(self.body)
        decoded: Json = _decode(self._encoded)
        return decoded


def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC with whole seconds, as ``metav1.Time`` is written."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_uid(draw: random.Random) -> str:
    """The next UID of a seeded stream."""
    return str(uuid.UUID(int=draw.getrandbits(128), version=4))


def generated_name(prefix: str, draw: random.Random) -> str:
    """A name made from ``metadata.generateName``: the prefix, cut to 58 characters, and five letters."""
    return prefix[:58] + "".join(draw.choice(SUFFIX_LETTERS) for _ in range(5))


def labels_of(obj: Json) -> dict[str, str]:
    """The object's labels, or none."""
    labels: dict[str, str] | None = obj["metadata"].get("labels")
    return labels or {}
