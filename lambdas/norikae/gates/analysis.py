"""How single measurements of one gate become its outcome: limits, counts so far and a new one; all pure.

The rules are those of Argo Rollouts (analysis/analysis.go, ``assessMetricStatus``) but for four: what ended early is
inconclusive and never a pass, failures win over errors, neither interval nor count is refused, and a measurement that
cannot be read waits for the next look instead of ten seconds.
"""

from dataclasses import dataclass

import msgspec

from norikae.environment import GateLimits
from norikae.gates.counts import Counts
from norikae.gates.verdict import Outcome, Verdict

MOST_WORDS = 300
"""Characters of a reason that are kept while it stands."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a gate says after its measurements so far.

    Args:
        outcome: its outcome as of now.
        decided: no further measurement changes it.
        reason: which limit made it so; empty when the last measurement says it all.
    """

    outcome: Outcome
    decided: bool = False
    reason: str = ""


def counted(counts: Counts, limits: GateLimits, outcome: Outcome) -> Counts:
    """The counts with one more measurement; what no limit asks for is not counted, so that nothing needs writing."""
    passed, failed = outcome is Outcome.PASS, outcome is Outcome.FAIL
    by_count = limits.count > 0
    return msgspec.structs.replace(
        counts,
        passed=counts.passed + (by_count and passed),
        failed=counts.failed + (failed and (by_count or limits.failure_limit >= 0)),
        inconclusive=counts.inconclusive + (by_count and outcome is Outcome.INCONCLUSIVE),
        passes=min(counts.passes + 1, limits.success_limit) if passed else 0,
        errors=counts.errors + 1 if outcome is Outcome.ERROR else 0,
    )


def assess(counts: Counts, limits: GateLimits, last: Outcome | None) -> Assessment:  # noqa: PLR0911 - one line per rule
    """What the measurements so far mean; the worst rule comes first, and without a measurement nothing passes.

    Args:
        counts: of the gate, with the last measurement in it.
        limits: of the gate.
        last: the last measurement, None before the first.
    """
    broken = _broken(counts, limits)
    if broken:
        return Assessment(max(broken), decided=True, reason=" and ".join(broken.values()))
    if limits.success_limit and counts.passes >= limits.success_limit:
        return Assessment(Outcome.PASS, decided=limits.count > 0)
    if not limits.count:
        passes = last is Outcome.PASS and not limits.success_limit
        return Assessment(Outcome.PASS if passes else Outcome.INCONCLUSIVE, reason=_so_far(counts, limits))
    if counts.measured < limits.count:
        return Assessment(Outcome.INCONCLUSIVE, reason=f"{counts.measured} of {limits.count} measurements")
    if limits.success_limit:
        outcome = Outcome.FAIL if limits.failure_limit < 0 else Outcome.INCONCLUSIVE
        text = f"{limits.count} measurements without {limits.success_limit} passes in a row"
        return Assessment(outcome, decided=True, reason=text)
    if counts.inconclusive > limits.inconclusive_limit or not counts.passed:
        text = f"{counts.inconclusive} of {limits.count} measurements were inconclusive"
        return Assessment(Outcome.INCONCLUSIVE, decided=True, reason=text)
    return Assessment(Outcome.PASS, decided=True)


def waits_for(counts: Counts, limits: GateLimits, *, since: float, now: float) -> str:
    """Why nothing is measured at this look, in words; empty when a measurement is due.

    Args:
        counts: of the gate.
        limits: of the gate.
        since: when the weight came into force, in seconds since the epoch.
        now: this look.
    """
    if now < since + limits.initial_delay:
        return f"it begins in {since + limits.initial_delay - now:.0f} s"
    if limits.interval and counts.at and now < counts.at + limits.interval:
        return f"measured {now - counts.at:.0f} s ago"
    if limits.count and assess(counts, limits, Outcome(counts.outcome)).decided:
        return "it has been decided"
    return ""


def stands(gate: str, counts: Counts, limits: GateLimits, why: str) -> Verdict:
    """The verdict of a look at which nothing is measured.

    Args:
        gate: its kind.
        counts: its measurements so far.
        limits: its limits.
        why: what ``waits_for`` says.
    """
    last = Outcome(counts.outcome) if counts.at else None
    found = assess(counts, limits, last)
    return Verdict(gate, found.outcome, _joined(counts.said, why, found.reason))


def after(
    measured: Verdict, counts: Counts, limits: GateLimits, *, now: float, remember: bool
) -> tuple[Verdict, Counts]:
    """The verdict that follows from a measurement, and the counts with it.

    Args:
        measured: what this look's measurement says by itself.
        counts: the measurements before.
        limits: of the gate.
        now: this look, in seconds since the epoch.
        remember: keep the measurement, because it has to stand for later looks.
    """
    new = counted(counts, limits, measured.outcome)
    if remember:
        said = measured.reason[:MOST_WORDS]
        new = msgspec.structs.replace(new, at=now, outcome=int(measured.outcome), said=said)
    found = assess(new, limits, measured.outcome)
    critical = measured.critical and found.outcome is Outcome.FAIL
    return Verdict(measured.gate, found.outcome, _joined(measured.reason, found.reason), critical), new


def _broken(counts: Counts, limits: GateLimits) -> dict[Outcome, str]:
    """The limits that are broken: the outcome of each, and how."""
    broken = {}
    if limits.failure_limit >= 0 and counts.failed > limits.failure_limit:
        broken[Outcome.FAIL] = _failures(counts, limits)
    if counts.errors > limits.error_limit:
        broken[Outcome.ERROR] = _errors(counts, limits)
    return broken


def _so_far(counts: Counts, limits: GateLimits) -> str:
    if counts.errors:
        return _errors(counts, limits)
    if counts.failed:
        return _failures(counts, limits)
    return f"{counts.passes} of {limits.success_limit} passes in a row" if limits.success_limit else ""


def _failures(counts: Counts, limits: GateLimits) -> str:
    return f"failed {counts.failed} times, {limits.failure_limit} tolerated"


def _errors(counts: Counts, limits: GateLimits) -> str:
    return f"not readable {counts.errors} times in a row, {limits.error_limit} tolerated"


def _joined(*texts: str) -> str:
    return "; ".join(text for text in texts if text)
