"""A gate that somebody skips counts as passed in one shift of one application, and says so everywhere."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.errors import BadRequestError, RefusedError
from norikae.gates.judge import judge_gates
from norikae.gates.ports import Answers
from norikae.report.run_report import run_report
from norikae.traffic.prepare import finish_shift, prepare_shift
from norikae.upgrade.identity import Writer
from norikae.upgrade.state import Flags
from tests.unit.commands.people import MIO, Office
from tests.unit.fakes.story import APP, RUN, SHIFT, WRITER

SKIP = {"command": "skip-gate", "application": APP, "gate": "http-5xx", "reason": "load test"}


class Shifting(Office):
    """An application that bakes, on a green that answers every second request with an error."""

    def __init__(self) -> None:
        super().__init__()
        self.ports.metrics.figures = Answers(requests=1000, errors=500)

    def begins(self, execution: str = SHIFT) -> Writer:
        self.ports.executions.statuses[execution] = "RUNNING"
        answer = prepare_shift(self.ports, {**WRITER.answer(), "application": APP}, execution)
        self.writer = Writer.of(answer)
        self.story.moved_to(5)
        self.story.time_passes(301)
        return self.writer

    def looks(self) -> dict[str, Any]:
        return judge_gates(self.ports, self.writer, APP, 5)


def test_a_gate_that_fails_sends_the_application_back() -> None:
    office = Shifting()
    office.begins()
    assert office.looks()["next"] == "roll-back"


def test_a_gate_that_is_skipped_lets_it_go_on_and_says_by_whom_and_why() -> None:
    office = Shifting()
    office.begins()
    assert office.says(MIO, **SKIP)["skipped"] == "http-5xx"
    answer = office.looks()
    assert answer["next"] == "step"
    assert "http-5xx: skipped by mio (load test)" in answer["waiting_for"]
    skipped = [{"gate": "http-5xx", "by": "mio", "reason": "load test"}]
    assert office.says(MIO, command="status")["applications"][APP]["skipped"] == skipped
    assert office.says(MIO, command="status")["applications"]["invoices"]["skipped"] == []
    (shown,) = [one for one in run_report(office.ports, RUN)["applications"] if one["name"] == APP]
    assert shown["skipped"] == skipped


def test_the_other_gates_judge_as_before() -> None:
    office = Shifting()
    office.begins()
    office.says(MIO, **{**SKIP, "gate": "target-health"})
    assert office.looks()["next"] == "roll-back"


def test_it_counts_for_the_next_shift_when_none_runs() -> None:
    office = Shifting()
    office.says(MIO, **SKIP)
    office.begins()
    assert office.looks()["next"] == "step"


def test_the_shift_after_that_is_judged_by_every_gate_again() -> None:
    office = Shifting()
    writer = office.begins()
    office.says(MIO, **SKIP)
    finish_shift(office.ports, writer, APP, SHIFT)
    office.begins("arn:shift:2")
    assert office.looks()["next"] == "roll-back"


def test_said_twice_it_is_one() -> None:
    office = Shifting()
    office.says(MIO, **SKIP)
    office.says(MIO, **SKIP)
    flags = office.ports.table.read(RUN, "FLAGS", Flags)
    assert flags is not None
    assert [(one.application, one.gate) for one in flags.skipped] == [(APP, "http-5xx")]


def test_it_survives_what_others_say() -> None:
    office = Shifting()
    office.begins()
    office.says(MIO, **SKIP)
    office.says(MIO, command="hold", application="invoices")
    assert office.looks()["next"] == "step"


@pytest.mark.parametrize("gate", ["latency", "5xx", "HTTP-5XX"])
def test_a_gate_that_does_not_judge_it_is_refused_with_those_that_do(gate: str) -> None:
    with pytest.raises(
        BadRequestError, match=f"{gate}: no such gate judges billing; there are: target-health, http-5xx"
    ):
        Shifting().says(MIO, **{**SKIP, "gate": gate})


def test_an_application_that_the_run_does_not_move_has_none() -> None:
    with pytest.raises(BadRequestError, match="does not plan to move 'web'"):
        Shifting().says(MIO, **{**SKIP, "application": "web"})


def test_what_has_moved_needs_none() -> None:
    office = Office()
    office.story.moved()
    with pytest.raises(RefusedError, match="billing has moved already"):
        office.says(MIO, **SKIP)
