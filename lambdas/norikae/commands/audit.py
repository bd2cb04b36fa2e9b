"""The audit trail of commands: who, by which door, where, what and why; never a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.commands.parse import said
from norikae.upgrade.state import Event

if TYPE_CHECKING:
    from norikae.commands.model import Actor, Command
    from norikae.ports import Ports

REFUSED = "command-refused"


def carried_out(ports: Ports, run: str, command: Command, led_to: dict[str, Any]) -> None:
    """What was done is in the trail of the run, or of the environment when there is none.

    Args:
        ports: the world.
        run: its id, "" for none.
        command: as it was carried out: ``by`` and ``actor`` are who it was.
        led_to: what is said of that besides.
    """
    _log(ports, run, command, command.command, {**said(command), **led_to})


def refused(ports: Ports, run: str, command: Command, text: str) -> None:
    """What somebody was not allowed is there, too.

    Args:
        ports: the world.
        run: its id, "" for none.
        command: as it was said.
        text: why it was refused.
    """
    _log(ports, run, command, REFUSED, {**said(command), "refused": text})


def _log(ports: Ports, run: str, command: Command, what: str, detail: dict[str, Any]) -> None:
    ports.table.log(run, Event(at=ports.now, what=what, by=command.by, detail={**detail, **_door(command.actor)}))


def _door(actor: Actor | None) -> dict[str, str]:
    if actor is None:
        return {}
    known = {"door": actor.door, "id": actor.id, "place": actor.place}
    return {key: value for key, value in known.items() if value}
