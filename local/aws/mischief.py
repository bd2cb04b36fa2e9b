"""What a best-effort service does to a story that allows it: it doubles, loses, delays and mixes up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True)
class Mischief:
    """How badly a service behaves; by default it behaves well.

    Args:
        duplicate: chance that something is delivered once more.
        loss: chance that an event never arrives; a queue loses nothing, so only a bus heeds it.
        delay: most seconds by which a delivery is late; each draws its own, so that the order is another one.
        reorder: whether what waits in a queue is taken in any order.

    Sources: SQS guide, "At-least-once delivery" and "Message ordering" of standard queues; EventBridge guide, "Events
    from AWS services" (durable and best effort), and its FAQ (an event may come more than once).
    """

    duplicate: float = 0.0
    loss: float = 0.0
    delay: float = 0.0
    reorder: bool = False

    def late(self, stream: Random) -> float:
        """Seconds by which one delivery is late; nothing is drawn where no delay is allowed."""
        return stream.uniform(0, self.delay) if self.delay else 0.0

    def doubles(self, stream: Random) -> bool:
        """Whether one delivery happens once more."""
        return bool(self.duplicate) and stream.random() < self.duplicate

    def loses(self, stream: Random) -> bool:
        """Whether one event never arrives."""
        return bool(self.loss) and stream.random() < self.loss
