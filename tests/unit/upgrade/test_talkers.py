"""Who still talks to blue, by name: from access logs as Elastic Load Balancing writes them."""

from __future__ import annotations

import msgspec

from norikae.environment import Decommission
from norikae.errors import AwsRefusedError
from norikae.upgrade.quiet import quiet
from norikae.upgrade.quiet_port import Figures
from norikae.upgrade.talkers import Talker, count_talkers
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.story import BLUE, HOST

BALANCER = f"{BLUE}.elb.example"


def line(client: str, agent: str = "curl/8", *, target: str = "10.0.0.1:80", domain: str = HOST) -> str:
    """An entry with the fields of the guide, in their order."""
    fields = [
        *("https", "2026-11-24T01:00:00.186641Z", "app/web/50dc6c495c0c9188", f"{client}:2817", target),
        *("0.086", "0.048", "0.037", "200", "200", "0", "57", f'"GET https://{HOST}:443/a HTTP/1.1"', f'"{agent}"'),
        *("ECDHE-RSA-AES128-GCM-SHA256", "TLSv1.2", "arn:aws:elasticloadbalancing:x", '"Root=1-58337281"'),
        *(f'"{domain}"', '"-"', "1", "2026-11-24T01:00:00Z", '"forward"', '"-"', '"-"'),
    ]
    return " ".join(fields)


def test_clients_are_counted_by_address_agent_and_host_when_a_target_answered() -> None:
    lines = [line("192.0.2.7"), line("192.0.2.7"), line("2001:db8::1", 'a "b"'.replace(chr(34), "'"), domain="-")]
    lines += [line("203.0.113.9", target="-"), "", "not a line of the log"]
    assert count_talkers(lines) == {
        Talker("192.0.2.7", "curl/8", HOST): 2,
        Talker("2001:db8::1", "a 'b'", HOST): 1,
    }


def clung(*lines: str, buckets: tuple[str, ...] = ("logs",)) -> FakePorts:
    ports = FakePorts()
    ports.environment = msgspec.structs.replace(ports.environment, decommission=Decommission(access_logs=buckets))
    ports.load_balancers.groups[BALANCER] = (2, 2)
    ports.kubernetes(BLUE).put(ingress("web", HOST, hostname=BALANCER))
    ports.visits.of[BLUE] = Figures(requests=3, reported_at=ports.now)
    ports.access_logs.of[BALANCER] = list(lines)
    return ports


def test_the_wait_names_who_asks_most() -> None:
    text = quiet(clung(line("192.0.2.7"), line("192.0.2.7"), line("192.0.2.8", "Java/1.8")), BLUE).waiting_for
    assert f"192.0.2.7 (curl/8) for {HOST}: 2, 192.0.2.8 (Java/1.8) for {HOST}: 1" in text
    assert "had 3 requests" in text


def test_no_log_is_read_unless_the_environment_names_its_bucket() -> None:
    ports = clung(line("192.0.2.7"), buckets=())
    ports.access_logs.broken = AssertionError("nobody may read it")
    assert "192.0.2.7" not in quiet(ports, BLUE).waiting_for


def test_a_log_that_cannot_be_read_hides_nothing_else() -> None:
    ports = clung()
    ports.access_logs.broken = AwsRefusedError("s3:ListObjectsV2", "AccessDenied", "no")
    text = quiet(ports, BLUE).waiting_for
    assert f"the access log of {BALANCER} cannot be read" in text
    assert "had 3 requests" in text


def test_quiet_needs_no_log() -> None:
    ports = clung()
    ports.visits.of[BLUE] = Figures(reported_at=ports.now)
    ports.access_logs.broken = AssertionError("nobody may read it")
    assert quiet(ports, BLUE).ready
