"""What an operator, or a team, may say about one application: hold, resume, shift, roll-back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from norikae.errors import BadRequestError, ConflictError, RefusedError
from norikae.upgrade.identity import EXECUTION_NAME_LIMIT, Writer, short_hash
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import ApprovalItem, Flags, PhaseItem, PlanItem, ReleasedItem

if TYPE_CHECKING:
    from norikae.ports import Ports
    from norikae.upgrade.plan import Plan, PlannedApplication

Answer = dict[str, Any]


Changes = Callable[[Flags], dict[str, object]]
TRIES = 5
"""Several people who speak at once are heard one after the other."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something that is said about the whole run."""

    by: str
    reason: str
    application: str = ""


class Word(Protocol):
    """Who says something about which application, and why."""

    @property
    def application(self) -> str:
        """Its name; "" for the whole run."""

    @property
    def by(self) -> str:
        """Who says it."""

    @property
    def reason(self) -> str:
        """Why."""


def hold(ports: Ports, run: str, word: Word) -> Answer:
    """The application keeps its weight from the next look on.

    Raises:
        BadRequestError: the run has a plan, and that does not move it.
    """
    _is_no_typo(ports, run, word)
    return flag(ports, run, word, lambda flags: {"held": _with(flags.held, word.application)})


def resume_application(ports: Ports, run: str, word: Word) -> Answer:
    """The application is not on hold any more, and goes on where it is if it waits; one whose start is held begins.

    Raises:
        BadRequestError: it is not on hold, and the run has a plan that does not move it.
    """
    flags = ports.table.read(run, "FLAGS", Flags) or Flags()
    if word.application not in flags.held:
        _is_no_typo(ports, run, word)
    _let_go(ports, run, word)
    moves = read_plan(ports.table, run).plan.application(word.application)
    if moves and moves.hold:
        ports.table.write_unfenced(run, f"RELEASED#{word.application}", ReleasedItem(by=word.by, at=ports.now))
    waiting = ports.table.read(run, f"APPROVAL#hold/{word.application}", ApprovalItem)
    return wake(ports, run, waiting, {"next": "resume"}) if waiting else {"resumed": word.application}


def shift(ports: Ports, run: str, word: Word) -> Answer:
    """The application may move: at once if it waits or was left behind, else when its turn comes.

    Raises:
        BadRequestError: the run does not plan to move it.
    """
    planned(ports, run, word)
    ports.table.write_unfenced(run, f"RELEASED#{word.application}", ReleasedItem(by=word.by, at=ports.now))
    _let_go(ports, run, word)
    woken = _wake_application(ports, run, word.application, "resume")
    if woken:
        return woken
    if ports.table.read(run, "APPROVAL#partial", ApprovalItem) and is_at_rest(ports, word.application):
        return _start(ports, run, word.application)
    return {"released": word.application}


def roll_back(ports: Ports, run: str, word: Word) -> Answer:
    """The application goes back to blue: from the next look of its shift on, or by a shift of its own.

    Raises:
        BadRequestError: the run does not plan to move it.
        RefusedError: decommission has begun.
    """
    planned(ports, run, word)
    phase = ports.table.read(run, "PHASE", PhaseItem)
    if phase and phase.point_of_no_return:
        raise RefusedError("decommission has begun: nothing can be rolled back any more; use pause to stop it")
    flag(ports, run, word, lambda flags: {"sent_back": _with(flags.sent_back, word.application)})
    woken = _wake_application(ports, run, word.application, "roll-back")
    if woken:
        return woken
    if is_at_rest(ports, word.application):
        return _start(ports, run, word.application)
    return {"rolls_back": word.application}


