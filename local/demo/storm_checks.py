"""What has to be so after a storm, and whether it is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from local.demo.checks import Check

if TYPE_CHECKING:
    from local.demo.storm import Reclaimed, Seen


def storm_checks(seen: Seen) -> list[Check]:
    """What has to be so after a storm.

    Args:
        seen: what was seen of it.
    """
    return [_broke_out(seen), _marked(seen), _emptied(seen), _told_once(seen), _over(seen)]


def _broke_out(seen: Seen) -> Check:
    ended = [one for one in seen.nodes if one.ended is not None]
    detail = f"{len(ended)} of {seen.spot} spot machines, with {seen.at_weight} on green" if ended else "nobody did"
    name = "EC2 took most of blue's spot machines in the middle of a shift"
    return Check(name, bool(ended) and len(ended) == len(seen.nodes) and 2 * len(ended) > seen.spot, detail)


def _marked(seen: Seen) -> Check:
    """Before the first pod of any of them was asked to go, so that none moves to a node that goes, too."""
    late = [one for one in seen.nodes if _is_late(one)]
    wrong = [f"{one.short}: {_instant(one.marked)}, evicted {_instant(one.evicted)}" for one in late]
    last = max((one.marked for one in seen.nodes if one.marked is not None), default=0.0)
    detail = "; ".join(wrong) or f"the last of them after {last:.1f} s"
    return Check("every node took no new pods before its first eviction", bool(seen.nodes) and not wrong, detail)


def _is_late(node: Reclaimed) -> bool:
    return node.marked is None or (node.evicted is not None and node.evicted < node.marked)


def _instant(seconds: float | None) -> str:
    return "never" if seconds is None else f"after {seconds:.1f} s"


def _emptied(seen: Seen) -> Check:
    lost = {pod for one in seen.nodes for pod in one.lost}
    unnamed = sorted(lost - seen.named)
    last = max((one.empty for one in seen.nodes if one.empty is not None), default=0.0)
    known = f"lost, and told: {', '.join(sorted(lost))}" if lost else f"the last of them after {last:.0f} of 120 s"
    detail = f"lost, and nobody was told: {', '.join(unnamed)}" if unnamed else known
    name = "every node was empty before its machine ended, or people know what was lost"
    return Check(name, bool(seen.nodes) and not unnamed, detail)


def _told_once(seen: Seen) -> Check:
    episodes = Counter(instance for instance, _ in {(instance, episode) for instance, episode, _ in seen.told})
    wrong = [f"{episodes[one.instance]} episodes of {one.short}" for one in seen.nodes if episodes[one.instance] != 1]
    often = [(what, count) for what, count in Counter(seen.told).items() if count > 1]
    wrong += [f"{state} of {episode} {count} times" for (_, episode, state), count in often]
    detail = "; ".join(wrong) or f"{len(seen.told)} stages of {len(seen.nodes)} episodes"
    return Check("every node was one episode, each stage told once", bool(seen.nodes) and not wrong, detail)


def _over(seen: Seen) -> Check:
    left = [*(f"the claim on {one}" for one in seen.claims_open), *(f"the mark on {one}" for one in seen.marks_left)]
    detail = "; ".join(left) or "none is left"
    return Check("no claim and no mark outlived the machines", bool(seen.nodes) and not left, detail)
