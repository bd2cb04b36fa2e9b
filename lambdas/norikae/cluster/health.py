"""What EKS's own words about node groups and add-ons mean: done, wait, or broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from norikae.errors import AwsRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.cluster.eks_port import Addon, NodeGroup

T = TypeVar("T", "NodeGroup", "Addon")

BROKEN = frozenset({"CREATE_FAILED", "DELETE_FAILED", "UPDATE_FAILED", "DEGRADED"})

SETTLING = frozenset({"InsufficientNumberOfReplicas"})
"""Issues of a degraded add-on that pass when its pods start (EKS ``AddonIssueCode``); the deadline limits them."""


def is_broken(thing: NodeGroup | Addon) -> bool:
    """Whether waiting longer would not help."""
    if thing.status not in BROKEN:
        return False
    only_settling = bool(thing.issues) and all(issue.code in SETTLING for issue in thing.issues)
    return not (thing.status == "DEGRADED" and only_settling)


def failed_before(things: Sequence[T], instant: float) -> list[T]:
    """What EKS could not make, and was asked for before an instant: it is only tried again when it has gone."""
    return [thing for thing in things if thing.status == "CREATE_FAILED" and thing.created_at < instant]


def first_broken(operation: str, what: str, things: Sequence[NodeGroup | Addon]) -> None:
    """Raise for the first thing that is broken.

    Raises:
        AwsRefusedError: with the operation that made it and every issue in AWS's own words.
    """
    for thing in things:
        if is_broken(thing):
            code = thing.issues[0].code if thing.issues else thing.status
            texts = "; ".join(issue.text for issue in thing.issues) or "AWS names no issue"
            raise AwsRefusedError(operation, code, f"{what} {thing.name} is {thing.status}: {texts}")


def waiting_for(what: str, things: Sequence[NodeGroup | Addon]) -> str:
    """What is not ACTIVE yet, as in "node group worker is CREATING"; empty when all are."""
    return ", ".join(f"{what} {thing.name} is {thing.status}" for thing in things if thing.status != "ACTIVE")
