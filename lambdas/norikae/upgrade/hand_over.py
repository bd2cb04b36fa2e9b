"""Hand over green: from here on its applications follow what blue's follow, and norikae is no admin there any more.

A hotfix that a team merges during the shift has to reach both clusters in the way that the team knows. So the pin ends
before the first weight; a step during which green is synced bakes once more (``gates/judge.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.argocd.follow import follow_again
from norikae.argocd.home import counterpart, home_of
from norikae.cluster.adopt import BLUE_GROUPS
from norikae.cluster.green import ADMIN_POLICY
from norikae.cluster.names import ADMIN_GROUP
from norikae.secret_sync.early import carry_to
from norikae.upgrade.identity import shift_execution_name
from norikae.upgrade.phase import advance, enter
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import AppItem, Event
from norikae.upgrade.sync_state import HandOverItem
from norikae.upgrade.verify import has_been_handed_over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer
    from norikae.upgrade.plan import Plan, PlannedApplication

Answer = dict[str, Any]

MOST_TOGETHER = 40
"""Iterations of an inline Map that run at once (Step Functions guide, "Map state concurrency")."""


def hand_over_green(ports: Ports, writer: Writer) -> Answer:
    """Green's applications follow their branches, our admins are out; names the applications that still have to move.

    Each application comes with the name of its child execution. A run that comes here again (after a hold) gets new
    names, because Step Functions keeps a used one for 90 days (API reference, StartExecution).
    """
    plan = read_plan(ports.table, writer.run).plan

    def move() -> Progress:
        if has_been_handed_over(ports, writer):
            return Progress.done()
        progress = _follow(ports, plan)
        if progress.ready:
            _leave(ports, plan)
            carry_to(ports, plan.green.name)
            ports.table.write(writer, "HANDOVER", HandOverItem(attempt=writer.attempt, at=ports.now))
            detail = {"cluster": plan.green.name, "tracks": plan.tracks}
            ports.table.log(writer.run, Event(at=ports.now, what="handed-over", detail=detail))
        return progress

    answer = advance(ports, writer, "hand-over-green", ports.environment.argocd.application_deadline, move)
    if answer["next"] == "go-on":
        answer.update(groups=_groups(ports, writer, plan))
    return answer


def _follow(ports: Ports, plan: Plan) -> Progress:
    """Each application as its counterpart on blue; one that only green has is left as Git renders it."""
    argocd, blue, green = ports.environment.argocd, plan.blue.name, plan.green.name
    home = home_of(argocd, green)
    wanted = {counterpart(argocd, name, blue, green): track for name, track in plan.tracks.items()}
    return follow_again(ports.kubernetes(home.cluster), argocd, home, wanted)


def _leave(ports: Ports, plan: Plan) -> None:
    """Nobody has the admin policy; the next attempt that needs it gives it again (``cluster/green.py``).

    A role that a cluster needs when it serves stays in its groups: the next run compares its green with this one.
    """
    access = ports.settings.access
    staying = {role for group in BLUE_GROUPS for role in access.get(group, ())}
    for role in access.get(ADMIN_GROUP, ()):
        if role in staying:
            ports.eks.disassociate_policy(plan.green.name, role, ADMIN_POLICY)
        else:
            ports.eks.delete_access_entry(plan.green.name, role)


def _groups(ports: Ports, writer: Writer, plan: Plan) -> list[Answer]:
    item = enter(ports, writer, "shift-applications")
    turn = item.turn + 1
    ports.table.write(writer, "PHASE", msgspec.structs.replace(item, turn=turn))
    moved = {one.application for one in ports.table.read_all(writer.run, "APP#", AppItem) if one.outcome == "moved"}
    left = [[one for one in group if one.name not in moved] for group in plan.groups]
    return [
        {"together": together, "applications": [_child(writer, one.name, turn) for one in part]}
        for group in left
        for part, together in _parts(group, ports.environment.shift.together)
        if part
    ]


def _parts(group: list[PlannedApplication], together: int) -> Iterator[tuple[list[PlannedApplication], int]]:
    """First what norikae moves by itself, then what waits for its teams: nobody waits for another team's decision."""
    yield [one for one in group if _moves_by_itself(one)], together
    yield [one for one in group if not _moves_by_itself(one)], MOST_TOGETHER


def _child(writer: Writer, application: str, turn: int) -> Answer:
    return {"application": application, "execution": shift_execution_name(writer, application, turn)}


def _moves_by_itself(planned: PlannedApplication) -> bool:
    """Whether nobody has to say anything before an application moves."""
    return planned.shift == "auto" and not planned.hold
