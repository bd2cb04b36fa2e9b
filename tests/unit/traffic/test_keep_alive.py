"""Clients cling to blue as long as its load balancers let them: lowered in time, waited for, and always restored."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.errors import AwsRefusedError, RefusedError, StaleWriterError, UnreachableError
from norikae.traffic.keep_alive import ANNOTATION, KeepAliveItem, lower, named_by, read_lowered, restore, waiting
from norikae.upgrade.finish import finish_upgrade, report_failure
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import Lease
from norikae.upgrade.recovery import recover
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.story import APP, BLUE, HOST, PARENT, RUN, WRITER, Story, plan_of

BALANCER = f"{BLUE}.elb.example"


def clinging(wanted: int = 60, now: int = 3600) -> Story:
    """Blue's load balancer lets clients keep connections for an hour, and the environment wants a minute."""
    story = Story()
    story.sets(client_keep_alive=wanted)
    story.ports.apis[BLUE] = FakeKubernetes(ingress(APP, HOST, hostname=BALANCER))
    story.ports.load_balancers.keep_alive[BALANCER] = now
    return story


def lowers(story: Story) -> None:
    lower(story.ports, WRITER, plan_of(story.ports).plan)


def seconds(story: Story) -> int:
    return story.ports.load_balancers.keep_alive[BALANCER]


def test_it_is_lowered_once_and_told_in_the_audit_trail() -> None:
    story = clinging()
    for _ in range(2):
        lowers(story)
    assert seconds(story) == 60
    (event,) = [one for one in story.ports.table.events if one.what == "keep-alive-lowered"]
    assert event.detail == {"load_balancer": BALANCER, "was": 3600, "to": 60}


@pytest.mark.parametrize(("wanted", "now"), [(0, 3600), (60, 60), (300, 120)])
def test_what_nobody_asked_for_or_is_low_already_is_left_alone(wanted: int, now: int) -> None:
    story = clinging(wanted, now)
    lowers(story)
    assert (seconds(story), read_lowered(story.ports, RUN)) == (now, {})
    assert waiting(story.ports, RUN) == ("", 0)


def test_an_ingress_that_names_the_attribute_is_refused_with_the_remedy_before_anything_is_written() -> None:
    story = clinging()
    (mine,) = story.ports.apis[BLUE].list("ingresses.networking.k8s.io")
    mine["metadata"]["annotations"][ANNOTATION] = "idle_timeout.timeout_seconds=30,client_keep_alive.seconds=900"
    story.ports.apis[BLUE] = FakeKubernetes(mine)
    with pytest.raises(
        RefusedError, match=rf"Ingress shop/{APP} names client_keep_alive.seconds.*take the attribute out"
    ):
        lowers(story)
    assert seconds(story) == 3600


def test_other_attributes_in_the_annotation_are_no_conflict() -> None:
    other = ingress(APP, HOST, hostname=BALANCER)
    other["metadata"]["annotations"][ANNOTATION] = "idle_timeout.timeout_seconds=30"
    assert named_by([other]) == {}


def test_a_run_that_died_after_the_write_knows_the_old_value_and_writes_once_more() -> None:
    story = clinging()
    story.ports.load_balancers.refuses = UnreachableError("the answer was lost")
    with pytest.raises(UnreachableError):
        lowers(story)
    story.ports.load_balancers.refuses = None
    story.time_passes(30)
    lowers(story)
    assert read_lowered(story.ports, RUN)[BALANCER].was == 3600
    assert read_lowered(story.ports, RUN)[BALANCER].at == story.ports.now, "the old period counts from what was seen"


def test_the_first_weight_waits_for_the_rest_of_one_old_period() -> None:
    story = clinging()
    lowers(story)
    story.time_passes(600)
    text, pause = waiting(story.ports, RUN)
    assert text == f"clients that connected to {BALANCER} before client_keep_alive.seconds was 60 to leave, 3000 s"
    assert pause == 300
    story.time_passes(2990)
    assert waiting(story.ports, RUN)[1] == 10
    story.time_passes(10)
    assert waiting(story.ports, RUN) == ("", 0)


def test_a_value_that_somebody_writes_back_is_waited_for_by_name() -> None:
    story = clinging()
    lowers(story)
    story.time_passes(3600)
    story.ports.load_balancers.keep_alive[BALANCER] = 3600
    assert waiting(story.ports, RUN)[0].startswith(
        f"{BALANCER} to have client_keep_alive.seconds 60 again; somebody has"
    )


def ends_well(story: Story) -> Any:
    return finish_upgrade(story.ports, WRITER, PARENT)


def fails(story: Story) -> Any:
    return report_failure(story.ports, WRITER.answer(), PARENT)


def is_stopped(story: Story) -> Any:
    return recover(story.ports, {"detail": {"executionArn": PARENT, "status": "ABORTED"}})


@pytest.mark.parametrize("end", [ends_well, fails, is_stopped])
def test_whatever_ends_a_run_the_old_value_is_back(end: Any) -> None:
    story = clinging()
    lowers(story)
    end(story)
    assert seconds(story) == 3600
    assert story.ports.table.said().count("keep-alive-restored") == 1
    (shown,) = story.ports.evidence.documents[f"{RUN}/report.json"]["keep_alive"]
    assert (shown["load_balancer"], shown["was"], shown["to"]) == (BALANCER, 3600, 60)
    assert shown["restored"] is not None


