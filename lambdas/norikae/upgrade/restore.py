"""Restore revisions: before a run ends, green's applications are wholly Git's again."""

from typing import Any

from norikae.argocd.home import counterpart, home_of
from norikae.argocd.restore import restore
from norikae.argocd.sync import SyncRun
from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.upgrade.phase import advance, enter, holds_in
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress

PHASE = "restore-revisions"


def restore_revisions(ports: Ports, writer: Writer) -> dict[str, Any]:
    """The next move towards applications without norikae's pin, as blue's were when the plan was written.

    Raises:
        RefusedError: green has no root application, or its sync failed.
    """
    plan, argocd = read_plan(ports.table, writer.run).plan, ports.environment.argocd
    home = home_of(argocd, plan.green.name)
    item = enter(ports, writer, PHASE)
    run = SyncRun(writer.run, writer.attempt, "", since=item.spans[-1].since, turn=holds_in(item))
    wanted = {counterpart(argocd, name, plan.blue.name, plan.green.name): track for name, track in plan.tracks.items()}

    def move() -> Progress:
        return restore(ports.kubernetes(home.cluster), argocd, home, wanted, plan.automated, run)

    return advance(ports, writer, PHASE, argocd.application_deadline, move)
