"""People in chats: they read what stands there, type, and press; they know nothing else of the world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import simpy

    from local.chat.chatwork import Chatwork, Posted
    from local.chat.conversation import Button, Line
    from local.chat.slack import Slack
    from local.kernel import Kernel


@dataclass(frozen=True, slots=True)
class SlackPerson:
    """A user of a workspace, who sits in a channel.

    Args:
        kernel: the world's clock.
        slack: the workspace.
        user: their id.
        channel: the id of the channel.
    """

    kernel: Kernel
    slack: Slack
    user: str
    channel: str

    @property
    def name(self) -> str:
        """How others see them."""
        return self.slack.users[self.user]

    def sees(self, line: Line) -> bool:
        """Whether a line is before their eyes."""
        return line.chat == "slack" and line.place == self.channel and line.to in ("", self.name)

    def say(self, text: str) -> simpy.Process:
        """Type ``/norikae`` and a text; the process ends with what was ``Sent``."""
        return self.kernel.process(self.slack.command(self.user, self.channel, text))

    def press(self, line: Line, button: Button) -> simpy.Process:
        """Press a button below a message that they see; the process ends with what was ``Sent``.

        Raises:
            LookupError: the message, or the button below it, is not there any more.
        """
        message = self.slack.messages[line.place, line.message]
        return self.kernel.process(self.slack.press(self.user, message, button))

    def still_has(self, line: Line, button: Button) -> bool:
        """Whether a button is still below a message."""
        return button in self.slack.buttons_of(line.place, line.message)


@dataclass(frozen=True, slots=True)
class ChatworkPerson:
    """An account that sits in a room.

    Args:
        kernel: the world's clock.
        chatwork: where.
        account: their id.
        room: the id of the room.
        calls: the account that they mention above each command; "" for none.
    """

    kernel: Kernel
    chatwork: Chatwork
    account: str
    room: str
    calls: str = ""

    @property
    def name(self) -> str:
        """How others see them."""
        return self.chatwork.accounts[self.account]

    def sees(self, line: Line) -> bool:
        """Whether a line is before their eyes."""
        return line.chat == "chatwork" and line.place == self.room

    def say(self, text: str) -> Posted:
        """Write a message whose first words are ``/norikae``, below the mention that Chatwork's window puts there."""
        mention = f"[To:{self.calls}]{self.chatwork.accounts[self.calls]}\n" if self.calls else ""
        return self.write(f"{mention}/norikae {text}")

    def write(self, body: str) -> Posted:
        """Write a message."""
        return self.chatwork.write(self.room, self.account, body)

    def rewrite(self, message: Posted, body: str) -> None:
        """Change a message of theirs."""
        self.chatwork.rewrite(message, body)