def test_a_run_that_died_between_intent_and_write_restores_nothing_wrong() -> None:
    story = clinging()
    story.ports.load_balancers.refuses = UnreachableError("the answer was lost")
    with pytest.raises(UnreachableError):
        lowers(story)
    story.ports.load_balancers.refuses = None
    restore(story.ports, WRITER)
    assert seconds(story) == 3600


def test_a_load_balancer_that_went_with_blue_is_done_with() -> None:
    story = clinging()
    lowers(story)
    story.ports.load_balancers.keep_alive.clear()
    restore(story.ports, WRITER)
    assert "keep-alive-gone" in story.ports.table.said()
    assert not read_lowered(story.ports, RUN)[BALANCER].stands


def test_a_value_that_somebody_else_gave_meanwhile_stays() -> None:
    story = clinging()
    lowers(story)
    story.ports.load_balancers.keep_alive[BALANCER] = 900
    restore(story.ports, WRITER)
    assert seconds(story) == 900
    assert "keep-alive-foreign" in story.ports.table.said()


def test_what_aws_refuses_keeps_no_run_from_ending_and_the_next_attempt_remembers() -> None:
    story = clinging()
    lowers(story)
    story.ports.load_balancers.refuses = AwsRefusedError("elbv2:Modify", "AccessDenied", "no")
    assert fails(story)["error"]
    left = read_lowered(story.ports, RUN)[BALANCER]
    assert (left.was, left.stands) == (3600, True)
    assert "keep-alive-left" in story.ports.table.said()


def next_run(story: Story) -> Writer:
    """The run is over, and another one has the environment; AWS refuses nothing any more."""
    story.ports.load_balancers.refuses = None
    story.ports.table.leases[""] = Lease("arn:upgrade:2", "demo-1-35-0002", WRITER.token + 1)
    return Writer("demo-1-35-0002", 1, WRITER.token + 1)


def left_low() -> Story:
    """AWS refused to give the load balancer its old value back when the run ended."""
    story = clinging()
    lowers(story)
    story.ports.load_balancers.refuses = AwsRefusedError("elbv2:Modify", "AccessDenied", "no")
    restore(story.ports, WRITER)
    assert (seconds(story), story.ports.table.said()[-1]) == (60, "keep-alive-left")
    return story


@pytest.mark.parametrize("wanted", [0, 30, 60])
def test_what_a_run_left_low_has_its_old_value_after_the_next_one(wanted: int) -> None:
    story = left_low()
    writer = next_run(story)
    story.sets(client_keep_alive=wanted)
    lower(story.ports, writer, plan_of(story.ports).plan)
    assert seconds(story) == (wanted or 60)
    restore(story.ports, writer)
    assert seconds(story) == 3600
    assert not read_lowered(story.ports, writer.run)[BALANCER].stands


def test_what_somebody_set_between_two_runs_is_what_comes_back() -> None:
    story = left_low()
    story.ports.load_balancers.keep_alive[BALANCER] = 900
    writer = next_run(story)
    lower(story.ports, writer, plan_of(story.ports).plan)
    restore(story.ports, writer)
    assert seconds(story) == 900


def test_what_is_restored_concerns_no_later_run() -> None:
    story = clinging()
    lowers(story)
    restore(story.ports, WRITER)
    story.ports.load_balancers.keep_alive[BALANCER] = 60  # its owner wants it so
    writer = next_run(story)
    lower(story.ports, writer, plan_of(story.ports).plan)
    restore(story.ports, writer)
    assert (seconds(story), read_lowered(story.ports, writer.run)) == (60, {})


def test_a_further_attempt_lowers_once_more_and_waits_anew() -> None:
    story = clinging()
    lowers(story)
    restore(story.ports, WRITER)
    story.time_passes(7200)
    lowers(story)
    assert seconds(story) == 60
    assert waiting(story.ports, RUN)[0].endswith("to leave, 3600 s")


def test_the_order_of_writes_is_intent_effect_result() -> None:
    story = clinging()
    seen: list[Any] = []
    write = story.ports.load_balancers.set_client_keep_alive

    def noting(dns_name: str, seconds: int) -> bool:
        seen.append(msgspec.structs.asdict(read_lowered(story.ports, RUN)[dns_name]))
        return write(dns_name, seconds)

    story.ports.load_balancers.set_client_keep_alive = noting  # type: ignore[method-assign]
    lowers(story)
    assert seen == [{"was": 3600, "to": 60, "at": None, "restored_at": None}]


@pytest.mark.parametrize("what", [lowers, lambda story: restore(story.ports, WRITER)])
def test_whoever_lost_the_lease_writes_no_attribute(what: Any) -> None:
    story = clinging()
    lowers(story)
    item = msgspec.structs.replace(read_lowered(story.ports, RUN)[BALANCER], at=None)
    story.ports.table.write(WRITER, "KEEP-ALIVE", KeepAliveItem(balancers={BALANCER: item}))
    story.ports.table.leases[""] = Lease(PARENT, RUN, WRITER.token + 1)
    with pytest.raises(StaleWriterError):
        what(story)
    assert seconds(story) == 60
