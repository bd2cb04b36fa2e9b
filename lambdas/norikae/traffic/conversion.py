"""Simple record sets become weighted ones and back, in one batch, so that a name is never without records.

Route 53 allows no weighted record set beside a simple one of the same name and type, and an UPSERT cannot change the
routing policy, so each is deleted exactly as it was read and created anew (API reference, ChangeResourceRecordSets).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.ownership.registry import EXTERNAL_DNS, mark_of, owner_names
from norikae.traffic.records import OWNED_TYPES, TRAFFIC_TYPES, Change, RecordSet
from norikae.traffic.weights import as_it_is

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.ownership.claim import Claim
    from norikae.ownership.instances import Instance
    from norikae.traffic.weights import Taking

_POLICY = ("SetIdentifier", "Weight")
"""What makes a record set weighted (API reference, ResourceRecordSet)."""


def is_simple(record: RecordSet) -> bool:
    """Whether a record set has no routing policy: every policy but this one has a set identifier."""
    return not record.set_identifier and record.weight is None


def weighted(record: RecordSet, identifier: str, weight: int) -> RecordSet:
    """The simple record set as one of a weighted set, nothing else changed."""
    return RecordSet({**record.raw, "SetIdentifier": identifier, "Weight": weight})


def simple(record: RecordSet) -> RecordSet:
    """The weighted record set without its share, nothing else changed."""
    return RecordSet({key: value for key, value in record.raw.items() if key not in _POLICY})


def batch_weighted(
    records: Sequence[RecordSet], identifier: str, weight: int, take: Taking = as_it_is
) -> tuple[Change, ...]:
    """The changes after which every simple record set of some names is weighted; empty when none is simple.

    Marks of every dialect are converted with what they mark, the old names among them: one that stays simple keeps its
    external-dns from ever writing a weighted one there.

    Args:
        records: the A, AAAA and TXT record sets of the names and of their marks; no other TXT record.
        identifier: the set identifier that they get.
        weight: from 0 to 255.
        take: makes marks norikae's own, in the same batch.
    """
    old = [one for one in records if one.type in OWNED_TYPES and is_simple(one)]
    new = [weighted(one, identifier, weight) for one in old]
    taken = [take(one) if one.type == "TXT" else one for one in new]
    return (*(Change("DELETE", one) for one in old), *(Change("CREATE", one) for one in taken))


def batch_as_asked(
    host: str,
    records: Sequence[RecordSet],
    *,
    balancer: str,
    claims: Sequence[Claim],
    instances: Sequence[Instance],
) -> tuple[Change, ...]:
    """The changes after which a name that a cluster's external-dns owns is weighted as its objects already ask; pure.

    An external-dns with ``--policy=upsert-only`` never gets there by itself, since the change needs a deletion; after
    this one it has nothing to do, whatever its policy (tests/local/edge/test_conversion.py). Empty whenever anything
    is not as clear as that: the name is then refused as before.

    Args:
        host: the name.
        records: its record sets and the TXT record sets of all names at which its owner may be written.
        balancer: the load balancer that serves it in the cluster.
        claims: what every external-dns of the cluster is asked for it.
        instances: every external-dns of the cluster.
    """
    wishes = {(claim.identifier, claim.weight) for claim in claims}
    twins = owner_names(host, [one.affixes for one in instances])
    carrying = [one for one in records if one.name == host and one.type != "TXT"]
    marks = [mark for one in records if one.name in twins and (mark := mark_of(one)) is not None]
    owners = {one.owner for one in instances}
    is_clear = (
        len(wishes) == 1
        and bool(carrying)
        and bool(marks)
        and all(one.type in TRAFFIC_TYPES and is_simple(one) and one.target == balancer.lower() for one in carrying)
        and all(one.heritage == EXTERNAL_DNS and one.owner in owners and is_simple(one.record) for one in marks)
    )
    ((identifier, weight),) = wishes if len(wishes) == 1 else (("", None),)
    if not (is_clear and balancer and identifier and weight is not None):
        return ()
    return batch_weighted([*carrying, *(one.record for one in marks)], identifier, weight)


def batch_simple(records: Sequence[RecordSet], identifier: str) -> tuple[Change, ...]:
    """The changes after which one weighted set of some names is simple; empty while another set is beside it.

    Args:
        records: all A, AAAA and TXT record sets of the names and of their marks.
        identifier: the set that is left, with any weight: alone it is the whole.
    """
    owned = [one for one in records if one.type in OWNED_TYPES]
    mine = [one for one in owned if one.set_identifier == identifier and one.weight is not None]
    taken = {(one.name, one.type) for one in mine}
    if any((one.name, one.type) in taken and one.set_identifier != identifier for one in owned):
        return ()
    return (*(Change("DELETE", one) for one in mine), *(Change("CREATE", simple(one)) for one in mine))
