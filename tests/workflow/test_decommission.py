"""The end of blue in a whole world: a client that does not leave, a controller that ends too early, and no orphan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from norikae.upgrade.no_return import is_passed
from tests.workflow.upgrades import RUN, Upgrade

if TYPE_CHECKING:
    from local.kernel import Steps

pytestmark = pytest.mark.scenario

APP, HOST = "files-upload", "files-upload.demo.example.com"
INGRESSES = "ingresses.networking.k8s.io"
CONTROLLER = "aws-load-balancer-controller"
CLUSTER_TAG = "elbv2.k8s.aws/cluster"


class Stubborn:
    """A client that kept blue's load balancer for ever, beside a scanner that asks it for a name that nobody serves."""

    def __init__(self, upgrade: Upgrade) -> None:
        self.world, self.asks = upgrade.world, True
        self.balancer = blue_ingress(upgrade)["status"]["loadBalancer"]["ingress"][0]["hostname"]
        self.scanned = 0
        self.world.kernel.process(self._live())

    def _live(self) -> Steps:
        draw = self.world.kernel.stream("stubborn")
        while self._stands():
            self.world.alb.handle(self.balancer, "scanner.example.com", draw)
            self.scanned += 1
            if self.asks:
                assert self.world.alb.handle(self.balancer, HOST, draw).status == 200
            yield self.world.kernel.env.timeout(30)

    def _stands(self) -> bool:
        return any(one.dns_name == self.balancer for one in self.world.elb.load_balancers.values())


def blue_ingress(upgrade: Upgrade) -> dict[str, Any]:
    found: dict[str, Any] = upgrade.world.clusters[upgrade.blue].api.list(INGRESSES)[0]
    return found


def tagged_with(upgrade: Upgrade, cluster: str) -> list[str]:
    """Load balancers, target groups and security groups that carry a cluster's tag."""
    world = upgrade.world
    tags = {arn: one.tags for arn, one in world.elb.load_balancers.items()}
    tags |= {arn: one.tags for arn, one in world.elb.target_groups.items()} | world.ec2.group_tags
    return [thing for thing, marks in tags.items() if marks.get(CLUSTER_TAG) == cluster]


@pytest.mark.long
@pytest.mark.xdist_group("end-of-blue")
def test_blue_waits_for_its_last_client_and_leaves_no_orphan_behind() -> None:
    with Upgrade(APP) as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Request decommission approval")
        client = Stubborn(upgrade)
        assert upgrade.run_until(run, "Wait for the decommission")
        upgrade.run(1800)
        said = upgrade.command(command="status")["waiting_for"]
        assert said.startswith(f"nobody to talk to {upgrade.blue} any more: target group k8s-")
        assert f"of Ingress files/files-upload ({HOST}) had " in said
        assert not is_passed(upgrade.table(), RUN)

        client.asks = False  # the scanner goes on, and does not count
        api = upgrade.world.clusters[upgrade.blue].api
        api.patch("deployments.apps", CONTROLLER, "kube-system", {"spec": {"replicas": 0}}, kind="merge")
        scanned = client.scanned
        assert upgrade.run_until(run, "Hold upgrade")
        assert client.scanned > scanned + 20
        upgrade.run(60)
        (question,) = upgrade.command(command="status")["questions"]
        assert question["text"].endswith("load balancers of Ingress files/files-upload to be deleted")
        assert is_passed(upgrade.table(), RUN)
        assert upgrade.command(command="abort")["error"] == "RefusedError"
        assert upgrade.weights(APP) == {"demo-1-35-a": 100}

        body = {"metadata": {"finalizers": None}}  # somebody loses patience, as people do
        api.patch(INGRESSES, "files-upload", "files", body, kind="merge")
        assert len(tagged_with(upgrade, upgrade.blue)) == 3
        upgrade.stop(run)  # the next attempt has the whole deadline again
        upgrade.run(240)
        assert upgrade.run_to_end(upgrade.start()) == "SUCCEEDED"
        assert upgrade.world.cluster_states() == {"demo-1-35-a": "ACTIVE"}
        assert tagged_with(upgrade, upgrade.blue) == []
        assert len(tagged_with(upgrade, "demo-1-35-a")) == 3
        (removed,) = [event for event in upgrade.report()["events"] if event["what"] == "blue-removed"]
        assert removed["detail"]["cluster"] == upgrade.blue
