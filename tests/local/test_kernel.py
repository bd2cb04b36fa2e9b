"""The clock that everything in the embedded world shares."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.kernel import Kernel


def test_what_an_operator_spends_leaves_the_clock_as_it_was_to_the_last_bit() -> None:
    kernel = Kernel()
    kernel.elapse(0.1)
    before = kernel.now()
    with kernel.timeless():
        kernel.elapse(0.7)
        during = kernel.now()

    assert during > before
    assert kernel.now() == before


def test_what_an_operator_spends_is_forgotten_although_the_call_failed() -> None:
    kernel = Kernel()

    def call() -> None:
        with kernel.timeless():
            kernel.elapse(3.0)
            raise TimeoutError

    with pytest.raises(TimeoutError):
        call()

    assert kernel.seconds() == 0


def test_what_is_spent_passes_for_everybody_when_it_is_waited_for() -> None:
    kernel = Kernel()
    kernel.elapse(2.0)
    kernel.run(kernel.spent())

    assert (kernel.env.now, kernel.seconds()) == (2.0, 2.0)


def test_the_calendar_goes_forward_and_timers_keep_their_distance() -> None:
    kernel, rung = Kernel(), []
    kernel.after(10, lambda: rung.append(kernel.utcnow()))
    instant = kernel.utcnow() + timedelta(hours=1)
    kernel.forward_to(instant)
    kernel.run(10.5)
    assert rung == [instant + timedelta(seconds=10)]


def test_the_calendar_never_goes_back() -> None:
    kernel = Kernel()
    with pytest.raises(ValueError, match="cannot go back"):
        kernel.forward_to(kernel.utcnow() - timedelta(seconds=1))
