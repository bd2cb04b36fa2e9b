"""Who still talks to blue: counted where it can be, unknown where it cannot, and unknown is not quiet."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.environment import Decommission
from norikae.upgrade.quiet import Door, Visited, noise, quiet
from norikae.upgrade.quiet_port import Figures
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.story import BLUE, HOST

NOW = 1_000_000.0
WINDOW = Decommission(quiet=1800, max_requests=0)
WEB = Door("Ingress shop/web", "blue.elb.example", ("web.example.com",), ("shop/web-web",))


def visited(figures: Figures, serving: int = 2) -> Visited:
    return Visited("k8s-web", (WEB,), serving, figures)


def test_silence_of_a_load_balancer_that_reports_is_quiet() -> None:
    assert noise(visited(Figures(reported_at=NOW - 60)), WINDOW, NOW) == ""


@pytest.mark.parametrize("reported_at", [None, NOW - 601])
def test_silence_of_a_load_balancer_that_does_not_report_is_not_quiet(reported_at: float | None) -> None:
    text = noise(visited(Figures(reported_at=reported_at)), WINDOW, NOW)
    assert "CloudWatch has no figures of the last 600 s, so nobody knows who talks to it" in text


def test_a_target_group_without_targets_answers_nobody_and_reports_nothing() -> None:
    assert noise(visited(Figures(), serving=0), WINDOW, NOW) == ""


def test_requests_are_told_with_target_group_ingress_host_number_and_remedy() -> None:
    text = noise(visited(Figures(requests=7, reported_at=NOW)), WINDOW, NOW)
    assert text.startswith(
        "target group k8s-web of Ingress shop/web (web.example.com) had 7 requests in the last 1800 s, 0 allowed; "
        "find the clients in its access log"
    )


def test_requests_to_a_group_that_has_lost_its_targets_count_all_the_same() -> None:
    assert "had 1 requests" in noise(visited(Figures(requests=1), serving=0), WINDOW, NOW)


@pytest.mark.parametrize(("requests", "is_quiet"), [(0, True), (5, True), (6, False)])
def test_as_many_requests_as_the_environment_overlooks_are_quiet(requests: int, is_quiet: bool) -> None:  # noqa: FBT001
    wanted = Decommission(quiet=1800, max_requests=5)
    assert (noise(visited(Figures(requests=requests, reported_at=NOW)), wanted, NOW) == "") is is_quiet


def test_a_connection_that_is_still_open_is_not_quiet() -> None:
    text = noise(visited(Figures(open=2, reported_at=NOW)), WINDOW, NOW)
    assert text.endswith("has 2 open connections; restart the clients that hold them")


def test_connections_that_stay_open_without_a_request_are_not_quiet_and_say_where() -> None:
    text = noise(visited(Figures(held=3, reported_at=NOW)), WINDOW, NOW)
    assert text.startswith(
        "load balancer blue.elb.example of Ingress shop/web (web.example.com) had 3 connections that stayed open for "
        "the last 1800 s, 0 allowed"
    )


@pytest.mark.parametrize(("held", "is_quiet"), [(2, True), (3, False)])
def test_as_many_connections_as_the_environment_overlooks_are_quiet(held: int, is_quiet: bool) -> None:  # noqa: FBT001
    wanted = Decommission(quiet=1800, max_connections=2)
    assert (noise(visited(Figures(held=held, reported_at=NOW)), wanted, NOW) == "") is is_quiet


def service(hostname: str) -> dict[str, Any]:
    annotations = {"external-dns.alpha.kubernetes.io/hostname": "mqtt.example.com, push.example.com"}
    return {
        "kind": "Service",
        "metadata": {"name": "mqtt", "namespace": "files", "annotations": annotations},
        "spec": {"type": "LoadBalancer"},
        "status": {"loadBalancer": {"ingress": [{"hostname": hostname}]}},
    }


def with_blue(*objects: dict[str, Any]) -> FakePorts:
    ports = FakePorts()
    ports.load_balancers.groups[f"{BLUE}.elb.example"] = (2, 2)
    for obj in objects:
        ports.kubernetes(BLUE).put(obj)
    return ports


def test_a_cluster_without_load_balancers_is_quiet() -> None:
    assert quiet(with_blue(ingress("internal", HOST)), BLUE).ready


def test_the_window_ends_now_and_is_as_long_as_the_environment_says() -> None:
    ports = with_blue(ingress("web", HOST, hostname=f"{BLUE}.elb.example"))
    assert quiet(ports, BLUE).ready
    assert ports.visits.asked == [(ports.now - 1800, ports.now)]


def test_a_service_of_type_load_balancer_is_asked_too_and_named_with_its_hosts() -> None:
    ports = with_blue(service(f"{BLUE}.ELB.example"))
    ports.visits.of[BLUE] = Figures(requests=9, reported_at=ports.now)
    text = quiet(ports, BLUE).waiting_for
    assert f"target group {BLUE} of Service files/mqtt (mqtt.example.com, push.example.com) had 9 requests" in text


def test_a_load_balancer_that_elbv2_does_not_know_is_not_quiet() -> None:
    text = quiet(with_blue(service("classic.elb.example")), BLUE).waiting_for
    assert "Service files/mqtt is served by classic.elb.example, which is no active load balancer of ELBv2" in text


@pytest.mark.parametrize(("labels", "is_quiet"), [({}, False), ({"ingress.k8s.aws/stack": "shop/web"}, True)])
def test_a_binding_that_somebody_made_by_hand_is_not_quiet(labels: dict[str, str], is_quiet: bool) -> None:  # noqa: FBT001
    metadata = {"name": "outside", "namespace": "files", "labels": labels}
    found = quiet(with_blue({"kind": "TargetGroupBinding", "metadata": metadata, "spec": {}}), BLUE)
    assert found.ready is is_quiet
    if not is_quiet:
        assert "TargetGroupBinding files/outside lets a load balancer reach pods" in found.waiting_for


def test_many_are_counted_after_the_first_few() -> None:
    ports = with_blue()
    for number in range(7):
        ports.load_balancers.groups[f"b{number}.elb.example"] = (1, 1)
        ports.kubernetes(BLUE).put(ingress(f"web-{number}", HOST, hostname=f"b{number}.elb.example"))
        ports.visits.of[f"b{number}"] = Figures(requests=1, reported_at=ports.now)
    assert quiet(ports, BLUE).waiting_for.endswith(" | and 2 more")
