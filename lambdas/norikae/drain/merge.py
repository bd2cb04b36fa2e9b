"""What one event makes of the claim on a node: a pure function, so that any order and any copies end the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from norikae.drain.claim import STAYS_MARKED, UNTOUCHED, Budgets, Claim, Do
from norikae.drain.interruption import FINAL, GRAVITY, TAKEN_BACK, Hook, Interruption, Kind
from norikae.upgrade.identity import short_hash

if TYPE_CHECKING:
    from norikae.drain.policy import Verdict

MOST_EVENTS = 16
"""Ids that a claim remembers: more than the kinds of events about one machine, times their copies."""
STRENGTH: tuple[Do, ...] = ("off", "notify", "dry-run", "cordon", "drain")
"""What policies want, the weakest first."""
GUESSES: frozenset[Kind] = frozenset({"rebalance", "impaired"})
"""Kinds that tell of no end: their deadline counts as long as no other kind has one."""
RETURNS = frozenset({"stop", "hibernate", "stopping", "stopped", "terminate-to-warm-pool"})
"""Ends after which the same machine can start again."""
ECHO = 600.0
"""Seconds after a drain in which a changed state is still the end that was drained for, and no new one."""


def merge(
    known: Claim | None,
    heard: Interruption,
    verdict: Verdict,
    *,
    cluster: str,
    role: str,
    now: float,
) -> Claim | None:
    """The claim to write, or None when the event says nothing new.

    Args:
        known: the claim on the node, also when it is finished; None when there is none.
        heard: the event.
        verdict: what the policies want done about it.
        cluster: where the node is.
        role: of the cluster now.
        now: the instant, in seconds since the epoch.
    """
    if known is not None and heard.event in known.events:
        return None
    if heard.cancelled:
        return _cancelled(known, heard, verdict, cluster, role, now)
    if verdict.do == "off":
        return None
    if known is None or _begins_anew(known, heard, verdict):
        return _opened(heard, verdict, cluster, role, now)
    return _joined(known, heard, verdict, now) if known.is_open else _late(known, heard)


def _opened(heard: Interruption, verdict: Verdict, cluster: str, role: str, now: float) -> Claim:
    return Claim(
        cluster=cluster,
        instance=heard.instance,
        role=role,
        episode=f"{heard.instance}-{short_hash(f'{cluster}/{heard.event}/{heard.at}')}",
        kind=heard.kind,
        kinds=(heard.kind,),
        events=(heard.event,),
        detail=heard.detail,
        began=heard.at,
        due=verdict.due,
        deadline=verdict.deadline,
        ends_at=heard.ends_at,
        hook=heard.hook,
        do=verdict.do,
        budgets=verdict.budgets,
        state=_begun(verdict.due, now),
        heard_at=heard.at,
    )


def _begun(due: float, now: float) -> Literal["marked", "waiting"]:
    return "marked" if due <= now else "waiting"


def _begins_anew(known: Claim, heard: Interruption, verdict: Verdict) -> bool:
    """Whether an event opens a new episode after a finished one.

    A machine that is gone for good only begins anew when it is launched again, from a warm pool. After anything else it
    is what was said later, or what is graver and so no copy of what was dealt with; and what wants more than was done.
    """
    if known.is_open and known.outcome != "cancelled":
        return False
    if known.outcome in UNTOUCHED and _strength(verdict.do, heard.kind) > _strength(known.do, known.kind):
        return True
    later = heard.at > known.finished_at
    final = bool(FINAL & set(known.kinds)) and known.outcome != "cancelled"
    if final and known.detail not in RETURNS:
        return later and heard.kind == "launch"
    if final and heard.kind == "state-change":
        return heard.at > known.finished_at + ECHO
    return later or (not final and _gravity(heard.kind) > _gravity(known.kind))


def _joined(known: Claim, heard: Interruption, verdict: Verdict, now: float) -> Claim:
    """An open claim with one more event."""
    due, do, budgets = _wanted(known, heard, verdict)
    deadline = _deadline(known, heard, verdict)
    due = min(due, deadline)
    ends = [end for end in (known.ends_at, heard.ends_at) if end is not None]
    hook, hook_done = _hook(known, heard)
    return msgspec.structs.replace(
        _with(known, heard),
        detail=heard.detail if _gravity(heard.kind) > _gravity(known.kind) else known.detail,
        began=min(known.began, heard.at),
        due=due,
        deadline=deadline,
        ends_at=min(ends, default=None),
        hook=hook,
        hook_done=hook_done,
        do=do,
        budgets=budgets,
        state=_begun(due, now) if known.state in {"waiting", "marked"} else known.state,
    )


def _with(known: Claim, heard: Interruption) -> Claim:
    """The claim that has heard one more event."""
    kinds = tuple(kind for kind in GRAVITY if kind in {*known.kinds, heard.kind})
    return msgspec.structs.replace(
        known,
        kind=kinds[-1],
        kinds=kinds,
        events=(*known.events, heard.event)[-MOST_EVENTS:],
        heard_at=max(known.heard_at, heard.at),
    )


def _wanted(known: Claim, heard: Interruption, verdict: Verdict) -> tuple[float, Do, Budgets]:
    """When it begins, what is done, whether budgets count: as those events want that want the most.

    A rebalance that only has to be told neither hastens nor delays a drain; a launch counts only while it is alone.
    """
    before, after = _strength(known.do, known.kind), _strength(verdict.do, heard.kind)
    if after != before:
        stronger = verdict if after > before else known
        return stronger.due, stronger.do, stronger.budgets
    bypasses = "bypass-at-deadline" in (known.budgets, verdict.budgets)
    return min(known.due, verdict.due), known.do, "bypass-at-deadline" if bypasses else "respect"


def _strength(do: Do, gravest: Kind) -> int:
    return -1 if gravest == "launch" else STRENGTH.index(do)


def _deadline(known: Claim, heard: Interruption, verdict: Verdict) -> float:
    """The earliest of all events, where a machine's end counts before a mere guess at it."""
    before, after = _certainty(known.kind), _certainty(heard.kind)
    if after == before:
        return min(known.deadline, verdict.deadline)
    return verdict.deadline if after > before else known.deadline


