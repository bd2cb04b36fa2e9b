"""From one cluster to the other, never in both: stopped here, seen to have stopped, started there; and the way back."""

from collections.abc import Collection, Iterable
from typing import Any, Literal

import msgspec

from norikae.capacity.back import give_back, give_back_all
from norikae.cluster.ports import Json, Kubernetes
from norikae.errors import NotFoundError, RefusedError
from norikae.ports import Ports
from norikae.singletons.ledger import on_green, read_ledger, write
from norikae.singletons.looks import LAST_LOOK, next_look
from norikae.singletons.policy import KINDS, size_of
from norikae.singletons.running import carry_last_run, runs, start, still_runs, stop
from norikae.upgrade.flags import flags_for
from norikae.upgrade.identity import Writer
from norikae.upgrade.phase import advance
from norikae.upgrade.plan import Plan, PlannedSingleton
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress
from norikae.upgrade.state import AppItem, Event, SingletonItem

Answer = dict[str, Any]
Colour = Literal["blue", "green"]

PHASE = "hand-off-singletons"


def hand_off_singletons(ports: Ports, writer: Writer, application: str) -> Answer:
    """What must not run twice runs on green only: that of one application, or whatever is left of the run's.

    Args:
        ports: the world.
        writer: in whose name.
        application: the one that has moved; "" when all have, for what belongs to none of them.

    Raises:
        RefusedError: something is gone from a cluster, so norikae cannot know where it should run.
    """
    plan = read_plan(ports.table, writer.run).plan
    if application:
        return _of_a_shift(ports, writer, plan, application)

    def move() -> Progress:
        progress = _move_all(ports, writer, plan, _left(ports, plan), "green")
        return give_back_all(ports, writer) if progress.ready else progress

    return advance(ports, writer, PHASE, ports.environment.shift.hand_off_deadline, move)


def hand_back(ports: Ports, writer: Writer, applications: Collection[str]) -> Progress:
    """What must not run twice runs on blue only, for applications whose names lead there again.

    Args:
        ports: the world.
        writer: in whose name.
        applications: their names; "" stands for what belongs to none.

    Raises:
        RefusedError: something is gone from blue, or does not end on green in time.
    """
    plan = read_plan(ports.table, writer.run).plan
    items = [
        item
        for item in read_ledger(ports, plan).values()
        if item.place != "blue" and item.singleton.application in applications
    ]
    progress = _move_all(ports, writer, plan, items, "blue")
    if not progress.ready and _is_late(ports, read_ledger(ports, plan).values(), applications):
        raise RefusedError(
            f"the way back takes more than {ports.environment.shift.hand_off_deadline} s: {progress.waiting_for}; "
            "the public names lead to blue already. End it on green, then resume"
        )
    return progress


def still_to_come(ports: Ports, plan: Plan) -> tuple[str, ...]:
    """Every singleton that does not run on green yet, so that blue has to stay."""
    return tuple(_title(item.singleton) for item in read_ledger(ports, plan).values() if item.place != "green")


def _of_a_shift(ports: Ports, writer: Writer, plan: Plan, application: str) -> Answer:
    flags = flags_for(ports.table, writer.run, application)
    if flags.aborted:
        return {"next": "roll-back", "waiting_for": f"aborted by {flags.by or 'an operator'}"}
    if flags.paused:
        return {"next": "hold", "waiting_for": f"paused by {flags.by or 'an operator'}"}
    stored = ports.table.read(writer.run, f"APP#{application}", AppItem)
    if stored is None or stored.outcome != "moved":
        return {"next": "go-on", "waiting_for": ""}  # it is not wholly on green, so nothing is handed off
    items = [item for item in read_ledger(ports, plan).values() if item.singleton.application == application]
    progress = _move_all(ports, writer, plan, items, "green")
    if progress.ready:
        progress = give_back(ports, writer, application)
        return progress.answer() if not progress.ready else {"next": "go-on", "waiting_for": ""}
    late = _is_late(ports, read_ledger(ports, plan).values(), (application,))
    deadline = ports.environment.shift.hand_off_deadline
    text = f"the hand-off takes more than {deadline} s: {progress.waiting_for}" if late else progress.waiting_for
    return {
        "next": "hold" if late else "wait",
        "waiting_for": text,
        "retry_after_seconds": progress.retry_after_seconds,
    }


def _left(ports: Ports, plan: Plan) -> list[SingletonItem]:
    """What a shift has left behind, and, once every application has moved, what belongs to none."""
    items = ports.table.read_all(plan.run, "APP#", AppItem)
    moved = {item.application for item in items if item.outcome == "moved"}
    names = moved | ({""} if moved >= {planned.name for planned in plan.applications()} else set())
    return [item for item in read_ledger(ports, plan).values() if item.singleton.application in names]


