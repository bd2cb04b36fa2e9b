"""From the letters of chats to commands, and from what became of them to answers that people read."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.chat.letter import ChatLetter
from norikae.chat.line import read_line
from norikae.chat.reply import send
from norikae.chat.whence import whence
from norikae.chat.words import answered, failed, noted
from norikae.errors import NorikaeError, PermanentError, UnreachableError
from norikae.secret_sync.contained import contained

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.chat.markup import Said
    from norikae.environment.notify import Language
    from norikae.ports import Ports

LATE_SECONDS = 900.0
"""A word that is older is not carried out: the run has gone on since, and its sender has, too."""
KEEP_SECONDS = 1800
"""How long a request is known. Slack signs a retry anew, so that it is late only some minutes after the first copy."""
ROOM_SECONDS = 24 * 3600
"""A room of Chatwork that is none of ours is told so once in this time: its answers are posted, they count against the
requests that notifications need, too (300 in five minutes), and another environment may be at home there."""
TIMES = 3
"""How often a word is tried that something passing stands in the way of."""
FORWARD = frozenset({"resume", "shift", "skip-gate", "plan", "start", "adopt", "unadopt", "clean-green"})
"""What begins something, or lets it go on, is not said again by itself when its answer was lost: it may have had its
effect, and somebody may have stopped the run since, by another door, or it may be over and would begin once more. What
stops something harms nobody when it is said twice."""
SHORT = 200
"""Characters of how a chat shows somebody, which is for people's eyes only (``norikae.commands.model.Actor``)."""
_LABELLED = re.compile(r"<[^<>|]+\|([^<>|]*)>")
_LINK = re.compile(r"<([a-z]+:[^<>|]+)>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


@dataclass(slots=True)
class Batch:
    """What becomes of the messages of one batch.

    Args:
        again: the messages that come again, by their ids.
        blocked: groups of which one message comes again; those behind it wait, so that nobody overtakes.
        ignored: what asked for nothing, and how often that came.
        failed: why something did not work; never a word of what people said.
        carried: what was carried out, by verb.
    """

    again: list[str] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    ignored: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    carried: Counter[str] = field(default_factory=Counter)

    def comes_again(self, letter: Letter, error: NorikaeError | None = None) -> None:
        """A message, and what is behind it in its group, is not taken from the queue."""
        self.again.append(letter.message)
        self.blocked.add(letter.group)
        if error is not None:
            self.fails(error)

    def fails(self, error: NorikaeError) -> None:
        """The log says it."""
        self.failed.append(f"{type(error).__name__}: {error}")

    def answer(self) -> dict[str, Any]:
        """What Lambda reads (Lambda guide, "Implementing partial batch responses"), and what the log line says."""
        said = {"ignored": dict(self.ignored), "failed": sorted(set(self.failed)), "carried": dict(self.carried)}
        failures = [{"itemIdentifier": message} for message in self.again]
        return {"batchItemFailures": failures, **{key: value for key, value in said.items() if value}}


@dataclass(frozen=True, slots=True)
class Letter:
    """A message of the queue.

    Args:
        message: its id there, which is the same however often it comes.
        group: behind which others wait.
        attempt: how often it came, from 1 on.
        said: what it holds.
    """

    message: str
    group: str
    attempt: int
    said: ChatLetter


def answer(ports: Ports, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Every letter had its effect once and its sender has been answered; ``batchItemFailures`` come again.

    Args:
        ports: the world.
        records: the event's ``Records``, of an SQS FIFO queue.
    """
    batch = Batch()
    for record in records:
        letter = _letter(record)
        if letter is None:
            batch.ignored["not a letter"] += 1
        elif letter.group in batch.blocked:
            batch.comes_again(letter)
        else:
            _hear(ports, batch, letter)
    return batch.answer()


def _letter(record: Mapping[str, Any]) -> Letter | None:
    try:
        said = msgspec.json.decode(str(record.get("body", "")), type=ChatLetter)
    except (msgspec.DecodeError, UnicodeError):
        return None
    attributes = record.get("attributes") or {}
    group = str(attributes.get("MessageGroupId") or f"{said.door}/{said.place}")
    count = str(attributes.get("ApproximateReceiveCount", "1"))
    return Letter(str(record["messageId"]), group, int(count) if count.isdecimal() else 1, said)


def _hear(ports: Ports, batch: Batch, letter: Letter) -> None:
    said = letter.said
    where = whence(ports.environment.notify, said)
    if where == "ourselves":
        batch.ignored["said by norikae itself"] += 1
        return
    key = f"{said.door}/{said.key}"
    try:
        if not ports.seen.first(key, KEEP_SECONDS, by=letter.message):
            batch.ignored["a copy"] += 1
            return
        tells = contained("a letter", partial(_carried_out, ports, batch, letter, is_here=where == "here"))
    except NorikaeError as error:
        if letter.attempt < TIMES and not isinstance(error, PermanentError):
            batch.comes_again(letter, error)
            return
        batch.fails(error)
        note = "" if isinstance(error, PermanentError) else "gave up"
        tells = failed(error, ports.environment.notify.language, note=note, times=letter.attempt)
    _tell(ports, batch, letter, tells, is_here=where == "here")


def _carried_out(ports: Ports, batch: Batch, letter: Letter, *, is_here: bool) -> Said | None:
    """What is to be told of a letter that is nobody's copy; None for nothing.

    Raises:
        TransientError: something passing stands in the way.
    """
    said, language = letter.said, ports.environment.notify.language
    if not is_here:
        batch.ignored["from elsewhere"] += 1
        is_silent = said.door == "chatwork" and not ports.seen.first(
            f"elsewhere/{said.door}/{said.place}", ROOM_SECONDS, by=letter.message
        )
        return None if is_silent else noted("place", language)
    late = ports.now - said.at
    if late > LATE_SECONDS:
        batch.ignored["late"] += 1
        note = "late" if letter.attempt == 1 else "late again"
        return noted(note, language, minutes=int(late // 60))
    return _said(ports, batch, letter, language)


def _said(ports: Ports, batch: Batch, letter: Letter, language: Language) -> Said:
    said = letter.said
    try:
        command = read_line(_text(said), language)
        actor = {"door": said.door, "id": said.id, "place": said.place, "name": said.name[:SHORT]}
        told = ports.commander.carry_out({**command, "actor": actor})
    except PermanentError as error:
        batch.carried[f"refused: {type(error).__name__}"] += 1
        return failed(error, language, note="again" if letter.attempt > 1 else "")
    except UnreachableError as error:
        if command["command"] not in FORWARD:
            raise
        batch.fails(error)
        return failed(error, language, note="once")
    batch.carried[command["command"]] += 1
    return _in_words(command, told, language)


def _in_words(command: Mapping[str, Any], told: Mapping[str, Any], language: Language) -> Said:
    """What was done cannot be undone by an answer that nobody knows how to word."""
    try:
        return contained("the words of an answer", partial(answered, command, told, language))
    except NorikaeError as error:
        return noted("done", language, verb=command["command"], error=error)


def _tell(ports: Ports, batch: Batch, letter: Letter, said: Said | None, *, is_here: bool) -> None:
    """Settled before it is told: an answer that does not get through must not repeat the command."""
    try:
        ports.seen.settle(f"{letter.said.door}/{letter.said.key}", KEEP_SECONDS)
    except NorikaeError as error:
        batch.fails(error)
    if said is None:
        return
    try:
        contained("an answer", partial(send, ports, letter.said, said, is_here=is_here))
    except NorikaeError as error:
        batch.fails(error)


def _text(letter: ChatLetter) -> str:
    """The line as it was typed: Slack escapes three characters and makes links of what looks like one."""
    if letter.door != "slack":
        return letter.text
    text = _LINK.sub(r"\1", _LABELLED.sub(r"\1", letter.text))
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text