def _certainty(gravest: Kind) -> int:
    if gravest == "launch":
        return 0
    return 1 if gravest in GUESSES else 2


def _hook(known: Claim, heard: Interruption) -> tuple[Hook | None, bool]:
    """The lifecycle action that is to be answered, and whether it was: of a machine's end rather than of its launch."""
    if heard.hook is None or known.hook is None:
        return heard.hook or known.hook, known.hook_done
    if _is_same(known.hook, heard.hook):
        return (known.hook if known.hook.token else heard.hook), known.hook_done
    if heard.kind == "launch" or ("scaling" in known.kinds and not known.hook_done):
        return known.hook, known.hook_done
    return heard.hook, False


def _is_same(one: Hook, other: Hook) -> bool:
    """Whether two are one action: a machine has one of a hook at a time."""
    return (one.group, one.name) == (other.group, other.name)


def _late(known: Claim, heard: Interruption) -> Claim | None:
    """A finished claim only has to answer a lifecycle action that came after its end; nobody is told again.

    Its outcome stays, so that whoever answers the action finds how it ended.
    """
    if heard.hook is None or heard.kind == "launch" or known.outcome in UNTOUCHED:
        return None
    if known.hook and known.hook_done and _is_same(known.hook, heard.hook):
        return None
    return msgspec.structs.replace(_with(known, heard), hook=heard.hook, hook_done=False, state="empty")


def _cancelled(
    known: Claim | None, heard: Interruption, verdict: Verdict, cluster: str, role: str, now: float
) -> Claim | None:
    """What was announced does not happen, or is over.

    Heard before the announcement, it is kept as a finished claim, so that a late announcement begins nothing. Else the
    claim has its outcome and is finished by whoever drains, who tells people; also that on a node which is drained and
    waits for its maintenance.
    """
    if known is None:
        opened = _opened(heard, verdict, cluster, role, now)
        return msgspec.structs.replace(
            opened, state="finished", outcome="cancelled", finished_at=heard.at, told="cancelled"
        )
    waits = known.outcome in STAYS_MARKED if not known.is_open else not known.outcome
    if not waits or not set(known.kinds) <= TAKEN_BACK or heard.at < known.heard_at:
        return None
    return msgspec.structs.replace(
        _with(known, heard),
        state="empty",
        outcome="cancelled",
        due=min(known.due, now),
        left=0,
        blocked_by=(),
        finished_at=max(now, heard.at),
    )


def _gravity(kind: Kind) -> int:
    return GRAVITY.index(kind)
