"""What befalls applications while they move: sent back fast, moved by their team's word, restored by hand, refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.demo.checks import record_sets
from local.demo.scenarios import Scenario
from norikae.upgrade.state import AppItem
from tests.workflow.test_stop import of_its_team
from tests.workflow.upgrades import RUN, Upgrade

pytestmark = pytest.mark.scenario

APP, OTHER, GREEN = "files-upload", "notify-push", "demo-1-35-a"
LONGEST_WAY_BACK = 90
"""Seconds from the measurement that fails to blue 100 read back, TTLs apart."""


def item(upgrade: Upgrade, application: str = APP) -> AppItem:
    found = upgrade.table().read(RUN, f"APP#{application}", AppItem)
    assert found is not None
    return found


def of(application: str, upgrade: Upgrade) -> dict[tuple[str, str], str]:
    """The record sets of an application's public name, as text, by type and set identifier."""
    host = f"{application}.demo.example.com."
    found = record_sets(upgrade.world.route53)
    return {key[1:]: text for key, text in found.items() if key[0] == host and key[1] in ("A", "AAAA")}


def shift_of(upgrade: Upgrade, run: Any) -> Any:
    assert upgrade.run_until(run, "Shift application")
    upgrade.run(0.5)
    (child,) = upgrade.children()
    return child


@pytest.mark.long
@pytest.mark.xdist_group("moving-1")
def test_a_failing_measurement_is_back_at_blue_within_ninety_seconds() -> None:
    scenario = Scenario("story", "", "partial", bad=OTHER)
    with Upgrade(OTHER, scenario=scenario, loses=True) as upgrade:
        original = of(OTHER, upgrade)
        child = shift_of(upgrade, upgrade.start())
        assert upgrade.run_until(child, "Roll back application")
        failed_at = upgrade.world.kernel.seconds()
        assert upgrade.run_until(child, "Finish shift")
        assert upgrade.world.kernel.seconds() - failed_at <= LONGEST_WAY_BACK
        assert of(OTHER, upgrade) == original
        assert item(upgrade, OTHER).outcome == "rolled-back"
        lost = {(one.app, one.cluster, one.status) for one in upgrade.stage.clients.failures}
        assert lost == {(OTHER, GREEN, 500)}, "only what green answered badly"


@pytest.mark.long
@pytest.mark.xdist_group("moving-1")
def test_everything_goes_back_from_100_within_ninety_seconds_with_a_stop_on_the_way() -> None:
    with Upgrade(APP) as upgrade:
        original = of(APP, upgrade)
        run = upgrade.start()
        child = shift_of(upgrade, run)
        while item(upgrade).weight < 100:
            assert upgrade.run_until(child, "Judge gates")
            upgrade.run(1)
        upgrade.command(command="roll-back", application=APP, by="team-files", reason="a story")
        assert upgrade.run_until(child, "Roll back application")
        began = upgrade.world.kernel.seconds()
        assert upgrade.run_until(child, "Finish shift")
        assert upgrade.world.kernel.seconds() - began <= LONGEST_WAY_BACK
        assert of(APP, upgrade) == original
        assert upgrade.run_until(run, "Hold partial run")
        upgrade.run(5)
        assert upgrade.command(command="shift", application=APP, by="team-files")["application"] == APP
        upgrade.run(30)
        (alone,) = upgrade.children()
        upgrade.run_to_end(alone)
        assert upgrade.weights(APP) == {upgrade.blue: 0, GREEN: 100}
        upgrade.command(command="resume", by="mio")
        assert upgrade.run_to_end(run) == "SUCCEEDED"
        back = [one["detail"]["weight"] for one in upgrade.report()["events"] if one["what"] == "rollback-written"]
        assert back == [50, 0]


@pytest.mark.long
@pytest.mark.xdist_group("moving-2")
def test_a_team_moves_its_own_application_when_it_is_ready() -> None:
    with Upgrade(APP) as upgrade:
        of_its_team(upgrade)
        run = upgrade.start()
        child = shift_of(upgrade, run)
        assert upgrade.run_until(child, "Ask team")
        upgrade.run(2 * 3600)
        assert upgrade.weights(APP) == {upgrade.blue: 100}, "nobody has said anything"
        upgrade.command(command="shift", application=APP, by="team-files")
        assert upgrade.run_to_end(run) == "SUCCEEDED"
        assert upgrade.weights(APP) == {GREEN: 100}
        assert any(f"{APP} can move to {GREEN}; files" in line for line in upgrade.told), upgrade.told


@pytest.mark.long
@pytest.mark.xdist_group("moving-2")
def test_the_command_of_the_runbook_restores_the_records_without_norikae() -> None:
    runbook = Path("docs/runbook.md").read_text()
    command = runbook.partition("<!-- restore -->")[2].partition("```sh\n")[2].partition("```")[0]
    assert command.startswith("aws dynamodb get-item --table-name TABLE --key '{")
    key = json.loads(command.partition("--key '")[2].partition("'")[0])
    assert "--query Item.body.S --output text" in command
    with Upgrade(APP) as upgrade:
        original = of(APP, upgrade)
        child = shift_of(upgrade, upgrade.start())
        while item(upgrade).weight < 25:
            assert upgrade.run_until(child, "Judge gates")
            upgrade.run(1)
        wanted = {
            name: {"S": one["S"].replace("#RUN", f"#{RUN}").replace("APPLICATION", APP)} for name, one in key.items()
        }
        table = next(value for name, value in upgrade.stage.deployment.ids.items() if "Table" in name)
        batch = json.loads(upgrade.world.client("dynamodb").get_item(TableName=table, Key=wanted)["Item"]["body"]["S"])
        zone = upgrade.world.environment.dns.zones[0]
        upgrade.run(1)  # five requests a second are all that Route 53 takes
        upgrade.world.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
        now = of(APP, upgrade)
        assert {key: one for key, one in now.items() if key in original} == original
        assert {json.loads(one)["Weight"] for key, one in now.items() if key not in original} == {0}
        assert upgrade.run_until(child, "Hold application"), "norikae sees that somebody else wrote"
        upgrade.run(5)
        upgrade.command(command="roll-back", application=APP, by="mio")
        assert upgrade.run_until(child, "Finish shift")
        assert of(APP, upgrade) == original


