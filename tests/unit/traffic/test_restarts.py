"""Workloads on blue whose WebSockets have to end: restarted once each, apart from one another, when all have moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.errors import RefusedError, StaleWriterError, UnreachableError
from norikae.traffic.applications import find_applications
from norikae.traffic.restarts import APART_SECONDS, RESTARTED_AT, restart_on_blue, schedule
from norikae.upgrade.lease import Lease
from norikae.upgrade.soak import soak
from norikae.upgrade.state import PlanItem
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.story import BLUE, GREEN, PARENT, RUN, WRITER, Story, plan_of

if TYPE_CHECKING:
    from collections.abc import Sequence

WS, CHAT = "deployments.apps/shop/ws", "statefulsets.apps/shop/chat"


def workload(kind: str, name: str) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, "namespace": "shop"}, "spec": {"template": {"metadata": {}}}}


def soaking(*restarts: str) -> Story:
    """Everything has moved, and the application's team named what holds WebSockets on blue."""
    story = Story()
    stored = plan_of(story.ports)
    (planned,) = stored.plan.applications()
    groups = ((msgspec.structs.replace(planned, restarts=restarts),),)
    story.ports.table.write(WRITER, "PLAN", PlanItem(msgspec.structs.replace(stored.plan, groups=groups), stored.hash))
    blue = story.ports.kubernetes(BLUE)
    for one in (workload("Deployment", "ws"), workload("StatefulSet", "chat")):
        blue.put(one)
    story.moved()
    return story


def look(story: Story) -> dict[str, Any]:
    return soak(story.ports, WRITER)


def restarted(story: Story, name: str = WS, cluster: str = BLUE) -> str:
    resource, namespace, workload_name = name.split("/")
    found = story.ports.kubernetes(cluster).get(resource, workload_name, namespace)
    annotations = (found or {}).get("spec", {}).get("template", {}).get("metadata", {}).get("annotations", {})
    return str(annotations.get(RESTARTED_AT, ""))


def test_each_is_restarted_once_on_blue_and_apart_from_the_other() -> None:
    story = soaking(WS, CHAT)
    while look(story)["next"] == "wait":
        story.time_passes(600)
    assert story.ports.table.said().count("restarted-on-blue") == 2
    instants = [event.at for event in story.ports.table.events if event.what == "restarted-on-blue"]
    assert instants[0] < instants[1]
    assert restarted(story, WS) < restarted(story, CHAT)
    assert restarted(story, WS, GREEN) == ""


def test_a_look_whose_answer_was_lost_asks_for_the_same_instant_so_that_no_second_rollout_begins() -> None:
    story = soaking(WS)
    look(story)
    story.time_passes(APART_SECONDS)
    write = story.ports.table.write

    def dies(writer: Any, item: str, value: object) -> None:
        if item == "RESTARTS" and restarted(story):
            raise UnreachableError("the table did not answer")
        write(writer, item, value)

    story.ports.table.write = dies  # type: ignore[method-assign]
    with pytest.raises(UnreachableError):
        look(story)
    first = restarted(story)
    assert first
    story.ports.table.write = write  # type: ignore[method-assign]
    story.time_passes(600)
    look(story)
    assert restarted(story) == first


def test_whoever_lost_the_lease_restarts_nothing_on_a_blue_that_may_serve_again() -> None:
    story = soaking(WS)
    look(story)
    story.time_passes(APART_SECONDS)
    story.ports.table.leases[""] = Lease(PARENT, RUN, WRITER.token + 1)
    with pytest.raises(StaleWriterError):
        restart_on_blue(story.ports, WRITER, plan_of(story.ports).plan)
    assert restarted(story) == ""


def test_nobody_is_cut_off_while_an_application_is_not_on_green() -> None:
    story = soaking(WS)
    look(story)
    story.time_passes(APART_SECONDS)
    story.ports.load_balancers.groups[f"{GREEN}.elb.example"] = (0, 2)
    with pytest.raises(RefusedError, match="not healthy on green"):
        look(story)
    assert restarted(story) == ""


def test_what_blue_has_not_is_noted_and_holds_up_nobody() -> None:
    story = soaking("deployments.apps/shop/gone")
    while look(story)["next"] == "wait":
        story.time_passes(600)
    assert "nothing-to-restart-on-blue" in story.ports.table.said()


def test_the_soak_does_not_end_before_the_last_restart() -> None:
    story = soaking(WS)
    story.time_passes(story.ports.environment.soak.duration)
    assert look(story)["waiting_for"] == f"{BLUE} to restart {WS}"


@given(st.lists(st.text("abc", min_size=1), min_size=1, max_size=30, unique=True), st.integers(1800, 172800))
def test_restarts_keep_their_order_and_are_over_in_the_first_half_of_the_soak(
    names: Sequence[str], duration: int
) -> None:
    instants = list(schedule(RUN, names, 1000.0, duration).values())
    assert instants == sorted(instants)
    assert instants[0] >= 1000.0
    assert instants[-1] <= 1000.0 + duration / 2
    assert schedule(RUN, names, 1000.0, duration) == schedule(RUN, names, 1000.0, duration)


def marked(value: str) -> dict[str, Any]:
    found = ingress("web", "web.example.com")
    found["metadata"]["annotations"]["norikae.dev/restart-on-blue"] = value
    return found


def test_a_team_names_workloads_of_its_namespace() -> None:
    (found,) = find_applications([marked("deployment/ws, statefulset/chat,deployment/ws")])
    assert found.restarts == (WS, CHAT)


@pytest.mark.parametrize("value", ["ws", "daemonset/ws", "deployment/", "deployment/../ws", "deployment/WS", ""])
def test_whatever_else_it_names_is_refused(value: str) -> None:
    with pytest.raises(RefusedError, match="is no workload of the Ingress's namespace"):
        find_applications([marked(value)])
