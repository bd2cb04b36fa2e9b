"""Chats, doors and calendars in memory, with the refusals of the real ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from norikae.chat.ports import Posted, Thread
from norikae.errors import BadRequestError, ConflictError, NorikaeError
from norikae.windows.ports import CalendarState

Json = dict[str, Any]


@dataclass
class FakeCallers:
    """Knows proofs by heart."""

    me: str = "arn:aws:sts::123456789012:assumed-role/norikae-demo-answer-chat/answer"
    known: dict[str, str] = field(default_factory=dict)

    def prove(self) -> str:
        self.known["proof of me"] = self.me
        return "proof of me"

    def of(self, proof: str) -> str:
        if proof not in self.known:
            raise BadRequestError("command: proof: STS does not know who signed it; sign a new one")
        return self.known[proof]


@dataclass
class FakeCommander:
    """Notes commands and answers as the test says."""

    answer: Callable[[Json], Json] = lambda command: {"run": "demo-1-35-0001", "said": command["command"]}
    refuses: NorikaeError | None = None
    heard: list[Json] = field(default_factory=list)

    def carry_out(self, command: Json) -> Json:
        self.heard.append(command)
        if self.refuses is not None:
            raise self.refuses
        return self.answer(command)


@dataclass
class FakeNotes:
    """The queue of interruptions."""

    sent: list[Json] = field(default_factory=list)

    def drain(self, letter: Json) -> None:
        self.sent.append(letter)


@dataclass
class FakeSlack:
    """One workspace: messages by channel and ts, and answers by URL."""

    messages: dict[tuple[str, str], Json] = field(default_factory=dict)
    responses: list[tuple[str, str, bool]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    fails: list[NorikaeError] = field(default_factory=list)

    def post(self, channel: str, text: str, blocks: list[Json], *, thread: str = "", loud: bool = False) -> Posted:
        self._call("post")
        ts = f"1790000000.{len(self.messages):06d}"
        self.messages[channel, ts] = {"text": text, "blocks": blocks, "thread": thread, "loud": loud}
        return Posted(place=channel, message=ts)

    def update(self, posted: Posted, text: str, blocks: list[Json]) -> None:
        self._call("update")
        self.messages[posted.place, posted.message] |= {"text": text, "blocks": blocks}

    def respond(self, url: str, text: str, *, replace: bool = False) -> None:
        self._call("respond")
        self.responses.append((url, text, replace))

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.fails:
            raise self.fails.pop(0)


@dataclass
class FakeChatwork:
    """One account: messages by room and id."""

    messages: dict[tuple[str, str], str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    fails: list[NorikaeError] = field(default_factory=list)

    def post(self, room: str, body: str) -> Posted:
        self._call("post")
        message = str(1000 + len(self.messages))
        self.messages[room, message] = body
        return Posted(place=room, message=message)

    def edit(self, posted: Posted, body: str) -> None:
        self._call("edit")
        assert (posted.place, posted.message) in self.messages
        self.messages[posted.place, posted.message] = body

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.fails:
            raise self.fails.pop(0)


@dataclass
class FakeThreads:
    """What stands in chats."""

    items: dict[str, Thread] = field(default_factory=dict)

    def read(self, key: str) -> Thread | None:
        return self.items.get(key)

    def write(self, key: str, thread: Thread, *, instead_of: Thread | None) -> None:
        if self.items.get(key) != instead_of:
            raise ConflictError("somebody wrote first")
        self.items[key] = thread


@dataclass
class FakeSeen:
    """What was taken already, and by which copy; "" when nobody is first with it any more."""

    taken: dict[str, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def first(self, key: str, keep_seconds: int, *, by: str = "") -> bool:
        assert keep_seconds > 0
        with self.lock:
            is_first = key not in self.taken or (by != "" and self.taken[key] == by)
            if is_first:
                self.taken[key] = by
            return is_first

    def settle(self, key: str, keep_seconds: int) -> None:
        assert keep_seconds > 0
        self.taken[key] = ""

    def forget(self, key: str) -> None:
        self.taken.pop(key, None)


@dataclass
class FakeCalendars:
    """Calendars that are closed at certain times."""

    closed: tuple[tuple[float, float], ...] = ()
    asked: list[tuple[tuple[str, ...], float]] = field(default_factory=list)

    def state(self, names: Sequence[str], at: float) -> CalendarState:
        self.asked.append((tuple(names), at))
        for begin, end in self.closed:
            if begin <= at < end:
                return CalendarState(is_open=False, until=end)
        return CalendarState(is_open=True, until=min((begin for begin, _ in self.closed if begin > at), default=None))
