"""What becomes of the messages of one batch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from norikae.secret_sync.heard import Ignored, Rotated
from norikae.secret_sync.letter import Check

if TYPE_CHECKING:
    from collections.abc import Iterable

    from norikae.errors import NorikaeError


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that asks for a look at a secret.

    Args:
        message: the queue's id of the message.
        secret: a name or an ARN.
        cluster: the only one that is meant; "" for all.
        version: what the message says is current; "" when it does not say.
        attempt: how often somebody else has been waited for.
    """

    message: str
    secret: str
    cluster: str = ""
    version: str = ""
    attempt: int = 0

    @classmethod
    def of(cls, message: str, said: Rotated | Check) -> Heard:
        """What a message asks to look at."""
        if isinstance(said, Rotated):
            return cls(message, said.secret, version=said.version)
        return cls(message, said.secret, said.cluster, attempt=said.attempt)

    def covers(self, cluster: str) -> bool:
        """Whether the message is about a cluster, too."""
        return self.cluster in {"", cluster}


@dataclass(slots=True)
class Batch:
    """What becomes of the messages.

    Args:
        ignored: what asks for nothing, and how often that came.
        failed: why a message comes again, by its id.
        once: messages that never come again: a gate asks anew at each look, and a pile of its letters helps nobody.
        counts: what was done.
    """

    ignored: Counter[str] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    once: set[str] = field(default_factory=set)

    def ignore(self, said: Ignored) -> None:
        """A message is acknowledged and counted."""
        self.ignored[f"{said.reason}: {said.what}" if said.what else said.reason] += 1

    def fail(self, messages: Iterable[str], error: NorikaeError) -> None:
        """Messages come again."""
        self.failed |= dict.fromkeys(messages, f"{type(error).__name__}: {error}")

    def answer(self) -> dict[str, Any]:
        """What Lambda reads (Lambda guide, "Implementing partial batch responses"), and what the log line says."""
        failures = [{"itemIdentifier": message} for message in self.failed if message not in self.once]
        said = {
            "ignored": dict(self.ignored),
            "failed": sorted(set(self.failed.values())),
            "carried": {key: count for key, count in sorted(self.counts.items()) if count},
        }
        return {"batchItemFailures": failures, **{key: value for key, value in said.items() if value}}
