"""The batch that a person can apply when nothing of norikae works any more: everything back on blue."""

from collections.abc import Sequence
from typing import Any

from norikae.traffic.records import RecordSet, weighted_alias
from norikae.traffic.weights import Side


def batch_by_hand(snapshot: Sequence[RecordSet], green: Side) -> dict[str, Any]:
    """A ``ChangeBatch`` as Route 53's API and its command line take it.

    It holds whatever the weights are meanwhile, so it upserts: the original record sets as they were, and green's at
    weight 0, since only its exact values could delete them (API reference, ChangeResourceRecordSets).

    Args:
        snapshot: the original record sets.
        green: green's side.
    """
    originals = {(one.name, one.type, one.set_identifier): one for one in snapshot}
    silent = {
        (one.name, one.type, green.cluster): weighted_alias(
            str(one.raw["Name"]).rstrip("."), one.type, green.cluster, 0, green.targets[one.name]
        )
        for one in snapshot
        if one.target  # a mark of green's is among the originals
    }
    wanted = {**silent, **originals}
    return {
        "Comment": "norikae: everything back on blue, by hand; unlock a protected name first (docs/runbook.md)",
        "Changes": [{"Action": "UPSERT", "ResourceRecordSet": dict(wanted[key].raw)} for key in sorted(wanted)],
    }
