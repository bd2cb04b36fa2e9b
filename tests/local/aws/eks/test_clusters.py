from __future__ import annotations

import base64
from typing import Any

import pytest

from .conftest import CLUSTER_ROLE, Region, cluster_request, refusal


def test_a_cluster_is_reachable_after_eight_to_ten_minutes(region: Region) -> None:
    created = region.create()["cluster"]
    assert (created["status"], created["version"], created["certificateAuthority"]) == ("CREATING", "1.35", {})
    assert "endpoint" not in created

    region.pass_time(479)
    assert region.status("cluster", name="demo-1-35-a") == "CREATING"
    region.pass_time(122)

    cluster = region.eks.describe_cluster(name="demo-1-35-a")["cluster"]
    assert cluster["status"] == "ACTIVE"
    assert cluster["endpoint"] == "https://demo-1-35-a.eks.example.com"
    assert base64.b64decode(cluster["certificateAuthority"]["data"]).startswith(b"-----BEGIN")
    assert cluster["identity"]["oidc"]["issuer"].startswith("https://oidc.eks.ap-northeast-1.amazonaws.com/id/")
    assert region.told[0] == ("active", "demo-1-35-a", "1.35")


def test_the_same_seed_needs_the_same_time(region: Region) -> None:
    def active_at(world: Region) -> float:
        world.create()
        while world.status("cluster", name="demo-1-35-a") == "CREATING":
            world.pass_time(1)
        return world.kernel.now()

    assert active_at(region) == active_at(Region())


def test_the_default_networking_addons_come_with_a_cluster_unless_they_are_not_wanted(region: Region) -> None:
    region.create()
    region.create(name="bare", bootstrapSelfManagedAddons=False, clientRequestToken="2")
    region.pass_time(601)

    installed = [(cluster, addon) for kind, cluster, addon in region.told if kind == "addon"]
    assert installed == [("demo-1-35-a", "vpc-cni"), ("demo-1-35-a", "coredns"), ("demo-1-35-a", "kube-proxy")]
    assert region.eks.list_addons(clusterName="demo-1-35-a")["addons"] == []


def test_the_same_request_under_the_same_token_creates_one_cluster(region: Region) -> None:
    first = region.create()["cluster"]

    second = region.create()["cluster"]

    assert second["createdAt"] == first["createdAt"]
    assert region.eks.list_clusters() == {"clusters": ["demo-1-35-a"]}


def test_a_token_cannot_be_used_for_another_request(region: Region) -> None:
    region.create()

    assert refusal(region.eks.create_cluster, **cluster_request(version="1.34"))[0] == "InvalidParameterException"


def test_a_token_is_free_again_when_its_cluster_is_gone(region: Region) -> None:
    region.create()
    region.pass_time(601)
    region.eks.delete_cluster(name="demo-1-35-a")
    region.pass_time(301)

    assert region.create()["cluster"]["status"] == "CREATING"


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"version": "1.30"}, "InvalidParameterException", "unsupported Kubernetes version"),
        ({"version": "1.99"}, "InvalidParameterException", "unsupported Kubernetes version"),
        (
            {"resourcesVpcConfig": {"subnetIds": ["subnet-a", "subnet-a2"]}},
            "InvalidParameterException",
            "Subnets specified must be in at least two different AZs",
        ),
        (
            {"resourcesVpcConfig": {"subnetIds": ["subnet-a", "subnet-x"]}},
            "InvalidParameterException",
            "The subnet ID 'subnet-x' does not exist",
        ),
        (
            {"roleArn": f"{CLUSTER_ROLE}-of-nobody"},
            "InvalidParameterException",
            (
                f"Role with arn: {CLUSTER_ROLE}-of-nobody, could not be assumed because it does not exist "
                "or the trusted entity is not correct"
            ),
        ),
        (
            {"accessConfig": {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": False}},
            "InvalidParameterException",
            "bootstrapClusterCreatorAdminPermissions must be true if cluster authentication mode is set to CONFIG_MAP",
        ),
        (
            {"computeConfig": {"enabled": True}},
            "NotImplemented",
            "the embedded world has no computeConfig of CreateCluster",
        ),
    ],
)
def test_a_cluster_that_eks_would_not_build_is_refused(
    region: Region, changes: dict[str, Any], code: str, text: str
) -> None:
    assert refusal(region.eks.create_cluster, **cluster_request(**changes)) == (code, text)
    assert region.eks.list_clusters() == {"clusters": []}


def test_a_name_is_taken_once(region: Region) -> None:
    region.create()

    found = refusal(region.eks.create_cluster, **cluster_request(clientRequestToken="another"))

    assert found == ("ResourceInUseException", "Cluster already exists with name: demo-1-35-a")


def test_what_does_not_exist_is_not_found(region: Region) -> None:
    found = refusal(region.eks.describe_cluster, name="demo-1-31")

    assert found == ("ResourceNotFoundException", "No cluster found for name: demo-1-31.")


def test_a_cluster_with_node_groups_is_not_deleted(region: Region) -> None:
    region.ready()
    region.nodegroup()

    found = refusal(region.eks.delete_cluster, name="demo-1-35-a")

    assert found == ("ResourceInUseException", "Cluster has nodegroups attached")


