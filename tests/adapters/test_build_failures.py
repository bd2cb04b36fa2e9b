"""Every way in which AWS fails a build, over the wire, with the text that the operator reads when the run holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.aws.eks import Mishap
from local.aws.front import Fault
from local.aws.simulator import AwsError
from norikae.errors import AwsRefusedError, RefusedError
from tests.adapters.building import GREEN, BuildingSite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.aws.front import Call


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[BuildingSite]:
    built = BuildingSite()
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: built.kernel.utcnow().replace(tzinfo=None))
    yield built
    built.close()


def said(site: BuildingSite) -> str:
    """What the operator reads."""
    with pytest.raises(AwsRefusedError) as refusal:
        site.until_ready(site.look)
    return str(refusal.value)


CONTROL_PLANE = [
    ("InsufficientFreeAddresses", "subnet-a does not have enough free IP addresses"),
    ("Ec2SubnetNotFound", "We couldn't find one or more subnets"),
    ("KmsKeyDisabled", "The KMS key is disabled"),
    ("InternalFailure", "These errors are usually caused by an Amazon EKS server-side issue"),
]


@pytest.mark.parametrize(("code", "text"), CONTROL_PLANE, ids=[code for code, _ in CONTROL_PLANE])
def test_a_control_plane_that_fails(site: BuildingSite, code: str, text: str) -> None:
    site.world.eks.mishaps.expect("cluster", GREEN.name, Mishap("FAILED", code, text))
    assert said(site) == f"eks:CreateCluster was refused with {code}: {text}"
    site.until_ready(site.clear)
    assert site.site.eks.cluster_names() == frozenset()


NODE_GROUP = [
    ("Ec2SubnetInvalidConfiguration", "One or more subnets do not automatically assign public IP addresses"),
    ("NodeCreationFailure", "Instances failed to join the kubernetes cluster"),
    ("IamInstanceProfileNotFound", "We couldn't find the IAM instance profile for your managed node group"),
    ("AccessDenied", "Amazon EKS or one or more of your managed nodes is failing to authenticate"),
    ("InstanceLimitExceeded", "Your AWS account is unable to launch any more instances of the specified type"),
]


@pytest.mark.parametrize(("code", "text"), NODE_GROUP, ids=[code for code, _ in NODE_GROUP])
def test_a_managed_group_that_fails(site: BuildingSite, code: str, text: str) -> None:
    site.world.eks.mishaps.expect("nodegroup", "system", Mishap("CREATE_FAILED", code, text))
    expected = f"eks:CreateNodegroup was refused with {code}: node group system is CREATE_FAILED: {text}"
    assert said(site) == expected


def test_subnets_without_addresses_fail_managed_groups(site: BuildingSite) -> None:
    for subnet in site.world.ec2.subnets.values():
        subnet.taken = subnet.size
    site.change(node_groups=site.environment.clusters.node_groups[:1])
    assert "InsufficientFreeAddresses: node group system is CREATE_FAILED: One or more of the subnets" in said(site)


def test_subnets_without_addresses_hold_self_managed_groups(site: BuildingSite) -> None:
    for subnet in site.world.ec2.subnets.values():
        subnet.taken = subnet.size
    site.change(node_groups=site.environment.clusters.node_groups[1:])
    assert said(site) == (
        "ec2:RunInstances was refused with InsufficientFreeAddressesInSubnet: node group worker gets no instances: "
        "There are not enough free addresses in subnet 'subnet-a' to satisfy the requested number of instances. "
        "Launching EC2 instance failed."
    )


def test_instances_that_ec2_does_not_have_fail_managed_groups(site: BuildingSite) -> None:
    site.world.ec2.lacks_capacity("m7g.large")
    text = said(site)
    assert (
        "AsgInstanceLaunchFailures: node group system is CREATE_FAILED: Could not launch On-Demand Instances." in text
    )
    assert "We currently do not have sufficient m7g.large capacity" in text


def test_a_group_that_failed_is_made_anew_when_somebody_resumes(site: BuildingSite) -> None:
    site.world.ec2.lacks_capacity("m7g.large")
    assert "AsgInstanceLaunchFailures" in said(site)
    site.world.ec2.refusals.clear()
    assert "AsgInstanceLaunchFailures" in said(site), "nobody has resumed yet"
    site.resume()
    waited = site.until_ready(site.look)
    assert any(text.startswith("node groups system, which had failed, go first") for text in waited)
    assert len(site.connect(GREEN.name).list("nodes")) == 5


def test_an_addon_that_failed_is_made_anew_when_somebody_resumes(site: BuildingSite) -> None:
    failed = Mishap("CREATE_FAILED", "AddonPermissionFailure", "The add-on has not enough permissions")
    site.world.eks.mishaps.expect("addon", "coredns", failed)
    assert said(site) == (
        "eks:CreateAddon was refused with AddonPermissionFailure: add-on coredns is CREATE_FAILED: "
        "The add-on has not enough permissions"
    )
    site.world.eks.mishaps.repair()
    site.resume()
    waited = site.until_ready(site.look)
    assert waited[0] == "add-ons coredns, which had failed, go first"


def test_an_addon_that_is_degraded_says_why(site: BuildingSite) -> None:
    degraded = Mishap("DEGRADED", "AccessDenied", "The add-on's role cannot be assumed")
    site.world.eks.mishaps.expect("addon", "vpc-cni", degraded)
    assert "AccessDenied: add-on vpc-cni is DEGRADED: The add-on's role cannot be assumed" in said(site)


def test_an_addon_whose_pods_only_start_is_waited_for(site: BuildingSite) -> None:
    starting = Mishap("DEGRADED", "InsufficientNumberOfReplicas", "The add-on is unhealthy because it has no pods yet")
    site.world.eks.mishaps.expect("addon", "coredns", starting)
    site.until_it_waits_for("add-on coredns is DEGRADED")


def test_a_zone_without_control_planes_is_refused_at_once(site: BuildingSite) -> None:
    site.world.eks._subnets = {"subnet-a": "use1-az3", "subnet-c": "use1-az1"}
    assert said(site) == (
        "eks:CreateCluster was refused with UnsupportedAvailabilityZoneException: "
        f"Cannot create cluster '{GREEN.name}' because use1-az3, the targeted availability zone, does not currently "
        "have sufficient capacity to support the cluster. Retry and choose from these availability zones: use1-az1"
    )


REFUSALS = [
    ("CreateCluster", "AccessDeniedException", "User is not authorized to perform: eks:CreateCluster"),
    ("CreateCluster", "ResourceLimitExceededException", "Cluster limit exceeded"),
    ("CreateNodegroup", "ResourceLimitExceededException", "Node group limit exceeded"),
    ("CreateLaunchTemplate", "UnauthorizedOperation", "You are not authorized to perform this operation"),
    ("CreateAutoScalingGroup", "AccessDenied", "You are not authorized to use launch template"),
    ("CreateAccessEntry", "ResourceLimitExceededException", "Access entry limit exceeded"),
    ("AssociateAccessPolicy", "AccessDeniedException", "User is not authorized"),
    ("CreateAddon", "InvalidParameterException", "Addon version specified is not supported"),
    ("GetParameter", "AccessDeniedException", "User is not authorized to perform: ssm:GetParameter"),
]


@pytest.mark.parametrize(("operation", "code", "text"), REFUSALS, ids=[f"{name}-{code}" for name, code, _ in REFUSALS])
def test_a_call_that_aws_refuses_keeps_its_words(site: BuildingSite, operation: str, code: str, text: str) -> None:
    def refuse(call: Call) -> Fault | None:
        return Fault(AwsError(code, text, 403)) if call.operation == operation else None

    site.front.faults.append(refuse)
    assert said(site).endswith(f":{operation} was refused with {code}: {text}")


def test_machines_that_never_join_are_waited_for_and_counted(site: BuildingSite) -> None:
    """Whoever takes the nodes' access entry away keeps them out: their console says so, and norikae lets them in."""
    site.until_it_waits_for("node groups worker were just asked for")
    del site.world.eks.clusters[GREEN.name].entries[site.roles.node_role]
    site.kernel.run(120)
    instances = site.machines
    assert {one.console[0] for one in instances} == {
        f"Unable to register node with API server: Unauthorized ({site.roles.node_role})"
    }
    assert site.look().waiting_for == f"access entries of {GREEN.name} take effect"
    assert "node group worker has 0 of 3 nodes Ready, 3 instances run" in site.look().waiting_for
    site.until_ready(site.look)


def test_a_cluster_of_somebody_else_is_left_alone(site: BuildingSite) -> None:
    site.world.eks.adopt(GREEN.name, "1.35", role_arn=site.roles.cluster_role, subnets=["subnet-a", "subnet-c"])
    with pytest.raises(RefusedError, match="has no tag norikae:environment, expected demo; it is left as it is"):
        site.look()
    with pytest.raises(RefusedError, match="is not tagged norikae:environment=demo"):
        site.clear()
