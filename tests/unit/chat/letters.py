"""People who speak in chats, the queue that brings what they say, and the run that hears it."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.chat.answer import answer
from norikae.chat.letter import ChatLetter
from norikae.commands.operate import operate
from norikae.environment.access import Person
from norikae.environment.notify import Chatwork, Notify, Route, Slack
from norikae.errors import NorikaeError
from tests.unit.commands.people import Office

Json = dict[str, Any]
CHANNEL, WAR_ROOM, TEAM_CHANNEL, ROOM, ACCOUNT = "C01AB", "C02WAR", "C03TEAM", "331", "900"
HOOK = "https://hooks.slack.com/commands/T01AB/1/abc"


class RealCommander:
    """``Commander`` that carries commands out at once, in the same world."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.heard: list[Json] = []
        self.told: list[Json] = []
        self.fails: list[Exception] = []

    def carry_out(self, command: Json) -> Json:
        self.heard.append(command)
        if self.fails:
            raise self.fails.pop(0)
        said = {**command, "proof": self.office.ports.callers.prove()}
        told: Json = msgspec.json.decode(msgspec.json.encode(operate(self.office.ports, said)))
        self.told.append(told)
        return told


class Chat:
    """An office whose people speak in Slack and Chatwork."""

    def __init__(self, language: Any = "en", *, office: Office | None = None, **approvals: Any) -> None:
        self.office = office or Office(**approvals)
        self.ports = self.office.ports
        notify = Notify(
            language=language,
            slack=Slack(secret="s", team="T01AB", channel=CHANNEL, commands=(WAR_ROOM,)),
            chatwork=Chatwork(secret="c", room=ROOM, account=ACCOUNT),
            routes=(Route(team="payments", slack=TEAM_CHANNEL),),
        )
        self.ports.environment = msgspec.structs.replace(self.ports.environment, notify=notify)
        self.commander = RealCommander(self.office)
        self.ports.commander = self.commander  # type: ignore[assignment]
        self.number = 0

    def letter(self, person: Person | str, text: str, **more: Any) -> ChatLetter:
        """What somebody says in Slack; a person without it in Chatwork."""
        self.number += 1
        slack = person if isinstance(person, str) else person.slack
        known: Json = {"door": "slack", "id": slack, "place": CHANNEL, "answer_to": HOOK}
        if not slack:
            assert isinstance(person, Person)
            known = {"door": "chatwork", "id": person.chatwork, "place": ROOM, "answer_to": "77"}
        key = f"key-{self.number}"
        return msgspec.convert({**known, "text": text, "key": key, "at": self.ports.now - 1, **more}, ChatLetter)

    def brings(self, *letters: ChatLetter, attempt: int = 1, message: str = "") -> Json:
        """The queue brings letters, each in a message of its own."""
        return answer(self.ports, [record(one, attempt=attempt, message=message) for one in letters])

    def says(self, person: Person | str, text: str, **more: Any) -> str:
        """Somebody says something; the answer that they read."""
        before = len(self.read)
        assert self.brings(self.letter(person, text, **more))["batchItemFailures"] == []
        (told,) = self.read[before:]
        return told

    @property
    def read(self) -> list[str]:
        """Everything that people were answered, in whichever chat."""
        slack = [text for _, text, _ in self.ports.slack.responses]
        posted = [message["text"] for message in self.ports.slack.messages.values()]
        return [*slack, *posted, *self.ports.chatwork.messages.values()]

    @property
    def woken(self) -> Json:
        """What states that wait were told."""
        return self.office.woken

    def breaks(self, *errors: NorikaeError) -> None:
        """The next commands fail so."""
        self.commander.fails += errors


def record(letter: ChatLetter, *, attempt: int = 1, message: str = "") -> Json:
    """A message of the queue, as Lambda gives it to the function."""
    return {
        "messageId": message or f"message-{letter.key}",
        "body": msgspec.json.encode(letter).decode(),
        "attributes": {
            "ApproximateReceiveCount": str(attempt),
            "MessageGroupId": f"{letter.door}/{letter.place}",
        },
    }
