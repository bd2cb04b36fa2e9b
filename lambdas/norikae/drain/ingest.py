"""Stand-in until the ingest is merged: claims are written and executions poked; whoever drains marks the nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.drain import waves
from norikae.drain.claim import Claim
from norikae.drain.policy import in_force
from norikae.errors import NorikaeError
from norikae.upgrade.ports import read_clusters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.drain.interruption import Interruption
    from norikae.ports import Ports

CLUSTER_TAG = "eks:cluster-name"


def take(ports: Ports, interruptions: Sequence[Interruption]) -> list[Interruption]:
    """Each interruption of a machine that has no open claim has one; those for which that failed."""
    clusters = read_clusters(ports.table, ports.environment.clusters.adopt)
    machines = ports.fleet.machines([one.instance for one in interruptions])
    failed = []
    for one in interruptions:
        try:
            name = machines[one.instance].tags.get(CLUSTER_TAG, "") if one.instance in machines else ""
            role = {clusters.blue: "blue", clusters.green: "green"}.get(name, "")
            known = ports.claims.of(name, one.instance) if role else None
            if role and (known is None or not known.is_open):
                _claim(ports, name, role, one, known)
        except NorikaeError:
            failed.append(one)
    return failed


def _claim(ports: Ports, cluster: str, role: str, one: Interruption, known: Claim | None) -> None:
    verdict = in_force(ports.environment.interruptions, cluster, role, one, ports.now)
    claim = Claim(
        cluster=cluster,
        instance=one.instance,
        role=role,
        episode=f"{one.instance}/{one.at:.0f}",
        kind=one.kind,
        kinds=(one.kind,),
        events=(one.event,),
        detail=one.detail,
        began=ports.now,
        due=verdict.due,
        deadline=verdict.deadline,
        ends_at=one.ends_at,
        hook=one.hook,
        do=verdict.do,
        budgets=verdict.budgets,
        state="waiting" if verdict.due > ports.now else "marked",
    )
    ports.claims.write(claim, instead_of=known)
    waves.poke(ports, cluster)
