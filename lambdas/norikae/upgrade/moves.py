"""What an operator, or a team, may say about one application: hold, resume, shift, roll-back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from norikae.errors import BadRequestError, RefusedError
from norikae.upgrade.flags import read_flags
from norikae.upgrade.identity import EXECUTION_NAME_LIMIT, Writer, short_hash
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import ApprovalItem, PhaseItem, ReleasedItem

if TYPE_CHECKING:
    from norikae.ports import Ports

Answer = dict[str, Any]


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
        BadRequestError: no application is named.
    """
    if not word.application:
        raise BadRequestError("command: application: name the application to hold, or use pause for the whole run")
    held = {*read_flags(ports.table, run).held, word.application}
    return flag(ports, run, word, held=tuple(sorted(held)))


def resume_application(ports: Ports, run: str, word: Word) -> Answer:
    """The application is not on hold any more, and goes on where it is if it waits."""
    _let_go(ports, run, word)
    waiting = ports.table.read(run, f"APPROVAL#hold/{word.application}", ApprovalItem)
    return wake(ports, run, waiting, {"next": "resume"}) if waiting else {"resumed": word.application}


def shift(ports: Ports, run: str, word: Word) -> Answer:
    """The application may move: at once if it waits or was left behind, else when its turn comes.

    Raises:
        BadRequestError: the run does not plan to move it.
    """
    _planned(ports, run, word)
    ports.table.write_unfenced(run, f"RELEASED#{word.application}", ReleasedItem(by=word.by, at=ports.now))
    _let_go(ports, run, word)
    if waiting := _waiting(ports, run, word.application):
        return wake(ports, run, waiting, {"next": "resume"})
    if ports.table.read(run, "APPROVAL#partial", ApprovalItem) and _is_at_rest(ports, word.application):
        return _start(ports, run, word.application)
    return {"released": word.application}


def roll_back(ports: Ports, run: str, word: Word) -> Answer:
    """The application goes back to blue: from the next look of its shift on, or by a shift of its own.

    Raises:
        BadRequestError: the run does not plan to move it.
        RefusedError: decommission has begun.
    """
    _planned(ports, run, word)
    phase = ports.table.read(run, "PHASE", PhaseItem)
    if phase and phase.point_of_no_return:
        raise RefusedError("decommission has begun: nothing can be rolled back any more; use pause to stop it")
    sent_back = {*read_flags(ports.table, run).sent_back, word.application}
    flag(ports, run, word, sent_back=tuple(sorted(sent_back)))
    if waiting := _waiting(ports, run, word.application):
        return wake(ports, run, waiting, {"next": "roll-back"})
    if _is_at_rest(ports, word.application):
        return _start(ports, run, word.application)
    return {"rolls_back": word.application}


def flag(ports: Ports, run: str, word: Word, **changes: object) -> Answer:
    """What operators want of the run is changed, and says who wanted it."""
    flags = msgspec.structs.replace(read_flags(ports.table, run), by=word.by, reason=word.reason, **changes)
    ports.table.write_unfenced(run, "FLAGS", flags)
    return {"flags": msgspec.to_builtins(flags)}


def wake(ports: Ports, run: str, waiting: ApprovalItem, output: Answer) -> Answer:
    """Answer first, forget after: a crash between the two answers again, which Step Functions refuses harmlessly.

    The machine goes on at once and may ask the next question before this one is forgotten; that one stays.
    """
    answered = ports.executions.succeed(waiting.task_token, output)
    ports.table.delete(run, f"APPROVAL#{waiting.subject}", only=waiting)
    return {"subject": waiting.subject, "answered": answered}


def _let_go(ports: Ports, run: str, word: Word) -> None:
    flags = read_flags(ports.table, run)
    gone = {word.application}
    flag(
        ports,
        run,
        word,
        held=tuple(sorted(set(flags.held) - gone)),
        sent_back=tuple(sorted(set(flags.sent_back) - gone)),
    )


def _planned(ports: Ports, run: str, word: Word) -> None:
    plan = read_plan(ports.table, run).plan
    if plan.application(word.application) is None:
        names = ", ".join(one.name for one in plan.applications())
        raise BadRequestError(
            f"command: application: run {run} does not plan to move {word.application!r}; it moves: {names}"
        )


def _waiting(ports: Ports, run: str, application: str) -> ApprovalItem | None:
    questions = (f"APPROVAL#team/{application}", f"APPROVAL#hold/{application}")
    found = (ports.table.read(run, question, ApprovalItem) for question in questions)
    return next((waiting for waiting in found if waiting is not None), None)


def _is_at_rest(ports: Ports, application: str) -> bool:
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