def test_a_protected_cluster_is_not_deleted_until_the_protection_is_off(region: Region) -> None:
    cluster = region.ready()
    cluster.deletion_protection = True
    assert refusal(region.eks.delete_cluster, name="demo-1-35-a")[0] == "InvalidRequestException"

    update = region.eks.update_cluster_config(name="demo-1-35-a", deletionProtection=False)["update"]
    assert (update["type"], update["status"]) == ("DeletionProtectionUpdate", "InProgress")
    assert region.status("cluster", name="demo-1-35-a") == "UPDATING"
    region.pass_time(61)

    assert region.status("update", name="demo-1-35-a", updateId=update["id"]) == "Successful"
    assert region.eks.delete_cluster(name="demo-1-35-a")["cluster"]["status"] == "DELETING"
    region.pass_time(301)
    assert region.told[-1] == ("deleted", "demo-1-35-a", None)
    assert region.eks.list_clusters() == {"clusters": []}


def test_a_cluster_that_is_being_created_or_deleted_is_not_deleted(region: Region) -> None:
    region.create()
    assert refusal(region.eks.delete_cluster, name="demo-1-35-a")[0] == "ResourceInUseException"
    region.pass_time(601)
    region.eks.delete_cluster(name="demo-1-35-a")

    assert refusal(region.eks.delete_cluster, name="demo-1-35-a")[0] == "ResourceInUseException"


def test_one_kind_of_change_at_a_time(region: Region) -> None:
    region.ready()
    both = {"deletionProtection": True, "upgradePolicy": {"supportType": "STANDARD"}}

    found = refusal(region.eks.update_cluster_config, name="demo-1-35-a", **both)
    assert found == ("InvalidParameterException", "Only one type of update can be allowed.")

    first = region.eks.update_cluster_config(name="demo-1-35-a", deletionProtection=True)["update"]
    code, text = refusal(
        region.eks.update_cluster_config, name="demo-1-35-a", upgradePolicy={"supportType": "STANDARD"}
    )
    assert code == "ResourceInUseException"
    assert text == (
        f"Cannot UpgradePolicyUpdate because cluster demo-1-35-a currently has update {first['id']} in progress"
    )


def test_no_change_is_refused(region: Region) -> None:
    region.ready()

    code, text = refusal(region.eks.update_cluster_config, name="demo-1-35-a", deletionProtection=False)

    assert code == "InvalidParameterException"
    assert text.startswith("Cluster is already at the desired configuration")


def test_the_authentication_mode_goes_one_way_one_step_at_a_time(region: Region) -> None:
    region.create(accessConfig={"authenticationMode": "CONFIG_MAP"})
    region.pass_time(601)
    change = region.eks.update_cluster_config

    assert refusal(change, name="demo-1-35-a", accessConfig={"authenticationMode": "API"})[0] == (
        "InvalidParameterException"
    )
    change(name="demo-1-35-a", accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})
    region.pass_time(61)
    assert refusal(change, name="demo-1-35-a", accessConfig={"authenticationMode": "CONFIG_MAP"})[0] == (
        "InvalidParameterException"
    )
    change(name="demo-1-35-a", accessConfig={"authenticationMode": "API"})
    region.pass_time(61)
    assert region.eks.clusters["demo-1-35-a"].access_config["authenticationMode"] == "API"


def test_the_calendar_of_versions(region: Region) -> None:
    def versions(**request: Any) -> dict[str, str]:
        found = region.eks.describe_cluster_versions(**request)["clusterVersions"]
        return {v["clusterVersion"]: v["versionStatus"] for v in found}

    assert versions() == {
        "1.35": "STANDARD_SUPPORT",
        "1.34": "STANDARD_SUPPORT",
        "1.33": "EXTENDED_SUPPORT",
        "1.32": "EXTENDED_SUPPORT",
        "1.31": "EXTENDED_SUPPORT",
    }
    assert versions(includeAll=True)["1.30"] == "UNSUPPORTED"
    assert versions(clusterVersions=["1.33"]) == {"1.33": "EXTENDED_SUPPORT"}
    assert list(versions(versionStatus="STANDARD_SUPPORT")) == ["1.35", "1.34"]
    assert list(versions(defaultOnly=True)) == ["1.35"]


def test_lists_come_in_pages(region: Region) -> None:
    for letter in "abc":
        region.ready(f"demo-{letter}")

    first = region.eks.list_clusters(maxResults=2)
    second = region.eks.list_clusters(maxResults=2, nextToken=first["nextToken"])

    assert (first["clusters"], second) == (["demo-a", "demo-b"], {"clusters": ["demo-c"]})


def test_tags_follow_the_resource(region: Region) -> None:
    arn = region.ready().arn
    region.eks.tag_resource(resourceArn=arn, tags={"norikae": "managed", "team": "sre"})
    region.eks.untag_resource(resourceArn=arn, tagKeys=["team"])

    assert region.eks.list_tags_for_resource(resourceArn=arn) == {"tags": {"norikae": "managed"}}
    assert refusal(region.eks.list_tags_for_resource, resourceArn=f"{arn}-x")[0] == "NotFoundException"
