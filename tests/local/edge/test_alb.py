"""The data path: what a client gets at this very instant, and how fast the world can tell."""

import random
import time

import pytest

from local.aws.cloudwatch import CloudWatchSimulator
from local.aws.elbv2 import ElbSimulator
from local.edge.alb import Alb, Response
from local.edge.alb_controller import AlbController
from local.edge.alb_metrics import AlbMetrics
from local.edge.alb_pods import BREAKS_FROM, ERROR_RATE, HEALTH_CHECK, RESPONSE_SECONDS
from local.edge.connections import Connections
from local.kernel import Kernel
from tests.local.edge.alb_cluster import ALB, HandmadeCluster


class Front:
    """A cluster behind load balancers, and one client."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.elb = ElbSimulator(self.kernel, account="123456789012", region="ap-northeast-1")
        self.alb = Alb(self.kernel, self.elb)
        self.cluster = HandmadeCluster(self.kernel)
        self.cluster.controller()
        AlbController(self.kernel, self.cluster, self.elb, "demo-1-33")
        self.alb.attach("demo-1-33", self.cluster)
        self.draw = random.Random(1)  # noqa: S311 - seeded, so that a run can be repeated

    def ask(self, app: str = "web", host: str = "", path: str = "/") -> Response:
        name = self.cluster.hostname(app)
        return self.alb.handle(name, host or f"{app}.example.com", self.draw, path)

    def states(self) -> set[str]:
        return {target.state for group in self.elb.target_groups.values() for target in group.targets.values()}


@pytest.fixture
def front() -> Front:
    """An application whose targets are healthy."""
    front = Front()
    front.cluster.application("web")
    front.kernel.run(120)
    return front


def test_a_healthy_target_answers(front: Front) -> None:
    answers = [front.ask() for _ in range(100)]
    assert {answer.status for answer in answers} == {200}
    assert {answer.cluster for answer in answers} == {"demo-1-33"}
    assert {answer.target for answer in answers} == {"10.0.0.1", "10.0.0.2"}, "both targets get their share"
    assert all(0.004 <= answer.latency_seconds <= 0.04 for answer in answers)
    assert not any(answer.failed for answer in answers)


def test_aliases_spell_the_name_in_other_ways(front: Front) -> None:
    name = f"dualstack.{front.cluster.hostname('web').upper()}."
    assert front.alb.handle(name.replace("DUALSTACK", "dualstack"), "WEB.example.com", front.draw).status == 200


def test_a_name_without_a_load_balancer_gets_no_connection(front: Front) -> None:
    answer = front.alb.handle("gone.ap-northeast-1.elb.amazonaws.com", "web.example.com", front.draw)
    assert (answer.status, answer.reason) == (0, "no load balancer has this name")
    assert answer.failed


def test_a_load_balancer_that_is_provisioning_gets_no_connection() -> None:
    front = Front()
    front.cluster.application("web")
    front.kernel.run(5)
    assert front.ask().reason == "the load balancer is provisioning"


def test_a_host_without_a_rule_gets_404(front: Front) -> None:
    assert front.ask(host="other.example.com").status == 404


def test_a_path_without_a_rule_gets_404(front: Front) -> None:
    group = next(iter(front.elb.target_groups))
    listener = next(iter(front.elb.listeners))
    front.elb.create_rule(
        ListenerArn=listener,
        Priority=9,
        Conditions=[{"Field": "path-pattern", "Values": ["/api/*"]}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": group}]}}],
    )
    assert front.ask(host="other.example.com", path="/api/messages").status == 200
    assert front.ask(host="other.example.com", path="/web").status == 404


def test_without_targets_503(front: Front) -> None:
    for address in ("10.0.0.1", "10.0.0.2"):
        front.cluster.set_ready(address, ready=False)
    front.kernel.run(2.1)
    answer = front.ask()
    assert (answer.status, answer.target) == (503, "")
    assert "has no targets" in answer.reason


def test_a_pod_that_just_stopped_refuses_until_it_is_deregistered(front: Front) -> None:
    front.cluster.set_ready("10.0.0.1", ready=False)
    front.cluster.silent.add("10.0.0.1")
    statuses = {front.ask().status for _ in range(50)}
    assert statuses == {200, 502}
    front.kernel.run(2.1)
    assert {front.ask().status for _ in range(50)} == {200}, "a draining target gets no new requests"


def test_a_pod_that_is_gone_times_out(front: Front) -> None:
    for address in ("10.0.0.1", "10.0.0.2"):
        front.cluster.api.delete("pods", front.cluster.pod_name(address), "default", grace_seconds=0)
    answer = front.ask()
    assert (answer.status, answer.latency_seconds) == (504, 10.0)


def test_a_machine_that_died_times_out_though_kubernetes_calls_its_pods_ready(front: Front) -> None:
    front.cluster.silent |= {"10.0.0.1", "10.0.0.2"}
    assert front.ask().status == 504


def test_when_no_target_is_healthy_all_of_them_get_requests(front: Front) -> None:
    group = next(iter(front.elb.target_groups))
    for address in ("10.0.0.1", "10.0.0.2"):
        front.elb.set_target(group, address, "unhealthy", "Target.Timeout")
    assert {front.ask().target for _ in range(50)} == {"10.0.0.1", "10.0.0.2"}
    front.elb.set_target(group, "10.0.0.2", "healthy")
    assert {front.ask().target for _ in range(50)} == {"10.0.0.2"}


def test_an_application_that_misbehaves_answers_500_for_its_share() -> None:
    front = Front()
    front.cluster.application("web", pods=0)
    front.cluster.pod("web", annotations={ERROR_RATE: "0.25"})
    front.kernel.run(120)
    answers = [front.ask() for _ in range(4000)]
    assert 900 < sum(answer.status == 500 for answer in answers) < 1100
    assert next(answer for answer in answers if answer.failed).reason == "pod web-1 answered 500"


def test_a_slow_application_answers_well_and_late() -> None:
    front = Front()
    front.cluster.application("web", pods=0)
    front.cluster.pod("web", annotations={RESPONSE_SECONDS: "2.5"})
    front.kernel.run(120)
    answers = [front.ask() for _ in range(50)]
    assert {answer.status for answer in answers} == {200}
    assert all(2.504 <= answer.latency_seconds <= 2.54 for answer in answers)


@pytest.mark.parametrize(
    ("breaks_from", "statuses", "slowest"), [("1.33", {500}, 1.04), ("1.34", {200}, 0.04), ("1.9", {500}, 1.04)]
)
def test_the_same_manifest_breaks_only_on_newer_clusters_and_health_checks_do_not_see_it(
    breaks_from: str, statuses: set[int], slowest: float
) -> None:
    """The cluster of these stories is a 1.33."""
    front = Front()
    front.cluster.application("web", pods=0)
    trouble = {ERROR_RATE: "1", RESPONSE_SECONDS: "1", BREAKS_FROM: breaks_from}
    front.cluster.pod("web", annotations=trouble)
    front.kernel.run(120)
    answers = [front.ask() for _ in range(20)]
    assert {answer.status for answer in answers} == statuses
    assert max(answer.latency_seconds for answer in answers) <= slowest
    assert front.states() == {"healthy"}


def test_a_failing_health_check_makes_targets_unhealthy_though_pods_are_ready() -> None:
    front = Front()
    front.cluster.application("web", pods=0)
    front.cluster.pod("web", annotations={HEALTH_CHECK: "failing"})
    front.kernel.run(120)
    assert front.states() == {"unhealthy"}
    front.cluster.api.patch("pods", "web-1", "default", {"metadata": {"annotations": {HEALTH_CHECK: None}}})
    front.kernel.run(60)
    assert front.states() == {"healthy"}


def test_a_cluster_that_is_gone_answers_nothing_more(front: Front) -> None:
    assert front.ask().status == 200
    front.alb.detach("demo-1-33")
    assert front.ask().status == 504
    front.kernel.run(60)
    assert front.states() == {"unhealthy"}


def test_a_redirect_is_an_answer(front: Front) -> None:
    redirect = {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301"}}
    front.elb.create_rule(
        ListenerArn=next(iter(front.elb.listeners)),
        Priority=9,
        Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": ["*.old.example.com"]}}],
        Actions=[redirect],
    )
    assert front.ask(host="web.old.example.com").status == 301


def test_the_same_seed_gives_the_same_answers() -> None:
    runs = []
    for _ in range(2):
        front = Front()
        front.cluster.application("web")
        front.kernel.run(120)
        runs.append([front.ask() for _ in range(20)])
    assert runs[0] == runs[1]


def test_a_hundred_thousand_requests_take_seconds(front: Front) -> None:
    name = front.cluster.hostname("web")
    began = time.perf_counter()
    for _ in range(100_000):
        front.alb.handle(name, "web.example.com", front.draw)
    assert time.perf_counter() - began < 5, "a fraction of a second on an idle machine"


class Sight:
    """What CloudWatch shows of the load balancer in one minute."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.cloudwatch = CloudWatchSimulator(front.kernel)
        AlbMetrics(front.kernel, front.alb, self.cloudwatch, Connections(front.kernel, front.alb))
        front.kernel.run(60.5)
        self.begins = front.kernel.now() - 0.5

    def figures(self, stat: str = "Sum", *, group: bool = False) -> dict[str, float]:
        owner = next(iter(self.front.elb.load_balancers.values()))
        place = {"LoadBalancer": owner.dimension}
        if group:
            place["TargetGroup"] = next(iter(self.front.elb.target_groups.values())).dimension
        found = {}
        for metric in self.cloudwatch.series.metrics():
            if dict(metric.dimensions) == place:
                answer = self.cloudwatch.get_metric_statistics(
                    Namespace=metric.namespace,
                    MetricName=metric.name,
                    Dimensions=[{"Name": key, "Value": value} for key, value in place.items()],
                    StartTime=self.front.kernel.utcnow().fromtimestamp(self.begins, self.front.kernel.utcnow().tzinfo),
                    EndTime=self.front.kernel.utcnow(),
                    Period=60,
                    Statistics=[stat],
                )
                if answer["Datapoints"]:
                    found[metric.name] = answer["Datapoints"][0][stat]
        return found


