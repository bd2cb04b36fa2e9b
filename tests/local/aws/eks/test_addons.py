from __future__ import annotations

from typing import Any

import pytest

from .conftest import POD_ROLE, Region, nodegroup_request, refusal

CLUSTER = {"clusterName": "demo-1-35-a"}


def status(region: Region, name: str) -> str:
    return region.status("addon", **CLUSTER, addonName=name)


def test_an_addon_is_installed_and_active_within_a_minute(region: Region) -> None:
    region.ready()

    addon = region.eks.create_addon(**CLUSTER, addonName="vpc-cni")["addon"]
    assert (addon["status"], addon["addonVersion"]) == ("CREATING", "v1.20.4-eksbuild.2")
    region.pass_time(61)

    assert status(region, "vpc-cni") == "ACTIVE"
    assert region.told[-1] == ("addon", "demo-1-35-a", "vpc-cni")
    assert region.eks.list_addons(**CLUSTER) == {"addons": ["vpc-cni"]}


def test_coredns_is_degraded_until_there_are_nodes(region: Region) -> None:
    region.ready()
    region.eks.create_addon(**CLUSTER, addonName="coredns")
    region.pass_time(61)

    addon = region.eks.describe_addon(**CLUSTER, addonName="coredns")["addon"]
    assert addon["status"] == "DEGRADED"
    assert addon["health"]["issues"][0]["code"] == "InsufficientNumberOfReplicas"

    region.eks.create_nodegroup(**nodegroup_request())
    region.pass_time(230)
    assert status(region, "coredns") == "ACTIVE"


def test_nodes_that_eks_does_not_manage_count_too(region: Region) -> None:
    region.ready()
    region.eks.create_addon(**CLUSTER, addonName="coredns")
    region.pass_time(61)

    region.eks.self_managed_nodes_joined("demo-1-35-a")
    region.pass_time(41)

    assert status(region, "coredns") == "ACTIVE"


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        ({"addonName": "cni"}, "Addon specified is not supported"),
        ({"addonName": "coredns", "addonVersion": "v1.11.4-eksbuild.2"}, "Addon version specified is not supported"),
        ({"addonName": "kube-proxy", "addonVersion": "v1.33.1-eksbuild.2"}, "Addon version specified is not supported"),
        ({"addonName": "coredns", "configurationValues": "[1"}, "ConfigurationValue provided in request is not"),
    ],
)
def test_an_addon_that_does_not_fit_is_refused(region: Region, request_: dict[str, Any], text: str) -> None:
    region.ready()

    code, message = refusal(region.eks.create_addon, **CLUSTER, **request_)

    assert code == "InvalidParameterException"
    assert text in message


def test_no_addon_before_the_cluster_is_active(region: Region) -> None:
    region.create()

    assert refusal(region.eks.create_addon, **CLUSTER, addonName="coredns")[0] == "InvalidRequestException"


def test_an_addon_exists_once(region: Region) -> None:
    region.ready()
    first = region.eks.create_addon(**CLUSTER, addonName="vpc-cni", clientRequestToken="1")["addon"]
    again = region.eks.create_addon(**CLUSTER, addonName="vpc-cni", clientRequestToken="1")["addon"]

    assert again["addonArn"] == first["addonArn"]
    found = refusal(region.eks.create_addon, **CLUSTER, addonName="vpc-cni", clientRequestToken="2")
    assert found == ("ResourceInUseException", "Addon already exists.")


def test_an_addon_is_updated_when_it_is_settled(region: Region) -> None:
    region.ready("demo-1-35-a", "1.34")
    region.eks.self_managed_nodes_joined("demo-1-35-a")
    region.eks.create_addon(**CLUSTER, addonName="coredns", addonVersion="v1.12.4-eksbuild.1")
    wanted = {**CLUSTER, "addonName": "coredns", "addonVersion": "v1.13.1-eksbuild.1"}
    assert refusal(region.eks.update_addon, **wanted) == (
        "ResourceInUseException",
        "Addon coredns cannot be updated as it is currently in CREATING state",
    )
    region.pass_time(61)

    update = region.eks.update_addon(**wanted)["update"]
    region.pass_time(61)

    assert update["type"] == "AddonUpdate"
    addon = region.eks.describe_addon(**CLUSTER, addonName="coredns")["addon"]
    assert (addon["status"], addon["addonVersion"]) == ("ACTIVE", "v1.13.1-eksbuild.1")


