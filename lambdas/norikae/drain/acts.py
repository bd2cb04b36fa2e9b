"""What a drain does, one value per request to the world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from norikae.drain.claim import Claim
    from norikae.drain.node import Node
    from norikae.drain.pod import Pod


@dataclass(frozen=True, slots=True)
class Mark:
    """The node takes no new pods and no new connections."""

    node: Node


@dataclass(frozen=True, slots=True)
class Unmark:
    """The node takes pods again, if it carries the mark of this claim."""

    node: Node


@dataclass(frozen=True, slots=True)
class Evict:
    """A pod is asked to go, as its budgets allow.

    Args:
        pod: which.
        budgets: keys of those that select it.
        grace_seconds: shorter than its own when the machine goes earlier.
        dry_run: it is only asked whether it could.
    """

    pod: Pod
    budgets: tuple[str, ...] = ()
    grace_seconds: int | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    """A pod goes against its budgets; its claim says so before."""

    pod: Pod
    grace_seconds: int


@dataclass(frozen=True, slots=True)
class Beat:
    """The lifecycle action has its whole time again."""


@dataclass(frozen=True, slots=True)
class Continue:
    """The lifecycle action is answered CONTINUE.

    Never ABANDON: with an instance lifecycle policy that retains, it keeps the machine, and its bill, for good.
    """


Act = Mark | Unmark | Evict | Delete | Beat | Continue
On = Literal["budgets", "graces", "facts", "world"]
NEVER = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is done about one claim now.

    Args:
        before: the claim as it was read.
        claim: as it is once the acts have worked.
        acts: in order.
        waits_for: in words; "" when the claim is finished.
        on: what may change it: ``budgets`` any moment, ``graces`` of pods that end, ``facts`` of volumes and load
            balancers, ``world`` for everything else.
        at: the instant of the next look that must not be missed.
    """

    before: Claim
    claim: Claim
    acts: tuple[Act, ...] = ()
    waits_for: str = ""
    on: On = "world"
    at: float = NEVER

    def preceded_by(self, acts: tuple[Act, ...]) -> Turn:
        """The same with other acts before its own."""
        return replace(self, acts=(*acts, *self.acts)) if acts else self
