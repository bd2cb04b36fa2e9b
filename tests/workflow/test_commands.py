"""Commands in a whole world: functions, rights, queues and machines, with proofs that STS checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
import time_machine

from norikae.adapters.aws.callers import StsCallers
from tests.workflow.nodes_that_go import Nodes
from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from local.world import World

pytestmark = [pytest.mark.scenario, pytest.mark.xdist_group("commands")]
ENGINEER = "arn:aws:iam::123456789012:role/sre"


def proof_of(world: World, role: str, environment: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a terminal with the credentials of a role signs."""
    front = world.front
    monkeypatch.setenv("AWS_ENDPOINT_URL", front.url)
    key = front._identities.access_key_for(role)
    session = boto3.Session(
        aws_access_key_id=key,
        aws_secret_access_key=front._identities.secret_key_for(key),
        region_name=world.environment.region,
    )
    with time_machine.travel(world.kernel.now(), tick=False):
        return StsCallers(session, environment).prove()


def test_a_plan_is_started_once_by_somebody_whom_sts_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    with Upgrade("files-upload", approves=False) as upgrade:
        said = {"command": "plan", "reason": "what would block it?"}

        def says(**more: object) -> dict[str, object]:
            proof = proof_of(upgrade.world, ENGINEER, "demo", monkeypatch)
            return upgrade.command(**{**said, **more, "proof": proof})

        first, again = says(), says()
        assert first["run"] == again["run"]
        assert says(command="start")["text"] == (
            f"run {first['run']} is open, and an environment has one run at a time; ask for its status, or abort it"
        )
        (execution,) = [
            one for one in upgrade.world.step_functions.executions.values() if one.machine.name.endswith("upgrade")
        ]
        assert execution.name == first["started"]
        assert upgrade.run_to_end(execution) == "SUCCEEDED"
        status = upgrade.command(command="status")
        assert (status["run"], status["outcome"]) == (first["run"], "planned")
        assert status["requested_by"] == "arn:aws:sts::123456789012:assumed-role/sre/sre"
        foreign = proof_of(upgrade.world, ENGINEER, "staging", monkeypatch)
        assert "STS does not accept it" in upgrade.command(command="status", proof=foreign)["text"]


def test_a_node_that_a_person_names_is_emptied_and_its_machine_stays() -> None:
    with Nodes() as nodes:
        full = nodes.workers()[0]
        assert nodes.pods_on(full)
        assert nodes.says("drain", node=full.name)["asked"] == full.name
        nodes.run_until_finished(full.id)
        nodes.run(120)
        claim = nodes.claim(full.id)
        assert claim is not None
        assert (claim.kind, claim.outcome, claim.left) == ("asked", "drained", 0)
        assert nodes.pods_on(full) == []
        assert nodes.is_marked(full)
        assert full.state == "running"
        assert nodes.stages(full.id)[-1] == "drained"
        assert nodes.stage.clients.failed == 0
