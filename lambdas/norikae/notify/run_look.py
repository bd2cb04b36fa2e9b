"""What a run's card needs of the table: four reads, and of each item only what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from norikae.chat.ports import Thread
    from norikae.ports import Ports


class Span(msgspec.Struct, frozen=True):
    """One phase that the run was in."""

    name: str
    until: float | None = None


class _Phase(msgspec.Struct, frozen=True):
    phase: str = ""
    waiting_for: str = ""
    outcome: str = ""
    spans: tuple[Span, ...] = ()


class _Cluster(msgspec.Struct, frozen=True):
    name: str


class _Planned(msgspec.Struct, frozen=True):
    name: str
    team: str = ""


class _Plan(msgspec.Struct, frozen=True):
    blue: _Cluster
    green: _Cluster
    groups: tuple[tuple[_Planned, ...], ...] = ()


class _Stored(msgspec.Struct, frozen=True):
    plan: _Plan


class _Application(msgspec.Struct, frozen=True):
    application: str
    outcome: str = "waiting"
    weight: int = 0


class _Question(msgspec.Struct, frozen=True):
    subject: str
    code: str = ""
    expires: float = 0.0


class Row(msgspec.Struct, frozen=True):
    """One application: its name, its team, green's weight that was last seen in force, and where it stands."""

    name: str
    team: str
    weight: int
    outcome: str


class RunLook(msgspec.Struct, frozen=True, kw_only=True):
    """A run as its card shows it.

    Args:
        run: which.
        blue: the cluster that serves, "" before there is a plan.
        green: the one that is built.
        phase: where it is, in kebab case.
        waiting_for: in words.
        outcome: how it ended; "" while it lives.
        applications: in the order of the plan.
        open_codes: of the questions that somebody can still answer.
        asked: the subjects of these.
        stood: what stood in the places before, by the keys of ``Threads``: as long as it does, nobody has shown there
            what is newer than this look.
    """

    run: str
    blue: str = ""
    green: str = ""
    phase: str = ""
    waiting_for: str = ""
    outcome: str = ""
    applications: tuple[Row, ...] = ()
    open_codes: frozenset[str] = frozenset()
    asked: tuple[str, ...] = ()
    stood: Mapping[str, Thread | None] = {}

    def teams(self, applications: tuple[str, ...]) -> frozenset[str]:
        """The teams of some applications."""
        return frozenset(row.team for row in self.applications if row.name in applications and row.team)


def look_at(ports: Ports, run: str, keys: Iterable[str] = ()) -> RunLook:
    """A run as the table has it now, whatever order messages come in.

    Args:
        ports: the world.
        run: which.
        keys: by which the table knows what stands in chats about it and is looked at before.
    """
    table, stood = ports.table, {key: ports.threads.read(key) for key in keys}
    phase = table.read(run, "PHASE", _Phase) or _Phase()
    stored = table.read(run, "PLAN", _Stored)
    items = {one.application: one for one in table.read_all(run, "APP#", _Application)}
    questions = [
        one
        for one in table.read_all(run, "APPROVAL#", _Question)
        if one.code and not (one.expires and ports.now >= one.expires)
    ]
    teams = {one.name: one.team for group in stored.plan.groups for one in group} if stored else {}
    return RunLook(
        run=run,
        blue=stored.plan.blue.name if stored else "",
        green=stored.plan.green.name if stored else "",
        phase=next((span.name for span in reversed(phase.spans) if span.until is None), phase.phase),
        waiting_for=phase.waiting_for,
        outcome=phase.outcome,
        applications=tuple(
            _row(name, teams.get(name, ""), items.get(name) or _Application(name))
            for name in dict.fromkeys((*teams, *items))
        ),
        open_codes=frozenset(one.code for one in questions),
        asked=tuple(one.subject for one in questions),
        stood=stood,
    )


def _row(name: str, team: str, item: _Application) -> Row:
    return Row(name, team, item.weight, item.outcome)
