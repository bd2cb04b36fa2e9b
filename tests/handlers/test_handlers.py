"""Every handler, called with an event as its state sends it, answers what the state machine reads."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from norikae.errors import BadRequestError, ForeignWriteError, LeaseHeldError, NorikaeError, StaleWriterError
from norikae.upgrade.lease import Lease
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, RUN

from .cases import SHIFT, WORLDS, event, handler, world
from .conftest import Log
from .machine import FILES, Machine

Json = dict[str, Any]
Into = Callable[[FakePorts], FakePorts]
EVERY = pytest.mark.parametrize("name", WORLDS)
TASKS = {
    task.replace(" ", "_").lower(): (kind, task) for kind in FILES for task in Machine(kind).tasks()
}  # "Ensure Argo CD" -> ensure_argo_cd
WRITER = {"run": RUN, "attempt": 1, "token": 7}
ANSWERS: dict[str, Json] = {
    "plan_upgrade": {**WRITER, "approvals": {"decommission": "required"}, "deadline_seconds": 259200},
    "run_preflight": {"next": "ask"},
    "request_plan_approval": {"asked": "plan"},
    "ensure_green_cluster": {"next": "wait", "retry_after_seconds": 30},
    "ensure_argo_cd": {"next": "wait", "retry_after_seconds": 30},
    "sync_platform": {"next": "wait", "retry_after_seconds": 30},
    "sync_applications": {"next": "go-on"},
    "verify_green": {"next": "go-on"},
    "hand_over_green": {"next": "go-on"},
    "hand_off_singletons": {"next": "wait", "retry_after_seconds": 5},
    "soak": {"next": "go-on"},
    "request_decommission_approval": {"asked": "decommission"},
    "decommission_blue": {"next": "wait", "retry_after_seconds": 30},
    "finish_upgrade": {"run": RUN, "outcome": "succeeded"},
    "hold_upgrade": {
        "held": "RefusedError: add-on vpc-cni has no version for Kubernetes 1.35; take it out of clusters.addons"
    },
    "roll_back_applications": {"next": "wait", "retry_after_seconds": 15},
    "report_failure": {
        "error": "UpgradeRefused",
        "cause": "dns-ownership: billing.example.com: it has no A record in the zone",
    },
    "adopt_cluster": {"next": "wait", "retry_after_seconds": 5},
    "clean_green": {"next": "wait", "retry_after_seconds": 5},
    "prepare_shift": {**WRITER, "application": APP, "poll_seconds": 30, "progress": {"next": "step", "weight": 5}},
    "scale_green": {"next": "go-on", "weight": 5},
    "set_weights": {"change": "/change/C1", "retry_after_seconds": 15},
    "verify_weights": {"next": "bake"},
    "judge_gates": {"next": "bake", "weight": 5},
    "roll_back_application": {"next": "wait", "retry_after_seconds": 5},
    "hold_application": {"held": APP},
    "finish_shift": {"application": APP, "outcome": "held", "weight": 5},
    "reconcile_interruptions": {"outcome": "demo-1-33: ip-10-0-0-1 is kept"},
    "operator_command": {"run": RUN},
    "watch_support": {"cluster": BLUE, "version": "1.33", "told": ["support-ends/standard"], "run": "demo-1-35-0001"},
    "interruptions": {"batchItemFailures": [], "ignored": {"test-notification: direct": 1}},
    "notify_people": {"batchItemFailures": [], "told": 2},
    "start_on_schedule": {"schedule": "quarterly", "outcome": "started", "run": RUN},
    "carry_secrets": {"batchItemFailures": [], "carried": {"secrets": 1, "written": 2}},
    "answer_chat": {"batchItemFailures": [], "carried": {"status": 1}},
}
EARS = {"hear_slack", "hear_chatwork"}
"""They have a world and a log of their own, without the wiring: tests/unit/chat, tests/adapters/chat."""
WITHOUT_A_RUN = {
    *("recover", "adopt_cluster", "clean_green", "drain_slice", "write_zone", "interruptions"),
    *("reconcile_interruptions", "carry_secrets", "answer_chat"),
    "notify_people",
}
"""Recover raises before it knows the run; errands need none."""
TOKENS = [name for name in WORLDS if "task_token" in event(name)]


def outcome(name: str) -> Json | NorikaeError:
    """What an invocation with the recorded event answers or raises."""
    try:
        return handler(name)(event(name), None)
    except NorikaeError as error:
        return error


class Recorded(dict[str, Any]):
    """An event that remembers which of its keys were read."""

    def __init__(self, recorded: Json) -> None:
        super().__init__(recorded)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_handler_answers_what_its_caller_reads(name: str, into: Into) -> None:
    into(world(name))
    answer = handler(name)(event(name), None)
    read = json.loads(json.dumps(answer))  # Lambda answers with JSON
    assert {key: read.get(key) for key in ANSWERS[name]} == ANSWERS[name]


@EVERY
def test_an_invocation_may_happen_twice(name: str, into: Into) -> None:
    """Lambda and Step Functions both promise no more than at least once."""
    into(world(name))
    raised = [type(error).__name__ for error in (outcome(name), outcome(name)) if isinstance(error, NorikaeError)]
    assert raised == (["TransientError"] if name == "recover" else []), "recover's asynchronous retry looks again"


@pytest.mark.parametrize("name", TASKS)
def test_the_recorded_event_has_the_keys_that_the_state_sends(name: str) -> None:
    kind, task = TASKS[name]
    sent = {key.removesuffix(".$") for key in Machine(kind).sends(task)}
    assert set(event(name)) == sent


@pytest.mark.parametrize("name", TASKS)
def test_a_handler_reads_exactly_the_keys_that_the_state_sends(name: str) -> None:
    recorded = Recorded(event(name))
    inspect.unwrap(handler(name))(world(name), recorded)
    assert recorded.read == set(recorded)


def test_every_task_has_its_handler_and_back() -> None:
    files = {path.stem for path in Path("lambdas/handlers/workflow").glob("*.py")} - {"__init__"}
    assert files == set(TASKS)


def test_every_handler_has_its_recorded_event_and_back() -> None:
    assert {path.stem for path in Path("tests/events").glob("*.json")} == set(WORLDS) | EARS
    files = {path.stem for path in Path("lambdas/handlers").glob("*/*.py")} - {"__init__"}
    assert files == set(WORLDS) | EARS


def test_a_stopped_shift_is_recovered_from_the_event_of_eventbridge(into: Into) -> None:
    ports = into(world("recover"))
    with pytest.raises(NorikaeError, match="not in force yet"):
        handler("recover")(event("recover"), None)
    assert handler("recover")(event("recover"), None) == {"run": RUN, "application": APP, "outcome": "rolled-back"}
    assert ports.dns.weights(HOST) == {BLUE: 100}
    assert ports.table.lease(APP).holder == ""


def test_an_operators_word_reaches_the_run(into: Into) -> None:
    into(world("operator_command"))
    handler("operator_command")(event("operator_command"), None)
    status = handler("operator_command")({"command": "status"}, None)
    assert status["flags"] == {
        "paused": True,
        "aborted": False,
        "held": (),
        "sent_back": (),
        "skipped": (),
        "by": "mio",
        "reason": "load test at noon",
    }
    assert (status["applications"][APP]["outcome"], status["applications"][APP]["weight"]) == ("shifting", 5)


def test_a_team_may_start_a_shift_with_its_application_alone(into: Into) -> None:
    into(world("prepare_shift"))
    answer = handler("prepare_shift")({"request": {"application": APP}, "execution": SHIFT}, None)
    assert (answer["run"], answer["token"], answer["progress"]) == (RUN, 7, {"next": "step", "weight": 5})


@EVERY
def test_an_outcome_is_one_line_in_the_log(name: str, into: Into, log: Log) -> None:
    into(world(name))
    answered = not isinstance(outcome(name), NorikaeError)
    (line,) = log()
    assert (line["message"], line["state"], line["service"]) == ("answered" if answered else "raised", name, "norikae")
    about = {key: value for key, value in event(name).items() if key in ("run", "application", "weight", "command")}
    assert {key: line[key] for key in about} == about
    assert line.get("run") == (None if name in WITHOUT_A_RUN else RUN)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("prepare_shift", {"application": APP}),
        ("report_failure", {}),
        (
            "judge_gates",
            {"application": APP, "weight": 5, "next": "bake", "waiting_for": "300 s of the bake are left"},
        ),
        ("ensure_green_cluster", {"next": "wait", "waiting_for": f"control plane {GREEN} was just asked for"}),
        ("finish_upgrade", {"outcome": "succeeded"}),
        ("finish_shift", {"application": APP, "outcome": "held"}),
        ("interruptions", {"ignored": {"test-notification: direct": 1}}),
    ],
)
def test_the_line_has_the_words_that_matter_and_no_others(name: str, words: Json, into: Into, log: Log) -> None:
    into(world(name))
    handler(name)(event(name), None)
    (line,) = log()
    known = ("application", "weight", "next", "waiting_for", "outcome", "ignored", "failed", "unmarked")
    said = {key: line[key] for key in known if key in line}
    assert said == words


def _overtaken(ports: FakePorts) -> None:
    ports.table.leases[""] = Lease("arn:somebody-else", "other", 8)


def _overwritten(ports: FakePorts) -> None:
    ports.dns.write(HOST, GREEN, 77)


def _forgotten(ports: FakePorts) -> None:
    ports.table.items.clear()


def _held_by_another(ports: FakePorts) -> None:
    ports.table.leases[""] = Lease(SHIFT, "other", 9)


def _untroubled(_: FakePorts) -> None:
    """All is well."""


@pytest.mark.parametrize(
    ("name", "trouble", "error"),
    [
        ("ensure_green_cluster", _overtaken, StaleWriterError),
        ("plan_upgrade", _held_by_another, LeaseHeldError),
        ("roll_back_application", _overwritten, ForeignWriteError),
        ("judge_gates", _forgotten, BadRequestError),
    ],
)
def test_an_error_keeps_its_class_and_is_logged_with_what_it_is_about(
    name: str, trouble: Callable[[FakePorts], None], error: type[NorikaeError], into: Into, log: Log
) -> None:
    trouble(into(world(name)))
    with pytest.raises(NorikaeError) as raised:
        handler(name)(event(name), None)
    assert type(raised.value) is error, "Retry and Catch go by the class's name"
    (line,) = log()
    assert (line["level"], line["message"], line["state"]) == ("WARNING", "raised", name)
    assert (line["error"], line["text"]) == (error.__name__, str(raised.value))
    assert line.get("run") == event(name).get("run")


def test_a_payload_without_its_writer_names_the_missing_field(into: Into) -> None:
    into(world("soak"))
    with pytest.raises(BadRequestError, match="payload: 'token'"):
        handler("soak")({"run": RUN, "attempt": 1}, None)


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize("trouble", [_untroubled, _overtaken, _forgotten])
def test_no_task_token_is_logged_or_told_or_kept_as_evidence(
    name: str, trouble: Callable[[FakePorts], None], into: Into, log: Log
) -> None:
    ports = into(world(name))
    trouble(ports)
    answered = outcome(name)
    if not isinstance(answered, NorikaeError):
        handler("operator_command")({"command": "abort", "run": RUN, "by": "mio"}, None)
    seen = repr((str(answered), log(), ports.topic.told, ports.evidence.documents, ports.table.events))
    assert "answered" in seen or "raised" in seen
    assert "exampleTaskToken" not in seen
