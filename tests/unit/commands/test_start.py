"""An upgrade is started once, whoever says it how often, and the table knows who asked for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from norikae.errors import BadRequestError, ForbiddenError, RefusedError
from norikae.upgrade.identity import run_of_execution
from norikae.upgrade.lease import Lease
from norikae.upgrade.request import parse_request
from norikae.upgrade.state import RequestedItem
from tests.unit.commands.people import MACHINE, MIO, RIN, YUKI, Office
from tests.unit.fakes.story import PARENT, RUN

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp()
FIRST = "demo-1-35-20261129-1"


class Morning(Office):
    """An environment without a run; executions are in force once they are started."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.ports.now = NOON
        self.ports.table.leases.clear()

    def arn(self, name: str) -> str:
        return f"{MACHINE.replace(':stateMachine:', ':execution:')}:{name}"

    def runs(self, run: str) -> None:
        """The execution of a run has begun, and holds the environment."""
        arn = self.arn(f"{run}-a1")
        self.ports.executions.statuses[arn] = "RUNNING"
        self.ports.executions.running.add(f"{run}-a1")
        self.ports.table.leases[""] = Lease(arn, run, 8)

    def ends(self, run: str) -> None:
        self.ports.executions.statuses[self.arn(f"{run}-a1")] = "SUCCEEDED"
        self.ports.executions.running.discard(f"{run}-a1")
        self.ports.table.leases[""] = Lease("", run, 8)

    @property
    def started(self) -> dict[str, Any]:
        return self.ports.executions.started


def test_a_start_is_an_execution_with_a_name_that_people_can_read() -> None:
    office = Morning()
    answer = office.says(MIO, command="start", version="1.35", reason="support ends")
    assert answer == {"run": FIRST, "started": f"{FIRST}-a1", "dry_run": False}
    ((machine, request),) = office.started.values()
    assert (machine, list(office.started)) == (MACHINE, [f"{FIRST}-a1"])
    wanted = parse_request(request, "demo")
    assert (wanted.version, wanted.dry_run, wanted.requested_by, wanted.reason) == (
        "1.35",
        False,
        "mio",
        "support ends",
    )
    assert run_of_execution(f"{FIRST}-a1", "demo", "1.35") == (FIRST, 1)


def test_who_asked_is_known_before_anything_is_started() -> None:
    office = Morning()
    office.says(MIO, command="start", version="1.35")
    item = office.ports.table.read(FIRST, "REQUESTED", RequestedItem)
    assert item is not None
    assert (item.by, item.person, item.door) == ("mio", "mio", "slack")


def test_without_a_version_it_is_the_environment_file_s() -> None:
    office = Morning()
    office.says(MIO, command="start")
    ((_, request),) = office.started.values()
    assert request["version"] == office.ports.environment.clusters.version


def test_a_plan_is_a_dry_run() -> None:
    office = Morning()
    assert office.says(MIO, command="plan", version="1.35")["dry_run"]
    ((_, request),) = office.started.values()
    assert request["dry_run"] is True


@pytest.mark.parametrize("moment", ["at once", "while it runs", "once it holds the environment"])
def test_the_same_once_more_starts_nothing(moment: str) -> None:
    office = Morning()
    said = {"command": "start", "version": "1.35", "reason": "support ends"}
    office.says(MIO, **said)
    office.ports.executions.running.add(f"{FIRST}-a1")
    if moment != "at once":
        office.ports.executions.statuses[office.arn(f"{FIRST}-a1")] = "RUNNING"
    if moment == "once it holds the environment":
        office.runs(FIRST)
    office.story.time_passes(1)
    again = [office.says(MIO, **said), office.in_chat("chatwork", MIO.chatwork, **said)]
    assert {answer["run"] for answer in again} == {FIRST}
    assert list(office.started) == [f"{FIRST}-a1"]


