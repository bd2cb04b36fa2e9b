from __future__ import annotations

import base64
from typing import Any

import boto3
import pytest
import time_machine
from botocore.signers import RequestSigner

from local.aws.eks.access import CLUSTER_ADMIN, POLICY_ARN

from .conftest import ACCOUNT, NODE_ROLE, REGION, Region, refusal

ROLE = f"arn:aws:iam::{ACCOUNT}:role/norikae/sync"
CLUSTER = {"clusterName": "demo-1-35-a"}


def token(region: Region, role: str = ROLE, cluster: str = "demo-1-35-a", secret: str | None = None) -> str:
    """A token as the AWS CLI makes it, signed at the time of the world."""
    key = region.identities.access_key_for(role)
    session = boto3.session.Session(
        aws_access_key_id=key,
        aws_secret_access_key=secret or region.identities.secret_key_for(key),
        region_name=REGION,
    )
    service = session.client("sts").meta.service_model.service_id
    signer = RequestSigner(service, REGION, "sts", "v4", session.get_credentials(), session.events)
    request = {
        "method": "GET",
        "url": f"https://sts.{REGION}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {"x-k8s-aws-id": cluster},
        "context": {},
    }
    with time_machine.travel(region.kernel.utcnow(), tick=False):
        url = signer.generate_presigned_url(request, region_name=REGION, expires_in=60, operation_name="")
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def test_a_role_with_an_entry_is_a_user_with_its_groups(region: Region) -> None:
    region.ready()
    region.eks.create_access_entry(**CLUSTER, principalArn=ROLE, kubernetesGroups=["norikae:sync"])

    user = region.eks.authenticate("demo-1-35-a")(token(region))

    assert user is not None
    assert user.name == f"arn:aws:sts::{ACCOUNT}:assumed-role/sync/sync"
    assert user.groups == ("norikae:sync", "system:authenticated")


def test_the_cluster_admin_policy_makes_masters(region: Region) -> None:
    region.ready()
    region.eks.create_access_entry(**CLUSTER, principalArn=ROLE)
    region.eks.associate_access_policy(
        **CLUSTER, principalArn=ROLE, policyArn=CLUSTER_ADMIN, accessScope={"type": "cluster"}
    )
    region.eks.associate_access_policy(
        **CLUSTER,
        principalArn=ROLE,
        policyArn=f"{POLICY_ARN}AmazonEKSViewPolicy",
        accessScope={"type": "namespace", "namespaces": ["shop"]},
    )

    user = region.eks.authenticate("demo-1-35-a")(token(region))

    assert user is not None
    assert set(user.groups) == {
        "system:authenticated",
        "system:masters",
        "eks:access-policy:AmazonEKSViewPolicy:shop",
    }
    region.eks.disassociate_access_policy(**CLUSTER, principalArn=ROLE, policyArn=CLUSTER_ADMIN)
    after = region.eks.authenticate("demo-1-35-a")(token(region))
    assert after is not None
    assert "system:masters" not in after.groups


def test_a_token_is_good_for_fifteen_minutes_and_for_its_cluster_only(region: Region) -> None:
    region.ready()
    region.ready("other")
    for name in ("demo-1-35-a", "other"):
        region.eks.create_access_entry(clusterName=name, principalArn=ROLE)
    made = token(region)

    assert region.eks.authenticate("other")(made) is None
    region.pass_time(15 * 60 - 1)
    assert region.eks.authenticate("demo-1-35-a")(made) is not None
    region.pass_time(2)
    assert region.eks.authenticate("demo-1-35-a")(made) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: made.replace("k8s-aws-v1.", "k8s-aws-v2."),
        lambda _: "k8s-aws-v1.%%%",
        lambda _: "k8s-aws-v1." + base64.urlsafe_b64encode(b"https://sts.example.com/?Action=AssumeRole").decode(),
        lambda made: made[:-6] + "AAAAAA",
        lambda _: "",
    ],
    ids=["prefix", "encoding", "action", "signature", "empty"],
)
def test_a_spoiled_token_is_nobody(region: Region, spoil: Any) -> None:
    region.ready()
    region.eks.create_access_entry(**CLUSTER, principalArn=ROLE)

    assert region.eks.authenticate("demo-1-35-a")(spoil(token(region))) is None


def test_a_token_signed_with_another_secret_or_by_nobody_is_nobody(region: Region) -> None:
    region.ready()
    region.eks.create_access_entry(**CLUSTER, principalArn=ROLE)

    assert region.eks.authenticate("demo-1-35-a")(token(region, secret="guessed")) is None
    assert region.eks.authenticate("demo-1-35-a")(token(region, role=f"{ROLE}-without-entry")) is None


def test_the_creator_becomes_admin_unless_it_is_not_wanted(region: Region) -> None:
    creator = region.identities.principal_of(region.identities.access_key_for(ROLE))
    with region.eks.as_caller(creator):
        region.create()
        wanted = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
        region.create(name="strict", accessConfig=wanted, clientRequestToken="2")
    region.pass_time(601)

    assert region.eks.list_access_entries(**CLUSTER) == {"accessEntries": [ROLE]}
    listed = region.eks.list_associated_access_policies(**CLUSTER, principalArn=ROLE)["associatedAccessPolicies"]
    assert [policy["policyArn"] for policy in listed] == [CLUSTER_ADMIN]
    assert region.eks.list_access_entries(clusterName="strict") == {"accessEntries": []}


