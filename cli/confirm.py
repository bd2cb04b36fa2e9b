"""What cannot be undone is asked about first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.questions import question_of
from norikae.commands.model import VERBS
from norikae.errors import BadRequestError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.here import Here
    from norikae.commands.ports import Commander

FOR_GOOD = frozenset({"abort", "roll-back", "clean-green", "unadopt"})
"""Verbs that no other verb takes back."""
DECOMMISSION = "decommission"
YES = frozenset({"y", "yes"})


def confirm(command: Mapping[str, Any], here: Here, commander: Commander) -> None:
    """Whoever says what cannot be undone means it.

    An approval may be of a decommission, which its code does not tell, so the questions are looked at before.

    Args:
        command: what is about to be said.
        here: where a person can be asked.
        commander: answers ``status``.

    Raises:
        BadRequestError: nobody can be asked.
        RefusedError: the person said no.
    """
    what = _what(command, commander)
    if not what:
        return
    if not here.has_person:
        raise BadRequestError(f"{command['command']}: {what} That cannot be undone; say --yes when nobody can be asked")
    here.err.write(f"{what} This cannot be undone. Go on? [y/N] ")
    here.err.flush()
    if here.keyboard.readline().strip().lower() not in YES:
        raise RefusedError("not said; nothing has changed")


def _what(command: Mapping[str, Any], commander: Commander) -> str:
    """What will happen for good; "" when it can be undone."""
    verb = command["command"]
    if verb in FOR_GOOD:
        named = command.get("application") or command.get("cluster") or command.get("run") or ""
        return f"{VERBS[verb].about}{f' ({named})' if named else ''}"
    if verb != "approve":
        return ""
    if command.get("subject") == DECOMMISSION:
        return "The old cluster will be deleted."
    if command.get("subject"):
        return ""
    about = {key: command[key] for key in ("environment", "run") if key in command}
    asked = question_of(command, commander.carry_out({"command": "status", **about}))
    if asked is None or asked["subject"] != DECOMMISSION:
        return ""
    return f"The old cluster will be deleted: {asked.get('text', '')}"
