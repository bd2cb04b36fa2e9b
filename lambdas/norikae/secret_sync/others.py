"""Declarations that other operators carry out: one table says which module knows which kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from norikae.secret_sync import aws_secret, external_secret, provider_class
from norikae.secret_sync.garbage import GARBAGE
from norikae.secret_sync.target import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.secret_sync.ports import Shelf
    from norikae.secret_sync.secret import Described
    from norikae.secret_sync.target import Json, Kind, Target


class Operator(Protocol):
    """What is known of one kind."""

    def targets(self, shelf: Shelf, *, account: str = "", region: str = "") -> list[Target]:
        """The declarations of a cluster that name secrets of an account and a region ("" for any), with problems."""

    def standing_of(self, target: Target, secret: Described) -> Standing:
        """How one of them stands towards the current version of a secret."""

    def nudge(self, target: Target, secret: Described, *, now: float) -> Json | None:
        """The merge patch that makes its operator fetch the current version; None when nothing helps."""


OPERATORS: Mapping[Kind, Operator] = {
    external_secret.KIND: external_secret,
    aws_secret.KIND: aws_secret,
    provider_class.KIND: provider_class,
}


def targets_of_others(shelf: Shelf, *, account: str = "", region: str = "") -> list[Target]:
    """The ExternalSecrets, AWSSecrets and SecretProviderClasses of a cluster, with problems.

    Args:
        shelf: the cluster.
        account: the account whose secrets they have to name; "" for any.
        region: the region; "" for any.
    """
    return [target for one in OPERATORS.values() for target in one.targets(shelf, account=account, region=region)]


def standing_of(target: Target, secret: Described) -> Standing:
    """How a target of another operator stands towards the current version of a secret that it names.

    Args:
        target: one of ``targets_of_others``, as it is now.
        secret: as DescribeSecret gives it.
    """
    try:
        return OPERATORS[target.kind].standing_of(target, secret)
    except GARBAGE:
        return Standing("refused", f"{target} has not the form that its operator documents; write it anew")


def nudge(target: Target, secret: Described, *, now: float) -> Json | None:
    """The merge patch that makes a target's operator fetch the current version; None when nothing helps.

    Args:
        target: one of ``targets_of_others``, as it is now.
        secret: as DescribeSecret gives it.
        now: the instant, in seconds since the epoch.
    """
    try:
        return OPERATORS[target.kind].nudge(target, secret, now=now)
    except GARBAGE:
        return None
