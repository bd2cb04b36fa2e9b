"""A function that a stopped execution had called is still at work: recovery comes after it."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.upgrade.recovery import IN_FLIGHT, recover
from tests.unit.fakes.ports import FakePorts


def stopped(at: float) -> dict[str, Any]:
    detail = {"executionArn": "arn:aws:states:::execution:shift:a1", "status": "ABORTED", "stopDate": at * 1000}
    return {"detail": detail}


@pytest.mark.parametrize(("ago", "waits"), [(0.5, IN_FLIGHT - 0.5), (IN_FLIGHT, 0), (60, 0), (-3600, IN_FLIGHT)])
def test_the_first_look_waits_for_functions_in_flight_and_no_longer(ago: float, waits: float) -> None:
    ports = FakePorts()
    recover(ports, stopped(ports.now - ago))
    assert sum(ports.clock.slept) == pytest.approx(waits)
