"""Carries out what was decided: first marks and lifecycle actions, then what is written down, then the pods."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.drain.acts import Beat, Continue, Delete, Evict, Mark, Unmark
from norikae.drain.ends import end_of
from norikae.drain.marks import mark, unmark
from norikae.drain.node import Node
from norikae.drain.ports import Answer
from norikae.drain.yardless import attempt
from norikae.errors import NorikaeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from norikae.clock import Clock
    from norikae.drain.acts import Act, Turn
    from norikae.drain.claim import Claim
    from norikae.drain.eyes import Eyes
    from norikae.drain.marks import Patch
    from norikae.drain.ports import Claims, Fleet, Yard
    from norikae.drain.sight import Memory

PATIENCE = 60.0
"""Seconds after a claim's end for which a lifecycle action is tried: then the reconciler does, once a minute."""
WRITTEN = ("node", "state", "outcome", "blocked_by", "pdb_bypassed", "hook_done", "beat_at", "told")
"""What a claim is written for; how many pods are left is written along."""


class Hands:
    """What one slice does.

    A claim's turn ends at its first act that fails: nothing that comes after it is done or written, and the next look
    decides anew. So a hook is answered before its claim is finished, a node is marked before its pods are evicted,
    and a claim names the pods that go against a budget before they are deleted.

    Args:
        yard: the cluster's API.
        fleet: its machines.
        claims: the table.
        memory: of this slice.
        eyes: learn of nodes that were patched.
        clock: its time.
        tell: tells people what is new about claims, and answers with those that say so.
        jitter: numbers from 0 to 1.
    """

    def __init__(
        self,
        yard: Yard,
        fleet: Fleet,
        claims: Claims,
        memory: Memory,
        eyes: Eyes,
        *,
        clock: Clock,
        tell: Callable[[Sequence[Claim]], Sequence[Claim]],
        jitter: Callable[[], float],
    ) -> None:
        self._yard, self._fleet, self._claims = yard, fleet, claims
        self._memory, self._eyes = memory, eyes
        self._clock, self._tell, self._jitter = clock, tell, jitter

    def carry_out(self, turns: Sequence[Turn], now: float) -> None:
        """Do what was decided.

        Args:
            turns: one for each claim, the most urgent first.
            now: the instant.
        """
        going = {turn.before.instance: turn for turn in turns}
        claims = {instance: turn.claim for instance, turn in going.items()}
        for kinds in ((Beat,), (Mark, Unmark), (Continue,)):
            wanted = [(turn, act) for turn in going.values() for act in turn.acts if isinstance(act, kinds)]
            for (turn, act), answer in self._each(wanted, self._first):
                self._note(turn, act, answer, going, claims, now)
        self._write(going, claims)
        asked = [(turn, act) for turn in going.values() for act in turn.acts if isinstance(act, Evict | Delete)]
        answers = list(self._each(asked, self._ask))
        heard_at = self._clock.now()  # thousands of evictions take their time, and each counts from its end
        for (_, act), answer in answers:
            self._hear(act, answer, heard_at)

    def _first(self, turn: Turn, act: Act) -> object:
        """What comes before a claim is written."""
        claim, hook = turn.claim, turn.claim.hook
        match act:
            case Mark(node):
                return self._patched(node, mark(node, claim))
            case Unmark(node):
                return self._patched(node, unmark(node, claim))
            case Beat() if hook:
                return self._fleet.beat(hook, claim.instance)
            case Continue() if hook:
                self._fleet.complete(hook, claim.instance, "CONTINUE")
                return None
            case _:
                return None

    def _patched(self, node: Node, patch: Patch | None) -> Node:
        return node if patch is None else self._yard.patch_node(node.name, patch)

    def _note(
        self, turn: Turn, act: Act, answer: object, going: dict[str, Turn], claims: dict[str, Claim], now: float
    ) -> None:
        """What the answer to an act means for the rest of its turn."""
        instance = turn.before.instance
        if isinstance(act, Beat):
            if not isinstance(answer, NorikaeError):  # one that failed is due again at the next look
                beaten = {"beat_at": now} if answer else {"hook_done": True}
                claims[instance] = msgspec.structs.replace(claims[instance], **beaten)
        elif isinstance(answer, NorikaeError) and isinstance(act, Continue) and now >= end_of(turn.before) + PATIENCE:
            claims[instance] = msgspec.structs.replace(claims[instance], hook_done=False)
        elif isinstance(answer, NorikaeError):
            going.pop(instance, None)
            self._eyes.forget(instance)
        elif isinstance(answer, Node):
            self._eyes.know(answer)

    def _write(self, going: dict[str, Turn], claims: dict[str, Claim]) -> None:
        """Tell people and write the claims that changed; a turn whose claim was merged with another event ends here.

        What a write is too late for is told once more by whoever writes first; what nobody could be told is written
        nevertheless, since a topic that does not answer must not cost a node its time.
        """
        told = attempt(lambda: self._tell([claims[one] for one in going]))
        if not isinstance(told, NorikaeError):
            claims |= {claim.instance: claim for claim in told}
        wanted = [(turn, claims[one]) for one, turn in going.items() if _differ(turn.before, claims[one])]
        for (_, claim), answer in self._each(wanted, self._put):
            if isinstance(answer, NorikaeError):
                del going[claim.instance]

    def _put(self, turn: Turn, claim: Claim) -> None:
        self._claims.write(claim, instead_of=turn.before)

    def _ask(self, _turn: Turn, act: Evict | Delete) -> Answer:
        if isinstance(act, Delete):
            return self._yard.delete(act.pod, grace_seconds=act.grace_seconds)
        return self._yard.evict(act.pod, grace_seconds=act.grace_seconds, dry_run=act.dry_run)

    def _hear(self, act: Evict | Delete, answer: object, now: float) -> None:
        said = answer if isinstance(answer, Answer) else Answer("failed", text=str(answer))
        if isinstance(act, Delete):
            self._memory.hear(act.pod, said, (), now, jitter=self._jitter(), forced=True)
            return
        if not act.dry_run or said.said == "slow-down":
            self._memory.hear(act.pod, said, act.budgets, now, jitter=self._jitter())
        elif said.said != "failed":
            self._memory.tried[act.pod.uid] = said

    def _each(self, pairs: Sequence[tuple[Turn, Any]], do: Callable[[Turn, Any], object]) -> Iterator[Any]:
        """Each pair with what became of it, all at once."""
        answers = self._yard.together([partial(do, turn, one) for turn, one in pairs])
        return zip(pairs, answers, strict=True)


def _differ(before: Claim, after: Claim) -> bool:
    return any(getattr(before, field) != getattr(after, field) for field in WRITTEN)