@pytest.mark.long
@pytest.mark.xdist_group("moving-3")
def test_a_blue_that_does_not_answer_pages_and_is_tried_again() -> None:
    with Upgrade(APP, loses=True) as upgrade:
        run = upgrade.start()
        child = shift_of(upgrade, run)
        while item(upgrade).weight < 50:
            assert upgrade.run_until(child, "Judge gates")
            upgrade.run(1)
        blue = upgrade.world.clusters[upgrade.blue].api
        size = blue.get("deployments.apps", APP, "files")["spec"]["replicas"]
        blue.patch("deployments.apps", APP, "files", {"spec": {"replicas": 0}}, manager="kubectl")
        upgrade.run(60)
        upgrade.command(command="roll-back", application=APP, by="mio", reason="a story")
        assert upgrade.run_until(child, "Hold failed rollback")
        upgrade.run(5)
        assert item(upgrade).outcome == "rollback-failed"
        assert upgrade.weights(APP)[GREEN] == 50, "green keeps what it has"
        blue.patch("deployments.apps", APP, "files", {"spec": {"replicas": size}}, manager="kubectl")
        upgrade.run(240)
        upgrade.command(command="resume", application=APP, by="mio")
        assert upgrade.run_until(run, "Hold partial run")
        assert upgrade.weights(APP) == {upgrade.blue: 100}
        lost = {(one.app, one.cluster) for one in upgrade.stage.clients.failures}
        assert lost <= {(APP, upgrade.blue), (APP, "")}, "whoever was sent to a blue without pods, never green"


@pytest.mark.long
@pytest.mark.xdist_group("moving-3")
def test_after_a_failed_gate_a_run_may_hold_all_others() -> None:
    scenario = Scenario("story", "", "partial", bad=OTHER, on_failure="hold")
    with Upgrade(APP, OTHER, scenario=scenario, loses=True) as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Shift application")
        upgrade.run(0.5)
        shifts = {json.loads(one.input)["application"]: one for one in upgrade.children()}
        assert upgrade.run_until(shifts[OTHER], "Finish shift")
        assert upgrade.run_until(shifts[APP], "Hold application")
        status = upgrade.command(command="status")
        assert (status["flags"]["paused"], status["flags"]["by"]) == (True, "norikae")
        assert status["flags"]["reason"].startswith(f"{OTHER}: http-5xx")
        upgrade.run(5)
        upgrade.command(command="resume", by="mio")
        upgrade.run_to_end(shifts[APP])
        assert upgrade.run_until(run, "Hold partial run")
        upgrade.run(5)
        upgrade.command(command="finish", by="mio")
        assert upgrade.run_to_end(run) == "FAILED"
        assert upgrade.report()["outcome"] == "partial"
        assert (upgrade.weights(APP), upgrade.weights(OTHER)) == ({upgrade.blue: 0, GREEN: 100}, {upgrade.blue: 100})


@pytest.mark.long
@pytest.mark.thorough
@pytest.mark.xdist_group("moving-1")
def test_one_application_that_blue_does_not_take_keeps_no_other_from_going_back() -> None:
    with Upgrade(APP, OTHER, loses=True) as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Shift application")
        upgrade.run(0.5)
        shifts = {json.loads(one.input)["application"]: one for one in upgrade.children()}
        assert upgrade.run_until(shifts[APP], "Bake")
        upgrade.command(command="hold", application=APP, by="mio")
        assert upgrade.run_until(shifts[APP], "Hold application")
        upgrade.run_to_end(shifts[OTHER])
        assert upgrade.weights(OTHER)[GREEN] == 100
        blue = upgrade.world.clusters[upgrade.blue].api
        size = blue.get("deployments.apps", APP, "files")["spec"]["replicas"]
        blue.patch("deployments.apps", APP, "files", {"spec": {"replicas": 0}}, manager="kubectl")
        upgrade.run(60)
        upgrade.command(command="abort", by="mio", reason="a story")
        assert upgrade.run_until(run, "Hold upgrade")
        assert upgrade.weights(OTHER) == {upgrade.blue: 100}, "it went all the way back"
        assert upgrade.weights(APP)[GREEN] == 5, "and this one stays until blue can take it"
        blue.patch("deployments.apps", APP, "files", {"spec": {"replicas": size}}, manager="kubectl")
        upgrade.run(240)
        upgrade.command(command="resume", by="mio")
        assert upgrade.run_to_end(run) == "FAILED"
        assert upgrade.report()["outcome"] == "rolled-back"
        assert (upgrade.weights(APP), upgrade.weights(OTHER)) == ({upgrade.blue: 100}, {upgrade.blue: 100})
