"""From the queue's messages to claims, marks and a coordinator that runs; nothing is drained here."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.drain.claim import SOON
from norikae.drain.events.table import parse
from norikae.drain.interruption import Ignored, Interruption
from norikae.drain.marking import mark_nodes, unmark_nodes, wants_mark
from norikae.drain.merge import merge
from norikae.drain.policy import in_force
from norikae.drain.waves import poke
from norikae.drain.whose import Ours, cluster_of
from norikae.errors import ConflictError, NorikaeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.drain.claim import Claim
    from norikae.drain.node import Node
    from norikae.drain.ports import Machine
    from norikae.drain.whose import Role
    from norikae.ports import Ports

ATTEMPTS = 4
"""How often a claim is merged anew when somebody else writes it at the same moment."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One machine of one message.

    Args:
        message: the queue's id of the message.
        said: what it says about the machine.
    """

    message: str
    said: Interruption


@dataclass(slots=True)
class Batch:
    """What becomes of the messages of one batch.

    Args:
        heard: what they say about machines.
        ignored: what asks for nothing, and how often that came.
        failed: why a message comes again, by its id.
        unmarked: why nodes could not be marked now.
    """

    heard: list[Heard] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    unmarked: set[str] = field(default_factory=set)

    def ignore(self, said: Ignored) -> None:
        """A message is acknowledged and counted."""
        self.ignored[f"{said.reason}: {said.what}" if said.what else said.reason] += 1

    def fail(self, heard: Sequence[Heard], error: NorikaeError) -> None:
        """Messages come again."""
        self.failed |= {one.message: f"{type(error).__name__}: {error}" for one in heard}

    def answer(self) -> dict[str, Any]:
        """What Lambda reads (Lambda guide, "Implementing partial batch responses"), and what the log line says."""
        failures = [{"itemIdentifier": message} for message in self.failed]
        said = {"ignored": dict(self.ignored), "failed": sorted(set(self.failed.values()))}
        if self.unmarked:
            said["unmarked"] = sorted(self.unmarked)
        return {"batchItemFailures": failures, **{key: value for key, value in said.items() if value}}


def ingest(ports: Ports, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Every machine that goes has its claim, and a coordinator runs for its cluster; ``batchItemFailures`` come again.

    A message is worth nothing but a look: whatever was done already for it is found done. A foreign machine's message
    is acknowledged without a write or a call to any cluster. What fails for one cluster fails for its messages alone.

    Args:
        ports: the world.
        records: the event's ``Records``.
    """
    batch = Batch()
    for record in records:
        for said in parse(str(record.get("body", ""))):
            if isinstance(said, Ignored):
                batch.ignore(said)
            else:
                batch.heard.append(Heard(str(record["messageId"]), said))
    _take(ports, batch)
    return batch.answer()


def take(ports: Ports, interruptions: Sequence[Interruption]) -> list[Interruption]:
    """The same for what no message said; those for which it failed.

    Args:
        ports: the world.
        interruptions: of any clusters.
    """
    batch = Batch([Heard(str(place), said) for place, said in enumerate(interruptions)])
    _take(ports, batch)
    return [one.said for one in batch.heard if one.message in batch.failed]


