"""Whatever a handler answers, the machine knows what to do next, and every path that it reads is there."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.environment import Approvals
from norikae.upgrade.state import Flags
from norikae.windows.check import FOLLOWS
from tests.unit.fakes.beginning import Beginning
from tests.unit.fakes.story import RUN, WRITER

from .cases import WORLDS, event, handler
from .conftest import Log
from .machine import Json, Machine

UPGRADE: Json = {
    **WRITER.answer(),
    "environment": "demo",
    "approvals": {"decommission": "required"},
    "deadline_seconds": 259200,
    "error": {"Error": "RefusedError", "Cause": "no"},
}
SHIFT: Json = {
    **WRITER.answer(),
    "application": "billing",
    "lease": 1,
    "poll_seconds": 30,
    "deadline_seconds": 259200,
    "progress": {"next": "step", "weight": 5},
    "change": {"change": "/change/C1", "retry_after_seconds": 15},
    "error": {"Error": "RefusedError", "Cause": "no"},
}


def answered(name: str, monkeypatch: pytest.MonkeyPatch, flags: Flags | None = None, **changes: Any) -> Json:
    """What a handler answers in its world, after some changes to it."""
    built: Any = WORLDS[name]()
    if flags:
        built.ports.table.write_unfenced(RUN, "FLAGS", flags)
    for change, value in changes.items():
        setattr(built.ports, change, value)
    monkeypatch.setattr("norikae.wiring.ports", lambda: built.ports)
    return handler(name)(event(name), None)


@pytest.mark.parametrize(
    ("task", "way"),
    [
        ("Plan upgrade", ["Run preflight"]),
        ("Run preflight", ["May the upgrade start?", "Request plan approval"]),
        ("Ensure green cluster", ["Is the green cluster ready?", "Wait for the green cluster", "Ensure green cluster"]),
        ("Ensure Argo CD", ["Is Argo CD ready?", "Wait for Argo CD", "Ensure Argo CD"]),
        ("Sync platform", ["Is the platform synced?", "Wait for the platform", "Sync platform"]),
        ("Sync applications", ["Are the applications synced?", "Verify green"]),
        ("Compare wave", ["Is the difference expected?", "Request sync approval"]),
        ("Verify green", ["Is green verified?", "Hand over green"]),
        ("Hand over green", ["Is green handed over?", "Check window"]),
        (
            "Hand off singletons",
            ["Are the singletons handed off?", "Wait for the hand-off", "Hand off singletons"],
        ),
        ("Soak", ["Is the soak over?", "Is a decommission approval needed?", "Request decommission approval"]),
        ("Conclude shifts", ["Has everything moved?", "Hold partial run"]),
        ("Decommission blue", ["Is blue gone?", "Wait for the decommission", "Decommission blue"]),
        ("Finish upgrade", ["Upgrade finished"]),
        ("Roll back applications", ["Is everything rolled back?", "Wait for the rollback", "Roll back applications"]),
        ("Report failure", ["Upgrade failed"]),
    ],
)
def test_the_upgrade_goes_on(task: str, way: list[str], monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    answer = answered(task.replace(" ", "_").lower(), monkeypatch)
    assert Machine("upgrade").leads(task, UPGRADE, answer) == way
    assert log()


@pytest.mark.parametrize(
    ("task", "way"),
    [
        ("Prepare shift", ["Is there anything to shift?", "Scale green"]),
        ("Scale green", ["Is green large enough?", "Check window"]),
        ("Check window", ["Is the window open?", "Prove ownership"]),
        ("Prove ownership", ["Set weights"]),
        ("Set weights", ["Wait for propagation", "Verify weights"]),
        ("Verify weights", ["Are the weights in force?", "Bake", "Judge gates"]),
        ("Judge gates", ["What do the gates say?", "Bake", "Judge gates"]),
        (
            "Roll back application",
            ["Is the application rolled back?", "Wait for the rollback", "Roll back application"],
        ),
        (
            "Hand off singletons",
            ["Are the singletons handed off?", "Wait for the hand-off", "Hand off singletons"],
        ),
        ("Finish shift", ["Shift finished"]),
    ],
)
def test_the_shift_goes_on(task: str, way: list[str], monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    answer = answered(task.replace(" ", "_").lower(), monkeypatch)
    assert Machine("shift").leads(task, SHIFT, answer) == way
    assert log()


@pytest.mark.parametrize(
    "task",
    [
        "Ensure green cluster",
        "Ensure Argo CD",
        "Sync platform",
        "Sync applications",
        "Verify green",
        "Hand off singletons",
        "Soak",
    ],
)
@pytest.mark.parametrize(
    ("flags", "following"), [(Flags(aborted=True), "Roll back applications"), (Flags(paused=True), "Hold upgrade")]
)
def test_operators_are_heard_in_every_phase(
    task: str, flags: Flags, following: str, monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    answer = answered(task.replace(" ", "_").lower(), monkeypatch, flags)
    assert Machine("upgrade").leads(task, UPGRADE, answer)[-1] == following
    assert log()


@pytest.mark.parametrize(
    ("flags", "following"),
    [(Flags(aborted=True), "Roll back application"), (Flags(paused=True), "Hold application")],
)
def test_operators_are_heard_in_every_bake(
    flags: Flags, following: str, monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    answer = answered("judge_gates", monkeypatch, flags)
    assert Machine("shift").leads("Judge gates", SHIFT, answer)[-1] == following
    assert log()


def test_an_attempt_after_the_point_of_no_return_leads_to_the_rest_of_the_decommission() -> None:
    way = Machine("upgrade").leads("Run preflight", UPGRADE, {"next": "decommission"})
    assert way == ["May the upgrade start?", "Decommission blue"]


def test_a_refused_preflight_reports_and_creates_nothing(monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    blocked = Beginning().ports.dns
    blocked.sets.clear()
    answer = answered("run_preflight", monkeypatch, dns=blocked)
    assert Machine("upgrade").leads("Run preflight", UPGRADE, answer)[-1] == "Report failure"
    assert log()


@pytest.mark.parametrize(
    ("said", "following"),
    [("go-on", "Check window"), ("refuse", "Report failure"), ("abort", "Report failure")],
)
def test_the_answer_about_the_plan_decides(said: str, following: str) -> None:
    assert Machine("upgrade").leads("Request plan approval", UPGRADE, {"next": said})[-1] == following


@pytest.mark.parametrize(
    ("said", "following"),
    [("go-on", "Compare wave"), ("refuse", "Hold upgrade"), ("abort", "Roll back applications")],
)
def test_the_answer_about_a_difference_decides(said: str, following: str) -> None:
    assert Machine("upgrade").leads("Request sync approval", UPGRADE, {"next": said})[-1] == following


@pytest.mark.parametrize(
    ("said", "following"),
    [
        ("sync-platform", "Sync platform"),
        ("sync-applications", "Sync applications"),
        ("hold", "Hold upgrade"),
        ("abort", "Roll back applications"),
    ],
)
def test_the_comparison_of_a_wave_decides(said: str, following: str) -> None:
    assert Machine("upgrade").leads("Compare wave", UPGRADE, {"next": said})[-1] == following


@pytest.mark.parametrize("phase", ["Sync platform", "Sync applications"])
def test_a_wave_that_is_not_compared_yet_is_compared(phase: str) -> None:
    assert Machine("upgrade").leads(phase, UPGRADE, {"next": "compare"})[-1] == "Compare wave"


@pytest.mark.parametrize(
    ("said", "following"),
    [("go-on", "Check window"), ("refuse", "Hold upgrade"), ("abort", "Roll back applications")],
)
def test_the_answer_about_the_decommission_decides(said: str, following: str) -> None:
    assert Machine("upgrade").leads("Request decommission approval", UPGRADE, {"next": said})[-1] == following


PHASES = {
    "ensure-green-cluster": "Ensure green cluster",
    "ensure-argo-cd": "Ensure Argo CD",
    "sync-platform": "Sync platform",
    "sync-applications": "Sync applications",
    "compare-wave": "Compare wave",
    "request-sync-approval": "Compare wave",
    "verify-green": "Verify green",
    "shift-applications": "Verify green",
    "soak": "Soak",
    "request-decommission-approval": "Request decommission approval",
    "decommission-blue": "Decommission blue",
    "roll-back-applications": "Roll back applications",
    "abort": "Roll back applications",
    "report-failure": "Report failure",
}


@pytest.mark.parametrize(("phase", "following"), PHASES.items())
def test_a_run_that_held_goes_on_where_it_held(phase: str, following: str) -> None:
    assert Machine("upgrade").leads("Hold upgrade", UPGRADE, {"next": phase})[-1] == following


@pytest.mark.parametrize(
    ("said", "following"),
    [("resume", "Prepare shift"), ("roll-back", "Roll back application"), ("anything", "Finish shift")],
)
def test_a_shift_that_held_does_what_the_operator_says(said: str, following: str) -> None:
    assert Machine("shift").leads("Hold application", SHIFT, {"next": said})[-1] == following


def test_an_environment_without_decommission_approval_is_not_asked() -> None:
    approvals = {"decommission": Approvals(decommission="none").decommission}
    way = Machine("upgrade").leads("Soak", {**UPGRADE, "approvals": approvals}, {"next": "go-on"})
    assert way[-1] == "Check window"


@pytest.mark.parametrize(
    ("said", "following"),
    [
        ("ensure-green-cluster", "Ensure green cluster"),
        ("ensure-argo-cd", "Ensure Argo CD"),
        ("sync-applications", "Sync applications"),
        ("shift-applications", "Shift applications"),
        ("decommission-blue", "Decommission blue"),
        ("wait", "Await window"),
        ("abort", "Roll back applications"),
        ("hold", "Hold upgrade"),
    ],
)
def test_the_window_decides_which_phase_begins(said: str, following: str) -> None:
    after = {**UPGRADE, "progress": {"next": "go-on", "groups": []}}
    answer = {"next": said, "waiting_for": "closed", "seconds": 60}
    assert Machine("upgrade").leads("Check window", after, answer)[-1] == following


def test_every_phase_that_windows_are_for_is_one_that_the_machine_begins() -> None:
    chosen = {one["StringEquals"] for one in Machine("upgrade").states["Is the window open?"]["Choices"]}
    assert chosen == {*FOLLOWS.values(), "wait", "abort"}


@pytest.mark.parametrize(
    ("said", "following"),
    [("wait", "Await window"), ("roll-back", "Roll back application"), ("hold", "Hold application")],
)
def test_the_window_decides_about_a_weight(said: str, following: str) -> None:
    answer = {"next": said, "weight": 5, "waiting_for": "closed", "back_to": "judge", "seconds": 60}
    assert Machine("shift").leads("Check window", SHIFT, answer)[-1] == following


@pytest.mark.parametrize(("back_to", "following"), [("scale", "Scale green"), ("judge", "Judge gates")])
def test_after_the_wait_green_is_sized_or_gates_are_judged_anew(back_to: str, following: str) -> None:
    waited = {**SHIFT, "progress": {"next": "wait", "weight": 5, "back_to": back_to, "seconds": 60}}
    ways = (
        Machine("shift").leads("Await window", waited, {"next": "resume"}),
        Machine("shift").catches("Await window", waited, "States.Timeout")[0],
    )
    assert {way[-1] for way in ways} == {following}


def test_the_input_of_a_child_is_a_request_that_it_understands() -> None:
    (shift,) = _inner(Machine("upgrade").states["Shift applications"], "Shift application")
    sent = {key.removesuffix(".$") for key in shift["Parameters"]["Input"]}
    assert sent == set(event("prepare_shift")["request"])


def _inner(state: Json, name: str) -> list[Json]:
    """The states of that name inside a Map, however deep."""
    inside: dict[str, Json] = state.get("ItemProcessor", {}).get("States", {})
    return [found for key, one in inside.items() for found in ([one] if key == name else _inner(one, name))]


@pytest.mark.parametrize(
    ("answer", "way"),
    [
        ({"next": "more", "seconds": 0}, ["Is anything left?", "Drain slice"]),
        ({"next": "wait", "seconds": 5}, ["Is anything left?", "Wait for pods", "Drain slice"]),
        ({"next": "done", "seconds": 0}, ["Is anything left?", "Drained"]),
    ],
)
def test_a_drain_goes_on_at_once_or_later_or_ends(answer: Json, way: list[str]) -> None:
    assert Machine("drain").leads("Drain slice", event("drain_slice")["request"], answer) == way


def test_a_slice_that_fails_is_followed_by_another_until_it_is_hopeless() -> None:
    machine = Machine("drain")
    data: Json = event("drain_slice")["request"]
    for _ in range(19):
        way, data = machine.catches("Drain slice", data, "RefusedError")
        assert way == ["Count the failure", "Is it hopeless?", "Wait after a failure", "Drain slice"]
    way, _ = machine.catches("Drain slice", data, "RefusedError")
    assert way[-1] == "Draining broke off"


def test_a_slice_that_works_makes_failures_count_anew(monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    answer = answered("drain_slice", monkeypatch)
    assert (answer["next"], answer["failures"], answer["turns"]) == ("done", 0, 1)
    assert log()
