"""What a dead controller left: found by exactly its cluster's tag, deleted in the order in which AWS lets it go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from norikae.adapters.aws.orphans import AwsOrphans
from norikae.cluster.orphans import ensure_swept
from norikae.errors import AwsRefusedError

if TYPE_CHECKING:
    from .conftest import Cloud

BLUE = "demo-1-33"
NOT_FOUND = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


@pytest.fixture
def orphans(cloud: Cloud) -> AwsOrphans:
    return AwsOrphans(cloud.client("elbv2"), cloud.client("ec2"))


def leave(cloud: Cloud, cluster: str, name: str = "") -> tuple[str, str, str]:
    """A load balancer, a target group of it and a security group, tagged as the controller of a cluster tags them."""
    name, tags = name or cluster, {"elbv2.k8s.aws/cluster": cluster, "ingress.k8s.aws/stack": "shop/web"}
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    cloud.ec2.new_group(f"sg-{name}", tags)
    balancer = cloud.elb.create_load_balancer(
        Name=name, Subnets=["subnet-a", "subnet-c"], SecurityGroups=[f"sg-{name}"], Tags=listed
    )["LoadBalancers"][0]["LoadBalancerArn"]
    group = cloud.elb.create_target_group(
        Name=name, Protocol="HTTP", Port=8080, VpcId="vpc-demo", TargetType="ip", Tags=listed
    )["TargetGroups"][0]["TargetGroupArn"]
    forward = {"Type": "forward", "TargetGroupArn": group}
    cloud.elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[forward])
    return balancer, group, f"sg-{name}"


def test_everything_with_exactly_the_clusters_tag_goes_and_nothing_else(cloud: Cloud, orphans: AwsOrphans) -> None:
    leave(cloud, BLUE)
    others = [leave(cloud, f"{BLUE}-a"), leave(cloud, "demo-1-35-a")]
    waits = [ensure_swept(orphans, BLUE, 30).waiting_for for _ in range(2)]
    assert waits[0].startswith(f"orphaned load balancers app/{BLUE}/")
    assert waits[1] == ""
    assert set(cloud.elb.load_balancers) == {balancer for balancer, _, _ in others}
    assert set(cloud.elb.target_groups) == {group for _, group, _ in others}
    assert set(cloud.ec2.groups) == {wall for _, _, wall in others}


def test_a_second_sweep_finds_nothing_to_do(cloud: Cloud, orphans: AwsOrphans) -> None:
    leave(cloud, BLUE)
    ensure_swept(orphans, BLUE, 30)
    ensure_swept(orphans, BLUE, 30)
    before = len(cloud.front.calls)
    assert ensure_swept(orphans, BLUE, 30).ready
    assert not [call for call in cloud.front.calls[before:] if call.operation.startswith("Delete")]


def test_more_than_twenty_are_asked_for_their_tags_in_several_calls(cloud: Cloud, orphans: AwsOrphans) -> None:
    for number in range(22):
        leave(cloud, BLUE if number == 21 else "other", f"lb-{number:02}")
    (found,) = orphans.load_balancers(BLUE)
    assert found == list(cloud.elb.load_balancers)[21]


def test_what_is_gone_already_is_fine(cloud: Cloud, orphans: AwsOrphans) -> None:
    balancer, group, wall = leave(cloud, BLUE)
    for _ in range(2):
        orphans.delete_load_balancer(balancer)
        assert orphans.delete_target_group(group)
        assert orphans.delete_security_group(wall)


def test_what_is_in_use_stays_and_says_so(cloud: Cloud, orphans: AwsOrphans) -> None:
    balancer, group, wall = leave(cloud, BLUE)
    assert not orphans.delete_target_group(group)
    assert not orphans.delete_security_group(wall)
    orphans.delete_load_balancer(balancer)
    cloud.ec2.new_group("sg-database")
    cloud.ec2.admit("sg-database", source=wall, port=5432)
    assert orphans.delete_target_group(group)
    waiting = ensure_swept(orphans, BLUE, 30).waiting_for
    assert waiting == f"orphaned security groups {wall} of {BLUE}, which network interfaces or other groups use"
    assert wall in cloud.ec2.groups


def test_a_target_group_at_somebody_elses_load_balancer_is_waited_for(cloud: Cloud, orphans: AwsOrphans) -> None:
    balancer, group, _ = leave(cloud, BLUE)
    orphans.delete_load_balancer(balancer)
    other, _, _ = leave(cloud, "shared")
    forward = {"Type": "forward", "TargetGroupArn": group}
    cloud.elb.create_listener(LoadBalancerArn=other, Protocol="HTTP", Port=81, DefaultActions=[forward])
    assert ensure_swept(orphans, BLUE, 30).waiting_for.startswith(f"orphaned target groups {BLUE}/")


def test_a_protected_load_balancer_is_left_to_a_person(cloud: Cloud, orphans: AwsOrphans) -> None:
    balancer, _, _ = leave(cloud, BLUE)
    on = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    cloud.elb.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=on)
    with pytest.raises(AwsRefusedError, match="DeleteLoadBalancer was refused with OperationNotPermitted"):
        ensure_swept(orphans, BLUE, 30)
    assert balancer in cloud.elb.load_balancers
