"""Blue goes in the order that leaves nothing behind, and only blue goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from norikae.cluster.blue import ensure_gone
from norikae.cluster.compute_port import Instance, ScalingGroup
from norikae.cluster.eks_port import Addon, Cluster, Issue, NodeGroup
from norikae.cluster.site import Site
from norikae.environment import Hub
from norikae.errors import AwsRefusedError, RefusedError, UnreachableError
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.demo import application, demo_environment, ingress
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.identity import FakeIdentity
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.orphans import FakeOrphans

if TYPE_CHECKING:
    from norikae.upgrade.progress import Progress

NAME = "demo-1-33"


def blue_world() -> tuple[FakeEks, FakeKubernetes]:
    eks = FakeEks(Cluster(NAME, "1.33", "ACTIVE", deletion_protection=True))
    eks.groups[NAME] = {"worker": NodeGroup("worker", "ACTIVE")}
    eks.added[NAME] = {"vpc-cni": Addon("vpc-cni", "v1", "ACTIVE")}
    argo_cd = {
        "kind": "StatefulSet",
        "metadata": {"name": "argocd-application-controller", "namespace": "argocd"},
        "spec": {"replicas": 1},
    }
    api = FakeKubernetes(
        argo_cd,
        ingress("web", "web.demo.example.com", finalizers=("ingress.k8s.aws/resources",)),
        service("gateway", "LoadBalancer"),
        service("web", "ClusterIP"),
    )
    return eks, api


def service(name: str, kind: str) -> dict[str, Any]:
    return {"kind": "Service", "metadata": {"name": name, "namespace": "shop"}, "spec": {"type": kind}}


def look(eks: FakeEks, api: FakeKubernetes, compute: FakeCompute | None = None, name: str = NAME) -> Progress:
    site = Site(eks, compute or FakeCompute(), FakeIdentity(), lambda _: api, FakeOrphans())
    return ensure_gone(site, demo_environment(), name)


def test_a_central_argo_cd_forgets_the_cluster_before_anything_is_deleted() -> None:
    eks, api = blue_world()
    hub = FakeKubernetes(application(f"root-{NAME}", children=("web",)), application("web"))
    role = "arn:aws:iam::123456789012:role/argocd"
    central = Hub(cluster="tools", role=role, token_secret="argocd")
    environment = demo_environment()
    argocd = msgspec.structs.replace(environment.argocd, mode="hub", hub=central, root="root-{cluster}")
    environment = msgspec.structs.replace(environment, argocd=argocd)
    site = Site(eks, FakeCompute(), FakeIdentity(), {NAME: api, "tools": hub}.__getitem__, FakeOrphans())
    assert ensure_gone(site, environment, NAME).waiting_for == "the hub to forget web"
    assert ensure_gone(site, environment, NAME).waiting_for == f"the hub to forget root-{NAME}"
    assert api.writes == []
    ensure_gone(site, environment, NAME)
    assert api.writes != []


def test_blue_goes_step_by_step() -> None:
    eks, api = blue_world()
    for _ in range(20):
        if look(eks, api).ready:
            break
        api.drop_finalizers()
        eks.settle()
    assert eks.clusters == {}
    assert api.writes == [
        "patch statefulsets.apps argocd-application-controller",
        "delete ingresses.networking.k8s.io shop/web",
        "delete services shop/gateway",
    ]
    assert eks.asked == [
        "delete node group worker",
        "delete add-on vpc-cni",
        f"deletion protection of {NAME} off",
        f"delete cluster {NAME}",
    ]


def test_nodes_stay_while_a_load_balancer_has_its_finalizer() -> None:
    eks, api = blue_world()
    look(eks, api)
    for _ in range(3):
        assert look(eks, api).waiting_for.startswith("load balancers of Ingress shop/web")
    assert eks.asked == []
    assert api.writes.count("delete ingresses.networking.k8s.io shop/web") == 1


def test_many_load_balancers_are_counted() -> None:
    eks, api = blue_world()
    for number in range(9):
        api.put(ingress(f"app-{number}", f"app-{number}.demo.example.com", finalizers=("x",)))
    look(eks, api)
    assert look(eks, api).waiting_for.endswith("and 6 more to be deleted")


def test_an_api_that_does_not_answer_stops_everything_while_nodes_run() -> None:
    eks, api = blue_world()
    api.gone = True
    with pytest.raises(UnreachableError):
        look(eks, api)
    assert eks.asked == []


def test_an_api_that_is_gone_does_not_matter_when_no_nodes_are_left() -> None:
    eks, api = blue_world()
    api.gone = True
    eks.groups.clear()
    look(eks, api)
    assert eks.asked == ["delete add-on vpc-cni"]


def test_a_cluster_that_is_neither_tagged_nor_adopted_is_left_alone() -> None:
    eks = FakeEks(Cluster("other", "1.33", "ACTIVE"))
    with pytest.raises(RefusedError, match="is not the adopted one"):
        look(eks, FakeKubernetes(), name="other")
    tagged_for_another = FakeEks(Cluster(NAME, "1.33", "ACTIVE", {"norikae:environment": "prod"}))
    with pytest.raises(RefusedError, match="not tagged norikae:environment=demo"):
        look(tagged_for_another, FakeKubernetes())


def test_a_deletion_that_fails_says_why_in_the_words_of_aws() -> None:
    eks, _ = blue_world()
    eks.break_node_group(NAME, "worker", "DELETE_FAILED", Issue("Ec2SecurityGroupDeletionFailure", "sg is in use"))
    with pytest.raises(AwsRefusedError, match="sg is in use"):
        look(eks, FakeKubernetes())


def test_a_cluster_that_is_busy_is_waited_for() -> None:
    eks = FakeEks(Cluster(NAME, "1.33", "UPDATING"))
    assert look(eks, FakeKubernetes()).waiting_for == f"cluster {NAME} is UPDATING"
    eks = FakeEks(Cluster(NAME, "1.33", "DELETING"))
    assert look(eks, FakeKubernetes()).waiting_for == f"cluster {NAME} is DELETING"


def test_what_does_not_exist_is_gone() -> None:
    assert look(FakeEks(), FakeKubernetes()).ready


def grouped(compute: FakeCompute, name: str, *, managed: bool = False) -> None:
    group = ScalingGroup(name, 1, instances=(f"i-{name}-0",), managed=managed)
    compute.own(group, NAME)
    compute.machines[f"i-{name}-0"] = Instance(f"i-{name}-0", "running", name)


def test_self_managed_groups_go_after_the_load_balancers_and_those_of_eks_are_left_to_eks() -> None:
    eks, api = blue_world()
    compute = FakeCompute()
    grouped(compute, "blue-nodes")
    grouped(compute, "eks-worker", managed=True)
    look(eks, api, compute)
    assert compute.asked == [], "controllers still run"
    for _ in range(20):
        if look(eks, api, compute).ready:
            break
        api.drop_finalizers()
        eks.settle()
        if not eks.groups[NAME]:  # EKS takes its own group along
            compute.groups.pop("eks-worker", None)
            compute.machines = {key: one for key, one in compute.machines.items() if one.group != "eks-worker"}
        compute.settle()
    assert compute.asked == ["delete group blue-nodes"]
    assert eks.clusters == {}


def test_an_api_that_does_not_answer_stops_everything_while_self_managed_nodes_run() -> None:
    eks, api = blue_world()
    api.gone = True
    eks.groups.clear()
    compute = FakeCompute()
    grouped(compute, "blue-nodes")
    with pytest.raises(UnreachableError):
        look(eks, api, compute)
    assert compute.asked == []


def test_nodes_and_trust_of_a_cluster_that_somebody_else_deleted_go_too() -> None:
    compute = FakeCompute()
    grouped(compute, "blue-nodes")
    assert look(FakeEks(), FakeKubernetes(), compute).waiting_for == "Auto Scaling groups blue-nodes to be deleted"
    compute.settle()
    assert look(FakeEks(), FakeKubernetes(), compute).ready
