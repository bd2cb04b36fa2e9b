"""Before the first weight everything that can be proven about green is proven, and what is missing is said."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.errors import RefusedError
from norikae.gates.probe_port import Answer
from norikae.traffic.keep_alive import LOOKS, KeepAliveItem, Lowered
from norikae.upgrade.identity import Writer
from norikae.upgrade.sync_state import PinItem, VerificationItem
from norikae.upgrade.verify import verify_green
from tests.unit.drain.claims import claim
from tests.unit.fakes.beginning import Beginning
from tests.unit.fakes.demo import OTHER_SHA, ingress
from tests.unit.fakes.story import APP, BLUE, GREEN, RUN

JOB = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "smoke"},
    "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "curl", "image": "curl"}]}}},
}


def built(*names: str, jobs: bool = False) -> tuple[Beginning, Writer]:
    """Green is complete and waits to be proven."""
    world = Beginning(*names)
    writer = world.starts()
    world.green_is_built()
    if jobs:
        verify = msgspec.structs.replace(world.ports.environment.verify, jobs="demo/jobs.yaml")
        world.ports.environment = msgspec.structs.replace(world.ports.environment, verify=verify)
        world.ports.files["verification"] = [JOB]
    return world, writer


def look(world: Beginning, writer: Writer) -> dict[str, Any]:
    return verify_green(world.ports, writer)


def test_a_complete_green_is_verified() -> None:
    world, writer = built(APP, "shop")
    assert look(world, writer) == {"next": "go-on", "waiting_for": ""}


def test_an_incomplete_green_is_waited_for() -> None:
    world, writer = built()
    world.eks.added[GREEN].clear()
    answer = look(world, writer)
    assert answer["next"] == "wait"
    assert "add-on vpc-cni is missing" in answer["waiting_for"]


def test_a_green_whose_nodes_are_being_drained_is_waited_for() -> None:
    world, writer = built()
    drained = claim(cluster=GREEN, state="draining", due=0.0)
    world.ports.claims.write(drained, instead_of=None)
    nodes = len(world.green.list("nodes"))
    assert look(world, writer)["waiting_for"] == f"1 of {nodes} nodes of {GREEN} are being drained (spot)"
    world.ports.claims.write(msgspec.structs.replace(drained, state="finished", outcome="drained"), instead_of=drained)
    assert look(world, writer)["next"] == "go-on"


@pytest.mark.parametrize(
    ("targets", "why"), [((0, 2), "0 healthy targets, 1 needed"), ((1, 2), "50 % of 2 targets are not healthy")]
)
def test_targets_that_are_not_healthy_are_waited_for(targets: tuple[int, int], why: str) -> None:
    world, writer = built()
    world.ports.load_balancers.groups[f"{GREEN}.elb.example"] = targets
    answer = look(world, writer)
    assert (answer["next"], answer["retry_after_seconds"]) == ("wait", world.ports.environment.argocd.poll)
    assert why in answer["waiting_for"]
    assert world.ports.probe.asked == []


def test_an_ingress_whose_load_balancer_is_not_known_yet_is_waited_for() -> None:
    world, writer = built()
    world.green.put(ingress(APP, "billing.example.com", hostname="new.elb.example"))
    assert "green has no target group" in look(world, writer)["waiting_for"]


def test_an_ingress_is_healthy_by_its_own_target_groups() -> None:
    world, writer = built(APP, "shop")
    look(world, writer)
    asked = [resources for _, resources in world.ports.load_balancers.asked]
    assert asked == [("shop/billing-billing",), ("shop/shop-shop",)]


def test_only_planned_applications_have_to_be_healthy() -> None:
    world = Beginning(APP, "shop")
    writer = world.starts({"applications": [APP]})
    world.green_is_built()
    world.green.put(ingress("shop", "shop.example.com", hostname="new.elb.example"))
    assert look(world, writer)["next"] == "go-on"


def test_a_planned_application_that_green_lacks_is_waited_for() -> None:
    world, writer = built(APP, "shop")
    del world.green.objects["ingresses.networking.k8s.io", "shop", "shop"]
    assert look(world, writer)["waiting_for"] == "shop: green has no Ingress of it"


def test_every_public_name_is_requested_from_greens_load_balancer() -> None:
    world, writer = built(APP, "shop")
    world.ports.load_balancers.secure.add(f"{GREEN}.elb.example")
    look(world, writer)
    assert world.ports.probe.asked == [
        (f"{GREEN}.elb.example", "billing.example.com", "/", True),
        (f"{GREEN}.elb.example", "shop.example.com", "/", True),
    ]


def test_a_name_that_green_does_not_serve_is_waited_for() -> None:
    world, writer = built()
    world.ports.probe.answers["billing.example.com"] = Answer(503, server="awselb/2.0")
    expected = f"http://billing.example.com/ at {GREEN}.elb.example: status 503 from the load balancer"
    assert look(world, writer)["waiting_for"] == expected


def test_without_the_probe_nothing_is_requested() -> None:
    world, writer = built()
    verify = msgspec.structs.replace(world.ports.environment.verify, probe=False)
    world.ports.environment = msgspec.structs.replace(world.ports.environment, verify=verify)
    world.ports.probe.answers["billing.example.com"] = Answer(503)
    assert look(world, writer)["next"] == "go-on"
    assert world.ports.probe.asked == []


def test_a_pin_that_moved_is_what_green_is_judged_by() -> None:
    world, writer = built()
    world.ports.table.write(writer, "PIN", PinItem(revision=OTHER_SHA, was="", at=0))
    assert OTHER_SHA in look(world, writer)["waiting_for"]


def test_jobs_run_only_when_everything_else_is_proven() -> None:
    world, writer = built(jobs=True)
    world.ports.load_balancers.groups[f"{GREEN}.elb.example"] = (0, 2)
    look(world, writer)
    assert world.green.writes == []
    world.ports.load_balancers.groups[f"{GREEN}.elb.example"] = (2, 2)
    answer = look(world, writer)
    assert (answer["next"], answer["waiting_for"]) == ("wait", "Job smoke: was just created")
    assert world.green.writes == ["create Job smoke-1-1"]


def ended(world: Beginning, name: str, kind: str, lines: str) -> None:
    """A Job comes to its end, and its pod has written something."""
    job = world.green.objects["jobs.batch", "norikae-verification", name]
    one = {"type": kind, "status": "True", "reason": "BackoffLimitExceeded", "message": "reached the limit"}
    world.green.put({**job, "status": {"conditions": [one]}})
    labels = {"batch.kubernetes.io/job-name": name}
    meta = {"name": f"{name}-x", "namespace": "norikae-verification", "labels": labels}
    world.green.put({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "status": {"phase": "Succeeded"}})
    world.green.written["norikae-verification", f"{name}-x"] = lines


def test_green_is_verified_when_its_jobs_have_passed_and_their_logs_are_kept() -> None:
    world, writer = built(jobs=True)
    look(world, writer)
    ended(world, "smoke-1-1", "Complete", "all is well")
    assert look(world, writer)["next"] == "go-on"
    document = world.ports.evidence.documents[f"{RUN}/verification-smoke-1-1.log.json"]
    assert (document["state"], document["pods"][0]["log"]) == ("passed", "all is well")


def test_a_failed_job_holds_with_its_last_lines_and_a_resume_runs_all_of_them_once_more() -> None:
    world, writer = built(jobs=True)
    look(world, writer)
    ended(world, "smoke-1-1", "Failed", "first\nGET /login: 500")
    with pytest.raises(RefusedError, match=r"Job smoke failed .*its last lines: first / GET /login: 500") as caught:
        look(world, writer)
    assert f"s3://evidence/{RUN}/verification-smoke-1-1.log.json" in str(caught.value)
    assert look(world, writer)["next"] == "wait"
    assert world.green.writes[-1] == "create Job smoke-1-2"
    item = world.ports.table.read(RUN, "VERIFICATION", VerificationItem)
    assert item == VerificationItem(attempt=1, round=2, failed=False)


def test_a_job_that_takes_too_long_has_failed() -> None:
    world, writer = built(jobs=True)
    look(world, writer)
    job = world.green.objects["jobs.batch", "norikae-verification", "smoke-1-1"]
    job["metadata"]["creationTimestamp"] = "2026-11-24T01:00:00Z"
    world.ports.now += world.ports.environment.verify.jobs_deadline + 1
    with pytest.raises(RefusedError, match=r"not finished after 1801 s \(verify.jobs_deadline\)"):
        look(world, writer)


def test_the_phase_has_time_for_its_jobs() -> None:
    world, writer = built(jobs=True)
    world.ports.load_balancers.groups[f"{GREEN}.elb.example"] = (0, 2)
    look(world, writer)
    world.ports.now += world.ports.environment.argocd.sync_deadline + 1
    assert look(world, writer)["next"] == "wait"
    world.ports.now += world.ports.environment.verify.jobs_deadline
    assert look(world, writer)["next"] == "hold"


def test_clients_that_cling_to_blue_are_waited_for_in_few_looks_and_beside_greens_own_deadline() -> None:
    world, writer = built()
    shift = msgspec.structs.replace(world.ports.environment.shift, client_keep_alive=60)
    world.ports.environment = msgspec.structs.replace(world.ports.environment, shift=shift)
    balancer = f"{BLUE}.elb.example"
    began = world.ports.now
    lowered = Lowered(was=86400, to=60, at=began)
    world.ports.table.write(writer, "KEEP-ALIVE", KeepAliveItem(balancers={balancer: lowered}))
    world.ports.load_balancers.keep_alive[balancer] = 60
    looks = 0
    while (answer := look(world, writer))["next"] == "wait":
        assert "to leave, " in answer["waiting_for"]
        looks += 1
        world.ports.now += answer["retry_after_seconds"]
    assert answer["next"] == "go-on", "a day is longer than the deadline of green's own proofs"
    assert looks <= LOOKS + 1
    assert world.ports.now - began >= 86400
