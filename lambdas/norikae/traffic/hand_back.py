"""Names that norikae leased go back to their external-dns, once that would write what Route 53 says already.

Whoever hands back earlier moves traffic: external-dns writes the weight that Git says within a minute
(docs/world/external-dns.md, `test_a_lease_that_ends_before_git_agrees_moves_the_traffic_back`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from norikae.errors import NorikaeError
from norikae.ownership.asked import Asked
from norikae.ownership.claim import Claim
from norikae.ownership.instances import find_instances
from norikae.ownership.registry import mark_of, returned
from norikae.ports import Ports
from norikae.traffic.locks import unlock
from norikae.traffic.moving import Moving
from norikae.traffic.records import Change, RecordSet

DEPLOYMENTS = "deployments.apps"
SHOWN = 3


@dataclass(frozen=True, slots=True)
class HandBack:
    """How far the names are from being their external-dns's again.

    Args:
        done: they are, or never were leased.
        git: what Git has to say first, in words; "" when it says so.
    """

    done: bool
    git: str = ""


def hand_back(moving: Moving) -> HandBack:
    """One move towards names that are their external-dns's again.

    Raises:
        ForeignWriteError: somebody else wrote to the records.
        TransientError: a cluster could not be asked.
    """
    if not moving.is_leased or not moving.item.sets or moving.item.given_back:
        return HandBack(done=True)
    records = moving.records(or_all_on_blue=True)
    if not any(is_leased(record) for record in records):
        unlock(moving.saved(given_back=True))
        return HandBack(done=True)
    try:
        wishes = {
            identifier: wishes_of(moving.ports, cluster, moving.planned.hosts)
            for cluster, identifier in moving.item.sets.items()
            if any(record.set_identifier == identifier for record in records)
        }
    except NorikaeError as error:  # an API server that is gone must not keep a way back open
        return HandBack(done=False, git=f"what Git says cannot be read: {error}")
    differences = tuple(disagreements(records, wishes))
    if differences:
        more = f" (and {len(differences) - SHOWN} more)" if len(differences) > SHOWN else ""
        return HandBack(done=False, git=f"{', '.join(differences[:SHOWN])}{more}")
    moving.save(given_back=False)  # whoever lost the lease is refused here, before the zone is touched
    changes = batch_returned(records, moving.snapshot())
    moving.ports.dns.change(changes, f"norikae run={moving.writer.run} application={moving.planned.name} hand-back")
    moving.note("names-handed-back", sets=sorted(wishes))
    return HandBack(done=False)


def given_back(moving: Moving) -> bool:
    """Whether nothing is to be waited for: leased names are their owner's again, or cannot be yet, which is noted.

    A Git that says otherwise already is no reason to keep a way back open: the names stay leased, and nothing moves.
    """
    given = hand_back(moving)
    if given.git:
        moving.note("names-stay-leased", reason=given.git)
    return given.done or bool(given.git)


def is_leased(record: RecordSet) -> bool:
    """Whether a record set is a mark that norikae took."""
    mark = mark_of(record)
    return mark is not None and bool(mark.taken_from)


def wishes_of(ports: Ports, cluster: str, hosts: Sequence[str]) -> dict[str, tuple[Claim, ...]]:
    """What every external-dns of a cluster wants of some names, by name."""
    api, zone = ports.kubernetes(cluster), ports.environment.dns.zones[0]
    instances = [one for one in find_instances(api.list(DEPLOYMENTS)) if one.may_write(zone)]
    asked = Asked.read(api, instances)
    found = [claim for instance in instances for claim in asked.by_any(instance, hosts)]
    return {host: tuple(claim for claim in found if claim.host == host) for host in hosts}


def disagreements(records: Sequence[RecordSet], wishes: Mapping[str, Mapping[str, Sequence[Claim]]]) -> Iterator[str]:
    """Where external-dns would write something else than what is there; pure.

    Args:
        records: the application's record sets.
        wishes: set identifier to what is wanted of each name in the cluster of that set.
    """
    weights = {(one.name, one.set_identifier): one.weight for one in records if one.type != "TXT"}
    for (host, identifier), weight in sorted(weights.items()):
        wanted = wishes.get(identifier, {}).get(host, ())
        if not wanted:
            yield f"nothing asks for {host} {identifier}"
        for claim in wanted:
            if claim.identifier != identifier:
                yield f"{claim.resource} asks for {claim.identifier or 'a simple record'} instead of {identifier}"
            elif claim.weight != weight:
                yield f"{claim.resource} says aws-weight {claim.weight} for {identifier}, it is {weight}"


def batch_returned(records: Sequence[RecordSet], snapshot: Sequence[RecordSet]) -> tuple[Change, ...]:
    """The changes after which each mark names its owner again and health is evaluated as before; no weight changes.

    Args:
        records: the application's record sets.
        snapshot: they were so before the first weight.
    """
    health = {
        (one.name, one.type, one.set_identifier): one.raw["AliasTarget"]["EvaluateTargetHealth"]
        for one in snapshot
        if "AliasTarget" in one.raw
    }
    after = [_returned(record, health.get((record.name, record.type, record.set_identifier))) for record in records]
    changed = [(old, new) for old, new in zip(records, after, strict=True) if old.raw != new.raw]
    return (*(Change("DELETE", old) for old, _ in changed), *(Change("CREATE", new) for _, new in changed))


def _returned(record: RecordSet, health: object) -> RecordSet:
    if record.type == "TXT":
        return returned(record)
    if health is None or record.raw["AliasTarget"]["EvaluateTargetHealth"] == health:
        return record
    return RecordSet({**record.raw, "AliasTarget": {**record.raw["AliasTarget"], "EvaluateTargetHealth": health}})
