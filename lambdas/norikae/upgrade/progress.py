"""What a level-triggered move answers: done, or what it waits for and when to look again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NAMED = 5
"""How many things a waiting text names before it only counts them."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The outcome of one look at the world and at most one move.

    Args:
        ready: nothing is left to do.
        waiting_for: what has to happen before the next move, in words for a person.
        retry_after_seconds: when to look again; at least 1 unless ready.
        word: what the state machine hears unless ready: ``wait``, or ``compare`` before a wave may be synced.
    """

    ready: bool
    waiting_for: str = ""
    retry_after_seconds: int = 0
    word: str = "wait"

    @classmethod
    def done(cls) -> "Progress":
        """Nothing is left to do."""
        return cls(ready=True)

    @classmethod
    def wait(cls, waiting_for: str, retry_after_seconds: int) -> "Progress":
        """Something still has to happen."""
        return cls(ready=False, waiting_for=waiting_for, retry_after_seconds=max(1, retry_after_seconds))

    @classmethod
    def compare(cls, waiting_for: str) -> "Progress":
        """A wave has to be compared with blue before it is synced."""
        return cls(ready=False, waiting_for=waiting_for, word="compare")

    def answer(self) -> dict[str, Any]:
        """What the state machine hears when something still has to happen."""
        return {"next": self.word, "waiting_for": self.waiting_for, "retry_after_seconds": self.retry_after_seconds}


def counted(texts: Sequence[str]) -> str:
    """The first few of what is waited for, and how much more there is."""
    more = f" | and {len(texts) - NAMED} more" if len(texts) > NAMED else ""
    return " | ".join(texts[:NAMED]) + more
