"""What follows from gates, flags and time: every row is a rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from norikae.environment import Http5xxGate, TargetHealthGate
from norikae.gates.decision import Look, decide
from norikae.gates.http_5xx import http_5xx
from norikae.gates.ports import Answers
from norikae.gates.target_health import target_health
from norikae.gates.verdict import Outcome, Verdict, worst
from norikae.traffic.ports import TargetGroupHealth


def verdicts(*outcomes: Outcome) -> tuple[Verdict, ...]:
    return tuple(Verdict(f"gate-{number}", outcome, "because") for number, outcome in enumerate(outcomes))


BAKED = Look(
    aborted=False,
    held=False,
    bake_left_seconds=0,
    verdicts=verdicts(Outcome.PASS, Outcome.PASS),
    inconclusive=0,
    inconclusive_limit=3,
    next_weight=50,
)
FAILED = verdicts(Outcome.PASS, Outcome.FAIL)
UNSURE = verdicts(Outcome.PASS, Outcome.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("look", "following"),
    [
        (BAKED, "step"),
        (replace(BAKED, next_weight=None), "finish"),
        (replace(BAKED, bake_left_seconds=1), "bake"),
        (replace(BAKED, bake_left_seconds=1, verdicts=UNSURE), "bake"),
        (replace(BAKED, bake_left_seconds=1, verdicts=FAILED), "roll-back"),
        (replace(BAKED, verdicts=FAILED), "roll-back"),
        (replace(BAKED, verdicts=UNSURE), "bake"),
        (replace(BAKED, verdicts=UNSURE, inconclusive=3), "hold"),
        (replace(BAKED, verdicts=verdicts(Outcome.ERROR)), "hold"),
        (replace(BAKED, verdicts=verdicts(Outcome.ERROR), bake_left_seconds=1), "hold"),
        (replace(BAKED, verdicts=verdicts(Outcome.ERROR, Outcome.FAIL)), "roll-back"),
        (replace(BAKED, verdicts=()), "bake"),
        (replace(BAKED, verdicts=(), inconclusive=3), "hold"),
        (replace(BAKED, held=True), "hold"),
        (replace(BAKED, held=True, verdicts=FAILED), "roll-back"),
        (replace(BAKED, aborted=True, held=True), "roll-back"),
    ],
)
def test_decisions(look: Look, following: str) -> None:
    assert decide(look).next == following


def test_every_verdict_that_decides_is_named() -> None:
    decision = decide(replace(BAKED, verdicts=verdicts(Outcome.FAIL, Outcome.PASS, Outcome.FAIL)))
    assert decision.reason == "gate-0: because | gate-2: because"


def test_only_a_failed_gate_is_critical() -> None:
    hardly = Verdict("target-health", Outcome.FAIL, "0 healthy targets", critical=True)
    assert decide(replace(BAKED, verdicts=(*FAILED, hardly))).critical
    assert not decide(replace(BAKED, verdicts=FAILED)).critical
    assert not decide(replace(BAKED, aborted=True, verdicts=(hardly,))).critical


def test_inconclusive_looks_are_counted_only_after_the_bake() -> None:
    assert decide(replace(BAKED, verdicts=UNSURE, inconclusive=1)).inconclusive == 2
    assert decide(replace(BAKED, verdicts=UNSURE, bake_left_seconds=9)).inconclusive == 0


def test_the_worst_verdict_decides_and_none_never_passes() -> None:
    assert worst(FAILED).gate == "gate-1"
    assert worst(()).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("groups", "outcome"),
    [
        ([], Outcome.INCONCLUSIVE),
        ([(2, 2)], Outcome.PASS),
        ([(2, 2), (0, 0)], Outcome.FAIL),
        ([(0, 3)], Outcome.FAIL),
        ([(9, 10)], Outcome.PASS),
        ([(8, 10)], Outcome.FAIL),
    ],
)
def test_target_health(groups: list[tuple[int, int]], outcome: Outcome) -> None:
    threshold = TargetHealthGate(min_healthy=1, max_unhealthy_percent=10)
    described = [TargetGroupHealth("group", healthy, total) for healthy, total in groups]
    assert target_health(described, threshold).outcome is outcome


@pytest.mark.parametrize(
    ("groups", "critical"),
    [([(0, 3)], True), ([(0, 0), (0, 2)], True), ([(1, 10)], False), ([(0, 3), (1, 1)], False), ([(2, 2)], False)],
)
def test_target_health_is_critical_without_any_healthy_target(groups: list[tuple[int, int]], *, critical: bool) -> None:
    described = [TargetGroupHealth("group", healthy, total) for healthy, total in groups]
    assert target_health(described, TargetHealthGate()).critical is critical


@pytest.mark.parametrize(
    ("requests", "errors", "outcome"),
    [
        (0, 0, Outcome.INCONCLUSIVE),
        (19, 19, Outcome.INCONCLUSIVE),
        (20, 0, Outcome.PASS),
        (1000, 10, Outcome.PASS),
        (1000, 11, Outcome.FAIL),
    ],
)
def test_http_5xx(requests: int, errors: int, outcome: Outcome) -> None:
    verdict = http_5xx(Answers(requests, errors), Answers(0, 0), Http5xxGate(max_percent=1, min_requests=20))
    assert verdict.outcome is outcome
    assert str(requests) in verdict.reason
