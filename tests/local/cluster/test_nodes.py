"""Machines: what they offer, and what happens when a whole cluster goes."""

import pytest

from local.cluster.cluster import KubernetesCluster
from local.cluster.machines import allocatable_of, capacity_of
from local.kernel import Kernel
from tests.local.cluster.building import Argo, deployment, pods_of, ready


@pytest.mark.parametrize(
    ("instance_type", "cpu", "memory", "pods"),
    [("m7g.large", "2", "8Gi", "29"), ("c7g.xlarge", "4", "8Gi", "58"), ("r6i.4xlarge", "16", "128Gi", "234")],
)
def test_an_instance_type_has_its_size(instance_type: str, cpu: str, memory: str, pods: str) -> None:
    assert capacity_of(instance_type) == {"cpu": cpu, "memory": memory, "pods": pods}


def test_the_kubelet_keeps_a_part_for_itself() -> None:
    assert allocatable_of(capacity_of("m7g.xlarge")) == {"cpu": "3920m", "memory": "15391Mi", "pods": "58"}


def test_an_unknown_type_asks_for_its_capacity(cluster: KubernetesCluster, kernel: Kernel) -> None:
    with pytest.raises(ValueError, match="give capacity="):
        cluster.add_node("odd", instance_type="p5.48xlarge")
    cluster.add_node("odd", instance_type="p5.48xlarge", capacity={"cpu": "192", "memory": "2Ti", "pods": "737"})
    kernel.run(60)
    assert cluster.api.get("nodes", "odd")["status"]["capacity"]["cpu"] == "192"


def test_machines_have_names_of_their_own(cluster: KubernetesCluster) -> None:
    with pytest.raises(ValueError, match="already there"):
        cluster.add_node("node-0")
    with pytest.raises(ValueError, match="there is no node"):
        cluster.remove_node("node-9")


def test_a_machine_may_go_before_it_was_ready(cluster: KubernetesCluster, kernel: Kernel) -> None:
    cluster.add_node("brief")
    cluster.remove_node("brief")
    kernel.run(60)
    assert "brief" not in {one["metadata"]["name"] for one in cluster.api.list("nodes")}


def test_in_a_deleted_cluster_nothing_acts_or_answers(argo: Argo, kernel: Kernel) -> None:
    argo.application(syncPolicy={"automated": {}})
    kernel.run(60)
    address = pods_of(argo.cluster, "web")[0]["status"]["podIP"]
    argo.cluster.stop()
    before = argo.status()
    argo.api.apply(deployment("late", 1), manager="test")
    kernel.run(1000)
    assert not argo.cluster.answers(address)
    assert ready(argo.cluster, "web") == 0
    assert pods_of(argo.cluster, "late") == []
    assert argo.status() == before
