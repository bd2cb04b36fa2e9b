"""Which clusters an event of AWS Health is about, by what it names; without effects."""

from __future__ import annotations

from collections.abc import Collection

ACCOUNT, UNKNOWN = "AWS_ACCOUNT", "UNKNOWN"
"""What an event names that is about the account as a whole, or says no more (API, DescribeAffectedEntities)."""
ARN_PARTS = 6


def mine(names: Collection[str], entities: Collection[str]) -> tuple[str, ...] | None:
    """Which of some clusters an event is about; None when it is about others only.

    Args:
        names: of clusters.
        entities: what it names. What names no cluster, such as the account, leaves open whom it concerns.
    """
    named = [cluster_of(one) for one in entities]
    ours = tuple(sorted(set(named) & set(names)))
    return None if named and all(named) and not ours else ours


def cluster_of(entity: str) -> str:
    """The cluster that is named, or whose node group or add-on is; "" when nothing of the kind is.

    Every resource of EKS has its cluster's name as the second part (Service Authorization Reference, Amazon EKS).

    Args:
        entity: a name or an ARN.
    """
    if not entity.startswith("arn:"):
        return "" if entity in (ACCOUNT, UNKNOWN) or entity.isdecimal() else entity.partition("/")[0]
    parts = entity.split(":", ARN_PARTS - 1)
    if len(parts) < ARN_PARTS or parts[2] != "eks":
        return ""
    return [*parts[5].split("/"), ""][1]
