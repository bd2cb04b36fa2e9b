"""Lines of pages as people say them: signed by the chat, proven by the ear, brought by the queue, carried out."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from norikae.chat.ears import chatwork as chatwork_ear
from norikae.chat.ears import slack as slack_ear
from norikae.chat.ears.hear import hear
from norikae.chat.letter import ChatLetter
from tests.unit.chat import signing
from tests.unit.chat.letters import CHANNEL, ROOM, Chat
from tests.unit.commands.desk import SLACK, Desk
from tests.unit.commands.people import RIN

Json = dict[str, Any]
DOORS = ("slack", "chatwork")
SHOWN = ("demo-1-35-0001", "k7f3qa")
"""The run and the code of pages; the code of the question that waits stands for the second."""


class Spoken:
    """What became of a message in a chat, where a run waits for an answer about its plan.

    Args:
        door: the chat.
        verb: what it is about, for a fitting world.
        message: as a page shows it.
        language: of the answer.
    """

    def __init__(self, door: str, verb: str, message: str, language: str = "en") -> None:
        self.desk = Desk(verb)
        self.chat = Chat(language, office=self.desk)
        self.code = self.desk.asking.code
        self.letter = self._heard(door, message.replace(SHOWN[1], self.code))
        if self.letter is not None:
            assert self.chat.brings(self.letter)["batchItemFailures"] == []

    def _heard(self, door: str, message: str) -> ChatLetter | None:
        """The letter that the ear puts into the queue, as the queue has it; None when it is no command."""
        now = int(self.chat.ports.now)
        world = signing.ports(now)
        if door == "slack":
            team, _, user = SLACK.partition("/")
            command, _, text = message.partition(" ")
            form = {"command": command, "team_id": team, "user_id": user, "channel_id": CHANNEL}
            answer = hear(slack_ear, world, signing.slack(signing.slash(text, **form), now))
        else:
            event = signing.said(message, sent=now, account_id=int(RIN.chatwork), room_id=int(ROOM))
            answer = hear(chatwork_ear, world, signing.chatwork(event))
        assert answer["statusCode"] == 200, world.lines
        return msgspec.convert(json.loads(json.dumps(world.letters[0])), ChatLetter) if world.letters else None

    @property
    def command(self) -> Json | None:
        """What was said to ``operate``, with the page's code and without who says it; None for nothing."""
        if not self.chat.commander.heard:
            return None
        (heard,) = self.chat.commander.heard
        fields = {key: value for key, value in heard.items() if key != "actor"}
        return fields | ({"code": SHOWN[1]} if fields.get("code") == self.code else {})

    @property
    def followed(self) -> str:
        """What happened, in words."""
        assert self.chat.commander.told, self.read
        (told,) = self.chat.commander.told
        return self.desk.followed(self.chat.commander.heard[0]["command"], told)

    @property
    def read(self) -> str:
        """What its sender was answered."""
        (told,) = self.chat.read
        return told