def test_twenty_at_once_are_one() -> None:
    office = Morning()
    office.ports.executions.running.add(f"{FIRST}-a1")
    said = {"command": "start", "version": "1.35"}
    swap = office.ports.table.swap
    depth = iter(range(19))

    def meanwhile(*args: Any, **more: Any) -> None:
        if next(depth, None) is not None:
            office.says(MIO, **said)  # everybody reads before anybody writes
        swap(*args, **more)

    office.ports.table.swap = meanwhile  # type: ignore[method-assign]
    assert office.says(MIO, **said)["run"] == FIRST
    assert list(office.started) == [f"{FIRST}-a1"]


def test_another_one_is_refused_while_a_run_is_open_and_the_run_is_named() -> None:
    office = Morning()
    office.says(MIO, command="start", version="1.35")
    office.runs(FIRST)
    for person, said in (
        (MIO, {"version": "1.34"}),
        (RIN, {"version": "1.35"}),
        (MIO, {"version": "1.35", "reason": "x"}),
    ):
        with pytest.raises(RefusedError, match=f"run {FIRST} is open"):
            office.says(person, command="start", **said)
    assert list(office.started) == [f"{FIRST}-a1"]


def test_a_run_that_was_started_by_hand_is_open_as_well() -> None:
    office = Office()
    with pytest.raises(RefusedError, match=f"run {RUN} is open"):
        office.says(MIO, command="start")
    office.ports.executions.statuses[PARENT] = "FAILED"
    office.ports.now = NOON
    assert office.says(MIO, command="start", version="1.35")["run"] == FIRST


@pytest.mark.parametrize("person", [MIO, RIN])
def test_whoever_is_about_to_start_one_comes_first(person: Any) -> None:
    office = Morning()
    office.says(MIO, command="start", version="1.35")  # Step Functions does not say yet that it runs
    with pytest.raises(RefusedError, match=f"run {FIRST} is open"):
        office.says(person, command="start", version="1.35", reason="another one")


def test_the_next_run_of_a_day_has_the_next_number() -> None:
    office = Morning()
    said = {"command": "start", "version": "1.35"}
    for number in (1, 2, 3):
        run = f"demo-1-35-20261129-{number}"
        assert office.says(MIO, **said)["run"] == run
        office.runs(run)
        office.ends(run)
        office.story.time_passes(600)
    assert len(office.started) == 3


def test_a_name_that_somebody_used_by_hand_is_used() -> None:
    office = Morning()
    office.ports.executions.started[f"{FIRST}-a1"] = (MACHINE, {})
    office.ports.executions.statuses[office.arn(f"{FIRST}-a1")] = "FAILED"
    assert office.says(MIO, command="start", version="1.35")["run"] == "demo-1-35-20261129-2"
    assert office.ports.table.read(FIRST, "REQUESTED", RequestedItem) is None, "mio did not ask for that one"


def test_a_start_that_died_between_its_two_writes_is_done_again() -> None:
    office = Morning()
    start, calls = office.ports.executions.start, []

    def dies(machine: str, name: str, request: dict[str, Any]) -> bool:
        calls.append(name)
        if len(calls) == 1:
            raise ConnectionError
        return start(machine, name, request)

    office.ports.executions.start = dies  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        office.says(MIO, command="start", version="1.35")
    office.story.time_passes(30)
    assert office.says(MIO, command="start", version="1.35")["run"] == FIRST


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"version": "1.35.2"}, r"command: Expected `str` matching regex"),
        ({"version": "newest"}, r"a version is written like 1.35"),
        ({"applications": ["Not A Name"]}, r"an application as plans call it"),
    ],
)
def test_what_the_machine_would_refuse_is_refused_at_the_door(said: dict[str, Any], text: str) -> None:
    office = Morning()
    with pytest.raises(BadRequestError, match=text):
        office.says(MIO, command="start", **said)
    assert not office.started


def test_who_may_not_start_starts_nothing() -> None:
    office = Morning()
    with pytest.raises(ForbiddenError, match="yuki may not start"):
        office.says(YUKI, command="start")
    assert not office.started
    assert office.ports.table.said() == ["command-refused"]