def test_an_entry_exists_once_and_can_be_changed_and_deleted(region: Region) -> None:
    region.ready()
    one = {**CLUSTER, "principalArn": ROLE}
    first = region.eks.create_access_entry(**one, clientRequestToken="1")["accessEntry"]
    assert region.eks.create_access_entry(**one, clientRequestToken="1")["accessEntry"] == first
    assert refusal(region.eks.create_access_entry, **one) == (
        "ResourceInUseException",
        "The specified access entry resource is already in use on this cluster.",
    )

    region.eks.update_access_entry(**one, kubernetesGroups=["norikae:read"])
    assert region.eks.describe_access_entry(**one)["accessEntry"]["kubernetesGroups"] == ["norikae:read"]
    region.eks.delete_access_entry(**one)
    assert refusal(region.eks.describe_access_entry, **one)[0] == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"principalArn": f"arn:aws:sts::{ACCOUNT}:assumed-role/a/b"}, "The specified principalArn is invalid"),
        (
            {"principalArn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x/y"},
            "The specified principalArn is invalid",
        ),
        (
            {"principalArn": f"arn:aws:iam::{ACCOUNT}:user/a", "type": "EC2_LINUX"},
            "The specified principalArn is invalid",
        ),
        ({"principalArn": ROLE, "type": "ROBOT"}, "Unsupported access entry type ROBOT"),
        ({"principalArn": ROLE, "type": "EC2_LINUX", "kubernetesGroups": ["a"]}, "can not be specified"),
        (
            {"principalArn": ROLE, "kubernetesGroups": ["system:masters"]},
            "The kubernetes group name system:masters is invalid, it cannot start with system:",
        ),
        ({"principalArn": ROLE, "username": "aws:me"}, "The username aws:me is invalid"),
        ({"principalArn": ROLE, "username": "john{{SessionName}}"}, "must contain a colon"),
    ],
)
def test_an_entry_that_eks_would_not_make_is_refused(region: Region, request_: dict[str, Any], text: str) -> None:
    region.ready()

    code, message = refusal(region.eks.create_access_entry, **CLUSTER, **request_)

    assert code == "InvalidParameterException"
    assert text in message


@pytest.mark.parametrize(
    ("principal", "policy", "scope", "code"),
    [
        (ROLE, f"{POLICY_ARN}AmazonEKSGodPolicy", {"type": "cluster"}, "InvalidParameterException"),
        (ROLE, CLUSTER_ADMIN, {"type": "namespace"}, "InvalidParameterException"),
        (NODE_ROLE, CLUSTER_ADMIN, {"type": "cluster"}, "InvalidRequestException"),
        (f"{ROLE}-none", CLUSTER_ADMIN, {"type": "cluster"}, "ResourceNotFoundException"),
    ],
)
def test_a_policy_that_cannot_be_associated_is_refused(
    region: Region, principal: str, policy: str, scope: dict[str, Any], code: str
) -> None:
    region.ready()
    region.eks.create_access_entry(**CLUSTER, principalArn=ROLE)
    region.eks.create_access_entry(**CLUSTER, principalArn=NODE_ROLE, type="EC2_LINUX")

    found = refusal(
        region.eks.associate_access_policy, **CLUSTER, principalArn=principal, policyArn=policy, accessScope=scope
    )

    assert found[0] == code


def test_entries_need_an_authentication_mode_that_reads_them(region: Region) -> None:
    region.create(accessConfig={"authenticationMode": "CONFIG_MAP"})
    region.pass_time(601)

    found = refusal(region.eks.create_access_entry, **CLUSTER, principalArn=ROLE)

    assert found == (
        "InvalidRequestException",
        "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
    )


def test_no_entry_before_the_cluster_is_active(region: Region) -> None:
    region.create()

    assert refusal(region.eks.create_access_entry, **CLUSTER, principalArn=ROLE)[0] == "InvalidRequestException"


def test_an_adopted_cluster_serves_at_once(region: Region) -> None:
    region.eks.adopt(
        "demo-1-33",
        "1.33",
        role_arn="arn:aws:iam::123456789012:role/old",
        subnets=["subnet-a", "subnet-c"],
        nodegroups=[
            {
                "nodegroupName": "worker",
                "nodeRole": NODE_ROLE,
                "subnets": ["subnet-a"],
                "scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 2},
            }
        ],
        addons=["vpc-cni", "coredns"],
        entries={ROLE: ["norikae:read"]},
        admins=[f"arn:aws:iam::{ACCOUNT}:role/operator"],
    )

    assert region.status("cluster", name="demo-1-33") == "ACTIVE"
    assert region.status("nodegroup", clusterName="demo-1-33", nodegroupName="worker") == "ACTIVE"
    assert region.status("addon", clusterName="demo-1-33", addonName="coredns") == "ACTIVE"
    assert [event[0] for event in region.told] == ["active", "nodes", "addon", "addon"]
    made = token(region, role=f"arn:aws:iam::{ACCOUNT}:role/operator", cluster="demo-1-33")
    operator = region.eks.authenticate("demo-1-33")(made)
    assert operator is not None
    assert "system:masters" in operator.groups
    assert {p["name"] for p in region.eks.list_access_policies()["accessPolicies"]} >= {"AmazonEKSViewPolicy"}
