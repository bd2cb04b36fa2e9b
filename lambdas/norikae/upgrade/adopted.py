"""What the table keeps of an adoption."""

from typing import Any, Literal

import msgspec


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """Who was let into a cluster before norikae came, and how far this adoption is there.

    Args:
        cluster: the cluster.
        before: role ARN to its Kubernetes groups, of the access entries that were there already.
        inside: our functions are in, and the adopting one is out again.
    """

    cluster: str
    before: dict[str, tuple[str, ...]] = {}
    inside: bool = False


class AdoptionItem(msgspec.Struct, frozen=True, kw_only=True):
    """``ADOPTION``: what adopting the cluster changed, whole, so that it can be undone.

    Args:
        cluster: the cluster that serves.
        execution: ARN of the last execution that worked on it.
        admissions: by cluster.
        records: the record sets that were renamed, as they were.
        taken: records, tags and the record of blue are as they shall be.
        notes: public names that could not be taken over, each with what to do.
        outcome: how the last execution ended; empty while it lives.
        reason: why it was refused.
    """

    cluster: str
    execution: str
    admissions: tuple[Admission, ...] = ()
    records: tuple[dict[str, Any], ...] = ()
    taken: bool = False
    notes: tuple[str, ...] = ()
    outcome: Literal["", "adopted", "refused", "undone"] = ""
    reason: str = ""
