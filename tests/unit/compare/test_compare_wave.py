"""Compare wave as a state: when a wave may be synced, when a person is asked, and what makes an answer void."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from norikae.approvals.ask import request_approval
from norikae.commands.operate import operate
from norikae.errors import NotFoundError
from norikae.upgrade.compare import PATIENCE_SECONDS, POLL_SECONDS, compare_wave
from norikae.upgrade.pin import pinned
from norikae.upgrade.state import ApprovalItem, Flags
from norikae.upgrade.sync_state import WaveItem
from tests.unit.fakes.demo import OTHER_SHA, SHA
from tests.unit.fakes.story import APP, GREEN, RUN
from tests.unit.fakes.waves import Wave, config_map


def differing() -> Wave:
    """A wave with one difference that nobody expects."""
    wave = Wave()
    wave.renders(config_map(LOG_LEVEL="info"))
    wave.lives(config_map(LOG_LEVEL="debug"))
    return wave


def asked(wave: Wave) -> ApprovalItem:
    """The machine asks after a comparison; what waits for a person."""
    request_approval(wave.ports, wave.writer, "sync", "token-1")
    item = wave.ports.table.read(RUN, "APPROVAL#sync", ApprovalItem)
    assert item is not None
    return item


def test_a_wave_without_differences_goes_on_in_the_phase_that_asked() -> None:
    wave = Wave()
    assert wave.compared()["next"] == "sync-applications"
    assert wave.item().allows(WaveItem(phase="sync-applications", applications=(APP,), revision=SHA))


def test_a_wave_of_the_platform_goes_on_with_the_platform() -> None:
    wave = Wave()
    wave.waits_for("dns", phase="sync-platform")
    wave.renders(app="dns")
    app = wave.green.objects["applications.argoproj.io", "argocd", "dns"]
    app["spec"]["destination"] = {"namespace": "dns"}
    assert wave.compared()["next"] == "sync-platform"


def test_a_difference_that_nobody_expects_waits_for_a_person() -> None:
    wave = differing()
    assert wave.compared()["next"] == "ask"
    assert (wave.item().verdict, wave.item().unexpected) == ("asked", 1)
    assert not wave.item().allows(WaveItem(phase="sync-applications", applications=(APP,), revision=SHA))


def test_the_question_is_bound_to_the_difference_and_the_whole_of_it_is_evidence() -> None:
    wave = differing()
    wave.compared()
    item = asked(wave)
    assert item.plan_hash == wave.item().hash
    assert 'ConfigMap shop/billing data.LOG_LEVEL: blue "debug", green "info"' in item.text
    assert item.text.endswith("s3://evidence/demo-1-35-0001/diff-sync-applications-1.json")
    kept = wave.ports.evidence.documents[f"{RUN}/diff-sync-applications-1.json"]
    assert kept["unexpected"][0]["path"] == "data.LOG_LEVEL"
    assert kept["hash"] == item.plan_hash
    assert len(item.text) <= 1500


def test_a_yes_to_the_difference_lets_the_wave_go_on() -> None:
    wave = differing()
    wave.compared()
    item = asked(wave)
    operate(wave.ports, {"command": "approve", "subject": "sync", "plan_hash": item.plan_hash, "by": "mio"})
    assert wave.ports.executions.answers["token-1"] == {"next": "go-on"}
    assert wave.compared()["next"] == "sync-applications"
    assert wave.item().verdict == "approved"


def test_a_yes_lasts_after_a_later_wave_was_approved_too() -> None:
    wave = differing()
    wave.compared()
    wave.approves(wave.item().hash)
    wave.compared()
    wave.approves("the hash of a later wave")
    assert wave.compared()["next"] == "sync-applications"


def test_a_yes_lasts_in_a_later_attempt_that_finds_the_same() -> None:
    wave = differing()
    wave.compared()
    wave.approves(wave.item().hash)
    wave.compared()
    wave.approves("the hash of a later wave")
    wave.writer = replace(wave.writer, attempt=wave.writer.attempt + 1)
    assert wave.compared()["next"] == "sync-applications"
    assert (wave.item().verdict, wave.item().attempt) == ("approved", wave.writer.attempt)


def test_a_yes_to_another_difference_counts_for_nothing() -> None:
    wave = differing()
    wave.compared()
    before = wave.item()
    wave.approves(before.hash)
    wave.lives(config_map(LOG_LEVEL="trace"))
    assert wave.compared()["next"] == "ask"
    assert wave.item().hash != before.hash
    assert wave.item().report.endswith("diff-sync-applications-2.json")


def test_a_no_holds_the_run_and_says_who_said_it() -> None:
    wave = differing()
    wave.compared()
    asked(wave)
    operate(wave.ports, {"command": "reject", "subject": "sync", "by": "mio", "reason": "repair blue"})
    answer = wave.ports.executions.answers["token-1"]
    assert answer == {"next": "refuse", "waiting_for": "mio said no to the difference: repair blue"}


@pytest.mark.parametrize(
    ("policy", "is_different", "word"),
    [
        ("always", False, "ask"),
        ("always", True, "ask"),
        ("unexpected-only", False, "sync-applications"),
        ("unexpected-only", True, "ask"),
        ("never", True, "sync-applications"),
    ],
)
def test_the_environment_says_when_a_person_is_asked(policy: str, is_different: bool, word: str) -> None:  # noqa: FBT001 - a column of the table
    wave = differing() if is_different else Wave()
    wave.has(policy=policy)
    assert wave.compared()["next"] == word


def test_comparing_twice_writes_once() -> None:
    wave = differing()
    wave.compared()
    wave.compared()
    assert wave.ports.table.said().count("compared") == 1
    assert [key for key in wave.ports.evidence.documents if "diff-" in key] == [f"{RUN}/diff-sync-applications-1.json"]


def test_a_commit_that_blue_has_synced_moves_the_pin_and_begins_the_syncs_again() -> None:
    wave = differing()
    wave.compared()
    wave.approves(wave.item().hash)
    wave.blue_syncs(OTHER_SHA)
    assert wave.compared()["next"] == "sync-platform"
    root = wave.green.objects["applications.argoproj.io", "argocd", "root"]
    assert root["spec"]["source"]["targetRevision"] == OTHER_SHA
    assert pinned(wave.ports, RUN) == OTHER_SHA
    assert "pin-moved" in wave.ports.table.said()


def test_a_yes_for_the_old_commit_counts_for_nothing_and_the_next_question_names_both() -> None:
    wave = differing()
    wave.compared()
    wave.approves(wave.item().hash)
    wave.blue_syncs(OTHER_SHA)
    wave.compared()
    wave.waits_for(APP)
    wave.renders(config_map(LOG_LEVEL="info"), revision=OTHER_SHA)
    assert wave.compared()["next"] == "ask"
    assert f"changed from {SHA[:12]} to {OTHER_SHA[:12]}" in asked(wave).text


def test_a_move_of_the_pin_that_broke_off_is_finished() -> None:
    wave = Wave()
    wave.blue_syncs(OTHER_SHA)
    wave.green.refusal = "broke off"
    with pytest.raises(Exception, match="broke off"):
        wave.compared()
    wave.green.refusal = ""
    assert wave.compared()["next"] == "sync-platform"
    assert wave.ports.table.said().count("pin-moved") == 1


def test_the_syncs_begin_again_also_when_the_answer_of_the_look_that_moved_the_pin_was_lost() -> None:
    wave = differing()
    wave.blue_syncs(OTHER_SHA)
    assert [wave.compared()["next"] for _ in range(2)] == ["sync-platform"] * 2


@pytest.mark.parametrize(("revision", "status"), [(OTHER_SHA, "OutOfSync"), ("main", "Synced"), ("", "Unknown")])
def test_what_blue_has_only_compared_does_not_move_the_pin(revision: str, status: str) -> None:
    wave = Wave()
    wave.blue_syncs(revision, status)
    assert wave.compared()["next"] == "sync-applications"
    assert wave.pin() is None


def test_an_argo_cd_server_that_does_not_answer_is_waited_for() -> None:
    wave = Wave()
    wave.green.server = "not this one"
    answer = wave.compared()
    assert (answer["next"], answer["retry_after_seconds"]) == ("wait", POLL_SECONDS)
    assert "no endpoints available" in answer["waiting_for"]


def test_an_argo_cd_server_that_stays_away_holds() -> None:
    wave = Wave()
    wave.green.server = "not this one"
    wave.compared()
    wave.ports.now += PATIENCE_SECONDS + 1
    answer = wave.compared()
    assert answer["next"] == "hold"
    assert "no endpoints available" in answer["waiting_for"]


@pytest.mark.parametrize(("flags", "word"), [(Flags(paused=True), "hold"), (Flags(aborted=True), "abort")])
def test_an_operator_comes_first(flags: Flags, word: str) -> None:
    wave = Wave()
    wave.ports.table.write_unfenced(RUN, "FLAGS", flags)
    assert wave.compared()["next"] == word


def test_without_a_wave_there_is_nothing_to_compare_or_to_ask() -> None:
    wave = Wave()
    wave.ports.table.delete(RUN, "WAVE")
    with pytest.raises(NotFoundError, match="has no wave to compare"):
        wave.compared()
    with pytest.raises(NotFoundError, match="no comparison to ask about"):
        asked(wave)


def cron_job(**spec: Any) -> dict[str, Any]:
    annotations = {"norikae.dev/singleton": "green-suspended"}
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly", "namespace": "shop", "annotations": annotations},
        "spec": {"schedule": "0 3 * * *", **spec},
    }


def test_a_singleton_is_suspended_on_green_before_its_wave_may_be_synced() -> None:
    wave = Wave()
    wave.renders(cron_job())
    wave.lives(cron_job(suspend=False))
    assert wave.compared()["next"] == "sync-applications"
    assert wave.green.objects["cronjobs.batch", "shop", "nightly"]["spec"]["suspend"] is True


def test_nothing_is_put_on_green_while_a_person_is_asked() -> None:
    wave = Wave()
    wave.renders(cron_job())
    assert wave.compared()["next"] == "ask"
    assert ("cronjobs.batch", "shop", "nightly") not in wave.green.objects


def test_the_pin_is_the_plans_commit_until_it_moves() -> None:
    wave = Wave()
    assert pinned(wave.ports, RUN) == wave.plan().revision == SHA
    assert wave.plan().green.name == GREEN
    assert compare_wave(wave.ports, wave.writer)["next"] == "sync-applications"
