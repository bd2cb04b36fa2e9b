"""The report says who moved when, what was found and how it ended, also for a run that never came far."""

from __future__ import annotations

from norikae.report.run_report import keep_report, run_report
from norikae.upgrade.phase import close, enter
from norikae.upgrade.state import AppItem, Event
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.story import APP, BLUE, GREEN, RUN, WRITER, Story, plan


def test_weights_and_phases_count_from_the_beginning_of_the_run() -> None:
    story = Story()
    enter(story.ports, WRITER, "shift-applications")
    story.time_passes(60)
    story.moved()
    enter(story.ports, WRITER, "soak")
    story.time_passes(600)
    close(story.ports, WRITER, outcome="succeeded")
    report = run_report(story.ports, RUN)
    (application,) = report["applications"]
    assert application["weights"] == [[60, 5], [361, 50], [662, 100]]
    assert (application["name"], application["team"], application["outcome"]) == (APP, "payments", "moved")
    assert report["phases"] == [{"name": "shift-applications", "seconds": 963}, {"name": "soak", "seconds": 600}]
    assert report["outcome"] == "succeeded"


def test_a_phase_that_is_not_over_lasts_until_now() -> None:
    story = Story()
    enter(story.ports, WRITER, "soak")
    story.time_passes(90)
    assert run_report(story.ports, RUN)["phases"][-1] == {"name": "soak", "seconds": 90}


def test_every_planned_application_is_in_the_report_in_the_order_of_the_plan() -> None:
    story = Story(applications=("web", APP))
    story.ports.table.write(WRITER, f"APP#{APP}", AppItem(application=APP, outcome="held", reason="http-5xx: 3 %"))
    found = run_report(story.ports, RUN)["applications"]
    assert [(one["name"], one["outcome"], one["reason"]) for one in found] == [
        ("web", "waiting", ""),
        (APP, "held", "http-5xx: 3 %"),
    ]


def test_plan_findings_and_audit_trail_are_in_the_report() -> None:
    story = Story()
    finding = {"check": "addons", "severity": "note"}
    story.ports.table.write(WRITER, "FINDINGS", [finding])
    story.ports.table.write(WRITER, "EVENT#1", Event(at=1.0, what="planned", by="mio"))
    report = run_report(story.ports, RUN)
    assert report["clusters"] == {
        "blue": {"name": BLUE, "version": "1.33"},
        "green": {"name": GREEN, "version": "1.35"},
    }
    assert len(report["plan_hash"]) == 64
    assert report["findings"] == [finding]
    assert report["events"] == [{"at": 1.0, "what": "planned", "by": "mio", "detail": {}}]


def test_a_run_without_a_plan_has_a_report_too() -> None:
    report = run_report(FakePorts(), "demo-1-35-nothing")
    assert report["outcome"] == "failed"
    assert report["clusters"] == {"blue": None, "green": None}
    assert (report["plan_hash"], report["applications"], report["phases"], report["findings"]) == ("", [], [], [])


def test_no_task_token_is_in_a_report() -> None:
    story = Story()
    story.ports.table.write(WRITER, "APPROVAL#plan", {"task_token": "AQC-secret"})
    assert "AQC-secret" not in repr(run_report(story.ports, RUN))


def test_the_report_is_kept_where_it_says() -> None:
    story = Story()
    assert keep_report(story.ports, RUN) == f"s3://evidence/{RUN}/report.json"
    assert story.ports.evidence.documents[f"{RUN}/report.json"]["run"] == plan().run
