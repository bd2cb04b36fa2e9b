"""Two clusters at once need addresses for both, in every zone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.cluster.compute_port import Subnet
from norikae.environment import Preflight
from tests.unit.fakes.demo import node
from tests.unit.preflight.stories import BeforeARun


def pod(name: str, *, phase: str = "Running", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": {"phase": phase}}


@pytest.fixture
def story() -> BeforeARun:
    """Sixty pods on four nodes: thirty pods, two nodes with two addresses each, half a control plane in each zone."""
    story = BeforeARun()
    for number in range(4):
        story.api.put(node(f"node-{number}"))
    for number in range(60):
        story.api.put(pod(f"web-{number}"))
    return story


def test_a_zone_with_just_enough_is_enough(story: BeforeARun) -> None:
    story.compute.free["subnet-a"] = Subnet("subnet-a", "apne1-az4", 30 + 2 * 2 + 2 + 16)
    assert story.everything() == ()


def test_a_zone_that_lacks_one_address_blocks_with_the_figures(story: BeforeARun) -> None:
    story.compute.free["subnet-a"] = Subnet("subnet-a", "apne1-az4", 51)
    finding = story.only("subnet-addresses")
    assert (finding.severity, finding.subject) == ("blocker", "apne1-az4")
    assert finding.text == (
        "subnet-a (51 free): green needs about 36 addresses there (60 pods, 4 nodes and a control plane over 2 zones)"
        " besides the 16 that each subnet keeps free (preflight.spare_addresses), 35 are left"
    )


def test_pods_without_an_address_of_their_own_do_not_count(story: BeforeARun) -> None:
    story.compute.free["subnet-a"] = Subnet("subnet-a", "apne1-az4", 52)
    story.api.put(pod("agent", hostNetwork=True))
    story.api.put(pod("migration", phase="Succeeded"))
    assert story.everything() == ()


def test_green_is_counted_with_its_own_nodes_when_they_are_more(story: BeforeARun) -> None:
    groups = tuple(msgspec.structs.replace(g, min_size=10) for g in story.environment.clusters.node_groups)
    clusters = msgspec.structs.replace(story.environment.clusters, node_groups=groups)
    story.environment = msgspec.structs.replace(story.environment, clusters=clusters)
    story.compute.free["subnet-a"] = Subnet("subnet-a", "apne1-az4", 52)
    assert "60 pods, 20 nodes and a control plane" in story.only("subnet-addresses").text


def test_the_margin_is_the_environments(story: BeforeARun) -> None:
    story.compute.free["subnet-a"] = Subnet("subnet-a", "apne1-az4", 36)
    story.environment = msgspec.structs.replace(story.environment, preflight=Preflight(spare_addresses=0))
    assert story.everything() == ()


def test_a_subnet_that_ec2_does_not_know_blocks(story: BeforeARun) -> None:
    del story.compute.free["subnet-c"]
    findings = story.found("subnet-addresses")
    assert ("subnet subnet-c", "EC2 knows no such subnet") in [(f.subject, f.text) for f in findings]


def test_a_subnet_in_another_zone_than_the_file_says_blocks(story: BeforeARun) -> None:
    story.compute.free["subnet-c"] = Subnet("subnet-c", "apne1-az2", 200)
    finding = story.only("subnet-addresses")
    assert finding.text == "it is in apne1-az2, the environment file says apne1-az1"
