"""The clock that everything in the embedded world shares."""

from __future__ import annotations

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
