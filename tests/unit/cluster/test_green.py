"""Green comes to be, one move at a time, and always goes on from where it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from norikae.cluster.eks_port import AccessEntry, Cluster, Issue, NewCluster, NewNodeGroup
from norikae.cluster.green import ADMIN_POLICY, ClusterRoles, GreenCluster, ensure_green
from norikae.cluster.site import Site
from norikae.errors import AwsRefusedError, RefusedError
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.demo import demo_environment
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.identity import FakeIdentity
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.orphans import FakeOrphans

if TYPE_CHECKING:
    from norikae.upgrade.progress import Progress

NAME = "demo-1-35-a"
GREEN = GreenCluster(NAME, "1.35", "run-1")
BUILDER, READER = "arn:aws:iam::123456789012:role/builder", "arn:aws:iam::123456789012:role/reader"
ROLES = ClusterRoles(
    cluster_role="arn:aws:iam::123456789012:role/cluster",
    node_role="arn:aws:iam::123456789012:role/node",
    key="arn:aws:kms:ap-northeast-1:123456789012:key/1",
    access={"norikae:read": [READER, BUILDER], "norikae:admin": [BUILDER], "norikae:hub": [READER, BUILDER]},
)
RBAC: list[dict[str, Any]] = list(yaml.safe_load_all(Path("lambdas/manifests/rbac.yaml").read_text(encoding="utf-8")))
OURS = {"norikae:environment": "demo"}


def look(eks: FakeEks, api: FakeKubernetes, green: GreenCluster = GREEN) -> Progress:
    site = Site(eks, FakeCompute(), FakeIdentity(), lambda _: api, FakeOrphans())
    return ensure_green(site, demo_environment(), green, ROLES, RBAC)


def build(eks: FakeEks, api: FakeKubernetes, looks: int = 20) -> list[str]:
    """Look until green is ready; what it waited for, in order."""
    waited: list[str] = []
    for _ in range(looks):
        progress = look(eks, api)
        if progress.ready:
            return waited
        waited.append(progress.waiting_for)
        eks.settle()
    raise AssertionError(waited)


def test_green_grows_from_nothing_in_the_right_order() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    build(eks, api)
    assert eks.asked == [
        f"create cluster {NAME}",
        f"let in {BUILDER}",
        f"let in {READER}",
        "create add-on vpc-cni",
        "create add-on kube-proxy",
        "create add-on eks-pod-identity-agent",
        "create node group system",
        "create node group worker",
        "create add-on coredns",
    ]
    assert api.get("clusterroles.rbac.authorization.k8s.io", "norikae-read") is not None


def test_every_wait_is_readable() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    assert look(eks, api).waiting_for == f"control plane {NAME} was just asked for"
    assert look(eks, api).waiting_for == f"control plane {NAME} is CREATING"
    eks.settle()
    assert look(eks, api).waiting_for == f"access entries of {NAME} take effect"
    api.ready = False
    assert look(eks, api).waiting_for == f"the API server of {NAME} does not answer ready yet"
    api.ready = True
    assert look(eks, api).waiting_for == f"the rights in {NAME} take effect"
    assert look(eks, api).waiting_for == "add-ons vpc-cni, kube-proxy, eks-pod-identity-agent were just asked for"
    assert look(eks, api).waiting_for == "node groups system, worker were just asked for"
    assert look(eks, api).waiting_for == "node group system is CREATING, node group worker is CREATING"


def test_an_access_policy_that_is_not_in_force_yet_is_waited_for() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    look(eks, api)
    eks.settle()
    look(eks, api)
    api.refusal = "clusterroles is forbidden"
    assert look(eks, api).waiting_for == f"our access to {NAME} takes effect: clusterroles is forbidden"
    api.refusal = ""
    assert look(eks, api).waiting_for == f"the rights in {NAME} take effect"


def test_the_control_plane_is_created_with_everything_that_cannot_be_changed_later() -> None:
    eks = FakeEks()
    look(eks, FakeKubernetes())
    (new,) = eks.created
    assert isinstance(new, NewCluster)
    assert new.tags == {"norikae:environment": "demo", "norikae:run": "run-1", "norikae:role": "green"}
    assert (new.role, new.key) == (ROLES.cluster_role, ROLES.key)
    assert new.subnets == ("subnet-a", "subnet-c")


def test_the_same_run_asks_with_the_same_tokens_and_another_run_with_others() -> None:
    first, second, other = FakeEks(), FakeEks(), FakeEks()
    for eks in (first, second):
        look(eks, FakeKubernetes())
    another = GreenCluster(NAME, "1.35", "run-2")
    look(other, FakeKubernetes(), another)
    tokens = [new.token for eks in (first, second, other) for new in eks.created]
    assert tokens[0] == tokens[1] != tokens[2]


def test_a_finished_green_is_only_looked_at() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    build(eks, api)
    asked, writes = list(eks.asked), list(api.writes)
    assert look(eks, api).ready
    assert (eks.asked, api.writes) == (asked, writes)


def test_what_goes_missing_is_put_back() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    build(eks, api)
    del eks.groups[NAME]["worker"]
    assert look(eks, api).waiting_for == "node groups worker were just asked for"


def test_admins_get_the_policy_and_the_others_their_groups() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    build(eks, api)
    assert eks.entries[NAME][BUILDER] == AccessEntry(BUILDER, frozenset({"norikae:read"}), frozenset({ADMIN_POLICY}))
    assert eks.entries[NAME][READER] == AccessEntry(READER, frozenset({"norikae:read"}), frozenset())


def test_green_is_nobodys_hub() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    build(eks, api)
    assert not any("norikae:hub" in entry.groups for entry in eks.entries[NAME].values())
    assert "norikae-hub" in {obj["metadata"]["name"] for obj in RBAC}
    assert not any("norikae-hub" in write for write in api.writes)


def test_a_crash_between_an_entry_and_its_policy_is_repaired() -> None:
    eks = FakeEks(Cluster(NAME, "1.35", "ACTIVE", OURS))
    eks.create_access_entry(NAME, BUILDER, ("norikae:read",), "t")
    look(eks, FakeKubernetes())
    assert eks.entries[NAME][BUILDER].policies == {ADMIN_POLICY}


def test_an_entry_without_its_group_gets_it_and_keeps_what_it_has() -> None:
    eks = FakeEks(Cluster(NAME, "1.35", "ACTIVE", OURS))
    eks.create_access_entry(NAME, READER, ("others",), "t")
    look(eks, FakeKubernetes())
    assert eks.entries[NAME][READER].groups == {"norikae:read", "others"}


def test_node_groups_carry_labels_and_sizes() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    build(eks, api)
    groups = {new.name: new for new in eks.created if isinstance(new, NewNodeGroup)}
    assert groups["worker"].labels == {"role": "worker"}
    assert (groups["system"].min_size, groups["system"].max_size) == (2, 3)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (Cluster(NAME, "1.35", "ACTIVE", {}), "has no tag norikae:environment"),
        (Cluster(NAME, "1.35", "ACTIVE", {"norikae:environment": "prod"}), "is tagged norikae:environment=prod"),
        (Cluster(NAME, "1.34", "ACTIVE", OURS), "runs 1.34, expected 1.35"),
        (Cluster(NAME, "1.35", "DELETING", OURS), "is being deleted"),
    ],
)
def test_a_cluster_that_is_not_ours_is_left_alone(found: Cluster, text: str) -> None:
    eks = FakeEks(found)
    with pytest.raises(RefusedError, match=text):
        look(eks, FakeKubernetes())
    assert eks.asked == []


def test_a_failed_control_plane_says_why_in_the_words_of_aws() -> None:
    issue = Issue("InsufficientFreeAddresses", "subnet-a has 2 free addresses")
    eks = FakeEks(Cluster(NAME, "1.35", "FAILED", OURS, issues=(issue,)))
    with pytest.raises(AwsRefusedError, match="InsufficientFreeAddresses: subnet-a has 2 free addresses"):
        look(eks, FakeKubernetes())


def test_a_failed_control_plane_without_an_issue_says_so() -> None:
    with pytest.raises(AwsRefusedError, match="FAILED"):
        look(FakeEks(Cluster(NAME, "1.35", "FAILED", OURS)), FakeKubernetes())


def test_a_broken_node_group_says_why_in_the_words_of_aws() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    build(eks, api)
    eks.break_node_group(NAME, "worker", "CREATE_FAILED", Issue("NodeCreationFailure", "Instances failed to join"))
    with pytest.raises(AwsRefusedError, match="node group worker is CREATE_FAILED: Instances failed to join"):
        look(eks, api)


def test_a_degraded_addon_is_an_error_unless_its_pods_only_start() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    build(eks, api)
    eks.break_addon(NAME, "coredns", "DEGRADED", Issue("InsufficientNumberOfReplicas", "0 of 2 replicas"))
    assert look(eks, api).waiting_for == "add-on coredns is DEGRADED"
    eks.break_addon(NAME, "coredns", "DEGRADED", Issue("AccessDenied", "no permission"))
    with pytest.raises(AwsRefusedError, match="add-on coredns is DEGRADED: no permission"):
        look(eks, api)


def test_an_addon_without_a_version_for_the_target_is_refused() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    eks.newest = {}
    with pytest.raises(RefusedError, match=r"add-on vpc-cni has no version for Kubernetes 1\.35"):
        build(eks, api)


def test_the_rights_are_put_into_the_namespace_of_argo_cd() -> None:
    eks, api = FakeEks(), FakeKubernetes()
    environment = demo_environment()
    build(eks, api)
    assert api.get("roles.rbac.authorization.k8s.io", "norikae-sync", environment.argocd.namespace) is not None
    assert api.get("namespaces", environment.argocd.namespace) is not None
