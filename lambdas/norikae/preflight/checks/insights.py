"""What does EKS itself say about blue, and is it news?

Sources: EKS guide, "Cluster insights": they are looked at once a day and on demand (StartInsightsRefresh); ERROR is
about the next minor version, WARNING about a later one; requests to deprecated APIs are remembered for 30 days.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from norikae.cluster.versions import by_number
from norikae.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.preflight.ground import Ground
    from norikae.preflight.insights_port import Insight

NAME = "insights"
DEPRECATED = "deprecated apis"
HEALTH = "cluster health"
_VERSION = re.compile(r"\bv?(1\.[0-9]{2})\b")
_HOUR = 3600


def check(ground: Ground) -> Iterator[Finding]:
    """What concerns a move to another cluster blocks, unknown and old answers included; the rest is a note.

    Version skew and add-on insights are about upgrades in place: green gets nodes and add-ons of its own version.
    """
    found = [one for one in ground.insights.insights(ground.blue_name) if one.category != "ROLLBACK_READINESS"]
    if not any(one.category == "UPGRADE_READINESS" for one in found):
        text = f"EKS has no upgrade insights about {ground.blue_name}"
        yield Finding(NAME, "unknown", f"cluster {ground.blue_name}", text, _refresh(ground))
    for insight in found:
        if _concerns(ground, insight):
            yield from _judged(ground, insight)
        elif insight.status not in {"PASSING", "UNKNOWN"}:
            yield _aside(insight)


def _concerns(ground: Ground, insight: Insight) -> bool:
    """Whether a new cluster would suffer from it, too."""
    name = insight.name.lower()
    if name.startswith(HEALTH):
        return True
    return name.startswith(DEPRECATED) and by_number(_about(insight)) <= by_number(ground.version)


def _about(insight: Insight) -> str:
    """The version that it is about: by its name when the field does not say."""
    named = _VERSION.search(insight.name)
    return named[1] if named else insight.version or "0"


def _judged(ground: Ground, insight: Insight) -> Iterator[Finding]:
    """An answer that is old or none is unknown; a jump that skips minors needs also what AWS only warns about."""
    age = ground.now - insight.refreshed_at if insight.refreshed_at is not None else None
    limit = ground.environment.preflight.insights_age
    if insight.status == "UNKNOWN":
        yield Finding(NAME, "unknown", insight.name, f"EKS does not know: {insight.reason}", _refresh(ground))
    elif age is None:
        yield Finding(NAME, "unknown", insight.name, "EKS has never looked at it", _refresh(ground))
    elif age > limit:
        text = f"EKS looked {age / _HOUR:.0f} h ago; answers count for {limit / _HOUR:.0f} h (preflight.insights_age)"
        yield Finding(NAME, "unknown", insight.name, text, _refresh(ground))
    elif insight.status != "PASSING":
        uses = f": {'; '.join(insight.uses)}" if insight.uses else ""
        remedy = insight.remedy or "do what EKS recommends in its console, then let it look again"
        yield Finding(
            NAME, "blocker", insight.name, f"EKS says {insight.status}: {insight.reason.rstrip('.')}{uses}", remedy
        )


def _aside(insight: Insight) -> Finding:
    if insight.category == "MISCONFIGURATION":
        return Finding(NAME, "warning", insight.name, f"EKS says {insight.status}: {insight.reason}", insight.remedy)
    text = f"EKS says {insight.status}: {insight.reason}; it does not concern a move to a new cluster of this version"
    return Finding(NAME, "note", insight.name, text)


def _refresh(ground: Ground) -> str:
    return (
        f"aws eks start-insights-refresh --region {ground.environment.region} --cluster-name {ground.blue_name},"
        " then start again when it has COMPLETED"
    )
