"""report.json: the same members however a run ends, and one of five outcomes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from local.assembly import ROOT
from local.demo.checks import Ending, Failed, checks
from local.demo.pages import html_page
from local.demo.report import OUTCOMES, PHASES, Seen, Unplanned, demo_report, outcome_of, phase_in_words
from local.demo.scenarios import SCENARIOS
from norikae.upgrade.state import Outcome
from tests.local.demo.runs import BOTH, SERVED, application, run

SCHEMA = json.loads((Path(__file__).parent / "report.schema.json").read_text())
UNPLANNED = Unplanned(
    blue="demo-1-33",
    version="1.33",
    applications=(("chat-api", "chat"), ("files-upload", "files")),
    error="UpgradeRefused",
    cause="BadRequestError: version: 1.31 is older than 1.33",
)


def report(told: dict[str, Any], states: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    document = demo_report(
        told, scenario="upgrade", seed=1, states=BOTH if states is None else states, served=SERVED, **more
    )
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(document)))
    return document


def test_a_run_that_moved_everything() -> None:
    document = report(run(), {"demo-1-35-a": "ACTIVE"})

    assert document["outcome"] == "succeeded"
    assert document["clusters"]["blue"] == {"name": "demo-1-33", "version": "1.33", "state": "DELETED"}
    assert document["clusters"]["green"] == {"name": "demo-1-35-a", "version": "1.35", "state": "ACTIVE"}
    assert document["applications"][0]["weights"] == [[1200, 5], [1400, 25], [1600, 50], [1800, 100]]
    assert document["requests"] == {
        "total": 1000,
        "blue": 400,
        "green": 598,
        "failed": 2,
        "reasons": {"target is not ready": 2},
    }
    assert document["phases"][0] == {"name": "plan-upgrade", "seconds": 1}


def test_what_the_demo_found_out_by_itself_is_in_the_report() -> None:
    weights = {"api.example.com": {"demo-1-33": 100}}
    text = {("api.example.com.", "A", "demo-1-33"): "{}"}
    ending = Ending(
        blue="demo-1-33",
        states=BOTH,
        failed=(Failed("chat-api", "demo-1-35-a", "5xx (500)", 2),),
        before=text,
        after=text,
        weights=weights,
        hosts={"chat-api": ("api.example.com",)},
        scanned={404: 3},
    )
    document = report(run("rolled-back"), seen=Seen(ending, checks(ending, outcome="rolled-back", bad="chat-api")))

    assert document["failures"] == [
        {"application": "chat-api", "cluster": "demo-1-35-a", "reason": "5xx (500)", "requests": 2}
    ]
    assert document["records"] == {"before": 1, "after": 1, "changed": [], "gone": [], "added": []}
    assert document["scanners"] == {"404": 3}
    assert [check["name"] for check in document["checks"] if not check["holds"]] == []
    assert "every record set is as it was" in html_page(document)


def test_a_run_that_was_refused_before_there_was_a_plan_still_shows_what_serves() -> None:
    document = report({}, {"demo-1-33": "ACTIVE"}, unplanned=UNPLANNED)

    assert document["outcome"] == "refused"
    assert document["waiting_for"] == UNPLANNED.cause
    assert document["clusters"] == {
        "blue": {"name": "demo-1-33", "version": "1.33", "state": "ACTIVE"},
        "green": {"name": "", "version": "", "state": "ABSENT"},
    }
    assert [(one["name"], one["team"], one["outcome"], one["weights"]) for one in document["applications"]] == [
        ("chat-api", "chat", "waiting", []),
        ("files-upload", "files", "waiting", []),
    ]


def test_a_run_without_a_word_has_failed_and_keeps_its_shape() -> None:
    document = report({}, {})

    assert document["outcome"] == "failed"
    assert document["clusters"]["blue"] == {"name": "", "version": "", "state": "ABSENT"}
    assert document["applications"] == document["phases"] == document["findings"] == []


def test_green_that_was_planned_but_never_begun_is_absent_not_deleted() -> None:
    finding = {"check": "removed-apis", "severity": "blocker", "subject": "FlowSchema a", "text": "gone", "remedy": ""}
    refused = run("refused", application("chat-api", "waiting"), phases=[{"name": "run-preflight", "seconds": 3}])

    document = report({**refused, "findings": [finding]}, {"demo-1-33": "ACTIVE"})

    assert document["clusters"]["green"]["state"] == "ABSENT"
    assert document["findings"] == [finding]


def test_green_that_was_begun_and_is_gone_is_deleted() -> None:
    assert report(run("failed"), {"demo-1-33": "ACTIVE"})["clusters"]["green"]["state"] == "DELETED"


@pytest.mark.parametrize(
    ("ended", "outcome"),
    [
        ("succeeded", "succeeded"),
        ("planned", "succeeded"),
        ("partial", "partial"),
        ("rolled-back", "rolled-back"),
        ("refused", "refused"),
        ("failed", "failed"),
        ("held", "partial"),
        ("", "failed"),
    ],
)
def test_every_end_that_the_product_knows_is_one_of_five(ended: str, outcome: str) -> None:
    document = report(run(ended))

    assert (document["outcome"], document["run_outcome"]) == (outcome, ended)


def test_no_end_of_the_product_is_forgotten() -> None:
    assert {outcome_of(run(ended)) for ended in get_args(Outcome)} == set(OUTCOMES)


def test_a_run_that_holds_before_anything_moved_has_failed() -> None:
    assert outcome_of(run("held", application("chat-api", "held", 5))) == "failed"


def test_exit_codes_are_those_of_the_readme() -> None:
    assert OUTCOMES == {"succeeded": 0, "failed": 1, "refused": 2, "partial": 3, "rolled-back": 4}


def test_every_scenario_is_due_to_end_in_an_outcome_that_exists() -> None:
    assert {scenario.outcome for scenario in SCENARIOS.values()} <= set(OUTCOMES)
    assert [name for name, scenario in SCENARIOS.items() if name != scenario.name or not scenario.what] == []


def test_every_phase_of_the_machine_has_words() -> None:
    states = json.loads((ROOT / "stacks/workflow/upgrade.asl.json").read_text())["States"]
    phases = {name for name, state in states.items() if state["Type"] in ("Task", "Map")}

    assert {name.lower().replace(" ", "-") for name in phases} == set(PHASES)


def test_a_phase_is_known_in_either_spelling() -> None:
    assert phase_in_words("Ensure green cluster") == phase_in_words("ensure-green-cluster") == "Build green"
    assert phase_in_words("check-window") == "Check window"
    assert phase_in_words("tidy-up") == "Tidy up"  # no phase of the machine
