"""The status has everything that chats and terminals show, before the first run and in one."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import msgspec
import pytest

from norikae.commands.operate import operate
from norikae.environment import Windows
from norikae.errors import ThrottledError
from norikae.upgrade.state import RequestedItem
from tests.unit.commands.people import MIO, TARO, YUKI, Office
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.story import APP, BLUE, GREEN, RUN

OF_A_RUN = {
    *("run", "environment", "blue", "green", "now", "adoption", "window", "phase", "waiting_for", "outcome"),
    *("requested_by", "flags", "applications", "questions", "spans"),
}


def previews(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """``norikae.windows`` says something, or cannot; it has tests of its own."""

    def preview(_: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    module = ModuleType("norikae.windows.preview")
    module.preview = preview  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)


def with_windows(office: Office) -> Office:
    windows = Windows(allow=("mon-thu 10:00-17:00",))
    office.ports.environment = msgspec.structs.replace(office.ports.environment, windows=windows)
    return office


def test_the_status_of_a_run_says_all_of_it() -> None:
    office = Office()
    item = RequestedItem(by="mio", person="mio", door="slack", at=office.ports.now)
    office.ports.table.write_unfenced(RUN, "REQUESTED", item)
    office.story.moved()
    status = office.says(YUKI, command="status")
    assert set(status) == OF_A_RUN
    assert (status["run"], status["blue"], status["green"], status["requested_by"]) == (RUN, BLUE, GREEN, "mio")
    moved, waits = status["applications"][APP], status["applications"]["invoices"]
    assert (moved["outcome"], moved["weight"], moved["team"]) == ("moved", 100, "payments")
    assert [weight for _, weight in moved["steps"]] == moved["wants"] == [5, 50, 100]
    assert (waits["outcome"], waits["weight"], waits["steps"]) == ("waiting", 0, []), "planned, and not begun"


def test_before_the_first_run_it_says_what_serves() -> None:
    ports = FakePorts()
    status = operate(ports, {"command": "status"})
    assert (status["run"], status["blue"], status["green"], status["now"]) == ("", BLUE, "", ports.now)


def test_a_run_that_nobody_knows_has_nothing() -> None:
    status = Office().says(YUKI, command="status", run="demo-1-34-0001")
    assert (status["phase"], status["applications"], status["questions"]) == ("", {}, [])


def test_without_windows_there_is_none() -> None:
    assert Office().says(TARO, command="status")["window"] == {}


def test_with_windows_it_says_when_the_run_may_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    previews(monkeypatch, {"open": False})
    office = with_windows(Office())
    assert office.says(MIO, command="status")["window"] == {"open": False}
    assert office.says(MIO, command="windows") == {"open": False}


def test_a_calendar_that_cannot_be_read_hides_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    previews(monkeypatch, ThrottledError("ssm:GetCalendarState: slow down"))
    status = with_windows(Office()).says(MIO, command="status")
    assert status["window"] == {"error": "ssm:GetCalendarState: slow down"}
    assert status["phase"] == "shift-applications"
