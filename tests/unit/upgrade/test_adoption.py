"""Adopting the cluster that serves: each move, what refuses it, and the way back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from norikae.cluster.eks_port import AccessEntry, Cluster
from norikae.cluster.green import ADMIN_POLICY
from norikae.commands.operate import operate
from norikae.errors import BadRequestError, LeaseHeldError, TransientError, UnreachableError
from norikae.settings import Settings
from norikae.traffic.conversion import simple
from norikae.traffic.records import RecordSet
from norikae.upgrade.adopted import AdoptionItem
from norikae.upgrade.adoption import adopt_cluster
from norikae.upgrade.lease import Lease
from norikae.upgrade.recovery import recover
from norikae.upgrade.state import ClustersItem
from tests.unit.fakes.demo import NOW, ingress, namespace
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.owned import external_dns, mark, wish
from tests.unit.fakes.ports import FakeDns, FakePorts, alias

BLUE = "demo-1-33"
ARN = f"arn:aws:eks:ap-northeast-1:123456789012:cluster/{BLUE}"
EXECUTION = "arn:aws:states:ap-northeast-1:123456789012:execution:norikae-demo-adopt:adopt-1"
MACHINE = "arn:aws:states:ap-northeast-1:123456789012:stateMachine:norikae-demo-adopt"
STARTED = "2026-11-24T01:00:00Z"
OWN = "arn:aws:iam::123456789012:role/adopt"
READER = "arn:aws:iam::123456789012:role/preflight"
REMOVER = "arn:aws:iam::123456789012:role/decommission"
BUILDER = "arn:aws:iam::123456789012:role/ensure-green"
ACCESS = {"norikae:read": (READER, REMOVER), "norikae:decommission": (REMOVER,), "norikae:admin": (BUILDER,)}
BALANCER = "blue-1.elb.example"
RBAC, DEFINITIONS = (
    list(yaml.safe_load_all(Path(f"lambdas/manifests/{name}.yaml").read_text(encoding="utf-8")))
    for name in ("rbac", "secret-sync")
)


class Shut(FakeKubernetes):
    """An API whose address does not answer."""

    def get(self, resource: str, name: str, namespace: str | None = None) -> Any:
        raise UnreachableError("GET https://blue: timed out")


@pytest.fixture
def ports() -> FakePorts:
    world = FakePorts(
        dns=FakeDns(alias("web.example.com", "serving", 100, balancer=BALANCER)),
        settings=Settings(access=ACCESS, role=OWN, adopter=OWN, adopt_machine=MACHINE),
        now=NOW,
    )
    world.eks.clusters[BLUE] = Cluster(
        BLUE, "1.33", "ACTIVE", {"team": "sre"}, "API_AND_CONFIG_MAP", arn=ARN, security_group="sg-cluster"
    )
    world.compute.rules.add(("sg-cluster", "sg-controller", 443))
    world.files |= {"rbac": RBAC, "secret-sync": DEFINITIONS}
    world.apis[BLUE] = FakeKubernetes(
        namespace("argocd"), namespace("shop"), ingress("web", "web.example.com", hostname=BALANCER)
    )
    return world


def looks(ports: FakePorts, *, undo: bool = False, execution: str = EXECUTION) -> dict[str, Any]:
    """Look until there is nothing to wait for; what the last look said."""
    for _ in range(20):
        answer = adopt_cluster(ports, {"undo": undo, "by": "hanako"}, execution, STARTED)
        if answer["next"] != "wait":
            return answer
    raise AssertionError(f"still waiting for {answer['waiting_for']}")


def test_an_adopted_cluster_lets_functions_in_by_their_groups_and_nobody_as_admin(ports: FakePorts) -> None:
    assert looks(ports)["next"] == "done"
    entries = ports.eks.entries[BLUE]
    assert {role: sorted(entry.groups) for role, entry in entries.items()} == {
        READER: ["norikae:read"],
        REMOVER: ["norikae:decommission", "norikae:read"],
    }
    assert not any(entry.policies for entry in entries.values())
    applied = [write for write in ports.apis[BLUE].writes if write.startswith("apply ClusterRole ")]
    assert "apply ClusterRole norikae-read" in applied
    assert ports.eks.clusters[BLUE].tags == {"team": "sre", "norikae:environment": "demo", "norikae:role": "blue"}
    assert ports.table.environment("CLUSTERS", ClustersItem) == ClustersItem(blue=BLUE)
    assert ports.table.lease("").holder == ""
    assert ports.topic.told[-1][1]["event"] == "cluster-adopted"


def test_records_that_lead_to_it_get_its_name_and_keep_their_weight(ports: FakePorts) -> None:
    looks(ports)
    assert ports.dns.weights("web.example.com") == {BLUE: 100}


def simple_alias(kind: str, balancer: str = BALANCER) -> RecordSet:
    return simple(alias("web.example.com", "any", 100, kind, balancer=balancer))


def test_simple_records_that_lead_to_it_become_weighted_in_one_batch_and_simple_again(ports: FakePorts) -> None:
    ports.dns = FakeDns(simple_alias("A"), simple_alias("AAAA"))
    before = dict(ports.dns.sets)
    looks(ports)
    assert ports.topic.told[-1][1]["notes"] == []
    assert [ports.dns.weights("web.example.com", kind) for kind in ("A", "AAAA")] == [{BLUE: 100}] * 2
    assert len(ports.dns.batches) == 1
    looks(ports, undo=True, execution=EXECUTION + "-undo")
    assert ports.dns.sets == before


def test_a_simple_record_that_was_converted_stays_weighted_while_another_set_is_beside_it(ports: FakePorts) -> None:
    ports.dns = FakeDns(simple_alias("A"))
    looks(ports)
    ports.dns.sets["web.example.com", "A", "other"] = alias("web.example.com", "other", 0)
    assert looks(ports, undo=True, execution=EXECUTION + "-undo")["next"] == "done"
    assert ports.dns.weights("web.example.com") == {BLUE: 100, "other": 0}


def test_a_simple_record_of_an_external_dns_becomes_what_its_ingress_asks_for_and_stays_its_own(
    ports: FakePorts,
) -> None:
    host = "web.example.com"
    asking = wish(BLUE, 100, host)
    asking["status"]["loadBalancer"]["ingress"] = [{"hostname": BALANCER}]
    asking["metadata"]["annotations"]["norikae.dev/owner"] = "lease"
    ports.apis[BLUE] = FakeKubernetes(
        namespace("argocd"), namespace("shop"), asking, external_dns(BLUE, "--policy=upsert-only")
    )
    marks = [simple(mark(name, BLUE, 100)) for name in (host, f"cname-{host}", f"aaaa-{host}")]
    ports.dns = FakeDns(simple_alias("A"), simple_alias("AAAA"), *marks)
    assert looks(ports)["next"] == "done"
    assert len(ports.dns.batches) == 1
    assert {(one.set_identifier, one.weight) for one in ports.dns.sets.values()} == {(f"eks-{BLUE}", 100)}
    assert all(
        f"owner={BLUE}" in one.raw["ResourceRecords"][0]["Value"]
        for one in ports.dns.sets.values()
        if one.type == "TXT"
    )
    converted = dict(ports.dns.sets)
    looks(ports, undo=True, execution=EXECUTION + "-undo")
    assert ports.dns.sets == converted


def test_a_simple_record_of_an_external_dns_stays_while_its_ingress_asks_for_no_weight(ports: FakePorts) -> None:
    host = "web.example.com"
    asking = ingress("web", host, hostname=BALANCER)
    asking["metadata"]["annotations"]["norikae.dev/owner"] = "lease"
    ports.apis[BLUE] = FakeKubernetes(namespace("argocd"), namespace("shop"), asking, external_dns(BLUE))
    ports.dns = FakeDns(simple_alias("A"), simple(mark(f"a-{host}", BLUE, 100)))
    assert looks(ports)["next"] == "done"
    assert ports.dns.batches == []


@pytest.mark.parametrize(
    ("records", "note"),
    [
        ((), "has no record"),
        ((alias("web.example.com", "serving", 100, balancer="elsewhere.example"),), "does not lead to demo-1-33"),
        (
            (
                alias("web.example.com", "serving", 100, balancer=BALANCER),
                RecordSet(
                    {
                        "Name": "a-web.example.com.",
                        "Type": "TXT",
                        "SetIdentifier": "serving",
                        "Weight": 100,
                        "TTL": 300,
                        "ResourceRecords": [{"Value": '"heritage=external-dns,external-dns/owner=blue"'}],
                    }
                ),
            ),
            "is owned by external-dns",
        ),
        (
            (
                alias("web.example.com", "one", 50, balancer=BALANCER),
                alias("web.example.com", "two", 50, balancer=BALANCER),
            ),
            "has several A record sets",
        ),
        ((simple_alias("A", "elsewhere.example"),), "has a simple record that leads elsewhere"),
        (
            (
                simple_alias("A"),
                RecordSet(
                    {
                        "Name": "cname-web.example.com.",
                        "Type": "TXT",
                        "TTL": 300,
                        "ResourceRecords": [{"Value": '"heritage=external-dns,external-dns/owner=blue"'}],
                    }
                ),
            ),
            "is owned by external-dns",
        ),
    ],
)
def test_a_name_that_cannot_be_taken_over_stays_as_it_is_and_is_told(
    ports: FakePorts, records: tuple[RecordSet, ...], note: str
) -> None:
    ports.dns = FakeDns(*records)
    assert looks(ports)["next"] == "done"
    assert ports.dns.batches == []
    assert any(note in said for said in ports.topic.told[-1][1]["notes"])


def test_a_cluster_that_knows_no_access_entries_is_refused_with_the_call_that_cannot_be_taken_back(
    ports: FakePorts,
) -> None:
    ports.eks.clusters[BLUE] = replace(ports.eks.clusters[BLUE], authentication_mode="CONFIG_MAP")
    answer = looks(ports)
    assert answer["next"] == "refused"
    assert (
        "aws eks update-cluster-config --region ap-northeast-1 --name demo-1-33"
        " --access-config authenticationMode=API_AND_CONFIG_MAP" in answer["waiting_for"]
    )
    assert ports.eks.asked == []
    assert ports.table.lease("").holder == ""


def test_a_missing_security_group_rule_is_named_with_the_call_that_adds_it(ports: FakePorts) -> None:
    ports.apis[BLUE] = Shut()
    ports.compute.rules.clear()
    answer = looks(ports)
    assert answer["next"] == "refused"
    assert "--group-id sg-cluster --protocol tcp --port 443 --source-group sg-controller" in answer["waiting_for"]
    assert OWN not in ports.eks.entries[BLUE], "nobody is left as admin"


def test_an_api_that_does_not_answer_in_spite_of_the_rule_is_waited_for_until_the_deadline(ports: FakePorts) -> None:
    ports.apis[BLUE] = Shut()
    adopt_cluster(ports, {}, EXECUTION, STARTED)
    waiting = adopt_cluster(ports, {}, EXECUTION, STARTED)
    assert waiting["next"] == "wait"
    assert "does not answer from network.controller_subnets" in waiting["waiting_for"]
    ports.now += 3 * 3600
    assert adopt_cluster(ports, {}, EXECUTION, STARTED)["next"] == "refused"


def test_a_cluster_of_another_environment_and_one_that_is_not_there_are_refused(ports: FakePorts) -> None:
    ports.eks.clusters[BLUE] = replace(ports.eks.clusters[BLUE], tags={"norikae:environment": "prod"})
    assert "let that environment `unadopt` it first" in looks(ports)["waiting_for"]
    ports.eks.clusters[BLUE] = replace(ports.eks.clusters[BLUE], tags={}, status="UPDATING")
    assert "adopt it when it is ACTIVE" in looks(ports)["waiting_for"]
    del ports.eks.clusters[BLUE]
    assert "there is no cluster" in looks(ports)["waiting_for"]
    assert "is not clusters.adopt" in adopt_cluster(ports, {"cluster": "other"}, EXECUTION, STARTED)["waiting_for"]


def test_nothing_is_adopted_while_a_run_is_open(ports: FakePorts) -> None:
    ports.table.leases[""] = Lease(holder="arn:run", run="run-1", token=4)
    ports.executions.statuses["arn:run"] = "RUNNING"
    with pytest.raises(LeaseHeldError):
        adopt_cluster(ports, {}, EXECUTION, STARTED)


def test_an_entry_that_was_there_keeps_its_groups_and_gets_them_back(ports: FakePorts) -> None:
    ports.eks.entries[BLUE] = {READER: AccessEntry(READER, frozenset({"auditors"}), frozenset())}
    looks(ports)
    assert ports.eks.entries[BLUE][READER].groups == {"auditors", "norikae:read"}
    looks(ports, undo=True, execution=EXECUTION + "-undo")
    assert ports.eks.entries[BLUE] == {READER: AccessEntry(READER, frozenset({"auditors"}), frozenset())}


def test_letting_go_takes_back_entries_rights_records_and_tags(ports: FakePorts) -> None:
    before = dict(ports.dns.sets)
    looks(ports)
    assert looks(ports, undo=True, execution=EXECUTION + "-undo")["next"] == "done"
    assert ports.eks.entries[BLUE] == {}
    assert {record.set_identifier for record in ports.dns.sets.values()} == {"serving"}
    assert len(ports.dns.sets) == len(before)
    kinds = {resource for resource, _, name in ports.apis[BLUE].objects if name.startswith("norikae")}
    assert not kinds
    assert ports.apis[BLUE].get("namespaces", "argocd") is not None
    assert ports.eks.clusters[BLUE].tags == {"team": "sre"}
    again = looks(ports, undo=True, execution=EXECUTION + "-undo-2")
    assert "there is nothing to undo" in again["waiting_for"]


def test_a_cluster_is_not_let_go_of_while_another_one_is_built_or_serves(ports: FakePorts) -> None:
    looks(ports)
    ports.table.write_unfenced("", "CLUSTERS", ClustersItem(blue=BLUE, green="demo-1-35-a", run="run-1"))
    assert "demo-1-35-a of run run-1 is still there" in looks(ports, undo=True)["waiting_for"]
    ports.table.write_unfenced("", "CLUSTERS", ClustersItem(blue="demo-1-35-a", run="run-1"))
    assert "demo-1-35-a serves by the record" in looks(ports, undo=True)["waiting_for"]


def test_adopting_again_repairs_and_still_knows_what_was_there_before(ports: FakePorts) -> None:
    looks(ports)
    del ports.eks.entries[BLUE][REMOVER]
    looks(ports, execution=EXECUTION + "-again")
    assert ports.eks.entries[BLUE][REMOVER].groups == {"norikae:decommission", "norikae:read"}
    looks(ports, undo=True, execution=EXECUTION + "-undo")
    assert {record.set_identifier for record in ports.dns.sets.values()} == {"serving"}


def test_a_look_that_dies_after_any_write_is_made_again_to_the_same_end(ports: FakePorts) -> None:
    looks(ports)
    whole = ports.eks.entries[BLUE]
    ports.table.leases[""] = Lease(holder=EXECUTION, run="adopt-1", token=1)
    item = ports.table.environment("ADOPTION", AdoptionItem)
    assert item is not None
    for taken in (False, True):
        ports.table.write_unfenced("", "ADOPTION", replace_item(item, taken=taken))
        assert looks(ports)["next"] == "done"
        assert ports.eks.entries[BLUE] == whole
        assert ports.dns.weights("web.example.com") == {BLUE: 100}


def replace_item(item: AdoptionItem, **changes: Any) -> AdoptionItem:
    again = tuple(type(one)(cluster=one.cluster, before=one.before) for one in item.admissions)
    return AdoptionItem(
        cluster=item.cluster, execution=EXECUTION, admissions=again, records=item.records, outcome="", **changes
    )


def test_a_wrong_input_names_the_page(ports: FakePorts) -> None:
    with pytest.raises(BadRequestError, match=r"docs/console.md"):
        adopt_cluster(ports, {"undo": "yes"}, EXECUTION, STARTED)


@pytest.mark.parametrize(("verb", "undo"), [("adopt", False), ("unadopt", True)])
def test_the_command_starts_the_machine(verb: str, *, undo: bool) -> None:
    ports = FakePorts(settings=Settings(adopt_machine="arn:adopt"), now=NOW)
    answer = operate(ports, {"command": verb, "by": "hanako", "reason": "first time"})
    machine, request = ports.executions.started[answer["started"]]
    assert machine == "arn:adopt"
    assert request == {"cluster": BLUE, "undo": undo, "by": "hanako", "reason": "first time"}


def test_the_status_tells_how_the_adoption_ended_before_any_run(ports: FakePorts) -> None:
    status = operate(ports, {"command": "status"})
    assert (status["run"], status["adoption"], status["blue"], status["environment"]) == ("", None, BLUE, "demo")
    looks(ports)
    adoption = operate(ports, {"command": "status"})["adoption"]
    assert adoption == {"cluster": BLUE, "outcome": "adopted", "reason": "", "notes": []}


def test_the_adopting_role_is_admin_only_on_the_way(ports: FakePorts) -> None:
    adopt_cluster(ports, {}, EXECUTION, STARTED)
    assert ports.eks.entries[BLUE][OWN].policies == {ADMIN_POLICY}
    looks(ports)
    assert OWN not in ports.eks.entries[BLUE]


def test_a_letting_go_whose_last_answer_was_lost_has_still_let_go(ports: FakePorts) -> None:
    looks(ports)
    undo = EXECUTION + "-undo"
    assert [looks(ports, undo=True, execution=undo)["next"] for _ in range(2)] == ["done", "done"]
    item = ports.table.environment("ADOPTION", AdoptionItem)
    assert item is not None
    assert item.outcome == "undone"


def test_letting_go_of_what_was_never_adopted_is_refused_however_often_it_is_asked_for(ports: FakePorts) -> None:
    ports.table.write_unfenced("", "CLUSTERS", ClustersItem(blue=BLUE, run="run-1"))
    for number in range(2):
        answer = looks(ports, undo=True, execution=f"{EXECUTION}-{number}")
        assert "there is nothing to undo" in answer["waiting_for"]
    assert ports.table.environment("CLUSTERS", ClustersItem) == ClustersItem(blue=BLUE, run="run-1")
    assert ports.topic.told[-1][0] == f"{BLUE} is not let go of"


def test_a_mistyped_name_leaves_what_is_known_of_the_adopted_cluster(ports: FakePorts) -> None:
    looks(ports)
    before = ports.table.environment("ADOPTION", AdoptionItem)
    for undo in (False, True):
        request = {"cluster": "demo-1-34", "undo": undo}
        assert adopt_cluster(ports, request, f"{EXECUTION}-{undo}", STARTED)["next"] == "refused"
    assert ports.table.environment("ADOPTION", AdoptionItem) == before


def test_adopting_again_keeps_the_record_of_green(ports: FakePorts) -> None:
    ports.table.write_unfenced("", "CLUSTERS", ClustersItem(blue=BLUE, green="demo-1-35-a", run="run-1"))
    looks(ports)
    assert ports.table.environment("CLUSTERS", ClustersItem) == ClustersItem(
        blue=BLUE, green="demo-1-35-a", run="run-1"
    )


def stopped(ports: FakePorts, seconds_ago: float, execution: str = EXECUTION) -> dict[str, Any]:
    """What EventBridge says when the execution was stopped in the console."""
    detail = {"executionArn": execution, "stateMachineArn": MACHINE, "status": "ABORTED"}
    return {"detail": detail | {"stopDate": (ports.now - seconds_ago) * 1000}}


@pytest.mark.parametrize("undo", [False, True])
def test_an_adoption_that_is_stopped_leaves_nobody_as_admin(ports: FakePorts, *, undo: bool) -> None:
    if undo:
        looks(ports, execution=f"{EXECUTION}-before")
    adopt_cluster(ports, {"undo": undo}, EXECUTION, STARTED)
    assert ports.eks.entries[BLUE][OWN].policies == {ADMIN_POLICY}
    with pytest.raises(TransientError, match="may still be under way"):
        recover(ports, stopped(ports, 1))
    assert OWN not in ports.eks.entries[BLUE]
    adopt_cluster(ports, {"undo": undo}, EXECUTION, STARTED)  # the look that was under way, late
    assert recover(ports, stopped(ports, 180)) == {"outcome": "refused"}
    assert OWN not in ports.eks.entries[BLUE]
    assert ports.table.lease("").holder == ""
    assert ports.topic.told[-1][1]["event"] == "adoption-recovered"
    item = ports.table.environment("ADOPTION", AdoptionItem)
    assert item is not None
    assert item.outcome == ("adopted" if undo else "refused")
    assert looks(ports, undo=undo, execution=f"{EXECUTION}-again")["next"] == "done"


def test_an_adoption_that_ended_in_its_own_words_needs_no_recovery(ports: FakePorts) -> None:
    looks(ports)
    told = len(ports.topic.told)
    assert recover(ports, stopped(ports, 1)) == {"outcome": "nothing-to-recover"}
    item = ports.table.environment("ADOPTION", AdoptionItem)
    assert item is not None
    assert (item.outcome, len(ports.topic.told)) == ("adopted", told)


def test_a_further_adoption_keeps_its_admin_when_the_one_before_is_recovered_late(ports: FakePorts) -> None:
    adopt_cluster(ports, {}, f"{EXECUTION}-again", STARTED)
    assert recover(ports, stopped(ports, 180)) == {"outcome": "nothing-to-recover"}
    assert ports.eks.entries[BLUE][OWN].policies == {ADMIN_POLICY}