def _take(ports: Ports, batch: Batch) -> None:
    try:
        clusters = _by_cluster(ports, batch)
    except NorikaeError as error:
        batch.fail(batch.heard, error)
        return
    claimed = {cluster: _claimed(ports, batch, cluster, role, heard) for (cluster, role), heard in clusters.items()}
    # Marks come first, unless there are several clusters: one that hangs keeps nobody from being drained in the other.
    for step in (_wake, _marked) if len(claimed) > 1 else (_marked, _wake):
        for cluster, claims in claimed.items():
            step(ports, batch, cluster, claims)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message, its machine, and the claim as it stands now."""

    heard: Heard
    machine: Machine
    claim: Claim


def _by_cluster(ports: Ports, batch: Batch) -> dict[tuple[str, Role], list[tuple[Heard, Machine]]]:
    """The machines of our clusters; one question to EC2 for the whole batch."""
    heard = _with_instances(ports, batch)
    ids = sorted({one.said.instance for one in heard})
    machines = ports.fleet.machines(ids) if ids else {}
    ours, found = Ours(ports), defaultdict(list)
    for one in heard:
        machine = machines.get(one.said.instance)
        if machine is None:
            batch.ignore(Ignored("unknown-instance", one.said.kind))
            continue
        if one.said.cancelled and machine.has_ended:
            batch.ignore(Ignored("machine-ended", one.said.kind))  # what was announced has happened, and so is over
            continue
        cluster = cluster_of(machine.tags)
        role = ours.role(cluster)
        if role is None or one.said.cluster not in ("", cluster):
            batch.ignore(Ignored("foreign-instance", one.said.kind))
        else:
            found[cluster, role].append((one, machine))
    return dict(found)


def _with_instances(ports: Ports, batch: Batch) -> list[Heard]:
    """What was heard, with the machine of each node that a person named; a cluster that hangs fails only such words."""
    if all(one.said.instance for one in batch.heard):
        return batch.heard
    from norikae.drain.named import with_instance  # noqa: PLC0415 - events of AWS name machines

    found = []
    for one in batch.heard:
        try:
            said = one.said if one.said.instance else with_instance(ports, one.said)
        except NorikaeError as error:
            batch.fail([one], error)
            continue
        if said is None:
            batch.ignore(Ignored("unknown-node", one.said.kind))
        else:
            found.append(Heard(one.message, said))
    return found


def _claimed(
    ports: Ports, batch: Batch, cluster: str, role: Role, heard: Sequence[tuple[Heard, Machine]]
) -> dict[str, Claimed]:
    """The claims of a cluster's machines, written before anything is done about them; by instance."""
    claims: dict[str, Claimed] = {}
    for one, machine in heard:
        try:
            claim = _write(ports, cluster, role, one.said)
        except NorikaeError as error:
            batch.fail([one], error)
            continue
        if claim is None:
            batch.ignore(Ignored("off", one.said.kind))
        else:
            claims[machine.instance] = Claimed(one, machine, claim)
    return claims


def _write(ports: Ports, cluster: str, role: Role, said: Interruption) -> Claim | None:
    """The claim with what was said, written if it says anything new; None when the policy wants none.

    Raises:
        ConflictError: others wrote it at every attempt.
    """
    verdict = in_force(ports.environment.interruptions, cluster, role, said, ports.now)
    for attempt in range(ATTEMPTS):
        known = ports.claims.of(cluster, said.instance)
        claim = merge(known, said, verdict, cluster=cluster, role=role, now=ports.now)
        if claim is None:
            return known
        try:
            ports.claims.write(claim, instead_of=known)
        except ConflictError:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return claim
    raise AssertionError  # pragma: no cover - the last attempt returns or raises


def _marked(ports: Ports, batch: Batch, cluster: str, claims: Mapping[str, Claimed]) -> None:
    """Marks are on or off before a coordinator runs, as a rule: no pod moves to a node that goes, too.

    A cluster that does not answer fails only what nobody else makes good: the coordinator puts on the marks that are
    missing, but takes none off whose claim is finished.
    """
    due = _due(ports, claims)
    over = [one for one in claims.values() if one.claim.outcome == "cancelled"]
    marked = mark_nodes(ports, cluster, [(one.claim, one.machine) for one in due if wants_mark(one.claim, ports.now)])
    batch.unmarked |= {f"{type(error).__name__}: {error}" for error in marked.errors.values()}
    taken = unmark_nodes(ports, cluster, [(one.claim, one.machine) for one in over])
    for instance, error in taken.errors.items():
        batch.fail([claims[instance].heard], error)
    named = {instance: node for instance, node in marked.nodes.items() if instance not in marked.errors}
    try:
        _name_nodes(ports, named, claims)
    except NorikaeError as error:
        batch.fail([one.heard for one in due], error)


def _due(ports: Ports, claims: Mapping[str, Claimed]) -> list[Claimed]:
    return [one for one in claims.values() if one.claim.is_open and one.claim.due <= ports.now + SOON]


def _wake(ports: Ports, batch: Batch, cluster: str, claims: Mapping[str, Claimed]) -> None:
    """A coordinator runs if something is due, whatever else failed."""
    due = _due(ports, claims)
    try:
        if due:
            poke(ports, cluster)
    except NorikaeError as error:
        batch.fail([one.heard for one in due], error)


def _name_nodes(ports: Ports, nodes: Mapping[str, Node], claims: Mapping[str, Claimed]) -> None:
    """Claims know their nodes' names, unless somebody else has written them meanwhile: then they know more."""
    for instance, node in nodes.items():
        claim = claims[instance].claim
        if claim.node != node.name:
            with suppress(ConflictError):
                ports.claims.write(msgspec.structs.replace(claim, node=node.name), instead_of=claim)
