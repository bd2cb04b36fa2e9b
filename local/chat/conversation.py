"""What stands in the chats, as their people see it appear: line by line, in virtual time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from local.chat.readable import readable

if TYPE_CHECKING:
    from collections.abc import Callable

Chat = Literal["slack", "chatwork"]
How = Literal["says", "edits", "whispers", "commands", "presses"]
"""Said to all, said anew instead of what stood there, shown to one person, typed as a slash command, pressed."""
_SIGNS: dict[How, str] = {
    "says": ":",
    "edits": " (edited):",
    "whispers": ", only for {to}:",
    "commands": " types",
    "presses": " presses",
}


@dataclass(frozen=True, slots=True)
class Button:
    """A button below a message.

    Args:
        label: what a person reads on it.
        action: its ``action_id``.
        value: what the app is told when it is pressed.
    """

    label: str
    action: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """Something that became visible in a chat.

    Args:
        at: when, in seconds since the epoch.
        chat: which chat.
        place: the id of the channel or room.
        where: how people call it.
        who: the name of whoever said it.
        text: what is read, markup as it is.
        how: in which way it was said.
        buttons: below it, from left to right.
        message: the id of the message; "" for what is none.
        thread: the id of the message below which it stands; "" for none.
        to: the name of the only person who sees it; "" when everybody does.
    """

    at: float
    chat: Chat
    place: str
    where: str
    who: str
    text: str
    how: How = "says"
    buttons: tuple[Button, ...] = ()
    message: str = ""
    thread: str = ""
    to: str = ""

    def shown(self, *, whole: bool = True) -> str:
        """One paragraph for a terminal: time, place, person, text without its markup, and the buttons in brackets.

        Args:
            whole: all lines of the text; else the first one.
        """
        time = datetime.fromtimestamp(self.at, UTC).strftime("%H:%M:%S")
        sign = _SIGNS[self.how].format(to=self.to)
        buttons = "".join(f" [{one.label}]" for one in self.buttons)
        first, *others = readable(self.chat, self.text).splitlines() or [""]
        more = "".join(f"\n    {one}" for one in others) if whole else " …" if others else ""
        return f"{time} {self.chat} {self.where} {self.who}{sign} {first}{more}{buttons}"


class Conversation:
    """Every line of every chat of one world, in the order in which they appeared."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.on_line: list[Callable[[Line], None]] = []
        """Told each line as it appears; people look here, and a terminal."""

    def add(self, line: Line) -> None:
        """A line appears."""
        self.lines.append(line)
        for told in self.on_line:
            told(line)
