"""What a message of the queue of secrets says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from norikae.secret_sync.letter import Check, Restart, Sweep


@dataclass(frozen=True, slots=True)
class Rotated:
    """A label AWSCURRENT has moved, or a secret was deleted or restored: it is time to look.

    Args:
        secret: an ARN, or a name where that is all that CloudTrail has.
        version: the version that has the label now; "" when the event does not say.
    """

    secret: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class RotationEnded:
    """Secrets Manager gave a rotation up; AWSCURRENT is what it was.

    Args:
        secret: its ARN.
        how: ``failed``, or ``abandoned`` because somebody wrote a version by hand meanwhile.
        event: the event's id, the same in every copy.
    """

    secret: str
    how: Literal["failed", "abandoned"]
    event: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that asks for nothing: it is acknowledged and counted.

    Args:
        reason: why, in kebab case, such as ``unknown-event``, ``not-json``, ``malformed``, ``other-label``.
        what: what it was, for the log; never more than source and detail type.
    """

    reason: str
    what: str = ""


Said = Rotated | RotationEnded | Check | Sweep | Restart | Ignored
