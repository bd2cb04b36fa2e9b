"""Which function carries which verb out; what only a few commands need is imported when one of them is said."""

# ruff: noqa: PLC0415 - most commands are about a run that is open, and pay nothing for the others

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from norikae.commands.questions import approve, reject
from norikae.commands.running import abort, finish, hold_, pause, resume, roll_back_, shift_, skip_gate
from norikae.commands.status import status

if TYPE_CHECKING:
    from norikae.commands.caller import Caller
    from norikae.commands.model import Command, Verb
    from norikae.ports import Ports

Answer = dict[str, Any]
Carry = Callable[["Ports", str, "Command", "Caller"], Answer]
"""Args: the world, the run ("" for none), the command with who says it, and what is known of them."""


def _start(ports: Ports, _: str, command: Command, caller: Caller) -> Answer:
    from norikae.commands.starting import start

    return start(ports, command, caller)


def _errand(ports: Ports, _: str, command: Command, __: Caller) -> Answer:
    from norikae.commands.errands import ERRANDS

    return ERRANDS[command.command](ports, command)


def _drain(ports: Ports, _: str, command: Command, __: Caller) -> Answer:
    from norikae.commands.draining import drain

    return drain(ports, command)


def _help(_: Ports, __: str, ___: Command, caller: Caller) -> Answer:
    from norikae.commands.helping import explain

    return explain(caller)


def _windows(ports: Ports, _: str, __: Command, ___: Caller) -> Answer:
    from norikae.windows.preview import preview

    return dict(preview(ports))


CARRY: Mapping[Verb, Carry] = {
    "help": _help,
    "status": status,
    "windows": _windows,
    "plan": _start,
    "start": _start,
    "approve": approve,
    "reject": reject,
    "pause": pause,
    "resume": resume,
    "hold": hold_,
    "shift": shift_,
    "skip-gate": skip_gate,
    "roll-back": roll_back_,
    "abort": abort,
    "finish": finish,
    "drain": _drain,
    "adopt": _errand,
    "unadopt": _errand,
    "clean-green": _errand,
    "sweep-secrets": _errand,
    "redrive-secrets": _errand,
}
NEEDS_NO_RUN: frozenset[Verb] = frozenset(
    {
        *("help", "status", "windows", "plan", "start", "drain"),
        *("adopt", "unadopt", "clean-green", "sweep-secrets", "redrive-secrets"),
    }
)
"""What is about no run, or begins one."""
OF_AN_OPEN_RUN: frozenset[Verb] = frozenset({"pause", "hold", "roll-back", "abort", "skip-gate"})
"""Commands that change what a run does next."""
