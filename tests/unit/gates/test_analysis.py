"""How measurements of one gate add up: every row of the table of vectors that is about analysis is a test here.

The table compares with Argo Rollouts (analysis/analysis_test.go); where norikae differs, the test says so.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.environment import GateLimits
from norikae.gates.analysis import Assessment, after, assess, counted, stands, waits_for
from norikae.gates.counts import Counts
from norikae.gates.verdict import Outcome, Verdict

PASS, FAIL, ERROR, INCONCLUSIVE = Outcome.PASS, Outcome.FAIL, Outcome.ERROR, Outcome.INCONCLUSIVE
EVERY_MINUTE = 60


def limits(**changes: int) -> GateLimits:
    return GateLimits(gates=("latency",), **changes)


def measured(outcomes: Iterable[Outcome], by: GateLimits) -> Assessment:
    """What a gate says after some measurements."""
    counts, last = Counts(), None
    for last in outcomes:
        counts = counted(counts, by, last)
    return assess(counts, by, last)


def test_vector_failure_limit_2_and_3_failed_is_a_fail() -> None:
    by = limits(interval=EVERY_MINUTE, failure_limit=2)
    assert measured([FAIL] * 3, by) == Assessment(FAIL, decided=True, reason="failed 3 times, 2 tolerated")
    assert measured([FAIL, PASS, FAIL, PASS, FAIL, PASS], by).outcome is FAIL, "a success does not reset failures"


def test_vector_failure_limit_3_and_3_failed_runs_on_and_is_no_pass_when_it_ends_there() -> None:
    found = measured([FAIL] * 3, limits(interval=EVERY_MINUTE, failure_limit=3))
    assert (found.outcome, found.decided) == (INCONCLUSIVE, False)


@pytest.mark.parametrize(("errors", "outcome", "decided"), [(5, ERROR, True), (4, INCONCLUSIVE, False)])
def test_vector_5_errors_in_a_row_hold_and_4_run_on(errors: int, outcome: Outcome, *, decided: bool) -> None:
    found = measured([PASS, *[ERROR] * errors], limits(interval=EVERY_MINUTE, error_limit=4))
    assert (found.outcome, found.decided) == (outcome, decided)


def test_errors_that_are_not_in_a_row_break_no_limit() -> None:
    assert measured([ERROR, ERROR, PASS] * 4, limits(interval=EVERY_MINUTE)).outcome is PASS


def test_vector_count_10_and_10_ok_is_a_pass() -> None:
    assert measured([PASS] * 10, limits(count=10)) == Assessment(PASS, decided=True)
    assert not measured([PASS] * 9, limits(count=10)).decided


def test_vector_count_10_with_5_ok_and_5_inconclusive_is_inconclusive() -> None:
    found = measured([PASS, INCONCLUSIVE] * 5, limits(count=10))
    assert (found.outcome, found.decided) == (INCONCLUSIVE, True)


def test_inconclusive_measurements_within_their_limit_do_not_spoil_a_count() -> None:
    by = limits(count=10, inconclusive_limit=5)
    assert measured([PASS, INCONCLUSIVE] * 5, by).outcome is PASS
    assert measured([INCONCLUSIVE] * 10, limits(count=10, inconclusive_limit=10)).outcome is INCONCLUSIVE


@pytest.mark.parametrize("by", [limits(interval=EVERY_MINUTE), limits(count=1), limits(count=3, success_limit=1)])
def test_vector_no_measurement_never_passes(by: GateLimits) -> None:
    """Argo Rollouts calls it successful."""
    found = measured([], by)
    assert (found.outcome, found.decided) == (INCONCLUSIVE, False)


RUN_OF_3 = [PASS, PASS, FAIL, FAIL, PASS, PASS, PASS]


@pytest.mark.parametrize(("success_limit", "outcome"), [(5, FAIL), (3, PASS)])
def test_vector_no_failure_limit_and_a_run_of_3_in_a_count_of_7(success_limit: int, outcome: Outcome) -> None:
    found = measured(RUN_OF_3, limits(count=7, failure_limit=-1, success_limit=success_limit))
    assert (found.outcome, found.decided) == (outcome, True)


def test_vector_failure_limit_and_success_limit_and_neither_met_is_inconclusive() -> None:
    found = measured(RUN_OF_3, limits(count=7, failure_limit=2, success_limit=5))
    assert (found.outcome, found.decided) == (INCONCLUSIVE, True)
    assert found.reason == "7 measurements without 5 passes in a row"


def test_vector_failures_and_errors_over_their_limits_together_are_a_fail_that_names_both() -> None:
    """Argo Rollouts lets the error win, because it looks at it last."""
    found = measured([FAIL, FAIL, ERROR, ERROR, ERROR], limits(interval=EVERY_MINUTE, failure_limit=1, error_limit=2))
    assert found.outcome is FAIL
    assert found.reason == "failed 2 times, 1 tolerated and not readable 3 times in a row, 2 tolerated"


def test_errors_do_not_use_the_count_up() -> None:
    assert not measured([PASS, ERROR, ERROR, PASS], limits(count=3)).decided
    assert measured([PASS, ERROR, ERROR, PASS, PASS], limits(count=3)).outcome is PASS


@pytest.mark.parametrize(
    ("outcomes", "outcome"),
    [([PASS, PASS, FAIL, PASS, PASS], INCONCLUSIVE), ([FAIL, PASS, PASS, PASS], PASS), ([PASS, PASS], INCONCLUSIVE)],
)
def test_passes_in_a_row_are_needed_when_a_limit_says_so(outcomes: list[Outcome], outcome: Outcome) -> None:
    assert measured(outcomes, limits(interval=EVERY_MINUTE, failure_limit=1, success_limit=3)).outcome is outcome


def test_without_limits_every_measurement_speaks_for_itself_and_nothing_is_kept_of_a_good_one() -> None:
    for outcome in (PASS, INCONCLUSIVE, FAIL):
        assert measured([PASS, outcome], limits()).outcome is outcome
    assert counted(Counts(), limits(), PASS) == counted(Counts(), limits(), INCONCLUSIVE) == Counts()


NOW = 1000.0


@pytest.mark.parametrize(
    ("counts", "by", "why"),
    [
        (Counts(), limits(), ""),
        (Counts(), limits(initial_delay=90), "it begins in 40 s"),
        (Counts(), limits(initial_delay=50), ""),
        (Counts(at=NOW - 59), limits(interval=60), "measured 59 s ago"),
        (Counts(at=NOW - 60), limits(interval=60), ""),
        (Counts(at=NOW - 1, passed=2, outcome=0), limits(count=2), "it has been decided"),
        (Counts(at=NOW - 1, passed=1, outcome=0), limits(count=2), ""),
    ],
)
def test_when_nothing_is_measured(counts: Counts, by: GateLimits, why: str) -> None:
    assert waits_for(counts, by, since=NOW - 50, now=NOW) == why


def test_a_measurement_stands_until_the_next_one() -> None:
    by = limits(interval=60)
    fast = Verdict("latency", PASS, "fast")
    _, counts = after(fast, Counts(), by, now=NOW, remember=True)
    assert stands("latency", counts, by, "measured 30 s ago") == Verdict("latency", PASS, "fast; measured 30 s ago")


def test_what_has_not_been_measured_yet_does_not_stand() -> None:
    assert stands("latency", Counts(), limits(initial_delay=90), "it begins in 40 s").outcome is INCONCLUSIVE


def test_a_failure_that_is_tolerated_is_neither_a_fail_nor_a_pass_nor_critical() -> None:
    dead = Verdict("target-health", FAIL, "0 healthy", critical=True)
    by = limits(interval=60, failure_limit=1)
    first, counts = after(dead, Counts(), by, now=NOW, remember=True)
    assert (first.outcome, first.critical) == (INCONCLUSIVE, False)
    second, _ = after(dead, counts, by, now=NOW + 60, remember=True)
    assert (second.outcome, second.critical) == (FAIL, True)
    assert second.reason == "0 healthy; failed 2 times, 1 tolerated"


LIMITS = st.builds(
    limits,
    count=st.integers(0, 5),
    failure_limit=st.integers(-1, 3),
    inconclusive_limit=st.integers(0, 6),
    error_limit=st.integers(0, 4),
    success_limit=st.integers(0, 3),
)


@given(by=LIMITS, outcomes=st.lists(st.sampled_from([FAIL, ERROR, INCONCLUSIVE]), max_size=12))
def test_whatever_the_limits_nothing_passes_without_a_measurement_that_passed(
    by: GateLimits, outcomes: list[Outcome]
) -> None:
    assert measured(outcomes, by).outcome is not PASS


@given(by=LIMITS, outcomes=st.lists(st.sampled_from(Outcome), max_size=12))
def test_whatever_else_was_measured_too_many_failures_fail(by: GateLimits, outcomes: list[Outcome]) -> None:
    if 0 <= by.failure_limit < outcomes.count(FAIL):
        assert measured(outcomes, by).outcome is FAIL
