"""Where the run is, what it waits for, and where the weights are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.errors import NorikaeError
from norikae.upgrade.adopted import AdoptionItem
from norikae.upgrade.flags import read_flags
from norikae.upgrade.ports import read_clusters
from norikae.upgrade.state import AppItem, ApprovalItem, AssentItem, PhaseItem, PlanItem, RequestedItem

if TYPE_CHECKING:
    from norikae.commands.caller import Caller
    from norikae.commands.model import Command
    from norikae.ports import Ports
    from norikae.upgrade.plan import PlannedApplication
    from norikae.upgrade.state import Flags

Answer = dict[str, Any]


def status(ports: Ports, run: str, _: Command, __: Caller) -> Answer:
    """Everything that chats, terminals and people need to show a run; nothing of it opens anything.

    Args:
        ports: the world.
        run: the run; "" while there was none.
    """
    clusters = read_clusters(ports.table, ports.environment.clusters.adopt)
    common = {
        "run": run,
        "environment": ports.environment.environment,
        "blue": clusters.blue,
        "green": clusters.green,
        "now": ports.now,
        "adoption": _adoption(ports),
        "window": _window(ports),
    }
    return {**common, **_of_run(ports, run)} if run else common


def _of_run(ports: Ports, run: str) -> Answer:
    phase = ports.table.read(run, "PHASE", PhaseItem) or PhaseItem(phase="")
    stored = ports.table.read(run, "PLAN", PlanItem)
    requested = ports.table.read(run, "REQUESTED", RequestedItem)
    flags = read_flags(ports.table, run)
    items = {one.application: one for one in ports.table.read_all(run, "APP#", AppItem)}
    planned = {one.name: one for one in stored.plan.applications()} if stored else {}
    answer: Answer = {
        "phase": phase.phase,
        "waiting_for": phase.waiting_for,
        "outcome": phase.outcome,
        "requested_by": requested.by if requested else "",
        "flags": msgspec.to_builtins(flags),
        "applications": {
            name: _application(planned.get(name), items.get(name) or AppItem(application=name), flags)
            for name in dict.fromkeys((*planned, *items))
        },
        "questions": _questions(ports, run),
        "spans": [{"name": one.name, "since": one.since, "until": one.until} for one in phase.spans],
    }
    if stored:
        answer |= {"blue": stored.plan.blue.name, "green": stored.plan.green.name}
    return answer


def _application(planned: PlannedApplication | None, item: AppItem, flags: Flags) -> Answer:
    return {
        "outcome": item.outcome,
        "weight": item.weight,
        "team": planned.team if planned else "",
        "reason": item.reason,
        "steps": [[at, weight] for at, weight in item.steps],
        "wants": list(planned.steps) if planned else [],
        "skipped": [
            {"gate": one.gate, "by": one.by, "reason": one.reason}
            for one in flags.skipped
            if one.application == item.application
        ],
    }


def _questions(ports: Ports, run: str) -> list[Answer]:
    """What waits for a person, without the task token, and who has said yes already."""
    assents = {one.code: one.person for one in ports.table.read_all(run, "ASSENT#", AssentItem)}
    return [
        {
            "subject": one.subject,
            "text": one.text,
            "plan_hash": one.plan_hash,
            "code": one.code,
            "expires": one.expires,
            "yes": assents.get(one.code, "") if one.code else "",
        }
        for one in ports.table.read_all(run, "APPROVAL#", ApprovalItem)
    ]


def _adoption(ports: Ports) -> Answer | None:
    """How the last adoption ended, without the access entries and records that undoing it needs."""
    item = ports.table.environment("ADOPTION", AdoptionItem)
    if item is None:
        return None
    return {"cluster": item.cluster, "outcome": item.outcome, "reason": item.reason, "notes": list(item.notes)}


def _window(ports: Ports) -> Answer:
    """When the run may go on; nothing where it always may. A calendar that cannot be read hides nothing else."""
    windows = ports.environment.windows
    if not (windows.allow or windows.deny or windows.calendars):
        return {}
    from norikae.windows.preview import preview  # noqa: PLC0415 - time zones and holidays cost, and few have windows

    try:
        return dict(preview(ports))
    except NorikaeError as error:
        return {"error": str(error)}
