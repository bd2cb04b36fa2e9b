"""Runs begin once per environment, with a plan that stays what it was."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.cluster.eks_port import Addon, Cluster, NodeGroup
from norikae.environment import PodIdentity, Spot
from norikae.environment.gates import CloudWatchAlarmGate
from norikae.errors import BadRequestError, LeaseHeldError, NotFoundError, RefusedError
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import Lease
from norikae.upgrade.phase import close
from norikae.upgrade.plan import plan_hash
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import ClustersItem, Flags, Outcome
from tests.unit.fakes.beginning import BLUE_TAGS, Beginning
from tests.unit.fakes.demo import SHA, demo_environment, ingress
from tests.unit.fakes.story import APP, BLUE, GREEN, PARENT, RUN

SECOND = "arn:upgrade:2"


def clusters(world: Beginning) -> ClustersItem | None:
    return world.ports.table.environment("CLUSTERS", ClustersItem)


def declared(world: Beginning, name: str, **wishes: str) -> None:
    """A team changes the annotations of its Ingress on blue."""
    changed = ingress(name, f"{name}.example.com", hostname=f"{BLUE}.elb.example")
    changed["metadata"]["annotations"] |= {f"norikae.dev/{key}": value for key, value in wishes.items()}
    world.blue.put(changed)


def test_a_run_begins_with_the_lease_the_plan_and_the_names_of_both_clusters() -> None:
    world = Beginning(APP, "shop")
    assert world.starts() == Writer(RUN, 1, 1)
    plan = world.plan()
    assert (plan.blue.name, plan.blue.version) == (BLUE, "1.33")
    assert (plan.green.name, plan.green.version, plan.revision) == (GREEN, "1.35", SHA)
    assert [[one.name for one in group] for group in plan.groups] == [[APP, "shop"]]
    assert world.ports.table.lease("") == Lease(PARENT, RUN, 1)
    assert clusters(world) == ClustersItem(blue=BLUE, green=GREEN, run=RUN)
    assert world.phase().phase == "plan-upgrade"


def test_the_plan_is_kept_as_evidence_with_the_hash_that_approvals_name() -> None:
    world = Beginning()
    world.starts({"requested_by": "mio", "reason": "1.33 ends"})
    stored = read_plan(world.ports.table, RUN)
    assert stored.hash == plan_hash(stored.plan)
    assert world.ports.evidence.documents[f"{RUN}/plan.json"]["green"] == {"name": GREEN, "version": "1.35"}
    (event,) = world.ports.table.events
    assert (event.what, event.by) == ("planned", "mio")
    assert event.detail == {"hash": stored.hash, "reason": "1.33 ends", "green": GREEN}


def test_teams_say_how_their_application_moves_and_the_environment_says_the_rest() -> None:
    world = Beginning(APP, "shop", "web")
    declared(world, "shop", order="2", team="payments", steps="10,100", bake="2m", gates="http-5xx")
    declared(world, "web", order="-1", bake="0s")
    world.starts()
    shift = world.ports.environment.shift
    plan = world.plan()
    assert [[one.name for one in group] for group in plan.groups] == [["web"], [APP], ["shop"]]
    shop, web, default = (plan.application(name) for name in ("shop", "web", APP))
    assert shop is not None
    assert (shop.team, shop.steps, shop.bake_seconds, shop.gates) == ("payments", (10, 100), 120, ("http-5xx",))
    assert web is not None
    assert web.bake_seconds == 0
    assert default is not None
    assert (default.steps, default.bake_seconds, default.gates) == (shift.steps, shift.bake, shift.gates)


def test_the_request_may_name_version_and_applications() -> None:
    world = Beginning(APP, "shop")
    world.starts({"version": "1.34", "applications": ["shop"], "environment": "demo"})
    assert (world.plan().green.name, world.plan().green.version) == ("demo-1-34-a", "1.34")
    assert [one.name for one in world.plan().applications()] == ["shop"]


def test_an_application_that_nobody_declares_is_refused_with_those_that_are() -> None:
    with pytest.raises(BadRequestError, match=r"applications: shpo: no Ingress .* there are: billing, shop"):
        Beginning(APP, "shop").starts({"applications": ["shpo", "shop"]})


def test_a_wrong_request_takes_nothing() -> None:
    world = Beginning()
    with pytest.raises(BadRequestError):
        world.starts({"verison": "1.35"})
    assert world.ports.table.lease("") is None


def test_a_dry_run_reserves_no_name() -> None:
    world = Beginning()
    world.starts({"dry_run": True})
    assert world.plan().dry_run
    assert clusters(world) == ClustersItem(blue=BLUE, green="", run=RUN)


def test_names_that_are_taken_are_skipped() -> None:
    world = Beginning()
    world.eks.clusters[GREEN] = Cluster(GREEN, "1.35", "ACTIVE")
    world.starts()
    assert world.plan().green.name == "demo-1-35-b"


def test_a_run_that_died_before_its_plan_was_written_keeps_the_name_that_it_reserved() -> None:
    world = Beginning()
    world.starts()
    world.ports.table.delete(RUN, "PLAN")
    world.eks.clusters[GREEN] = Cluster(GREEN, "1.35", "CREATING")
    world.starts()
    assert world.plan().green.name == GREEN


def test_the_cluster_that_the_last_run_moved_to_is_blue_now() -> None:
    world = Beginning()
    world.ports.table.write_environment(Writer("old", 1, 1), "CLUSTERS", ClustersItem(blue="demo-1-34-a", run="old"))
    del world.eks.clusters[BLUE]
    world.eks.clusters["demo-1-34-a"] = Cluster("demo-1-34-a", "1.34", "ACTIVE", {"norikae:environment": "demo"})
    world.ports.apis["demo-1-34-a"] = world.blue
    world.starts()
    assert world.plan().blue.name == "demo-1-34-a"


def test_a_blue_that_eks_does_not_know_is_refused_with_a_remedy() -> None:
    world = Beginning()
    world.eks.clusters.clear()
    with pytest.raises(NotFoundError, match=r"correct clusters\.adopt"):
        world.starts()


def test_a_blue_that_nobody_adopted_is_refused_with_the_command_that_does() -> None:
    world = Beginning()
    world.blue_is(tags={})
    with pytest.raises(RefusedError, match=r'norikae was never let in; send operator_command {"command": "adopt"'):
        world.starts()


def test_after_the_adoption_was_undone_the_plan_says_to_adopt_again() -> None:
    world = Beginning()
    world.ports.table.write_unfenced("", "CLUSTERS", ClustersItem(blue=""))
    world.blue_is(tags={})
    with pytest.raises(RefusedError, match=rf"cluster {BLUE} has no tag norikae:environment"):
        world.starts()


def test_a_blue_of_another_environment_is_left_alone() -> None:
    world = Beginning()
    world.blue_is(tags={"norikae:environment": "prod"})
    with pytest.raises(RefusedError, match=r"is tagged norikae:environment=prod, expected demo"):
        world.starts()


@pytest.mark.parametrize("name", ["demo-1-34-b", "demo-1-33"])
def test_a_record_and_tags_that_disagree_about_blue_are_refused(name: str) -> None:
    world = Beginning()
    world.ports.table.write_environment(Writer("old", 1, 1), "CLUSTERS", ClustersItem(blue="demo-1-34-a", run="old"))
    world.eks.clusters = {"demo-1-34-a": Cluster("demo-1-34-a", "1.34", "ACTIVE", {"norikae:environment": "demo"})}
    world.eks.clusters[name] = Cluster(name, "1.34", "ACTIVE", BLUE_TAGS)
    with pytest.raises(RefusedError, match=rf"blue is demo-1-34-a by the record, but {name} is tagged"):
        world.starts()


def test_clusters_of_others_are_not_looked_at() -> None:
    world = Beginning()
    world.eks.clusters["prod-1-34-a"] = Cluster("prod-1-34-a", "1.34", "ACTIVE", BLUE_TAGS)
    world.eks.clusters["demo-1-32"] = Cluster("demo-1-32", "1.32", "ACTIVE", {**BLUE_TAGS, "norikae:role": "green"})
    assert world.starts() == Writer(RUN, 1, 1)


@pytest.mark.parametrize(
    ("version", "text"),
    [
        ("1.32", "Kubernetes 1.32 is older than 1.33, which serves today, and a downgrade is none; possible are 1.34"),
        ("1.33", "Kubernetes 1.33 is what serves today already; possible are 1.34, 1.35"),
        ("1.36", "Kubernetes 1.36 is not offered by EKS; possible are 1.34, 1.35; name it as version"),
    ],
)
def test_a_target_that_is_no_upgrade_is_refused_with_those_that_are(version: str, text: str) -> None:
    world = Beginning()
    with pytest.raises(RefusedError, match=text):
        world.starts({"version": version})
    assert clusters(world) is None
    assert world.ports.evidence.documents == {}


def test_the_newest_cluster_that_eks_has_leaves_nothing_to_do() -> None:
    world = Beginning()
    world.blue_is(version="1.35")
    with pytest.raises(RefusedError, match=r"EKS offers nothing newer than 1\.35 yet"):
        world.starts()


def test_the_plan_says_everything_that_will_be_created() -> None:
    world = Beginning()
    pods = PodIdentity(namespace="shop", service_account="web", role="arn:aws:iam::123456789012:role/web")
    worker = world.ports.environment.clusters.node_groups[1]
    own = msgspec.structs.replace(worker, kind="self-managed", spot=Spot(base=1, percent=80))
    world.ports.environment = demo_environment(
        node_groups=[msgspec.to_builtins(group) for group in (world.ports.environment.clusters.node_groups[0], own)],
        pod_identity=[msgspec.to_builtins(pods)],
        irsa_roles=["arn:aws:iam::123456789012:role/files"],
    )
    world.starts()
    assert world.plan().creates == (
        "EKS cluster demo-1-35-a: Kubernetes 1.35",
        "add-on vpc-cni of demo-1-35-a",
        "add-on coredns of demo-1-35-a",
        "add-on kube-proxy of demo-1-35-a",
        "add-on eks-pod-identity-agent of demo-1-35-a",
        "managed node group system of demo-1-35-a: 2 to 3 of m7g.large",
        "self-managed node group worker of demo-1-35-a: 1 to 3 of m7i.large, 80 % spot above 1",
        "Pod Identity association shop/web of demo-1-35-a: arn:aws:iam::123456789012:role/web",
        "IAM OIDC provider of demo-1-35-a",
        "statement for demo-1-35-a in the trust policy of arn:aws:iam::123456789012:role/files",
        f"Argo CD in namespace argocd of demo-1-35-a, synced to {SHA}",
        "load balancer of Ingress shop/billing of demo-1-35-a",
        "record A billing.example.com with set identifier demo-1-35-a",
        "record AAAA billing.example.com with set identifier demo-1-35-a",
    )


def test_the_plan_says_everything_that_will_be_deleted() -> None:
    world = Beginning()
    world.eks.groups[BLUE] = {"system": NodeGroup("system", "ACTIVE")}
    world.eks.added[BLUE] = {"vpc-cni": Addon("vpc-cni", "v1", "ACTIVE")}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "mail", "namespace": "shop"}}
    world.blue.put({**service, "spec": {"type": "LoadBalancer"}})
    world.starts()
    assert world.plan().deletes == (
        "record A billing.example.com with set identifier demo-1-33",
        "record AAAA billing.example.com with set identifier demo-1-33",
        "load balancer of Ingress shop/billing of demo-1-33",
        "load balancer of Service shop/mail of demo-1-33",
        "node group system of demo-1-33",
        "add-on vpc-cni of demo-1-33",
        "EKS cluster demo-1-33 with its access entries, Pod Identity associations and everything that runs in it",
    )


def test_a_run_that_leaves_applications_behind_deletes_nothing() -> None:
    world = Beginning(APP, "shop")
    world.starts({"applications": ["shop"]})
    assert world.plan().deletes == ()
    assert not any("billing" in line for line in world.plan().creates)


def test_the_plan_names_every_deadline_and_pause_of_the_environment() -> None:
    world = Beginning()
    world.starts()
    waits = world.plan().waits
    assert {"approvals.deadline", "argocd.application_deadline", "clusters.build_deadline", "shift.bake"} <= set(waits)
    assert "preflight.insights_age" not in waits
    assert "shift.together" not in waits
    assert waits["soak.duration"] == world.ports.environment.soak.duration


def test_another_run_waits_while_the_first_lives() -> None:
    world = Beginning()
    world.starts()
    with pytest.raises(LeaseHeldError, match=RUN):
        world.starts(execution=SECOND)
    assert world.ports.table.lease("") == Lease(PARENT, RUN, 1)


def test_the_same_execution_may_ask_again() -> None:
    world = Beginning()
    assert world.starts() == world.starts()
    assert world.ports.table.said() == ["planned"]


def test_a_second_attempt_takes_over_the_plan_that_was_approved_and_hears_an_early_abort() -> None:
    world = Beginning()
    world.starts()
    before = read_plan(world.ports.table, RUN)
    world.ports.executions.statuses[PARENT] = "ABORTED"
    world.ports.table.write_unfenced(RUN, "FLAGS", Flags(aborted=True))
    declared(world, "shop")
    assert world.starts({"version": "1.34"}, execution=SECOND, attempt=2) == Writer(RUN, 2, 2)
    assert read_plan(world.ports.table, RUN) == before
    assert world.ports.table.read(RUN, "FLAGS", Flags) == Flags(aborted=True), "whoever ended cleared them already"


@pytest.mark.parametrize("outcome", ["succeeded", "planned"])
def test_a_run_that_has_reached_its_end_is_not_begun_again(outcome: Outcome) -> None:
    world = Beginning()
    writer = world.starts()
    close(world.ports, writer, outcome=outcome)
    world.ports.table.release("", PARENT)
    with pytest.raises(BadRequestError, match=rf"has ended \({outcome}\); give the execution the name of a new run"):
        world.starts(execution=SECOND, attempt=2)


@pytest.mark.parametrize("outcome", ["held", "failed", "rolled-back", "refused"])
def test_a_run_that_stopped_on_its_way_is_taken_up_again(outcome: Outcome) -> None:
    world = Beginning()
    writer = world.starts()
    close(world.ports, writer, outcome=outcome)
    world.ports.table.release("", PARENT)
    assert world.starts(execution=SECOND, attempt=2) == Writer(RUN, 2, 2)
    assert world.phase().outcome == ""


def test_flags_of_a_first_attempt_stay() -> None:
    world = Beginning()
    world.starts()
    world.ports.table.write_unfenced(RUN, "FLAGS", Flags(paused=True))
    world.starts()
    assert world.ports.table.read(RUN, "FLAGS", Flags) == Flags(paused=True)


def test_an_environment_that_nobody_released_is_taken_with_a_greater_token() -> None:
    world = Beginning()
    world.ports.table.leases[""] = Lease("arn:gone", "old", 41)
    assert world.starts().token == 42


def test_two_executions_that_read_the_same_free_lease_do_not_both_get_it() -> None:
    world = Beginning()
    taken: list[Any] = []
    take = world.ports.table.take

    def late(key: str, lease: Lease, *, instead_of: Lease | None) -> None:
        if not taken:
            taken.append(lease)
            take(key, Lease(SECOND, "other", 1), instead_of=None)
        take(key, lease, instead_of=instead_of)

    world.ports.table.take = late  # type: ignore[method-assign]
    with pytest.raises(Exception, match="somebody took it first"):
        world.starts()
    assert world.ports.table.lease("") == Lease(SECOND, "other", 1)


@pytest.mark.parametrize(
    ("gate", "need"),
    [
        ("cloudwatch-alarm", "judges by no alarm; name some in shift.thresholds.cloudwatch_alarm.alarms"),
        ("cloudwatch-query", "judges by no query; write some in shift.thresholds.cloudwatch_query.queries"),
        ("argocd-health", "judges by no Argo CD application, because none owns its Ingresses; name another gate"),
    ],
)
def test_a_gate_that_could_never_pass_is_refused_before_anything_begins(gate: str, need: str) -> None:
    world = Beginning(APP)
    environment = world.ports.environment
    thresholds = msgspec.structs.replace(environment.shift.thresholds, cloudwatch_alarm=CloudWatchAlarmGate())
    shift = msgspec.structs.replace(environment.shift, thresholds=thresholds)
    world.ports.environment = msgspec.structs.replace(environment, shift=shift)
    declared(world, APP, gates=f"target-health,{gate}")
    with pytest.raises(RefusedError, match=f"billing: gate {gate} {need}"):
        world.starts()
