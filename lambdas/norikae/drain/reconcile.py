"""Once a minute: what events, functions or executions have lost is found in the world and taken up again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from norikae.drain import unheard, waves
from norikae.drain.claim import STAYS_MARKED
from norikae.drain.gone import finish
from norikae.drain.node import EPISODE
from norikae.drain.release import is_ours, is_over, is_time_to_look, take_off
from norikae.drain.told import tell_changes
from norikae.errors import ConflictError, NorikaeError
from norikae.upgrade.ports import read_clusters

if TYPE_CHECKING:
    from norikae.drain.claim import Claim, Outcome
    from norikae.drain.interruption import Interruption
    from norikae.drain.ports import Impairment, Waiting
    from norikae.ports import Ports

Answer = dict[str, Any]
Take = Callable[["Ports", Sequence["Interruption"]], Sequence[object]]
"""Claims are written and nodes marked as for events; it answers with those for which that failed."""

LATE = 60
"""Seconds after a deadline in which whoever drains ends the claim itself."""


def reconcile(ports: Ports, take: Take) -> Answer:
    """Every claim has an execution when it is due, every lost event a claim, and no node a mark without a reason.

    Each cluster and each part of the look goes as far as it can before an error is raised, so a cluster that does not
    answer keeps nobody from being drained in the other.

    Args:
        ports: the world.
        take: what is done with an event.

    Raises:
        NorikaeError: the first one that was met; the next look tries again.
    """
    clusters = read_clusters(ports.table, ports.environment.clusters.adopt)
    looks = [Look(ports, name, take) for name in (clusters.blue, clusters.green) if name]
    errors: list[NorikaeError] = []
    for part in (Look.wake, Look.hear, Look.answer, Look.check, Look.say, Look.end, Look.tidy):
        for look in looks:  # a cluster that hangs must not keep the other from what needs no cluster
            try:
                part(look)
            except NorikaeError as error:
                errors.append(error)
    if errors:
        raise errors[0]
    return {"next": "done", "outcome": "; ".join(f"{look.cluster}: {what}" for look in looks for what in look.did)}


@dataclass
class Look:
    """One look at one cluster; what several parts read is read once.

    Args:
        ports: the world.
        cluster: the cluster's name.
        take: what is done with an event.
    """

    ports: Ports
    cluster: str
    take: Take

    def __post_init__(self) -> None:
        self.did: list[str] = []
        self._known: dict[str, Claim | None] = {}

    @cached_property
    def unsettled(self) -> list[Claim]:
        """The open claims, and those of whose end people have still to hear."""
        claims = self.ports.claims.unsettled(self.cluster)
        self._known |= {claim.instance: claim for claim in claims}
        return claims

    @cached_property
    def open(self) -> list[Claim]:
        """The open claims."""
        return [claim for claim in self.unsettled if claim.is_open]

    @cached_property
    def instances(self) -> list[str]:
        """The cluster's machines that live."""
        return sorted(one.id for one in self.ports.compute.instances(self.cluster))

    @cached_property
    def impaired(self) -> list[Impairment]:
        """What EC2 says against them."""
        return self.ports.fleet.impaired(self.instances) if self.instances else []

    @cached_property
    def held(self) -> list[Waiting]:
        """Those that wait for a lifecycle action."""
        return self.ports.fleet.waiting(self.cluster)

    def claim_of(self, instance: str) -> Claim | None:
        """The claim on an instance, also when it is finished."""
        if instance not in self._known:
            self._known[instance] = self.ports.claims.of(self.cluster, instance)
        return self._known[instance]

    def wake(self) -> None:
        """Claims that are due, or soon are, have an execution that drains them."""
        if any(claim.needs_an_execution(self.ports.now) for claim in self.open):
            waves.poke(self.ports, self.cluster)

    def hear(self) -> None:
        """A lifecycle action that no event told becomes an event."""
        _ = self.open
        self._take([*unheard.waiting(self.held, self.claim_of, self.ports.now)])

    def answer(self) -> None:
        """A lifecycle action whose answer was lost gets it again; one that is refused keeps none of the others."""
        refused: list[NorikaeError] = []
        for hook, instance in unheard.unanswered(self.held, self.claim_of):
            try:
                self.ports.fleet.complete(hook, instance, "CONTINUE")
            except NorikaeError as error:
                refused.append(error)
            else:
                self.did.append(f"answered for {instance} again")
        if refused:
            raise refused[0]

    def check(self) -> None:
        """What EC2 says against machines, or does not say any more, becomes an event."""
        now = self.ports.now
        self._take([*unheard.impaired(self.impaired, self.claim_of, now)])
        self._take([*unheard.recovered(self.open, self.impaired, now)])

    def end(self) -> None:
        """Cordons past their time are taken off, and claims whose machine has gone are finished."""
        now = self.ports.now
        over = [claim for claim in self.open if claim.rests and is_over(claim, now) and self._is_sound(claim)]
        for claim in over:
            yard = self.ports.yard(self.cluster)
            node = yard.node(claim.node)
            if self.ports.claims.of(self.cluster, claim.instance) != claim:
                continue  # a new event came: its mark is in what was read of the node, or makes the patch a conflict
            if node is not None and node.annotations.get(EPISODE) == claim.episode:
                take_off(yard, node)
            self._finish(claim, "kept")
        late = [claim for claim in self.open if now > claim.deadline + LATE and claim not in over]
        machines = self.ports.fleet.machines([claim.instance for claim in late]) if late else {}
        for claim in late:
            machine = machines.get(claim.instance)
            if machine is None or machine.has_ended:
                self._finish(claim, "deadline-passed" if claim.left else "gone")

    def tidy(self) -> None:
        """No node carries a mark of ours for which there is no reason any more."""
        if not (self.open or is_time_to_look(self.ports.now)) or not self.instances:
            return
        yard, open_ones = self.ports.yard(self.cluster), {claim.instance for claim in self.open}
        for node in yard.nodes():
            if not is_ours(node) or node.instance in open_ones:
                continue
            claim = self.ports.claims.of(self.cluster, node.instance)  # read anew: one may have been written meanwhile
            if claim is None or claim.outcome in {"cancelled", "kept"}:
                take_off(yard, node)
                self.did.append(f"took an orphaned mark off {node.name}")
            elif (
                claim.outcome in STAYS_MARKED
                and is_over(claim, self.ports.now)
                and node.ready
                and self._is_sound(claim)
            ):
                take_off(yard, node)
                self._finish(claim, "kept")

    def say(self) -> None:
        """People hear of claims on which nobody works: not yet, or not any more, and their end could not be told."""
        claims, now = self.ports.claims, self.ports.now
        unsettled = claims.unsettled(self.cluster) if self.did else self.unsettled
        known = {claim.instance: claim for claim in unsettled if not claim.needs_an_execution(now)}
        for claim in tell_changes(self.ports, [*known.values()]):
            with suppress(ConflictError):  # whoever wrote it has news of its own
                claims.write(claim, instead_of=known[claim.instance])

    def _is_sound(self, claim: Claim) -> bool:
        """Whether EC2 says nothing against the machine."""
        return all(one.instance != claim.instance for one in self.impaired)

    def _take(self, interruptions: list[Interruption]) -> None:
        if interruptions:
            failed = self.take(self.ports, interruptions)
            self.did.append(f"{len(interruptions)} of which no event told, {len(failed)} not taken up")

    def _finish(self, claim: Claim, outcome: Outcome) -> None:
        finish(self.ports, claim, outcome)
        self.did.append(f"{claim.node or claim.instance} is {outcome}")
