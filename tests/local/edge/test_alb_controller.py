"""The AWS Load Balancer Controller: Ingresses become load balancers, pods become targets."""

from typing import Any

import pytest

from local.aws.elbv2 import ElbSimulator
from local.edge.alb_controller import AlbController
from local.kernel import Kernel
from local.kubernetes.errors import ApiError
from tests.local.edge.alb_cluster import ALB, INGRESSES, HandmadeCluster


class World:
    """One region with a cluster and its controller."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.elb = ElbSimulator(self.kernel, account="123456789012", region="ap-northeast-1")
        self.cluster = HandmadeCluster(self.kernel)
        self.cluster.controller()
        self.controller = AlbController(self.kernel, self.cluster, self.elb, "demo-1-33")

    def load_balancers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.elb.describe_load_balancers()["LoadBalancers"]
        return found

    def targets(self) -> dict[str, str]:
        """State by address, of all target groups."""
        return {
            one["Target"]["Id"]: one["TargetHealth"]["State"]
            for group in self.elb.describe_target_groups()["TargetGroups"]
            for one in self.elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])[
                "TargetHealthDescriptions"
            ]
        }

    def tags(self, arn: str) -> dict[str, str]:
        described = self.elb.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
        return {tag["Key"]: tag["Value"] for tag in described}

    def rules(self) -> list[tuple[list[str], str]]:
        """Host and priority of every rule."""
        found = []
        for known in self.load_balancers():
            for listener in self.elb.describe_listeners(LoadBalancerArn=known["LoadBalancerArn"])["Listeners"]:
                for rule in self.elb.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]:
                    hosts = [
                        host
                        for condition in rule["Conditions"]
                        for host in condition.get("HostHeaderConfig", {}).get("Values", [])
                    ]
                    found.append((hosts, rule["Priority"]))
        return found


@pytest.fixture
def world() -> World:
    return World()


def test_an_ingress_becomes_a_load_balancer_with_healthy_targets(world: World) -> None:
    addresses = world.cluster.application("web")
    world.kernel.run(2.1)
    known = world.load_balancers()[0]
    assert known["LoadBalancerName"].startswith("k8s-default-web-")
    assert known["Scheme"] == "internet-facing"
    assert world.cluster.hostname("web") == known["DNSName"], "the status does not wait for `active`"
    assert world.tags(known["LoadBalancerArn"]) == {
        "elbv2.k8s.aws/cluster": "demo-1-33",
        "ingress.k8s.aws/stack": "default/web",
        "ingress.k8s.aws/resource": "LoadBalancer",
    }
    assert world.rules() == [(["web.example.com"], "1"), ([], "default")]
    assert world.cluster.api.get(INGRESSES, "web", "default")["metadata"]["finalizers"] == ["ingress.k8s.aws/resources"]
    assert world.targets() == dict.fromkeys(addresses, "initial")
    world.kernel.run(120)
    assert world.targets() == dict.fromkeys(addresses, "healthy")


def test_without_its_own_pods_the_controller_does_nothing(world: World) -> None:
    world.cluster.controller(ready=0)
    world.cluster.application("web")
    world.kernel.run(600)
    assert world.load_balancers() == []
    world.cluster.controller(ready=1)
    world.kernel.run(2.1)
    assert len(world.load_balancers()) == 1


def test_only_class_alb_counts(world: World) -> None:
    world.cluster.application("web")
    world.cluster.api.patch(INGRESSES, "web", "default", {"spec": {"ingressClassName": "nginx"}})
    world.kernel.run(5)
    assert world.load_balancers() == []


def test_pods_come_and_go_and_targets_follow(world: World) -> None:
    first, second = world.cluster.application("web")
    world.kernel.run(120)
    third = world.cluster.pod("web")
    world.cluster.set_ready(first, ready=False)
    world.cluster.api.delete("pods", world.cluster.pod_name(second), "default")
    world.kernel.run(2.1)
    assert world.targets() == {first: "draining", second: "draining", third: "initial"}
    world.kernel.run(301)
    assert world.targets() == {third: "healthy"}


def test_a_pod_that_is_not_ready_is_no_target(world: World) -> None:
    world.cluster.application("web", pods=0)
    address = world.cluster.pod("web", ready=False)
    world.kernel.run(5)
    assert world.targets() == {}
    world.cluster.set_ready(address, ready=True)
    world.kernel.run(2.1)
    assert world.targets() == {address: "initial"}


def test_nothing_changes_nothing_happens(world: World) -> None:
    world.cluster.application("web")
    world.kernel.run(200)
    generation = world.elb.generation
    later = [due for due, *_ in world.kernel.env._queue if due > world.kernel.env.now]
    assert later == [], "no timer is set"
    world.kernel.run(3600)
    assert world.elb.generation == generation


def test_a_group_of_ingresses_shares_one_load_balancer(world: World) -> None:
    together = {f"{ALB}group.name": "chat"}
    world.cluster.application("web", annotations={**together, f"{ALB}group.order": "20"})
    world.cluster.application("api", annotations={**together, f"{ALB}group.order": "10"})
    world.kernel.run(5)
    assert [known["LoadBalancerName"][:9] for known in world.load_balancers()] == ["k8s-chat-"]
    assert world.rules() == [(["api.example.com"], "1"), (["web.example.com"], "2"), ([], "default")]
    assert world.cluster.hostname("web") == world.cluster.hostname("api") != ""
    finalizers = world.cluster.api.get(INGRESSES, "web", "default")["metadata"]["finalizers"]
    assert finalizers == ["group.ingress.k8s.aws/chat"]
    assert len(world.elb.describe_target_groups()["TargetGroups"]) == 2


def test_a_group_that_contradicts_itself_fails_as_a_whole(world: World) -> None:
    together = {f"{ALB}group.name": "chat"}
    world.cluster.application("web", annotations=together)
    world.cluster.application("api", annotations={**together, f"{ALB}scheme": "internal"})
    world.kernel.run(5)
    assert world.load_balancers() == []
    assert world.controller.failures == {"chat": "conflicting scheme: {internal, internet-facing}"}
    events = world.cluster.api.list("events", "default")
    assert {(event["reason"], event["involvedObject"]["name"]) for event in events} == {
        ("FailedDeployModel", "web"),
        ("FailedDeployModel", "api"),
    }
    world.cluster.api.patch(
        INGRESSES, "api", "default", {"metadata": {"annotations": {f"{ALB}scheme": "internet-facing"}}}
    )
    world.kernel.run(5)
    assert (len(world.load_balancers()), world.controller.failures) == (1, {})


def test_the_last_ingress_takes_everything_with_it_even_against_deletion_protection(world: World) -> None:
    protected = {f"{ALB}load-balancer-attributes": "deletion_protection.enabled=true"}
    world.cluster.application("web", annotations=protected)
    world.kernel.run(120)
    world.cluster.api.delete(INGRESSES, "web", "default")
    assert world.cluster.api.get(INGRESSES, "web", "default")["metadata"]["deletionTimestamp"]
    world.kernel.run(2.1)
    with pytest.raises(ApiError):
        world.cluster.api.get(INGRESSES, "web", "default")
    assert world.load_balancers() == []
    assert world.elb.describe_target_groups()["TargetGroups"] == []


def test_one_of_two_members_leaves_and_the_load_balancer_stays(world: World) -> None:
    together = {f"{ALB}group.name": "chat"}
    world.cluster.application("web", annotations=together)
    world.cluster.application("api", annotations=together)
    world.kernel.run(5)
    world.cluster.api.delete(INGRESSES, "api", "default")
    world.kernel.run(5)
    assert world.rules() == [(["web.example.com"], "1"), ([], "default")]
    assert len(world.elb.describe_target_groups()["TargetGroups"]) == 1


def test_a_cluster_that_ends_first_leaves_orphans(world: World) -> None:
    world.cluster.application("web")
    world.kernel.run(120)
    world.controller.stop()
    world.cluster.api.delete(INGRESSES, "web", "default")
    world.kernel.run(600)
    assert world.cluster.api.get(INGRESSES, "web", "default")["metadata"]["finalizers"]
    assert len(world.load_balancers()) == 1


def test_the_same_group_name_in_two_clusters_gives_two_load_balancers(world: World) -> None:
    green = HandmadeCluster(world.kernel, "demo-1-35-a")
    green.controller()
    AlbController(world.kernel, green, world.elb, "demo-1-35-a")
    for cluster in (world.cluster, green):
        cluster.application("web", annotations={f"{ALB}group.name": "chat"})
    world.kernel.run(5)
    assert len({known["DNSName"] for known in world.load_balancers()}) == 2


def test_the_same_load_balancer_name_in_two_clusters_collides(world: World) -> None:
    green = HandmadeCluster(world.kernel, "demo-1-35-a")
    green.controller()
    named = {f"{ALB}load-balancer-name": "chat"}
    world.cluster.application("web", annotations=named)
    world.kernel.run(5)
    controller = AlbController(world.kernel, green, world.elb, "demo-1-35-a")
    green.application("web", annotations=named)
    world.kernel.run(5)
    assert "DuplicateLoadBalancerName" in controller.failures["default/web"]
    world.cluster.api.delete(INGRESSES, "web", "default")
    world.kernel.run(65)
    assert controller.failures == {}, "the controller tries again by itself"


def test_https_needs_a_certificate(world: World) -> None:
    https = {f"{ALB}listen-ports": '[{"HTTP": 80}, {"HTTPS": 443}]'}
    world.cluster.application("web", annotations=https)
    world.kernel.run(5)
    assert world.controller.failures == {"default/web": "no certificate found for host: web.example.com"}
    arn = "arn:aws:acm:ap-northeast-1:123456789012:certificate/0"
    more = {f"{ALB}certificate-arn": arn, f"{ALB}ssl-redirect": "443"}
    world.cluster.api.patch(INGRESSES, "web", "default", {"metadata": {"annotations": more}})
    world.kernel.run(5)
    owner = world.load_balancers()[0]["LoadBalancerArn"]
    listeners = world.elb.describe_listeners(LoadBalancerArn=owner)["Listeners"]
    assert [(one["Protocol"], one["Port"], one["DefaultActions"][0]["Type"]) for one in listeners] == [
        ("HTTP", 80, "redirect"),
        ("HTTPS", 443, "fixed-response"),
    ]


@pytest.mark.parametrize(
    ("annotations", "why"),
    [
        ({f"{ALB}target-type": "instance"}, "no instance targets"),
        ({f"{ALB}auth-type": "oidc"}, "does not have alb.ingress.kubernetes.io/auth-type"),
        ({f"{ALB}backend-protocol": "HTTPS"}, "backend-protocol"),
    ],
)
def test_what_the_world_does_not_have_is_an_event(world: World, annotations: dict[str, str], why: str) -> None:
    world.cluster.application("web", annotations=annotations)
    world.kernel.run(5)
    assert why in world.controller.failures["default/web"]
    assert world.load_balancers() == []


def test_a_backend_must_exist(world: World) -> None:
    world.cluster.ingress("web")
    world.cluster.application("api", port={"number": 81})
    world.kernel.run(5)
    assert world.controller.failures == {
        "default/web": 'Service "web" not found',
        "default/api": "unable to find port 81 on service default/api",
    }


def test_health_check_and_attributes_come_from_annotations(world: World) -> None:
    world.cluster.application(
        "web",
        annotations={
            f"{ALB}healthcheck-path": "/healthz",
            f"{ALB}healthcheck-interval-seconds": "10",
            f"{ALB}target-group-attributes": "deregistration_delay.timeout_seconds=30",
        },
    )
    world.kernel.run(5)
    group = world.elb.describe_target_groups()["TargetGroups"][0]
    assert (group["HealthCheckPath"], group["HealthCheckIntervalSeconds"]) == ("/healthz", 10)
    attributes = world.elb.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])["Attributes"]
    assert {"Key": "deregistration_delay.timeout_seconds", "Value": "30"} in attributes
