"""A person sees what nobody expects before it is synced, and a yes counts for exactly what was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.demo.scenarios import SCENARIOS
from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from local.aws.step_functions.execution import Execution

pytestmark = pytest.mark.scenario
WAVE = ("chat-api", "files-upload")


def entered(execution: Execution, state: str) -> int:
    """How often an execution has entered a state."""
    events = (event.get("stateEnteredEventDetails", {}) for event in execution.history.events)
    return sum(event.get("name") == state for event in events)


def config(upgrade: Upgrade, cluster: str, name: str, namespace: str) -> dict[str, str]:
    stored: dict[str, Any] = upgrade.world.clusters[cluster].api.get("configmaps", name, namespace)
    data: dict[str, str] = stored["data"]
    return data


@pytest.mark.long
@pytest.mark.xdist_group("diff")
def test_a_commit_that_lands_while_a_person_reads_makes_the_yes_void() -> None:
    with Upgrade(*WAVE, scenario=SCENARIOS["diff"]) as upgrade:
        run = upgrade.start()
        assert upgrade.run_to_end(run) == "SUCCEEDED"
        report = upgrade.report()
        assert report["outcome"] == "succeeded"
        questions = [text for text in upgrade.told if "be synced to" in text]
        assert len(questions) == entered(run, "Request sync approval") == 2
        said = [event["detail"] for event in report["events"] if event["what"] == "approve"]
        approved = [one["plan_hash"] for one in said if one["subject"] == "sync"]
        assert len(set(approved)) == 2
        (moved,) = [event["detail"] for event in report["events"] if event["what"] == "pin-moved"]
        verdicts = [
            (event["detail"]["verdict"], event["detail"]["hash"])
            for event in report["events"]
            if event["what"] == "compared" and event["detail"]["phase"] == "sync-applications"
        ]
        assert verdicts == [("asked", approved[0]), ("asked", approved[1]), ("approved", approved[1])]
        assert moved["from"][:12] in questions[0]
        assert moved["to"][:12] not in questions[0]
        assert config(upgrade, "demo-1-35-a", "files-upload", "files") == {"MAX_MEGABYTES": "512", "RETRIES": "5"}
        assert config(upgrade, "demo-1-35-a", "chat-api", "chat")["LOG_LEVEL"] == "info"


@pytest.mark.long
@pytest.mark.xdist_group("diff-rejected")
def test_a_no_holds_before_the_sync_and_a_repaired_blue_lets_the_run_go_on() -> None:
    with Upgrade("chat-api", approves=False) as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Request plan approval")
        upgrade.run(5)
        (plan,) = upgrade.command(command="status")["questions"]
        upgrade.command(command="approve", subject="plan", plan_hash=plan["plan_hash"], by="mio")
        api = upgrade.world.clusters[upgrade.blue].api
        api.patch("configmaps", "chat-api", "chat", {"data": {"LOG_LEVEL": "debug"}}, manager="kubectl-edit")
        assert upgrade.run_until(run, "Request sync approval")
        upgrade.run(5)
        (asked,) = upgrade.command(command="status")["questions"]
        assert 'ConfigMap chat/chat-api data.LOG_LEVEL: blue "debug", green "info"' in asked["text"]
        assert upgrade.command(command="reject", subject="sync", by="mio", reason="repair blue first")["answered"]
        assert upgrade.run_until(run, "Hold upgrade")
        upgrade.run(5)
        (hold,) = upgrade.command(command="status")["questions"]
        assert hold["text"] == "mio said no to the difference: repair blue first"
        green = upgrade.world.clusters["demo-1-35-a"].api
        assert green.list("deployments.apps", "chat") == []
        api.patch("configmaps", "chat-api", "chat", {"data": {"LOG_LEVEL": "info"}}, manager="kubectl-edit")
        upgrade.command(command="resume", by="mio")
        assert upgrade.run_until(run, "Verify green")
        assert entered(run, "Request sync approval") == 1