@pytest.mark.parametrize(("preserve", "gone"), [(False, True), (True, False)])
def test_a_deleted_addon_leaves_its_software_only_if_asked(region: Region, *, preserve: bool, gone: bool) -> None:
    region.ready()
    region.eks.create_addon(**CLUSTER, addonName="vpc-cni")
    region.pass_time(61)

    region.eks.delete_addon(**CLUSTER, addonName="vpc-cni", preserve=preserve)
    region.pass_time(31)

    assert (("addon gone", "demo-1-35-a", "vpc-cni") in region.told) is gone
    assert refusal(region.eks.describe_addon, **CLUSTER, addonName="vpc-cni") == (
        "ResourceNotFoundException",
        "No addon: vpc-cni found in cluster: demo-1-35-a",
    )


def test_addon_versions_say_which_kubernetes_versions_they_support(region: Region) -> None:
    found = region.eks.describe_addon_versions(kubernetesVersion="1.35", addonName="coredns")["addons"]

    versions = [(v["addonVersion"], v["compatibilities"][0]["defaultVersion"]) for v in found[0]["addonVersions"]]
    assert versions == [("v1.13.1-eksbuild.1", True)]
    everything = region.eks.describe_addon_versions(types=["networking"])["addons"]
    assert [addon["addonName"] for addon in everything] == ["vpc-cni", "coredns", "kube-proxy"]
    assert refusal(region.eks.describe_addon_versions, addonName="cni")[0] == "ResourceNotFoundException"


def test_a_service_account_has_one_pod_identity(region: Region) -> None:
    region.ready()
    place = {**CLUSTER, "namespace": "external-dns", "serviceAccount": "external-dns", "roleArn": POD_ROLE}
    made = region.eks.create_pod_identity_association(**place, clientRequestToken="1")["association"]
    again = region.eks.create_pod_identity_association(**place, clientRequestToken="1")["association"]
    assert again["associationId"] == made["associationId"]
    assert refusal(region.eks.create_pod_identity_association, **place)[0] == "ResourceInUseException"

    listed = region.eks.list_pod_identity_associations(**CLUSTER, namespace="external-dns")["associations"]
    assert [a["associationId"] for a in listed] == [made["associationId"]]
    one = {**CLUSTER, "associationId": made["associationId"]}
    assert region.eks.describe_pod_identity_association(**one)["association"]["roleArn"] == POD_ROLE
    region.eks.delete_pod_identity_association(**one)
    assert refusal(region.eks.describe_pod_identity_association, **one)[0] == "ResourceNotFoundException"


def test_a_pod_identity_needs_a_role_that_trusts_eks_pods(region: Region) -> None:
    region.ready()

    found = refusal(
        region.eks.create_pod_identity_association,
        **CLUSTER,
        namespace="a",
        serviceAccount="a",
        roleArn=f"{POD_ROLE}-of-nobody",
    )

    assert found[0] == "InvalidParameterException"


def test_insights_say_what_the_world_put_there_and_can_be_refreshed(region: Region) -> None:
    region.ready()
    name = "Deprecated APIs removed in Kubernetes v1.35"
    key = region.eks.put_insight("demo-1-35-a", name=name, status="ERROR", version="1.35")
    region.eks.put_insight("demo-1-35-a", name="Kubelet version skew", status="PASSING", version="1.35")

    wrong = region.eks.list_insights(**CLUSTER, filter={"statuses": ["ERROR"]})["insights"]
    assert [(i["id"], i["name"]) for i in wrong] == [(key, name)]
    before = region.eks.describe_insight(**CLUSTER, id=key)["insight"]["lastRefreshTime"]
    region.eks.start_insights_refresh(**CLUSTER)
    assert refusal(region.eks.start_insights_refresh, **CLUSTER)[0] == "InvalidRequestException"
    region.pass_time(241)

    assert region.eks.describe_insights_refresh(**CLUSTER)["status"] == "COMPLETED"
    assert region.eks.describe_insight(**CLUSTER, id=key)["insight"]["lastRefreshTime"] > before
    assert refusal(region.eks.describe_insight, **CLUSTER, id="none")[0] == "ResourceNotFoundException"
