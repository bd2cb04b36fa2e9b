"""Each kind of gate by its own figures; no data never passes."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.argocd.ready import Expected
from norikae.environment import CloudWatchQuery, Http5xxGate, LatencyGate, QueryMetric, ServedShareGate
from norikae.gates.argocd_health import argocd_health
from norikae.gates.cloudwatch_alarm import cloudwatch_alarm
from norikae.gates.cloudwatch_query import cloudwatch_query, filled
from norikae.gates.http_5xx import http_5xx
from norikae.gates.http_probe import http_probe
from norikae.gates.latency import latency
from norikae.gates.ports import Answers, ResponseTime
from norikae.gates.probe_port import Answer
from norikae.gates.served_share import Served, served_share
from norikae.gates.verdict import Outcome
from norikae.upgrade.state import ServedBy
from tests.unit.fakes.demo import application
from tests.unit.fakes.ports import FakeBalancers
from tests.unit.fakes.probe import FakeProbe

PASS, FAIL, ERROR, INCONCLUSIVE = Outcome.PASS, Outcome.FAIL, Outcome.ERROR, Outcome.INCONCLUSIVE
FEW = (19, 0)


@pytest.mark.parametrize(
    ("green", "blue", "outcome"),
    [
        ((1000, 5), (1000, 0), PASS),  # the floor: 0.5 % never fails
        ((1000, 6), (1000, 0), FAIL),  # fewer than 1 %, but blue has none
        ((1000, 8), (1000, 4), PASS),  # twice blue's share is fine
        ((1000, 9), (1000, 4), FAIL),
        ((1000, 30), (1000, 20), INCONCLUSIVE),  # both suffer: neither on nor back
        ((1000, 41), (1000, 20), FAIL),
        ((1000, 9), FEW, PASS),  # too few on blue: only the bound of its own counts
        ((1000, 11), FEW, FAIL),
        ((19, 19), (1000, 0), INCONCLUSIVE),
        ((0, 0), (0, 0), INCONCLUSIVE),
    ],
)
def test_errors_against_blue(green: tuple[int, int], blue: tuple[int, int], outcome: Outcome) -> None:
    assert http_5xx(Answers(*green), Answers(*blue), Http5xxGate()).outcome is outcome


def test_a_verdict_says_what_blue_did_or_that_it_did_too_little() -> None:
    alone = http_5xx(Answers(100, 50, by_balancer=30), Answers(3, 0), Http5xxGate())
    assert alone.reason == (
        "50 of 100 requests ended with 5xx (50.0 %), 30 by the load balancer itself; "
        "blue's 3 requests are too few to compare; 1.0 % allowed"
    )
    beside = http_5xx(Answers(1000, 5), Answers(1000, 4), Http5xxGate())
    assert beside.reason == "5 of 1000 requests ended with 5xx (0.5 %); blue: 0.4 %"


@pytest.mark.parametrize(("errors", "critical"), [(0, False), (50, False), (51, True)])
def test_errors_are_critical_when_green_hardly_answers(errors: int, *, critical: bool) -> None:
    assert http_5xx(Answers(100, errors), Answers(100, 0), Http5xxGate()).critical is critical


@pytest.mark.parametrize(
    ("green", "blue", "outcome"),
    [
        ((100, 0.10), (100, 0.01), PASS),  # the floor
        ((100, 0.11), (100, 0.01), FAIL),
        ((100, 0.30), (100, 0.20), PASS),
        ((100, 0.31), (100, 0.20), FAIL),
        ((100, 1.20), (100, 1.10), INCONCLUSIVE),
        ((100, 0.90), (5, 0.01), PASS),
        ((100, 1.10), (5, 0.01), FAIL),
        ((19, 9.0), (100, 0.01), INCONCLUSIVE),
        ((0, 0.0), (0, 0.0), INCONCLUSIVE),
    ],
)
def test_response_times_against_blue(green: tuple[int, float], blue: tuple[int, float], outcome: Outcome) -> None:
    verdict = latency(ResponseTime(*green), ResponseTime(*blue), LatencyGate())
    assert verdict.outcome is outcome
    assert ("too few to compare" in verdict.reason) is (blue[0] < 20 <= green[0])


def share(green: int, blue: int, weight: int, *earlier: int, **changes: Any) -> Outcome:
    weights = changes.pop("weights", {"blue": 100 - weight, "green": weight})
    return served_share(Served(green, blue, weights, "green", earlier), ServedShareGate(**changes)).outcome


@pytest.mark.parametrize(
    ("green", "blue", "weight", "outcome"),
    [
        (1, 0, 0, FAIL),  # any at weight 0
        (0, 2000, 0, PASS),
        (0, 2000, 100, FAIL),  # none at weight 100
        (2000, 0, 100, PASS),
        (500, 1500, 5, PASS),  # 25 %: 20 points off
        (520, 1480, 5, FAIL),
        (0, 0, 50, INCONCLUSIVE),
        (0, 999, 50, INCONCLUSIVE),  # 49 clients
        (0, 1000, 50, FAIL),
    ],
)
def test_a_share_is_impossible_or_a_note(green: int, blue: int, weight: int, outcome: Outcome) -> None:
    assert share(green, blue, weight) is outcome


def test_three_sigmas_of_few_clients_are_more_than_20_points() -> None:
    assert share(290, 710, 50) is PASS, "21.2 points with 50 clients"
    assert share(29_000, 71_000, 50) is FAIL, "20 points with 5000 clients"


def test_clients_that_lag_behind_an_older_weight_are_a_note() -> None:
    assert share(100, 1900, 50) is FAIL
    assert share(100, 1900, 50, 25, 5) is PASS
    assert share(1990, 10, 50, 25, 5) is FAIL, "nobody runs ahead of the weights"
    assert share(100, 1900, 0, 50) is PASS, "after a way back some clients are still on green"
    behind = served_share(Served(100, 1900, {"blue": 50, "green": 50}, "green", (5,)), ServedShareGate())
    assert behind.reason.endswith("clients lag behind an older weight")


def test_vector_weights_1_and_255_are_shares_of_their_sum() -> None:
    assert Served(1, 1, {"blue": 255, "green": 1}, "green").expected == pytest.approx(100 / 256)
    assert share(2000, 0, 0, weights={"blue": 1, "green": 255}) is PASS
    assert Served(0, 0, {}, "green").expected == 0


@pytest.mark.parametrize(
    ("states", "outcome", "said"),
    [
        ({"a": "OK", "b": "OK"}, PASS, "every alarm is OK"),
        ({"a": "ALARM", "b": "OK"}, FAIL, "a ALARM"),
        ({"a": "ALARM"}, FAIL, "a ALARM"),  # a missing one hides nothing
        ({"a": "OK", "b": "INSUFFICIENT_DATA"}, INCONCLUSIVE, "b INSUFFICIENT_DATA"),
        ({"a": "OK"}, ERROR, "b does not exist"),
    ],
)
def test_alarms(states: dict[str, Any], outcome: Outcome, said: str) -> None:
    verdict = cloudwatch_alarm(["a", "b"], states)
    assert (verdict.outcome, verdict.reason) == (outcome, said)


def test_no_alarm_passes_nothing() -> None:
    assert cloudwatch_alarm([], {}).outcome is INCONCLUSIVE


ORDERS = CloudWatchQuery(name="orders", expression="m1", passes=">=", threshold=10, min_minutes=2)


@pytest.mark.parametrize(
    ("passes", "values", "outcome"),
    [
        (">=", (10.0, 12.0), PASS),
        (">=", (12.0, 9.0), FAIL),
        (">", (10.0, 12.0), FAIL),
        ("<=", (10.0, 9.0), PASS),
        ("<", (10.0, 9.0), FAIL),
        ("<", (9.0,), INCONCLUSIVE),
        ("<", (), INCONCLUSIVE),
    ],
)
def test_every_minute_of_a_query_has_to_compare(passes: Any, values: tuple[float, ...], outcome: Outcome) -> None:
    query = CloudWatchQuery(name="orders", expression="m1", passes=passes, threshold=10, min_minutes=2)
    assert cloudwatch_query([(query, values)]).outcome is outcome


def test_the_worst_query_decides_and_none_passes_nothing() -> None:
    verdict = cloudwatch_query([(ORDERS, (11.0, 12.0)), (ORDERS, (11.0, 2.5)), (ORDERS, ())])
    assert (verdict.outcome, verdict.reason) == (FAIL, "orders is 2.5, has to be >= 10 (1 of 2 values)")
    assert cloudwatch_query([]).outcome is INCONCLUSIVE


def test_placeholders_are_filled_in_expression_and_dimensions() -> None:
    metric = QueryMetric(id="m1", namespace="Shop", name="Orders", dimensions={"Cluster": "{green}"})
    query = CloudWatchQuery(name="o", expression="m1 / {green}", passes=">", threshold=0, metrics=(metric,))
    done = filled(query, lambda text: text.replace("{green}", "demo-1-35-a"))
    assert done.expression == "m1 / demo-1-35-a"
    assert done.metrics[0].dimensions == {"Cluster": "demo-1-35-a"}


@pytest.mark.parametrize(
    ("health", "outcome"),
    [
        ("Healthy", PASS),
        ("Degraded", FAIL),
        ("Missing", FAIL),
        ("Progressing", INCONCLUSIVE),
        ("Unknown", INCONCLUSIVE),
    ],
)
def test_argo_cd_health(health: str, outcome: Outcome) -> None:
    app = application("web", health={"status": health})
    verdict = argocd_health({"web": app}, Expected(now=0))
    assert verdict.outcome is outcome
    assert "web" in verdict.reason


def test_a_resource_that_is_degraded_fails_though_the_application_says_healthy() -> None:
    resources = [{"kind": "Deployment", "name": "web", "status": "OutOfSync", "health": {"status": "Degraded"}}]
    assert argocd_health({"web": application("web", resources=resources)}, Expected(now=0)).outcome is FAIL


def test_health_that_says_nothing_passes_nothing() -> None:
    assert argocd_health({}, Expected(now=0)).outcome is INCONCLUSIVE
    assert argocd_health({"web": None}, Expected(now=0)).outcome is INCONCLUSIVE
    assert argocd_health({"web": application("web", resources=[])}, Expected(now=0)).outcome is INCONCLUSIVE
    broken = application("web", conditions=[{"type": "ComparisonError", "message": "a Secret is Missing"}])
    assert argocd_health({"web": broken}, Expected(now=0)).outcome is INCONCLUSIVE


def test_a_team_that_syncs_meanwhile_is_not_unhealthy() -> None:
    app = application("web", sync={"status": "OutOfSync", "revision": "f" * 40})
    assert argocd_health({"web": app}, Expected(now=0)).outcome is PASS


def test_every_public_name_is_requested_from_green() -> None:
    probe, balancers = FakeProbe(), FakeBalancers()
    balancers.secure.add("one.elb")
    served = [ServedBy("one.elb", (), ("a.example.com", "b.example.com")), ServedBy("two.elb", (), ("c.example.com",))]
    assert http_probe(probe, balancers, served, "/healthz").outcome is PASS
    assert [(name, tls) for _, name, _, tls in probe.asked] == [
        ("a.example.com", True),
        ("b.example.com", True),
        ("c.example.com", False),
    ]
    probe.answers["b.example.com"] = Answer(503, server="awselb/2.0")
    verdict = http_probe(probe, balancers, served, "/healthz")
    assert verdict.outcome is FAIL
    assert verdict.reason == "https://b.example.com/healthz at one.elb: status 503 from the load balancer"
    assert http_probe(probe, balancers, [ServedBy("one.elb", ())], "/").outcome is INCONCLUSIVE


def test_a_look_stops_after_five_names_that_do_not_answer() -> None:
    probe, names = FakeProbe(), tuple(f"{number}.example.com" for number in range(9))
    probe.answers |= dict.fromkeys(names, Answer(0, "no connection within 3 s"))
    assert http_probe(probe, FakeBalancers(), [ServedBy("one.elb", (), names)], "/").outcome is FAIL
    assert len(probe.asked) == 5