def flag(ports: Ports, run: str, word: Word, change: Changes) -> Answer:
    """What operators want of the run is changed, and says who wanted it; nobody's word is lost to another's.

    Args:
        ports: the world.
        run: the run.
        word: who says it and why.
        change: from the flags as they are to the fields that change.
    """
    for _ in range(TRIES):
        before = ports.table.read(run, "FLAGS", Flags)
        flags = _changed(before or Flags(), word, change)
        try:
            ports.table.swap(run, "FLAGS", flags, instead_of=before)
        except ConflictError:
            continue
        return {"flags": msgspec.to_builtins(flags)}
    # Not a race any more: another version of norikae wrote the item in a form of its own. An abort must get through.
    flags = _changed(ports.table.read(run, "FLAGS", Flags) or Flags(), word, change)
    ports.table.write_unfenced(run, "FLAGS", flags)
    return {"flags": msgspec.to_builtins(flags)}


def _changed(flags: Flags, word: Word, change: Changes) -> Flags:
    return msgspec.structs.replace(flags, by=word.by, reason=word.reason, **change(flags))


def wake(ports: Ports, run: str, waiting: ApprovalItem, output: Answer) -> Answer:
    """Answer first, forget after: a crash between the two answers again, which Step Functions refuses harmlessly.

    The machine goes on at once and may ask the next question before this one is forgotten; that one stays.
    """
    answered = ports.executions.succeed(waiting.task_token, output)
    ports.table.delete(run, f"APPROVAL#{waiting.subject}", only=waiting)
    return {"subject": waiting.subject, "answered": answered}


def _let_go(ports: Ports, run: str, word: Word) -> None:
    def change(flags: Flags) -> dict[str, object]:
        return {
            "held": _without(flags.held, word.application),
            "sent_back": _without(flags.sent_back, word.application),
        }

    flag(ports, run, word, change)


def _with(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(sorted({*names, name}))


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(sorted({*names} - {name}))


def planned(ports: Ports, run: str, word: Word) -> PlannedApplication:
    """The application that is spoken of, as the run's plan has it.

    Raises:
        BadRequestError: the run does not plan to move it.
    """
    return _in_plan(read_plan(ports.table, run).plan, run, word)


def _in_plan(plan: Plan, run: str, word: Word) -> PlannedApplication:
    found = plan.application(word.application)
    if found is None:
        names = ", ".join(one.name for one in plan.applications())
        raise BadRequestError(
            f"command: application: run {run} does not plan to move {word.application!r}; it moves: {names}"
        )
    return found


def _is_no_typo(ports: Ports, run: str, word: Word) -> None:
    """Nobody believes that an application is on hold of which there is none; before there is a plan, nobody knows."""
    stored = ports.table.read(run, "PLAN", PlanItem)
    if stored is not None:
        _in_plan(stored.plan, run, word)


def _wake_application(ports: Ports, run: str, application: str, answer: str) -> Answer | None:
    """Answer whatever waits for the application; None when nothing does, such as a question whose state has ended."""
    for kind in ("team", "window", "hold"):
        question = f"APPROVAL#{kind}/{application}"
        waiting = ports.table.read(run, question, ApprovalItem)
        if waiting is not None:
            woken = wake(ports, run, waiting, {"next": answer})
            if woken["answered"]:
                return woken
    return None


def is_at_rest(ports: Ports, application: str) -> bool:
    """Whether no shift has the application; one that died without a word is freed by ``recover``."""
    lease = ports.table.lease(application)
    return lease is None or not lease.holder


def _start(ports: Ports, run: str, application: str) -> Answer:
    """A shift of its own, in the name of the run that holds the environment."""
    lease = ports.table.lease("")
    if lease is None or not lease.holder or lease.run != run:
        raise RefusedError(f"run {run} is not open; start its next attempt, then say it again")
    name = f"{run}-s-{short_hash(f'{application}/{lease.token}/{ports.now:.0f}')}"[:EXECUTION_NAME_LIMIT]
    request = {**Writer(run=run, attempt=0, token=lease.token).answer(), "application": application}
    ports.executions.start(ports.settings.need("shift_machine"), name, request)
    return {"started": name, "application": application}
