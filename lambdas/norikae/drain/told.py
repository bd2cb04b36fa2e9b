"""What people are told about nodes that go: once for each stage of an episode, together when many go alike."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.drain.news import is_news, stage
from norikae.drain.wording import sentence
from norikae.notify.tell import Severity, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.drain.claim import Claim
    from norikae.ports import Ports

ALONE = 3
"""Up to so many nodes that go alike get a message each."""
LARGEST = 200_000
"""Bytes of episodes in one message; one of SNS has 256 KiB at most (API reference, Publish)."""
MOST_NAMES = 20
"""Names of pods or budgets in one episode; how many more there are is said in words."""


def tell_changes(ports: Ports, changed: Sequence[Claim]) -> tuple[Claim, ...]:
    """People know, at least once, what is new about the claims; whoever asked has to write down what is returned.

    A copy of an event changes no claim's stage, so it is never told again; a message is sent once more only when its
    sender died before the claim was written.

    Args:
        ports: the world.
        changed: claims as they are now, also those about which there is nothing to say.

    Returns:
        The claims about which something was said, with ``told`` set.
    """
    news = sorted((claim for claim in changed if is_news(claim)), key=_alike)
    for _, together in groupby(news, key=_alike):
        claims = list(together)
        if len(claims) > ALONE:
            _tell_together(ports, claims)
        else:
            for claim in claims:
                said = sentence([claim], stage(claim), ports.now)
                tell(ports, "interruption", said, severity=severity(claim), **_episode(claim, ports.now))
    return tuple(msgspec.structs.replace(claim, told=stage(claim)) for claim in news)


def severity(claim: Claim) -> Severity:
    """``action`` while somebody can help, or when pods went down with a machine; nobody is woken for what is over."""
    ended_badly = claim.outcome == "deadline-passed" or bool(claim.lost)
    return "action" if claim.state == "blocked" or ended_badly else "info"


def _alike(claim: Claim) -> tuple[str, str, str, str, str, str]:
    """What claims share that are told together; also the order of the messages."""
    return claim.cluster, claim.role, claim.kind, claim.do, stage(claim), severity(claim)


def _tell_together(ports: Ports, claims: list[Claim]) -> None:
    first, episodes = claims[0], _as_many_as_fit([_episode(claim, ports.now) for claim in claims])
    state = stage(first)
    tell(
        ports,
        "interruption",
        sentence(claims, state, ports.now),
        severity=severity(first),
        state=state,
        cluster=first.cluster,
        role=first.role,
        kind=first.kind,
        count=len(claims),
        omitted=len(claims) - len(episodes),
        episodes=episodes,
    )


def _as_many_as_fit(episodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    taken, size = 0, 0
    for episode in episodes:
        size += len(msgspec.json.encode(episode))
        if size > LARGEST:
            break
        taken += 1
    return episodes[:taken]


def _episode(claim: Claim, now: float) -> dict[str, Any]:
    return {
        "episode": claim.episode,
        "state": stage(claim),
        "node": claim.node,
        "instance": claim.instance,
        "cluster": claim.cluster,
        "role": claim.role,
        "kind": claim.kind,
        "detail": claim.detail,
        "do": claim.do,
        "due": claim.due,
        "seconds_left": max(0, round(claim.deadline - now)),
        "pods": claim.pods,
        "pods_left": claim.left,
        "blocked_by": _few(claim.blocked_by),
        "outcome": claim.outcome,
        "pdb_bypassed": _few(claim.pdb_bypassed),
        "lost": _few(claim.lost),
    }


def _few(names: Sequence[str]) -> list[str]:
    more = len(names) - MOST_NAMES
    return [*names] if more <= 0 else [*names[:MOST_NAMES], f"and {more} more"]