def test_figures_come_a_minute_late(front: Front) -> None:
    sight = Sight(front)
    for _ in range(10):
        front.ask()
    front.kernel.run(59)
    assert "RequestCount" not in sight.figures()
    front.kernel.run(1)
    shown = sight.figures()
    assert (shown["RequestCount"], shown["HTTPCode_Target_2XX_Count"], shown["HTTPCode_Target_5XX_Count"]) == (
        10,
        10,
        0,
    )
    assert 0.004 < sight.figures("Average")["TargetResponseTime"] < 0.04
    grouped = sight.figures(group=True)
    assert (grouped["RequestCount"], grouped["HealthyHostCount"], grouped["UnHealthyHostCount"]) == (10, 2, 0)


def test_errors_of_targets_and_of_the_load_balancer_are_told_apart(front: Front) -> None:
    sight = Sight(front)
    front.cluster.silent |= {"10.0.0.1", "10.0.0.2"}
    front.ask()
    front.cluster.silent.clear()
    front.cluster.api.patch("pods", "web-1", "default", {"metadata": {"annotations": {ERROR_RATE: "1"}}})
    front.cluster.api.patch("pods", "web-2", "default", {"metadata": {"annotations": {ERROR_RATE: "1"}}})
    front.ask()
    front.kernel.run(60)
    shown = sight.figures()
    assert (shown["HTTPCode_Target_5XX_Count"], shown["HTTPCode_ELB_5XX_Count"], shown["HTTPCode_ELB_504_Count"]) == (
        1,
        1,
        1,
    )


def test_a_quiet_load_balancer_reports_hosts_only(front: Front) -> None:
    sight = Sight(front)
    front.kernel.run(60)
    assert sight.figures() == {}
    assert sight.figures(group=True).keys() == {"HealthyHostCount", "UnHealthyHostCount"}


def test_one_shared_load_balancer_counts_each_target_group_and_their_sum() -> None:
    front = Front()
    for app in ("web", "api"):
        front.cluster.application(app, annotations={f"{ALB}group.name": "chat"})
    front.kernel.run(120)
    sight = Sight(front)
    for app in ("web", "web", "api"):
        front.ask(app)
    front.kernel.run(60)
    assert sight.figures()["RequestCount"] == 3
    assert sight.figures(group=True)["RequestCount"] in (1, 2)
