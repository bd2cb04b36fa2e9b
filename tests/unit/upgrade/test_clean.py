"""Green goes after a run that did not reach its end; what serves, or might, is never touched."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.cluster.compute_port import Leftovers, ScalingGroup
from norikae.cluster.eks_port import Cluster
from norikae.commands.operate import operate
from norikae.errors import BadRequestError, LeaseHeldError, RefusedError
from norikae.upgrade.clean import clean_green
from norikae.upgrade.lease import Lease
from norikae.upgrade.state import ClustersItem
from tests.unit.drain.claims import claim
from tests.unit.fakes.beginning import Beginning
from tests.unit.fakes.demo import NOW
from tests.unit.fakes.ports import alias
from tests.unit.fakes.story import APP, BLUE, GREEN, PARENT, RUN

ERRAND = "arn:aws:states:ap-northeast-1:123456789012:execution:norikae-demo-clean-green:clean-1"
HOST = f"{APP}.example.com"
STARTED = "2026-11-24T01:00:00.000Z"


class Removal:
    """A run has been aborted and has left green behind."""

    def __init__(self) -> None:
        self.world = Beginning()
        self.world.starts()
        self.ports = self.world.ports
        self.ports.now = NOW
        self.ports.executions.statuses |= {PARENT: "FAILED", ERRAND: "RUNNING"}
        self.ports.table.release("", PARENT)
        self.world.green_is_built()
        self.world.green.objects.clear()
        self.ports.compute.own(ScalingGroup(f"{GREEN}-worker", 2), GREEN)

    def look(self, **request: Any) -> dict[str, Any]:
        return clean_green(self.ports, request, ERRAND, STARTED)

    def until_the_end(self, **request: Any) -> dict[str, Any]:
        for _ in range(30):
            answer = self.look(**request)
            if answer["next"] != "wait":
                return answer
            self.ports.eks.settle()
            self.ports.compute.settle()
        raise AssertionError(answer)

    def clusters(self) -> ClustersItem:
        item = self.ports.table.environment("CLUSTERS", ClustersItem)
        assert item is not None
        return item


def test_green_goes_with_everything_and_the_record_forgets_it() -> None:
    removal = Removal()
    assert removal.until_the_end() == {"next": "done", "waiting_for": "", "volumes": []}
    assert set(removal.ports.eks.clusters) == {BLUE}
    assert removal.ports.compute.groups == {}
    assert removal.clusters() == ClustersItem(blue=BLUE, green="", run=RUN)
    assert removal.ports.table.lease("").holder == ""
    assert removal.ports.topic.told[-1][1]["event"] == "green-removed"
    assert "green-removed" in removal.ports.table.said()


def test_no_claim_on_a_node_of_green_outlives_it() -> None:
    removal = Removal()
    later = claim(cluster=GREEN, role="green", kind="scheduled", state="waiting", due=NOW + 86400, told="waiting")
    removal.ports.claims.write(later, instead_of=None)
    removal.until_the_end()
    (known,) = removal.ports.claims.all(GREEN)
    assert (known.state, known.outcome, known.told) == ("finished", "gone", "gone")


def test_asking_again_when_nothing_is_left_is_fine() -> None:
    removal = Removal()
    removal.until_the_end()
    assert removal.until_the_end(cluster=GREEN)["next"] == "done"


def test_blue_by_the_record_is_never_removed() -> None:
    removal = Removal()
    answer = removal.look(cluster=BLUE)
    assert answer["next"] == "refused"
    assert answer["waiting_for"] == f"{BLUE} is blue by the record: it serves; only green can be removed"
    assert removal.ports.table.lease("").holder == ""


def test_a_cluster_that_is_tagged_as_blue_is_never_removed() -> None:
    removal = Removal()
    tags = {"norikae:environment": "demo", "norikae:role": "blue"}
    removal.ports.eks.clusters["demo-1-34-a"] = Cluster("demo-1-34-a", "1.34", "ACTIVE", tags)
    assert "is tagged norikae:role=blue" in removal.look(cluster="demo-1-34-a")["waiting_for"]


def test_a_cluster_of_somebody_else_is_never_removed() -> None:
    removal = Removal()
    removal.ports.eks.clusters["demo-other"] = Cluster("demo-other", "1.34", "ACTIVE", {})
    assert (
        "cluster demo-other is not tagged norikae:environment=demo" in removal.look(cluster="demo-other")["waiting_for"]
    )
    assert removal.ports.eks.asked.count("delete cluster demo-other") == 0


def test_green_stays_while_a_name_leads_there() -> None:
    removal = Removal()
    record = alias(HOST, GREEN, 5)
    removal.ports.dns.sets[record.name, record.type, record.set_identifier] = record
    answer = removal.look()
    assert answer["next"] == "refused"
    assert answer["waiting_for"].startswith(f"{HOST} leads to {GREEN} with weight 5; roll its application back")
    assert GREEN in removal.ports.eks.clusters


def test_record_sets_without_a_weight_go_first() -> None:
    removal = Removal()
    record = alias(HOST, GREEN, 0)
    removal.ports.dns.sets[record.name, record.type, record.set_identifier] = record
    assert removal.look()["waiting_for"] == f"Route 53 to forget {GREEN}"
    assert removal.ports.dns.weights(HOST) == {BLUE: 100}
    assert removal.until_the_end()["next"] == "done"


def test_a_run_that_lives_keeps_its_green() -> None:
    removal = Removal()
    removal.ports.executions.statuses[PARENT] = "RUNNING"
    removal.ports.table.leases[""] = Lease(PARENT, RUN, 7)
    with pytest.raises(LeaseHeldError, match="abort it"):
        removal.look()


def test_without_a_green_there_is_nothing_to_remove() -> None:
    removal = Removal()
    removal.until_the_end()
    assert removal.look()["waiting_for"] == ("there is no green by the record; name the cluster that is to be removed")


def test_volumes_are_named_and_kept() -> None:
    removal = Removal()
    removal.ports.compute.left = Leftovers(volumes=("vol-1",))
    assert removal.until_the_end()["volumes"] == ["vol-1"]
    assert removal.ports.topic.told[-1][1]["volumes"] == ["vol-1"]


def test_what_goes_by_itself_is_waited_for() -> None:
    removal = Removal()
    removal.ports.compute.left = Leftovers(others=("eni-1",))
    for _ in range(20):
        answer = removal.look()
        removal.ports.eks.settle()
        removal.ports.compute.settle()
    assert answer["waiting_for"] == f"eni-1 of {GREEN} to be gone"


def test_a_removal_that_takes_too_long_ends_with_what_it_waited_for() -> None:
    removal = Removal()
    removal.look()
    removal.ports.now += removal.ports.environment.clusters.delete_deadline + 60
    answer = removal.look()
    assert answer["next"] == "refused"
    assert answer["waiting_for"].startswith("5400 s have passed: ")
    assert removal.ports.table.lease("").holder == ""


def test_a_wrong_request_is_named() -> None:
    with pytest.raises(BadRequestError, match="input: "):
        Removal().look(cluster=7)


def test_the_command_starts_the_machine_for_green_by_the_record() -> None:
    removal = Removal()
    removal.ports.settings = type(removal.ports.settings)(clean_machine="arn:clean")
    answer = operate(removal.ports, {"command": "clean-green", "by": "hanako", "reason": "aborted"})
    assert answer["cluster"] == GREEN
    (started,) = removal.ports.executions.started.values()
    assert started == ("arn:clean", {"cluster": GREEN, "by": "hanako", "reason": "aborted"})


def test_the_command_without_a_green_says_so() -> None:
    removal = Removal()
    removal.until_the_end()
    with pytest.raises(RefusedError, match="there is no green by the record"):
        operate(removal.ports, {"command": "clean-green"})
