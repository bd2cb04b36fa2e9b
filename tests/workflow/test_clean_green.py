"""Removing green by its own machine, with its own rights: what an aborted run left is gone, and blue serves on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from local.aws.step_functions.execution import Execution

pytestmark = pytest.mark.scenario
GREEN = "demo-1-35-a"
MARK = f"kubernetes.io/cluster/{GREEN}"
TAG = [{"Name": f"tag:{MARK}", "Values": ["owned"]}]


def cleaned(upgrade: Upgrade, name: str) -> Execution:
    """The execution of the machine, after its end."""
    execution = next(one for one in upgrade.world.step_functions.executions.values() if one.name == name)
    upgrade.run_to_end(execution)
    return execution


@pytest.mark.long
def test_an_aborted_run_leaves_green_and_clean_green_removes_all_of_it() -> None:
    with Upgrade() as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Ensure Argo CD")
        refused = upgrade.command(command="clean-green", by="hanako", reason="too early")
        assert cleaned(upgrade, refused["started"]).status == "FAILED", "a run lives"
        upgrade.command(command="abort", by="hanako", reason="not today")
        assert upgrade.run_to_end(run) == "FAILED"
        assert GREEN in upgrade.world.cluster_states()
        autoscaling, ec2 = upgrade.world.client("autoscaling"), upgrade.world.client("ec2")
        groups = autoscaling.describe_auto_scaling_groups(Filters=TAG)["AutoScalingGroups"]
        assert len(groups) == 2, "one of norikae's own, one of EKS"

        started = upgrade.command(command="clean-green", by="hanako", reason="the run was aborted")
        assert cleaned(upgrade, started["started"]).status == "SUCCEEDED"
        assert upgrade.world.cluster_states() == {upgrade.blue: "ACTIVE"}
        assert autoscaling.describe_auto_scaling_groups(Filters=TAG)["AutoScalingGroups"] == []
        assert ec2.describe_launch_templates(Filters=TAG)["LaunchTemplates"] == []
        states = {one.state for one in upgrade.world.ec2.instances.values() if MARK in one.tags}
        assert states == {"terminated"}
        assert upgrade.serves_everywhere()
        assert upgrade.lease().holder == ""
        again = upgrade.command(command="clean-green", by="hanako")
        assert again["error"] == "RefusedError"
