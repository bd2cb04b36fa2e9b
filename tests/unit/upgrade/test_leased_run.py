"""A run whose names external-dns owns: they go back in the soak, before blue may go, and nothing is left behind."""

from __future__ import annotations

import msgspec
import pytest

from norikae.cluster.eks_port import Cluster
from norikae.environment import Approvals
from norikae.errors import RefusedError
from norikae.traffic.leftovers import forget_left_behind, left_behind
from norikae.upgrade.arrival import still_leased
from norikae.upgrade.back import roll_back_applications
from norikae.upgrade.decommission import decommission_blue
from norikae.upgrade.no_return import blue_that_goes
from norikae.upgrade.soak import soak
from norikae.upgrade.state import Flags, PhaseItem
from tests.unit.fakes.owned import BLUE_SET, GREEN_SET, OwnedStory, wish
from tests.unit.fakes.story import BLUE, GREEN, RUN, WRITER, Story, plan_of


def soaking(story: Story) -> str:
    return str(soak(story.ports, WRITER)["next"])


def moved() -> OwnedStory:
    story = OwnedStory()
    story.moved()
    return story


def until_back(story: Story) -> None:
    for _ in range(20):
        if story.rolled_back() != "wait":
            return
        story.time_passes(30)
    raise AssertionError("never back")


def phase(story: Story) -> PhaseItem:
    item = story.ports.table.read(RUN, "PHASE", PhaseItem)
    assert item is not None
    return item


def test_the_soak_waits_for_git_and_then_gives_the_names_back() -> None:
    story = moved()
    story.time_passes(story.ports.environment.soak.duration)
    assert soaking(story) == "wait"
    assert "Git has to say what Route 53 says: Ingress shop/billing says aws-weight" in phase(story).waiting_for
    story.git_says(blue=0, green=100)
    assert soaking(story) == "wait"
    assert story.owners() == {BLUE, GREEN}
    assert soaking(story) == "go-on"


def test_names_go_back_early_in_the_soak_when_git_is_quick() -> None:
    story = moved()
    story.git_says(blue=0, green=100)
    assert soaking(story) == "wait"
    assert story.owners() == {BLUE, GREEN}


def test_blue_is_kept_while_a_name_is_leased() -> None:
    story = moved()
    story.time_passes(story.ports.environment.soak.duration)
    story.approved()
    with pytest.raises(RefusedError, match="commit these weights, then resume"):
        decommission_blue(story.ports, WRITER)
    assert phase(story).phase == "soak", "where a resume gives them back"
    story.git_says(blue=0, green=100)
    with pytest.raises(RefusedError, match="its names go back now"):
        decommission_blue(story.ports, WRITER)
    assert still_leased(story.ports, WRITER, plan_of(story.ports).plan) == []


def given_back_and_approved() -> OwnedStory:
    story = moved()
    story.git_says(blue=0, green=100)
    story.time_passes(story.ports.environment.soak.duration)
    soaking(story)
    story.approved()
    story.ports.environment = msgspec.structs.replace(story.ports.environment, approvals=Approvals(decommission="none"))
    return story


def look(story: Story) -> str:
    return str(decommission_blue(story.ports, WRITER)["waiting_for"])


def test_blues_record_sets_go_after_its_ingresses_whatever_external_dns_leaves() -> None:
    story = given_back_and_approved()
    api = story.ports.apis[BLUE]
    story.ports.eks.clusters[BLUE] = Cluster(BLUE, "1.33", "ACTIVE")
    assert "load balancers of Ingress shop/billing to be deleted" in look(story)
    assert set(story.weights()) == {BLUE_SET, GREEN_SET}, "external-dns would make them anew"
    api.drop_finalizers()
    assert "what external-dns made of demo-1-33" in look(story)
    assert story.weights() == {GREEN_SET: 100}
    assert {one.set_identifier for one in story.marks()} == {GREEN_SET}
    look(story)
    assert phase(story).point_of_no_return


def test_the_guard_knows_what_blues_record_sets_are_called() -> None:
    story = given_back_and_approved()
    assert blue_that_goes(story.ports.table) == ()
    look(story)
    assert blue_that_goes(story.ports.table) == (BLUE, BLUE_SET)


def test_what_has_weight_is_not_left_behind() -> None:
    story = moved()
    with pytest.raises(RefusedError, match="leads to demo-1-35-a with weight 100"):
        left_behind(story.ports, RUN, GREEN)
    assert not forget_left_behind(story.ports, RUN, BLUE)
    assert forget_left_behind(story.ports, RUN, BLUE)
    assert story.weights() == {GREEN_SET: 100}


def test_a_run_that_goes_back_as_a_whole_gives_its_names_back() -> None:
    story = OwnedStory()
    original = dict(story.ports.dns.sets)
    story.prepared()
    story.moved_to(50)
    story.finished()
    story.ports.table.write_unfenced(RUN, "FLAGS", Flags(aborted=True))
    for _ in range(20):
        if roll_back_applications(story.ports, WRITER)["next"] == "go-on":
            break
        story.time_passes(30)
    assert story.ports.dns.sets == original


def test_a_cluster_that_does_not_answer_keeps_no_way_back_open() -> None:
    story = OwnedStory()
    story.prepared()
    story.moved_to(50)
    story.ports.apis[GREEN].gone = True
    until_back(story)
    assert story.weights() == {BLUE_SET: 100, GREEN_SET: 0}
    assert story.owners() == {"norikae-demo"}
    (noted,) = [one for one in story.ports.table.events if one.what == "names-stay-leased"]
    assert "what Git says cannot be read" in noted.detail["reason"]


def test_a_later_run_takes_over_what_an_earlier_one_left_leased() -> None:
    story = OwnedStory()
    story.prepared()
    story.moved_to(50)
    story.ports.apis[GREEN].gone = True
    until_back(story)
    story.finished()
    story.ports.apis[GREEN].gone = False
    del story.ports.table.items[RUN, "APP#billing"]
    assert story.prepared() == {"next": "step", "weight": 5}
    story.moved_to(5)
    story.ports.apis[GREEN].put(wish(GREEN, 0))
    until_back(story)
    assert story.owners() == {BLUE, GREEN}
