"""What a look says of one cluster: its delivery, and what is new about it for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from norikae.secret_sync.delivery import Delivery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.secret_sync.outcome import Outcome

News = Literal["", "refused", "late", "edited", "current-again", "deleted", "restored"]
"""Ends of the names of events."""
State = Literal["current", "waiting", "refused", "failed"]
SHOWN, LONGEST = 3, 900
"""How many reasons are shown before the rest is counted, and characters of one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known now.

    Args:
        delivery: the new delivery.
        before: the one that was read; None for none.
        news: what people have to hear; "" for nothing.
        reason: why, in words.
    """

    delivery: Delivery
    before: Delivery | None
    news: News
    reason: str

    @property
    def is_new(self) -> bool:
        """Whether the table says something else, but for the time."""
        if self.before is None:
            return True
        return self.delivery != msgspec.structs.replace(self.before, at=self.delivery.at)


def judge(
    secret: str,
    cluster: str,
    version: str,
    outcomes: Sequence[Outcome],
    before: Delivery | None,
    *,
    told: str = "",
    patience: float,
    now: float,
) -> Verdict:
    """What outcomes of one cluster are together: the worst of them, and whether people know that.

    Args:
        secret: the ARN, or what declarations call it when there is none.
        cluster: the cluster.
        version: the version that is current; "" when nobody knows.
        outcomes: of all targets of the secret there; at least one.
        before: the delivery that was read.
        told: what people were told under another name of the secret.
        patience: how long other operators may take before people are told, in seconds.
        now: the instant, in seconds since the epoch.
    """
    known = (before.told if before else "") or told
    state, worst = _worst(outcomes)
    since = before.at if before and (before.state, before.version) == (state, version) else now
    is_late = state == "waiting" and now - since >= patience
    reason = "" if state == "current" else _reason(worst)
    news = _problem(state, outcomes, is_late=is_late) or _end(state, outcomes, known)
    stays = known if state in {"waiting", "failed"} and not is_late else news if state != "current" else ""
    delivery = Delivery(
        secret=secret,
        cluster=cluster,
        version=version,
        state=state,
        reason=reason,
        at=since,
        told=stays,
        again=before.again if before and state == "waiting" else 0.0,
    )
    # Those who are late get done one after the other, so that reason changes without any news.
    is_as_before = before is not None and (before.reason == reason or (news == "late" and before.version == version))
    is_said = before is not None and before.told == news and is_as_before
    return Verdict(delivery, before, "" if is_said else news, reason or _reason([one for one in outcomes if one.news]))


WORST: tuple[tuple[State, frozenset[str]], ...] = (
    ("failed", frozenset({"failed"})),
    ("refused", frozenset({"refused", "edited"})),
    ("waiting", frozenset({"waiting"})),
)


def _worst(outcomes: Sequence[Outcome]) -> tuple[State, list[Outcome]]:
    for state, those in WORST:
        found = [one for one in outcomes if one.state in those]
        if found:
            return state, found
    return "current", []


def _problem(state: str, outcomes: Sequence[Outcome], *, is_late: bool) -> News:
    """What is wrong, as people are told it."""
    if is_late:
        return "late"
    if state != "refused":
        return ""
    said = {one.news for one in outcomes}
    return "deleted" if "secret-deleted" in said else "refused" if "secret-refused" in said else "edited"


def _end(state: str, outcomes: Sequence[Outcome], known: str) -> News:
    """What is over: an edit that was repaired, or what people had been told."""
    if state in {"current", "waiting"} and any(one.news == "secret-edited" for one in outcomes):
        return "edited"
    if state != "current" or not known:
        return ""
    return "restored" if known == "deleted" else "current-again"


def _reason(outcomes: Sequence[Outcome]) -> str:
    reasons = sorted({one.reason for one in outcomes if one.reason})
    more = f" | and {len(reasons) - SHOWN} more" if len(reasons) > SHOWN else ""
    return " | ".join(reason[:LONGEST] for reason in reasons[:SHOWN]) + more
