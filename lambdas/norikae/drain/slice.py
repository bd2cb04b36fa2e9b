"""One slice of a drain: half a minute of looking at a cluster's claims and doing what is next."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from norikae.drain.decide import decide
from norikae.drain.eyes import Eyes
from norikae.drain.hands import Hands
from norikae.drain.pace import Pace
from norikae.drain.sight import Memory, Sight
from norikae.drain.told import tell_changes
from norikae.drain.waves import poke
from norikae.drain.yardless import Yardless
from norikae.errors import NorikaeError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from norikae.clock import Clock
    from norikae.drain.acts import Turn
    from norikae.drain.claim import Claim
    from norikae.drain.ports import Yard
    from norikae.ports import Ports

SLICE = 25.0
"""Seconds after which a slice begins nothing more; its function has 60."""
LONGEST_SLEEP = 5.0
"""Seconds: whoever has nothing to do for longer lets the state machine wait."""
GATHERS, LONGEST_GATHERING = 0.5, 3.0
"""Seconds in which no further node is heard of before the first pod is asked to go, and how long that may take: the
messages of one reclaim come within seconds, and a pod that went at the first would often land on one of the others."""
LEISURE = 60.0
"""Seconds to the deadline that a node must have for that."""
LISTENS_EVERY = 2.0
"""Seconds between two looks at the claims while a slice sleeps."""
LONGEST_WAIT = 10.0
"""Seconds that the state machine waits at most: a claim may have come."""
TURNS = 1000
"""Slices of one execution: at some ten events each, history stays far below the 25,000 that end an execution."""


def drain_slice(
    ports: Ports, cluster: str, wave: int, turns: int, *, clock: Clock, jitter: Callable[[], float]
) -> dict[str, Any]:
    """The cluster's claims are some seconds further; the answer says when the next slice is.

    Everything is read anew, every write is conditional and every request may be repeated, so a slice that is killed,
    doubled or late harms nothing. A slice of a wave that is closed writes no claim and touches no node.

    Args:
        ports: the world.
        cluster: whose nodes.
        wave: which execution this is.
        turns: slices of this execution before this one.
        clock: its time.
        jitter: numbers from 0 to 1.
    """
    known = {"cluster": cluster, "wave": wave, "turns": turns + 1, "failures": 0}
    current = ports.claims.wave(cluster)
    if current.number != wave:
        _hand_over(ports, cluster, clock)  # whoever closed it may have died before that
        return {**known, "next": "done", "seconds": 0, "waiting_for": "nothing: this wave is closed"}
    seconds, waiting_for = _Slice(ports, cluster, clock, jitter).run()
    if not waiting_for or turns + 1 >= TURNS:
        ports.claims.close(cluster, current)
        _hand_over(ports, cluster, clock)
        return {**known, "next": "done", "seconds": 0, "waiting_for": waiting_for}
    return {**known, "next": "wait" if seconds else "more", "seconds": seconds, "waiting_for": waiting_for}


def _hand_over(ports: Ports, cluster: str, clock: Clock) -> None:
    """Claims that were written while a wave was closed have an execution of the next one."""
    if any(one.needs_an_execution(clock.now()) for one in ports.claims.open(cluster)):
        poke(ports, cluster)


class _Slice:
    """The loop of one slice.

    Args:
        ports: the world.
        cluster: whose nodes.
        clock: its time.
        jitter: numbers from 0 to 1.
    """

    def __init__(self, ports: Ports, cluster: str, clock: Clock, jitter: Callable[[], float]) -> None:
        self._ports, self._cluster, self._clock = ports, cluster, clock
        self._memory, self._pace = Memory(), Pace()
        yard = _enter(ports, cluster)
        self._eyes = Eyes(yard, ports.fleet, self._memory)
        tell = partial(tell_changes, ports)
        self._hands = Hands(
            yard, ports.fleet, ports.claims, self._memory, self._eyes, clock=clock, tell=tell, jitter=jitter
        )

    def run(self) -> tuple[int, str]:
        """Whole seconds until the next slice, and what is waited for; "" when nothing is left."""
        ends = self._clock.now() + SLICE
        self._gather()
        while True:
            now = self._clock.now()
            claims = self._claims(now)
            if not claims:
                return 0, ""
            sight, reason = self._look(claims, now)
            turns = decide(claims, sight, self._memory)
            self._hands.carry_out(turns, now)
            pause = self._pace.after([turn for turn in turns if turn.waits_for], now)
            wakes = now + pause
            if pause > LONGEST_SLEEP or wakes > ends:
                return int(max(0.0, min(wakes - self._clock.now(), LONGEST_WAIT))), reason or _summary(turns)
            self._sleep_until(wakes, claims)

    def _claims(self, now: float) -> list[Claim]:
        return [one for one in self._ports.claims.open(self._cluster) if one.needs_an_execution(now)]

    def _gather(self) -> None:
        """As long as a reclaim is still being announced no pod goes; its nodes are marked meanwhile."""
        until, known = self._clock.now() + LONGEST_GATHERING, 0
        while (now := self._clock.now()) < until:
            fresh = [one for one in self._claims(now) if _may_wait(one, now)]
            if len(fresh) == known:
                return
            known = len(fresh)
            self._clock.sleep(GATHERS)

    def _sleep_until(self, wakes: float, claims: Sequence[Claim]) -> None:
        """Sleep, but not through what is heard meanwhile: in a storm the first few nodes must not delay the others."""
        known = {_what_counts(claim) for claim in claims}
        while (left := wakes - self._clock.now()) > 0:
            self._clock.sleep(min(left, LISTENS_EVERY))
            if left > LISTENS_EVERY and {_what_counts(one) for one in self._claims(self._clock.now())} - known:
                return

    def _look(self, claims: Sequence[Claim], now: float) -> tuple[Sight, str]:
        """What the cluster looks like, or why nobody can say."""
        due = [one for one in claims if one.due <= now and one.do not in {"off", "notify"}]
        try:
            return self._eyes.look(due, now, at_pods=self._pace.is_time_for_pods(now)), ""
        except NotFoundError as error:  # of the cluster itself, and so of all its nodes
            return Sight(now=now, heartbeats=self._eyes.heartbeats(claims)), str(error)
        except NorikaeError as error:
            unseen = frozenset(one.instance for one in claims)
            return Sight(now=now, heartbeats=self._eyes.heartbeats(claims), unseen=unseen), str(error)


def _may_wait(claim: Claim, now: float) -> bool:
    """Whether a node has only just been heard of, and seconds do not matter to it yet."""
    return claim.state == "marked" and now < claim.began + LONGEST_GATHERING and now + LEISURE < claim.deadline


def _what_counts(claim: Claim) -> tuple[object, ...]:
    """What events say of a claim; the rest of it is this slice's own doing."""
    return claim.instance, claim.kinds, claim.due, claim.deadline, claim.do


def _enter(ports: Ports, cluster: str) -> Yard:
    try:
        return ports.yard(cluster)
    except NorikaeError as error:
        return Yardless(error)


def _summary(turns: Sequence[Turn]) -> str:
    """What the most urgent node waits for, and how many others there are."""
    waiting = [turn for turn in turns if turn.waits_for]
    if not waiting:
        return "the claims to be written"
    first = waiting[0]
    others = f", and {len(waiting) - 1} more nodes" if len(waiting) > 1 else ""
    return f"{first.claim.node or first.claim.instance}: {first.waits_for}{others}"
