"""Stories about nodes whose machines go away, told in a small world in which nobody upgrades anything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.demo.storm import BUDGETS, is_marked, moves
from norikae.adapters.aws.claims import DynamoClaims
from tests.workflow.small_world import SmallWorld

if TYPE_CHECKING:
    from local.aws.autoscaling.records import Group
    from local.aws.ec2.records import Instance
    from local.aws.front import Call
    from norikae.drain.claim import Claim

TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"


class Nodes(SmallWorld):
    """Blue of a small world: its machines, what becomes of their nodes, and what people hear."""

    def __init__(self, **more: Any) -> None:
        self.messages: list[dict[str, Any]] = []
        """Everything that was said of interruptions, one for each episode and stage."""
        super().__init__(**more)

    def hears(self, message: dict[str, Any]) -> None:
        if message["event"] == "interruption":
            self.messages += message.get("episodes", [message])

    def run_until_finished(self, *instances: str, seconds: float = 1200) -> None:
        """Let the world live until the claims on some machines are finished."""
        limit = self.world.kernel.seconds() + seconds
        while not all((claim := self.claim(one)) and not claim.is_open for one in instances):
            assert self.world.kernel.seconds() < limit, [self.claim(one) for one in instances]
            self.run(5)

    def workers(self) -> list[Instance]:
        """The spot machines on which applications are, those with the most pods first."""
        found = [one for one in self.world.ec2.instances.values() if one.spot and one.state == "running"]
        return sorted(found, key=lambda one: (-len(self.pods_on(one)), one.id))

    def pods_on(self, instance: Instance) -> list[str]:
        """Pods on a machine's node that have to go with it."""
        bound = self.api.list("pods", fields=f"spec.nodeName={instance.name}")
        return [one["metadata"]["name"] for one in bound if moves(one)]

    def node(self, instance: Instance) -> dict[str, Any] | None:
        return next((one for one in self.api.list("nodes") if one["metadata"]["name"] == instance.name), None)

    def is_marked(self, instance: Instance) -> bool:
        found = self.node(instance)
        return found is not None and is_marked(found)

    def is_open_for_pods(self, instance: Instance) -> bool:
        found = self.node(instance)
        return found is not None and not is_marked(found) and not found["spec"].get("unschedulable")

    def claim(self, instance: str, cluster: str = "") -> Claim | None:
        return self.claims().of(cluster or self.blue, instance)

    def claims(self) -> DynamoClaims:
        table = next(value for key, value in self.stage.deployment.ids.items() if "Table" in key)
        return DynamoClaims(self.world.client("dynamodb"), table, self.world.kernel.now())

    def stages(self, instance: str) -> list[str]:
        """What people were told of a machine, in order."""
        return [one["state"] for one in self.messages if one["instance"] == instance]

    def episodes(self, instance: str) -> set[str]:
        return {one["episode"] for one in self.messages if one["instance"] == instance}

    def drains(self) -> list[str]:
        """The executions that drain a cluster."""
        executions = self.world.step_functions.executions.values()
        return [one.name for one in executions if one.machine.name.endswith("drain")]

    def group_of(self, instance: Instance) -> Group:
        return next(one for one in self.world.autoscaling.groups.values() if instance in one.instances)

    def hold_ends(self, group: Group, *, heartbeat: int = 120) -> None:
        """Somebody gives a group a terminate hook."""
        self.world.client("autoscaling").put_lifecycle_hook(
            AutoScalingGroupName=group.name,
            LifecycleHookName="drain",
            LifecycleTransition=TERMINATING,
            HeartbeatTimeout=heartbeat,
            DefaultResult="CONTINUE",
        )

    def scale_in(self, instance: Instance) -> None:
        """Auto Scaling takes a machine away and starts another one."""
        self.world.client("autoscaling").terminate_instance_in_auto_scaling_group(
            InstanceId=instance.id, ShouldDecrementDesiredCapacity=False
        )

    def lets_go(self, application: str, namespace: str, budget: dict[str, Any]) -> None:
        """A team changes by hand how many of its pods may go at once."""
        self.api.patch(BUDGETS, application, namespace, {"spec": budget}, manager="kubectl-edit")

    def calls(self, operation: str, instance: str = "") -> list[Call]:
        """What was asked of AWS with success, about one machine or all."""
        return [
            call
            for call in self.world.front.calls
            if call.operation == operation and not call.error_code
            if not instance or instance in json.dumps(call.params, default=str)
        ]
