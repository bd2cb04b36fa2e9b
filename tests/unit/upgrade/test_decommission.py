"""The end of blue: what has to be true before it begins, and that nothing goes back once it has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from norikae.approvals.ask import hold_upgrade
from norikae.cluster.compute_port import Leftovers
from norikae.cluster.eks_port import Cluster
from norikae.commands.operate import operate
from norikae.drain.node import Node
from norikae.environment import Approvals
from norikae.errors import RefusedError, StaleWriterError
from norikae.traffic.records import RecordSet
from norikae.upgrade.decommission import decommission_blue
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import Lease
from norikae.upgrade.quiet_port import Figures
from norikae.upgrade.state import ApprovedItem, Flags, PhaseItem
from tests.unit.fakes.demo import application, ingress
from tests.unit.fakes.nodes import Nodes
from tests.unit.fakes.ports import FakeTable, alias
from tests.unit.fakes.story import APP, BLUE, GREEN, HOST, RUN, WRITER, Story


def soaked(*applications: str) -> Story:
    story = Story(applications=applications or (APP,))
    story.soaked()
    return story


def with_a_stranger(weight: int | None, balancer: str = BLUE) -> Story:
    """Everything has soaked; blue also has an Ingress that no plan names, whose record leads somewhere."""
    story = soaked()
    story.ports.kubernetes(BLUE).put(ingress("legacy", "legacy.example.com", hostname=f"{BLUE}.elb.example"))
    raw = dict(alias("legacy.example.com", "legacy", weight or 0, balancer=f"{balancer}.elb.example").raw)
    if weight is None:
        del raw["Weight"], raw["SetIdentifier"]
    record = RecordSet(raw)
    story.ports.dns.sets[record.name, record.type, record.set_identifier] = record
    return story


def phase(story: Story) -> PhaseItem:
    item = story.ports.table.read(RUN, "PHASE", PhaseItem)
    assert item is not None
    return item


def look(story: Story) -> dict[str, Any]:
    return decommission_blue(story.ports, WRITER)


def test_a_run_that_held_before_its_soak_moves_first_what_has_not_moved() -> None:
    story = Story(applications=(APP, "shop"))
    story.moved()
    story.ports.environment = msgspec.structs.replace(story.ports.environment, approvals=Approvals(decommission="none"))
    with pytest.raises(RefusedError, match="shop has 0 of 100 on green"):
        look(story)
    hold_upgrade(story.ports, WRITER, "token-run", {})
    operate(story.ports, {"command": "resume"})
    assert story.ports.executions.answers == {"token-run": {"next": "shift-applications"}}


@pytest.mark.parametrize("weight", [None, 100, 1])
def test_blue_is_not_deleted_while_it_serves_a_name_that_the_run_does_not_know(weight: int | None) -> None:
    story = with_a_stranger(weight)
    with pytest.raises(RefusedError, match=r"legacy\.example\.com still leads to demo-1-33; .* then resume"):
        look(story)
    assert not phase(story).point_of_no_return
    assert story.weights() == {BLUE: 0, GREEN: 100}


def test_a_cname_that_leads_to_blue_keeps_blue_too() -> None:
    story = with_a_stranger(0)
    for key in [key for key in story.ports.dns.sets if key[0] == "legacy.example.com"]:
        del story.ports.dns.sets[key]
    raw = {"Name": "legacy.example.com.", "Type": "CNAME", "ResourceRecords": [{"Value": f"{BLUE}.ELB.example."}]}
    story.ports.dns.sets["legacy.example.com", "CNAME", ""] = RecordSet({**raw, "TTL": 60})
    with pytest.raises(RefusedError, match=r"legacy\.example\.com still leads to demo-1-33"):
        look(story)


@pytest.mark.parametrize(("weight", "balancer"), [(0, BLUE), (100, GREEN), (None, GREEN), (100, "elsewhere")])
def test_a_name_that_leads_elsewhere_does_not_keep_blue(weight: int | None, balancer: str) -> None:
    story = with_a_stranger(weight, balancer)
    assert look(story)["next"] == "wait"
    assert phase(story).point_of_no_return


def test_an_ingress_of_blue_without_a_load_balancer_or_a_record_does_not_keep_blue() -> None:
    story = soaked()
    story.ports.kubernetes(BLUE).put(ingress("internal", "internal.example.com"))
    assert look(story)["next"] == "wait"
    assert phase(story).point_of_no_return


@pytest.mark.parametrize("digest", [None, "another"])
def test_blue_stays_without_a_yes_to_exactly_this_plan(digest: str | None) -> None:
    story = soaked()
    if digest is None:
        story.ports.table.delete(RUN, "APPROVED#decommission")
    else:
        approved = ApprovedItem(plan_hash=digest, by="mio", at=1)
        story.ports.table.write_unfenced(RUN, "APPROVED#decommission", approved)
    with pytest.raises(RefusedError, match="nobody has approved that demo-1-33 is deleted"):
        look(story)
    assert not phase(story).point_of_no_return
    assert phase(story).phase == "request-decommission-approval", "where a resume asks"


def test_an_environment_that_wants_no_approval_needs_none() -> None:
    story = soaked()
    story.ports.table.delete(RUN, "APPROVED#decommission")
    approvals = Approvals(decommission="none")
    story.ports.environment = msgspec.structs.replace(story.ports.environment, approvals=approvals)
    look(story)
    assert phase(story).point_of_no_return


def test_a_weight_that_moved_while_a_person_was_asked_soaks_again() -> None:
    story = soaked()
    again = msgspec.structs.replace(story.item(), verified_at=story.ports.now - 60)
    story.ports.table.write(WRITER, f"APP#{APP}", again)
    with pytest.raises(RefusedError, match="s of the soak are left"):
        look(story)
    assert phase(story).phase == "soak"
    assert not phase(story).point_of_no_return


def test_blue_stays_while_a_team_shifts_its_application() -> None:
    story = soaked()
    story.ports.table.leases[APP] = Lease("arn:shift:by-hand", RUN, 3)
    with pytest.raises(RefusedError, match="billing is being shifted by arn:shift:by-hand"):
        look(story)


@pytest.mark.parametrize("status", ["", "UPDATING", "FAILED"])
def test_blue_stays_until_green_stands(status: str) -> None:
    story = soaked()
    green = story.ports.eks.clusters.pop(GREEN)
    if status:
        story.ports.eks.clusters[GREEN] = replace(green, status=status)
    with pytest.raises(RefusedError, match=f"{GREEN} is {status or 'gone'}; {BLUE} is kept"):
        look(story)


def test_a_blue_that_is_not_ours_is_refused_before_the_point_of_no_return() -> None:
    story = soaked()
    story.ports.eks.clusters[BLUE] = Cluster(BLUE, "1.33", "ACTIVE", {"norikae:environment": "prod"})
    with pytest.raises(RefusedError, match="not tagged norikae:environment=demo"):
        look(story)
    assert not phase(story).point_of_no_return


def test_blue_waits_for_clients_that_leave_late_and_says_who_they_are() -> None:
    story = soaked()
    story.ports.kubernetes(BLUE).put(ingress("web", HOST, hostname=f"{BLUE}.elb.example"))
    story.ports.visits.of[BLUE] = Figures(requests=3, reported_at=story.ports.now)
    answer = look(story)
    assert answer["next"] == "wait"
    assert answer["retry_after_seconds"] == 1800
    assert f"target group {BLUE} of Ingress shop/web ({HOST}) had 3 requests" in answer["waiting_for"]
    assert not phase(story).point_of_no_return
    story.ports.visits.of.clear()
    look(story)
    assert phase(story).point_of_no_return


def test_clients_that_never_leave_hold_the_run() -> None:
    story = soaked()
    story.ports.kubernetes(BLUE).put(ingress("web", HOST, hostname=f"{BLUE}.elb.example"))
    story.ports.visits.of[BLUE] = Figures(requests=3, reported_at=story.ports.now)
    look(story)
    story.time_passes(story.ports.environment.decommission.deadline + 1)
    story.ports.visits.of[BLUE] = Figures(requests=3, reported_at=story.ports.now)
    answer = look(story)
    assert answer["next"] == "hold"
    assert "nobody to talk to demo-1-33 any more" in answer["waiting_for"]
    assert not phase(story).point_of_no_return


def test_decommission_begins_with_the_point_of_no_return_and_removes_blue_from_dns_first() -> None:
    story = soaked()
    answer = look(story)
    assert answer["next"] == "wait"
    assert phase(story).point_of_no_return
    assert story.weights() == {GREEN: 100}
    story.ports.dns.looks_until_in_sync = 1
    assert "Route 53 to forget" in look(story)["waiting_for"]
    assert look(story)["next"] == "go-on"


def test_argo_cd_of_blue_is_frozen_before_a_record_goes() -> None:
    story = soaked()
    story.ports.eks.clusters[BLUE] = Cluster(BLUE, "1.33", "ACTIVE")
    story.ports.eks.groups[BLUE] = {}
    api = story.ports.kubernetes(BLUE)
    api.put(
        {
            "kind": "StatefulSet",
            "metadata": {"name": "argocd-application-controller", "namespace": "argocd"},
            "spec": {},
        }
    )
    app = application("web")
    app["metadata"]["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    app["spec"]["syncPolicy"] = {"automated": {"selfHeal": True}}
    api.put(app)
    assert "argocd-application-controller to stop" in look(story)["waiting_for"]
    assert story.weights() == {BLUE: 0, GREEN: 100}
    look(story)
    assert story.weights() == {GREEN: 100}
    assert api.writes == ["patch statefulsets.apps argocd-application-controller", "patch applications.argoproj.io web"]


def test_volumes_are_named_in_the_audit_trail_and_stay() -> None:
    story = soaked()
    story.ports.compute.left = Leftovers(volumes=("vol-1",), others=("eni-1",))
    for _ in range(3):
        answer = look(story)
    assert answer["next"] == "go-on"
    detail = story.ports.table.events[-1].detail
    assert detail == {"cluster": BLUE, "volumes": ["vol-1"], "others": ["eni-1"]}
    assert story.ports.compute.asked == []


def test_an_abort_before_the_point_of_no_return_still_counts() -> None:
    story = soaked()
    story.operators_say(aborted=True, by="mio")
    assert look(story)["next"] == "abort"
    assert not phase(story).point_of_no_return


class Quick(FakeTable):
    """An operator whose abort is written in the moment in which the point of no return is."""

    def write(self, writer: Any, item: str, value: object) -> None:
        super().write(writer, item, value)
        if isinstance(value, PhaseItem) and value.point_of_no_return:
            self.write_unfenced(RUN, "FLAGS", Flags(aborted=True, by="mio"))


def test_an_abort_in_the_same_moment_wins_because_nothing_was_deleted_yet() -> None:
    story = soaked()
    story.ports.table.__class__ = Quick
    assert look(story)["next"] == "abort"
    assert not phase(story).point_of_no_return
    assert story.weights() == {BLUE: 0, GREEN: 100}


def test_an_abort_after_the_point_of_no_return_stops_and_pages_and_a_resume_goes_on() -> None:
    story = soaked()
    look(story)
    with pytest.raises(RefusedError, match="decommission has begun: nothing can be rolled back"):
        operate(story.ports, {"command": "abort"})
    story.operators_say(aborted=True, by="mio")  # it was on its way when the point was passed
    answer = look(story)
    assert (answer["next"], "after the point of no return" in answer["waiting_for"]) == ("hold", True)
    hold_upgrade(story.ports, WRITER, "token-run", {"progress": answer})
    assert story.ports.topic.told[-1][1]["severity"] == "page"
    operate(story.ports, {"command": "resume"})
    assert look(story)["next"] != "hold"


def test_a_hold_before_the_point_of_no_return_pages_nobody() -> None:
    story = soaked()
    hold_upgrade(story.ports, WRITER, "token-run", {})
    assert story.ports.topic.told[-1][1]["severity"] == "action"


def test_a_run_that_lost_its_lease_does_not_pass_the_point_of_no_return() -> None:
    story = soaked()
    with pytest.raises(StaleWriterError):
        decommission_blue(story.ports, Writer(RUN, 1, WRITER.token - 1))
    assert not phase(story).point_of_no_return
    assert story.weights() == {BLUE: 0, GREEN: 100}


def test_decommission_refuses_while_a_name_gives_blue_a_weight() -> None:
    story = soaked()
    look(story)
    story.ports.dns.sets[HOST, "A", BLUE] = alias(HOST, BLUE, 1)
    with pytest.raises(RefusedError, match="still has a weight"):
        look(story)


def test_blues_nodes_are_drained_when_its_load_balancers_are_gone_and_before_they_go() -> None:
    story = soaked()
    story.ports.settings = replace(story.ports.settings, drain_machine="drain")
    story.ports.eks.clusters[BLUE] = Cluster(BLUE, "1.33", "ACTIVE", {"norikae:environment": "demo"})
    story.ports.yards[BLUE] = Nodes(Node(name="ip-1", instance="i-1", version="1"))
    said: list[str] = []
    while "nodes of demo-1-33 are empty" not in (waits := look(story)["waiting_for"]):
        said.append(waits)
        assert len(said) < 10
    assert not story.ports.kubernetes(BLUE).list("ingresses.networking.k8s.io")
    (drained,) = story.ports.claims.all(BLUE)
    assert (drained.kind, drained.node, drained.budgets) == ("decommission", "ip-1", "respect")
    done = msgspec.structs.replace(drained, state="finished", outcome="drained")
    story.ports.claims.write(done, instead_of=drained)
    assert look(story)["waiting_for"] == f"cluster {BLUE} was just asked to go"
    assert "blue-drained" in story.ports.table.said()
