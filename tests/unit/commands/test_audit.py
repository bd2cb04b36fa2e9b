"""Whoever changed something, or was not allowed to, is in the audit trail: who, by which door, where, and why."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.commands.operate import operate
from norikae.errors import ForbiddenError, RefusedError
from norikae.settings import Settings
from norikae.upgrade.state import Event, PhaseItem
from tests.unit.commands.people import HANAKO, MIO, YUKI, Office
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.story import APP, RUN


def last(office: Office) -> Event:
    event: Event = office.ports.table.events[-1]
    return event


def test_what_was_done_says_who_by_which_door_where_and_why() -> None:
    office = Office()
    office.says(MIO, command="hold", application=APP, reason="release today", by="somebody else")
    assert last(office) == Event(
        at=office.ports.now,
        what="hold",
        by="mio",
        detail={
            "command": "hold",
            "application": APP,
            "by": "mio",
            "reason": "release today",
            "door": "slack",
            "id": MIO.slack,
            "place": "C01AB",
        },
    )


def test_what_was_not_allowed_says_who_and_why_not() -> None:
    office = Office()
    with pytest.raises(ForbiddenError) as refused:
        office.says(YUKI, command="abort", reason="fun")
    event = last(office)
    assert (event.what, event.by, event.detail["command"]) == ("command-refused", "yuki", "abort")
    assert (event.detail["refused"], event.detail["id"]) == (str(refused.value), YUKI.slack)


def test_who_speaks_in_another_s_name_is_in_the_trail_as_far_as_they_are_known() -> None:
    office = Office(unproven=("admin",))
    with pytest.raises(ForbiddenError):
        office.heard(command="abort", actor={"door": "slack", "id": MIO.slack}, by="mallory")
    event = last(office)
    assert (event.what, event.by, event.detail["id"]) == ("command-refused", "mallory", MIO.slack)
    assert "may not say who somebody is" in event.detail["refused"]


def test_a_yes_of_somebody_who_may_not_say_it_is_in_the_trail() -> None:
    office = Office(persons=2, unproven=("admin",))
    with pytest.raises(ForbiddenError):
        office.heard(command="approve", code=office.asked().code)
    assert last(office).what == "command-refused"


@pytest.mark.parametrize("verb", ["status", "help"])
def test_questions_leave_no_trace(verb: str) -> None:
    office = Office()
    office.says(YUKI, command=verb)
    assert office.ports.table.events == []


def test_what_makes_no_sense_now_is_no_event() -> None:
    office = Office()
    with pytest.raises(RefusedError):
        office.says(HANAKO, command="approve", code="aaaaaa")
    assert office.ports.table.events == []


def test_no_proof_is_ever_written_down() -> None:
    office = Office(persons=2)
    proof = office.ports.callers.prove()
    code = office.asked().code
    office.says(MIO, command="pause")
    office.says(MIO, command="approve", code=code)
    office.says(MIO, command="drain", node="i-0123456789abcdef0")
    with pytest.raises(ForbiddenError):
        office.says(YUKI, command="abort")
    with pytest.raises(ForbiddenError):
        office.heard(command="abort", proof=proof, actor={"door": "slack", "id": "nobody"})
    seen = (office.ports.table.events, office.ports.table.items, office.ports.topic.told, office.ports.notes.sent)
    assert proof not in repr(seen)


def trails(ports: FakePorts) -> list[str]:
    """To which trail each event goes from now on."""
    said: list[str] = []
    log = ports.table.log

    def noted(run: str, event: Any) -> None:
        said.append(run)
        log(run, event)

    ports.table.log = noted  # type: ignore[method-assign]
    return said


def before_any_run() -> FakePorts:
    settings = Settings(adopt_machine="arn:adopt", upgrade_machine="arn:stateMachine:upgrade")
    return FakePorts(settings=settings)


def test_without_a_run_it_is_in_the_environment_s_own_trail() -> None:
    ports = before_any_run()
    said = trails(ports)
    operate(ports, {"command": "adopt", "by": "mio"})
    assert said == [""]
    assert ports.table.events[0].detail["started"].startswith("adopt-demo-1-33")


def test_a_start_is_the_first_line_of_the_trail_of_its_run() -> None:
    ports = before_any_run()
    said = trails(ports)
    run = operate(ports, {"command": "start", "by": "mio"})["run"]
    assert said == [run]


def test_a_run_that_was_named_has_the_trail() -> None:
    office = Office()
    office.ports.table.write_unfenced("demo-1-34-0001", "PHASE", PhaseItem(phase="soak"))
    said = trails(office.ports)
    office.says(MIO, command="resume", run="demo-1-34-0001")
    office.says(MIO, command="pause")
    assert said == ["demo-1-34-0001", RUN]
