"""Reading Kubernetes objects: the few questions that every controller asks."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

_SUFFIXES = {
    "m": 0.001,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "Ki": 1024.0,
    "Mi": 1024.0**2,
    "Gi": 1024.0**3,
    "Ti": 1024.0**4,
}
_QUANTITY = re.compile(r"^([0-9.]+)([a-zA-Z]*)$")


def stamp(instant: datetime) -> str:
    """An instant as Kubernetes writes it: RFC 3339, whole seconds, UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(text: str) -> float:
    """Seconds since the epoch of a Kubernetes time."""
    return datetime.fromisoformat(text).timestamp()


def annotation(obj: Mapping[str, Any], name: str, default: str = "") -> str:
    """An annotation's value."""
    return str((obj["metadata"].get("annotations") or {}).get(name, default))


def controller_of(obj: Mapping[str, Any]) -> Json | None:
    """The owner reference that controls an object."""
    for owner in obj["metadata"].get("ownerReferences") or ():
        if owner.get("controller"):
            return dict(owner)
    return None


def controlled_by(owner: Mapping[str, Any]) -> list[Json]:
    """The ownerReferences of an object that ``owner`` controls."""
    return [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def is_terminating(obj: Mapping[str, Any]) -> bool:
    """Whether somebody has asked for the object's deletion."""
    return "deletionTimestamp" in obj["metadata"]


def condition(obj: Mapping[str, Any], kind: str) -> Json | None:
    """The status condition of a type."""
    for one in (obj.get("status") or {}).get("conditions") or ():
        if one["type"] == kind:
            return dict(one)
    return None


def is_true(obj: Mapping[str, Any], kind: str) -> bool:
    """Whether the status condition of a type is True."""
    found = condition(obj, kind)
    return found is not None and found["status"] == "True"


def is_ready_pod(pod: Mapping[str, Any]) -> bool:
    """Whether a pod is running, ready and not on its way out: what an EndpointSlice calls ready."""
    return not is_terminating(pod) and (pod.get("status") or {}).get("phase") == "Running" and is_true(pod, "Ready")


def is_active_pod(pod: Mapping[str, Any]) -> bool:
    """Whether a pod counts for its controller: not finished, not on its way out."""
    return not is_terminating(pod) and (pod.get("status") or {}).get("phase") not in {"Succeeded", "Failed"}


def with_condition(conditions: Iterable[Mapping[str, Any]], new: Mapping[str, Any], now: str) -> list[Json]:
    """The conditions with one of them set; its transition time moves only when its status changes."""
    found = list(conditions)
    before = next((one for one in found if one["type"] == new["type"]), None)
    moved = before is None or before["status"] != new["status"]
    since = now if moved or before is None else before.get("lastTransitionTime", now)
    made = {**new, "lastTransitionTime": since}
    return [made if one is before else dict(one) for one in found] + ([made] if before is None else [])


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str] | None) -> bool:
    """Whether a LabelSelector (matchLabels and matchExpressions) matches labels; an absent selector matches nothing."""
    if selector is None:
        return False
    labels = labels or {}
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    if any(labels.get(name) != value for name, value in wanted.items()):
        return False
    return all(meets(labels, term) for term in selector.get("matchExpressions") or ())


def meets(labels: Mapping[str, str], term: Mapping[str, Any]) -> bool:
    """Whether labels meet one expression (In, NotIn, Exists, DoesNotExist)."""
    key, operator, values = term["key"], term["operator"], term.get("values") or ()
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    if operator == "Exists":
        return key in labels
    if operator == "DoesNotExist":
        return key not in labels
    raise ValueError(f"selector operator {operator!r} is not modelled; use In, NotIn, Exists or DoesNotExist")


def quantity(text: str | float) -> float:
    """A resource quantity ("250m", "1Gi", 2) as a number.

    Raises:
        ValueError: it is not a quantity.
    """
    if isinstance(text, int | float):
        return float(text)
    found = _QUANTITY.match(text)
    if not found or found[2] not in _SUFFIXES:
        raise ValueError(f"quantities must match the regular expression: {text!r}")
    return float(found[1]) * _SUFFIXES[found[2]]


def portion(value: str | int, total: int, *, up: bool) -> int:
    """An IntOrString ("25%" or 1) of a total, rounded up or down."""
    if isinstance(value, int):
        return value
    share = float(value.removesuffix("%")) * total / 100
    return math.ceil(share) if up else math.floor(share)


def replacing(before: object, after: object) -> object:
    """The merge patch that turns one value into another: members that are no longer there become null."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    gone = {name: None for name in before if name not in after}
    return {**gone, **{name: replacing(before.get(name), value) for name, value in after.items()}}


def canonical(value: object) -> str:
    """One text for equal JSON values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
