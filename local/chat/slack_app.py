"""What there is in a Slack workspace: an app, people, channels, messages."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection
    from random import Random

Json = dict[str, Any]
_HEX = "0123456789abcdef"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class App:
    """One app that is installed in one workspace.

    Args:
        team: the id of the workspace.
        token: with which it calls the Web API.
        signing_key: with which Slack signs what it sends.
        url: where slash commands and interactions go.
        name: how its messages are shown.
        id: of the app.
        bot: of its bot.
        user: of the bot's user.
        domain: of the workspace.
        verification: the deprecated token in each body, which proves nothing.
    """

    team: str
    token: str = field(repr=False)
    signing_key: str = field(repr=False)
    url: str
    name: str = "norikae"
    id: str = "A0NORIKAE"
    bot: str = "B0NORIKAE"
    user: str = "U0NORIKAE"
    domain: str = "demo"
    verification: str = field(default="", repr=False)

    @classmethod
    def drawn(cls, draw: Random, *, team: str, url: str) -> App:
        """An app with a token and a signing key in Slack's form.

        Args:
            draw: a stream of random numbers.
            team: the id of the workspace.
            url: where slash commands and interactions go.
        """
        numbers = "-".join(str(draw.randrange(10**11, 10**12)) for _ in range(2))
        token = f"xoxb-{numbers}-{''.join(draw.choices(_LETTERS, k=24))}"
        signing_key, verification = "".join(draw.choices(_HEX, k=32)), "".join(draw.choices(_LETTERS, k=24))
        return cls(team, token, signing_key, url, verification=verification)

    @property
    def secret(self) -> str:
        """What an operator keeps in Secrets Manager."""
        return json.dumps({"token": self.token, "signing_key": self.signing_key})


@dataclass(slots=True)
class Channel:
    """A channel.

    Args:
        id: of it.
        name: without the ``#``.
        members: ids of users; the app can write where its user is one.
        archived: nobody can write any more.
    """

    id: str
    name: str
    members: set[str]
    archived: bool = False

    @classmethod
    def of(cls, channel: str, name: str, members: Collection[str]) -> Channel:
        """A channel with these members."""
        return cls(channel, name, set(members))


@dataclass(slots=True)
class Message:
    """A message that stands in a channel.

    Args:
        channel: its id.
        ts: its id in there.
        user: who wrote it.
        text: for notifications, and what is read when there are no blocks.
        blocks: what is read.
        thread: the ``ts`` of the message below which it stands; "" for none.
        to: the only user who sees it; "" when all do.
        edits: how often it was changed.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json]
    thread: str = ""
    to: str = ""
    edits: int = 0

    @property
    def read(self) -> str:
        """What a person reads: the texts of the blocks, or the text."""
        return "\n".join(_lines(self.blocks)) or self.text


def _lines(blocks: list[Json]) -> list[str]:
    lines = []
    for block in blocks:
        parts = [block["text"]] if "text" in block else []
        parts += block.get("fields", ())
        parts += [one for one in block.get("elements", ()) if one["type"] != "button"]
        lines += [part["text"] for part in parts]
    return lines