def _move_all(ports: Ports, writer: Writer, plan: Plan, items: Iterable[SingletonItem], to: Colour) -> Progress:
    """One move of each; ready when all are there."""
    waiting: list[str] = []
    seconds = LAST_LOOK
    for item in items:
        reason = "" if item.place == to else _Move(ports, writer, plan, item.singleton, to).go(item)
        if reason:
            waiting.append(f"{_title(item.singleton)}: {reason}")
            seconds = min(seconds, next_look(ports.now - item.since if item.place == f"to-{to}" else 0))
    return Progress.wait(" | ".join(waiting), seconds) if waiting else Progress.done()


def _is_late(ports: Ports, items: Iterable[SingletonItem], applications: Collection[str]) -> bool:
    deadline = ports.environment.shift.hand_off_deadline
    moving = [
        one for one in items if one.place in ("to-green", "to-blue") and one.singleton.application in applications
    ]
    return any(ports.now - item.since > deadline for item in moving)


class _Move:
    """One singleton on its way; each look makes the next move and says what it waits for."""

    def __init__(self, ports: Ports, writer: Writer, plan: Plan, singleton: PlannedSingleton, to: Colour) -> None:
        self._ports, self._writer, self._plan, self._singleton, self._to = ports, writer, plan, singleton, to
        self._resource = singleton.resource
        self._left: Colour = "blue" if to == "green" else "green"

    def go(self, item: SingletonItem) -> str:
        """The next move; empty when it has arrived."""
        here, there = self._read(self._left), self._read(self._to)
        self._refuse_what_is_gone(item, here, there)
        item = self._on_the_way(item, here)
        if here is not None and runs(self._resource, here):
            stop(self._api(self._left), self._plan.run, self._resource, here)
            return f"it to stop on {self._left}"
        if here is not None and (reason := still_runs(self._api(self._left), self._resource, here)):
            return reason
        if here is not None and there is not None:
            carry_last_run(self._api(self._to), self._resource, here, there)
            there = self._read(self._to)
        if there is not None and item.size and size_of(self._resource, there) != item.size:
            start(self._api(self._to), self._resource, there, item.size)
        self._arrived(item)
        return ""

    def _on_the_way(self, item: SingletonItem, here: Json | None) -> SingletonItem:
        """The intent, written before the first effect; what it had on blue is remembered for either way."""
        on_the_way: Literal["to-green", "to-blue"] = "to-green" if self._to == "green" else "to-blue"
        if item.place == on_the_way:
            return item
        size = size_of(self._resource, here) if item.place == "blue" and here is not None else item.size
        item = msgspec.structs.replace(item, place=on_the_way, size=size, since=self._ports.now)
        write(self._ports, self._writer, item)
        return item

    def _refuse_what_is_gone(self, item: SingletonItem, here: Json | None, there: Json | None) -> None:
        title = _title(self._singleton)
        if there is None and here is not None and item.size:
            name = self._plan.green.name if self._to == "green" else self._plan.blue.name
            raise RefusedError(
                f"{title} is not on {name}, so it stays where it is; let Argo CD sync it there, then resume"
            )
        if here is None and there is not None and item.place == "blue":
            raise RefusedError(
                f"{title} is gone from {self._plan.blue.name}, but green still has it; sync its application on green, "
                "so that it goes there as well, or put it back on blue, then resume"
            )

    def _arrived(self, item: SingletonItem) -> None:
        write(self._ports, self._writer, msgspec.structs.replace(item, place=self._to))
        what = "handed-off" if self._to == "green" else "handed-back"
        detail = {"singleton": _title(self._singleton), "size": item.size}
        self._ports.table.log(self._plan.run, Event(at=self._ports.now, what=what, detail=detail))

    def _read(self, colour: Colour) -> Json | None:
        namespace, name = self._singleton.namespace, self._singleton.name
        if colour == "green":
            namespace, name = on_green(self._plan, self._singleton)
        try:
            return self._api(colour).get(self._resource, name, namespace)
        except NotFoundError:  # the cluster itself is gone, and with it whatever ran there
            return None

    def _api(self, colour: Colour) -> Kubernetes:
        return self._ports.kubernetes((self._plan.green if colour == "green" else self._plan.blue).name)


def _title(singleton: PlannedSingleton) -> str:
    return f"{KINDS.get(singleton.resource, singleton.resource)} {singleton.namespace}/{singleton.name}"
