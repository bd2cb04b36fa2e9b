"""The point of no return: once blue's end has begun, nothing raises its weight, and what goes wrong pages a person.

``GuardedDns`` stands in front of Route 53 in every function, so that no move, no rollback and no errand can go around
it; whoever decides earlier that something is too late says so in better words, and relies on this all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.errors import RefusedError
from norikae.traffic.records import TRAFFIC_TYPES
from norikae.upgrade.state import AppItem, ClustersItem, PhaseItem, PlanItem

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from norikae.traffic.ports import Dns
    from norikae.traffic.records import Change, RecordSet
    from norikae.upgrade.ports import RunTable

UNWEIGHTED = 256
"""A record without a weight answers always, which is more than any weight (0 to 255; Route 53 API reference)."""


def is_passed(table: RunTable, run: str) -> bool:
    """Whether a run has begun to take blue apart."""
    phase = table.read(run, "PHASE", PhaseItem)
    return bool(phase and phase.point_of_no_return)


def refuse_another_run(table: RunTable, run: str) -> None:
    """No other run begins while one has taken blue apart in part: its blue could neither serve nor be compared with.

    Raises:
        RefusedError: the environment's last run is past the point of no return and has not ended well.
    """
    clusters = table.environment("CLUSTERS", ClustersItem)
    if clusters is None or not clusters.run or clusters.run == run:
        return
    phase = table.read(clusters.run, "PHASE", PhaseItem)
    if phase and phase.point_of_no_return and phase.outcome != "succeeded":
        raise RefusedError(
            f"run {clusters.run} has begun to take {clusters.blue} apart and has not ended; finish it first: start an "
            f"execution called {clusters.run}-a<number of the next attempt>"
        )


def raised(changes: Sequence[Change], identifiers: Collection[str]) -> tuple[str, ...]:
    """The names that a batch leads to a cluster more than before; pure.

    A batch deletes records exactly as they are, so what it deletes is what is in force.

    Args:
        changes: the batch.
        identifiers: of the cluster's record sets.
    """
    mine = [one for one in changes if one.record.set_identifier in identifiers and _carries_traffic(one.record)]
    before = {_key(change.record): _weight(change.record) for change in mine if change.action == "DELETE"}
    after = {_key(change.record): _weight(change.record) for change in mine if change.action == "CREATE"}
    return tuple(sorted({name for (name, kind), weight in after.items() if weight > before.get((name, kind), 0)}))


class GuardedDns:
    """``Dns`` that refuses to raise blue's weight after the point of no return; the rest passes.

    Args:
        dns: Route 53.
        table: where the point of no return is written.
    """

    def __init__(self, dns: Dns, table: RunTable) -> None:
        self._dns, self._table = dns, table

    def records(self, hosts: Sequence[str], types: Sequence[str] = TRAFFIC_TYPES) -> tuple[RecordSet, ...]:
        """All record sets of some names and types."""
        return self._dns.records(hosts, types)

    def is_in_sync(self, change: str) -> bool:
        """Whether all authoritative servers answer with a change."""
        return self._dns.is_in_sync(change)

    def change(self, changes: Sequence[Change], comment: str) -> str:
        """Apply a batch, all of it or nothing.

        Raises:
            RefusedError: it raises the weight of a blue that is being taken apart.
        """
        blue = self._blue_that_goes()
        if blue and (names := raised(changes, blue)):
            raise RefusedError(
                f"{', '.join(names)}: decommission has begun; nothing raises the weight of {blue[0]} any more "
                "(docs/runbook.md, 'decommission has begun')"
            )
        return self._dns.change(changes, comment)

    def _blue_that_goes(self) -> tuple[str, ...]:
        """The set identifiers of a blue that is being taken apart, its name first; nothing otherwise."""
        clusters = self._table.environment("CLUSTERS", ClustersItem)
        if clusters is None or not clusters.run or not is_passed(self._table, clusters.run):
            return ()
        stored = self._table.read(clusters.run, "PLAN", PlanItem)
        if stored is None:
            return ()
        name = stored.plan.blue.name
        items = self._table.read_all(clusters.run, "APP#", AppItem)
        return (name, *sorted({one.sets[name] for one in items if name in one.sets}))


def _carries_traffic(record: RecordSet) -> bool:
    return record.type in (*TRAFFIC_TYPES, "CNAME")


def _key(record: RecordSet) -> tuple[str, str]:
    return record.name, record.type


def _weight(record: RecordSet) -> int:
    return UNWEIGHTED if record.weight is None else record.weight
