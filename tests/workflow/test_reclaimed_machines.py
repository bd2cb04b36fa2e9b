"""A machine of blue is taken back: EventBridge says so, and what was on it stops at the instant when it ends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from local.demo.scenarios import Scenario
from tests.workflow.upgrades import Upgrade

APP = "files-upload"
RULE = {"source": ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"]}


@dataclass(frozen=True, slots=True)
class LeftAlone(Scenario):
    """Nobody moves a pod, so that what is on the machine goes down with it."""

    @property
    def changes(self) -> dict[str, Any]:
        return {"interruptions": {"spot": {"do": "off"}, "state_change": {"do": "off"}}}


def warned_by_queue(upgrade: Upgrade) -> Any:
    """A queue that gets the warnings; what returns what it has got."""
    sqs, events = upgrade.world.client("sqs"), upgrade.world.client("events")
    rule = events.put_rule(Name="warnings", EventPattern=json.dumps(RULE))["RuleArn"]
    url = sqs.create_queue(QueueName="warnings")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Statement": [statement]})})
    events.put_targets(Rule="warnings", Targets=[{"Id": "queue", "Arn": arn}])

    def got() -> list[dict[str, Any]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(one["Body"]) for one in found]

    return got


@pytest.mark.long
def test_targets_on_a_reclaimed_machine_answer_until_it_ends_and_no_longer() -> None:
    with Upgrade(APP, loses=True, scenario=LeftAlone("story", "", "succeeded")) as upgrade:
        world, cluster = upgrade.world, upgrade.world.clusters[upgrade.blue]
        got = warned_by_queue(upgrade)
        healthy = {
            target.id
            for group in world.elb.target_groups.values()
            for target in group.targets.values()
            if target.state == "healthy"
        }
        pod = next(one for one in cluster.api.list("pods") if one["status"].get("podIP") in healthy)
        node = cluster.api.get("nodes", pod["spec"]["nodeName"])
        instance, address = node["spec"]["providerID"].rpartition("/")[2], pod["status"]["podIP"]
        world.ec2.interrupt(instance)
        upgrade.run(1)
        assert [event["detail"]["instance-id"] for event in got()] == [instance]
        upgrade.run(118.9)
        assert cluster.controllers.answers(address)
        upgrade.run(0.2)
        assert not cluster.controllers.answers(address), "not one request more, while the API server knows nothing"
        assert cluster.api.get("nodes", node["metadata"]["name"])
        upgrade.run(20)
        names = {one["metadata"]["name"] for one in cluster.api.list("nodes")}
        assert node["metadata"]["name"] not in names
        upgrade.run(180)
        assert address not in {one["status"].get("podIP") for one in cluster.api.list("pods")}
        replaced = [one for one in world.ec2.instances.values() if one.state == "running" and one.id != instance]
        assert {one.name for one in replaced} == {one["metadata"]["name"] for one in cluster.api.list("nodes")}
