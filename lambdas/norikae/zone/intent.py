"""What shall become of some record sets, written down before anybody asks Route 53 for it, and what came of it."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from norikae import errors
from norikae.traffic.records import TRAFFIC_TYPES, Change, RecordSet

if TYPE_CHECKING:
    from collections.abc import Sequence

State = Literal["pending", "taken", "applied", "refused"]
PREFIX = "intent:"
"""How an intent's id begins; Route 53's own ids of changes begin with ``/change/``."""


class Line(msgspec.Struct, frozen=True):
    """One line of the batch: the action, and the record set exactly as the API wants it."""

    action: Literal["CREATE", "DELETE"]
    raw: dict[str, Any]


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """``OPEN#<id>``: a batch that is applied as a whole or not at all, and never split.

    Args:
        id: begins with the instant at which it was made, so that the oldest comes first.
        subject: the name that stands for the application: there is one open intent per subject.
        lines: the batch.
        comment: for Route 53, in CloudTrail.
        made_at: in seconds since the epoch.
    """

    id: str
    subject: str
    lines: tuple[Line, ...]
    comment: str
    made_at: float

    @classmethod
    def of(cls, changes: Sequence[Change], comment: str, now: float) -> Intent:
        """The intent of a batch."""
        subject = subject_of(changes)
        lines = tuple(Line(change.action, dict(change.record.raw)) for change in changes)
        return cls(id=f"{PREFIX}{now:017.6f}:{subject}", subject=subject, lines=lines, comment=comment, made_at=now)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The batch as the port takes it."""
        return tuple(Change(line.action, RecordSet(line.raw)) for line in self.lines)

    @property
    def digest(self) -> str:
        """The same for the same batch, whoever asks for it and whenever."""
        return sha256(msgspec.json.encode(self.lines, order="sorted")).hexdigest()


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """``INTENT#<subject>``: the last intent about some record sets, and what became of it.

    Args:
        id: the intent's.
        digest: of its batch.
        state: ``pending`` until somebody takes it; ``taken`` while Route 53 is asked, or when whoever asked has died.
        made_at: when the intent was made, in seconds since the epoch.
        at: since when it is in this state.
        change: Route 53's id of the change that applied it.
        error: the class of what was raised, of ``norikae.errors``.
        words: what that class is made from.
    """

    id: str
    digest: str
    state: State
    made_at: float
    at: float
    change: str = ""
    error: str = ""
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, intent: Intent, state: State, now: float) -> Head:
        """What is known of an intent when it is written down."""
        return cls(id=intent.id, digest=intent.digest, state=state, made_at=intent.made_at, at=now)

    @property
    def is_open(self) -> bool:
        """Whether it may still be applied."""
        return self.state in ("pending", "taken")

    def applied(self, change: str, now: float) -> Head:
        """The same after Route 53 took it."""
        return msgspec.structs.replace(self, state="applied", change=change, at=now)

    def refused(self, error: errors.NorikaeError, now: float) -> Head:
        """The same after it was refused for good."""
        words = (
            (error.operation, error.code, error.text) if isinstance(error, errors.AwsRefusedError) else (str(error),)
        )
        return msgspec.structs.replace(self, state="refused", error=type(error).__name__, words=words, at=now)

    def refusal(self) -> errors.NorikaeError:
        """What a direct call would have raised: the same class with the same text."""
        refusal: errors.NorikaeError = getattr(errors, self.error)(*self.words)
        return refusal


def subject_of(changes: Sequence[Change]) -> str:
    """The name that stands for a batch: the first one that carries traffic, else the first one."""
    names = sorted(change.record.name for change in changes)
    return min((change.record.name for change in changes if change.record.type in TRAFFIC_TYPES), default=names[0])


def subject_in(intent: str) -> str:
    """The subject that an intent's id names."""
    return intent.removeprefix(PREFIX).partition(":")[2]
