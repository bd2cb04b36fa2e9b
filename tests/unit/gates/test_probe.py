"""What a request to green's load balancer proves, and what it does not."""

from __future__ import annotations

import pytest

from norikae.gates.probe import not_proven, unproven_names
from norikae.gates.probe_port import Answer
from norikae.traffic.applications import Application, IngressRef
from tests.unit.fakes.ports import FakeBalancers
from tests.unit.fakes.probe import FakeProbe

BALANCER, NGINX = "awselb/2.0", "nginx"


@pytest.mark.parametrize(
    ("status", "server", "path"),
    [
        (200, NGINX, "/"),
        (204, "", "/healthz"),
        (302, NGINX, "/healthz"),
        (301, BALANCER, "/"),
        (404, NGINX, "/"),
        (401, "", "/"),
    ],
)
def test_it_proves_that_the_application_serves(status: int, server: str, path: str) -> None:
    assert not_proven(Answer(status, server=server), path) == ""


@pytest.mark.parametrize(
    ("answer", "path", "why"),
    [
        (Answer(404, server=BALANCER), "/", "status 404 from the load balancer itself, as when none of its rules has"),
        (Answer(403, server=BALANCER), "/", "status 403 from the load balancer itself"),
        (Answer(503, server=BALANCER), "/", "status 503 from the load balancer"),
        (Answer(500, server=NGINX), "/", "status 500"),
        (Answer(404, server=NGINX), "/healthz", "status 404; a path that norikae.dev/probe names has to answer 2xx"),
        (Answer(0, "certificate verify failed"), "/", "certificate verify failed; the probe comes from network."),
    ],
)
def test_it_proves_nothing(answer: Answer, path: str, why: str) -> None:
    assert not_proven(answer, path).startswith(why)


def applications(count: int, probe: str = "/") -> list[Application]:
    return [
        Application(
            name=f"app{number}",
            team="",
            hosts=(f"app{number}.example.com",),
            ingresses=(IngressRef("shop", f"app{number}", "green.elb.example", (f"app{number}.example.com",)),),
            probe=probe,
        )
        for number in range(count)
    ]


def test_each_name_is_asked_for_at_the_path_that_its_team_names() -> None:
    probe, balancers = FakeProbe(), FakeBalancers(green=(1, 1))
    assert list(unproven_names(probe, balancers, applications(2, "/healthz"))) == []
    assert probe.asked == [
        ("green.elb.example", "app0.example.com", "/healthz", False),
        ("green.elb.example", "app1.example.com", "/healthz", False),
    ]


def test_a_load_balancer_with_https_is_asked_for_with_tls_only() -> None:
    probe, balancers = FakeProbe(), FakeBalancers(green=(1, 1))
    balancers.secure.add("green.elb.example")
    probe.answers["app0.example.com"] = Answer(0, "certificate verify failed")
    (found,) = unproven_names(probe, balancers, applications(1))
    assert found.startswith("https://app0.example.com/ at green.elb.example: certificate verify failed")
    assert [tls for *_, tls in probe.asked] == [True]


def test_a_look_stops_after_a_few_failures() -> None:
    probe, balancers = FakeProbe(), FakeBalancers(green=(1, 1))
    probe.answers = {f"app{number}.example.com": Answer(0, "no connection within 3 s") for number in range(20)}
    assert len(list(unproven_names(probe, balancers, applications(20)))) == 5
    assert len(probe.asked) == 5
