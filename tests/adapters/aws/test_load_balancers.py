"""Load balancers of both clusters: found by name, asked about exactly the targets that should serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from norikae.adapters.aws.load_balancers import TAGS_PER_CALL, ElbLoadBalancers
from norikae.traffic.records import LoadBalancerTarget

if TYPE_CHECKING:
    from .conftest import Cloud

NOT_FOUND = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
SETTINGS: dict[str, Any] = {"Protocol": "HTTP", "Port": 8080, "VpcId": "vpc-demo", "TargetType": "ip"}


class Balancer:
    """An Application Load Balancer with one listener, as the AWS Load Balancer Controller makes it."""

    def __init__(self, cloud: Cloud, name: str) -> None:
        self.elb = cloud.elb
        made = self.elb.create_load_balancer(Name=name, Subnets=["subnet-a", "subnet-c"])["LoadBalancers"][0]
        self.arn, self.dns_name = str(made["LoadBalancerArn"]), str(made["DNSName"])
        listener = self.elb.create_listener(
            LoadBalancerArn=self.arn, Protocol="HTTP", Port=80, DefaultActions=[NOT_FOUND]
        )
        self.listener = listener["Listeners"][0]["ListenerArn"]
        self.rules = 0

    def group(self, name: str, resource: str, **targets: str) -> str:
        """A target group with a tag of the controller, and targets in a state each."""
        tags = [{"Key": "ingress.k8s.aws/resource", "Value": resource}]
        made = self.elb.create_target_group(Name=name, Tags=tags, HealthCheckIntervalSeconds=15, **SETTINGS)
        arn = str(made["TargetGroups"][0]["TargetGroupArn"])
        self.rules += 1
        self.elb.create_rule(
            ListenerArn=self.listener,
            Priority=self.rules,
            Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": [f"{name}.example.com"]}}],
            Actions=[{"Type": "forward", "TargetGroupArn": arn}],
        )
        for number, state in enumerate(targets.values(), start=1):
            self.elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": f"10.0.0.{number}"}])
            self.elb.set_target(arn, f"10.0.0.{number}", state)  # type: ignore[arg-type]
        return arn


@pytest.fixture
def front(cloud: Cloud) -> Balancer:
    return Balancer(cloud, "k8s-front")


@pytest.fixture
def adapter(cloud: Cloud) -> ElbLoadBalancers:
    return ElbLoadBalancers(cloud.client("elbv2"))


def counts(adapter: ElbLoadBalancers, balancer: Balancer, *resources: str) -> dict[str, tuple[int, int]]:
    found = adapter.health(balancer.dns_name, resources or None)
    return {group.target_group: (group.healthy, group.total) for group in found}


def test_an_active_load_balancer_is_a_target_and_no_other_name_is(
    cloud: Cloud, front: Balancer, adapter: ElbLoadBalancers
) -> None:
    cloud.time_passes(200)
    young = Balancer(cloud, "k8s-young")
    found = adapter.targets([front.dns_name, young.dns_name, "unknown.elb.amazonaws.com"])
    assert found == {front.dns_name: LoadBalancerTarget(front.dns_name, "Z14GRHDCWA56QT")}


def test_names_are_compared_as_dns_does(cloud: Cloud, front: Balancer, adapter: ElbLoadBalancers) -> None:
    cloud.time_passes(200)
    spelled = front.dns_name.upper()
    assert adapter.targets([spelled])[spelled].zone_id == "Z14GRHDCWA56QT"


def test_load_balancers_are_listed_once_per_look(cloud: Cloud, front: Balancer, adapter: ElbLoadBalancers) -> None:
    adapter.targets([front.dns_name])
    adapter.health(front.dns_name, ())
    assert len(cloud.called("DescribeLoadBalancers")) == 1


def test_every_page_of_load_balancers_is_read(cloud: Cloud) -> None:
    balancers = [Balancer(cloud, f"k8s-{number}") for number in range(5)]
    cloud.time_passes(200)
    client = cloud.client("elbv2")

    def two_at_a_time(params: dict[str, Any], **_: object) -> None:
        params["PageSize"] = 2

    client.meta.events.register("provide-client-params.elastic-load-balancing-v2.DescribeLoadBalancers", two_at_a_time)
    names = [balancer.dns_name for balancer in balancers]
    assert list(ElbLoadBalancers(client).targets(names)) == names
    assert len(cloud.called("DescribeLoadBalancers")) == 3


def test_targets_that_come_or_go_are_not_counted(front: Balancer, adapter: ElbLoadBalancers) -> None:
    front.group("web", "shop/web-web:80", a="healthy", b="healthy", c="unhealthy", d="initial", e="draining")
    assert counts(adapter, front, "shop/web-web") == {"web": (2, 3)}


def test_a_group_whose_targets_are_all_new_has_none_that_should_serve(
    front: Balancer, adapter: ElbLoadBalancers
) -> None:
    front.group("web", "shop/web-web:80", a="initial", b="initial")
    assert counts(adapter, front, "shop/web-web") == {"web": (0, 0)}


def test_an_ingress_has_only_its_own_target_groups_of_a_shared_load_balancer(
    front: Balancer, adapter: ElbLoadBalancers
) -> None:
    front.group("web", "shop/web-web:80", a="healthy")
    front.group("web-assets", "shop/web-assets:http", a="healthy", b="unhealthy")
    front.group("billing", "shop/billing-billing:80", a="unhealthy")
    front.group("other", "other/web-web:80", a="unhealthy")
    assert counts(adapter, front, "shop/web-web", "shop/web-assets") == {"web": (1, 1), "web-assets": (1, 2)}
    assert set(counts(adapter, front, "shop/web-web", "shop/billing-billing")) == {"web", "billing"}
    assert counts(adapter, front, "shop/nothing-nothing") == {}
    assert set(counts(adapter, front)) == {"web", "web-assets", "billing", "other"}
    assert adapter.health(front.dns_name, []) == ()


def test_an_ingress_whose_name_only_begins_like_another_one_is_another_one(
    front: Balancer, adapter: ElbLoadBalancers
) -> None:
    front.group("web", "shop/web-web:80", a="healthy")
    front.group("admin", "shop/web-admin-web:80", a="unhealthy")
    front.group("service", "shop/web-web-admin:80", a="unhealthy")
    assert counts(adapter, front, "shop/web-web") == {"web": (1, 1)}
    assert counts(adapter, front, "shop/web-admin-web") == {"admin": (0, 1)}


def test_the_ports_of_a_service_belong_to_it(front: Balancer, adapter: ElbLoadBalancers) -> None:
    front.group("web", "shop/web-web:80", a="healthy")
    front.group("metrics", "shop/web-web:metrics", a="healthy")
    assert set(counts(adapter, front, "shop/web-web")) == {"web", "metrics"}


def test_more_target_groups_than_one_call_describes_are_all_looked_at(
    cloud: Cloud, front: Balancer, adapter: ElbLoadBalancers
) -> None:
    groups = 2 * TAGS_PER_CALL + 1
    for number in range(groups):
        front.group(f"group-{number}", f"shop/web-web:{number}")
    assert len(counts(adapter, front, "shop/web-web")) == groups
    assert [len(params["ResourceArns"]) for params in cloud.called("DescribeTags")] == [20, 20, 1]


def test_an_unknown_load_balancer_has_no_health(adapter: ElbLoadBalancers) -> None:
    assert adapter.health("unknown.elb.amazonaws.com", ["shop/web-web"]) == ()


def test_health_comes_with_the_dimensions_of_its_metrics(front: Balancer, adapter: ElbLoadBalancers) -> None:
    arn = front.group("web", "shop/web-web:80")
    (group,) = adapter.health(front.dns_name, ["shop/web-web"])
    dimensions = dict(group.dimensions)
    assert dimensions["LoadBalancer"].startswith("app/k8s-front/")
    assert front.arn.endswith(f":loadbalancer/{dimensions['LoadBalancer']}")
    assert dimensions["TargetGroup"].startswith("targetgroup/web/")
    assert arn.endswith(f":{dimensions['TargetGroup']}")


def test_a_load_balancer_serves_tls_when_one_of_its_listeners_does(adapter: ElbLoadBalancers, front: Balancer) -> None:
    assert not adapter.serves_tls(front.dns_name)
    certificate = {"CertificateArn": "arn:aws:acm:ap-northeast-1:123456789012:certificate/web"}
    front.elb.create_listener(
        LoadBalancerArn=front.arn, Protocol="HTTPS", Port=443, DefaultActions=[NOT_FOUND], Certificates=[certificate]
    )
    assert adapter.serves_tls(front.dns_name.upper())
    assert not adapter.serves_tls("gone.ap-northeast-1.elb.amazonaws.com")


def test_a_target_group_is_alone_when_no_other_application_is_behind_its_load_balancer(
    front: Balancer, adapter: ElbLoadBalancers
) -> None:
    front.group("web", resource="shop/web-web:80")
    assert [group.alone for group in adapter.health(front.dns_name, ["shop/web-web"])] == [True]
    front.group("api", resource="shop/api-api:80")
    assert [group.alone for group in adapter.health(front.dns_name, ["shop/web-web"])] == [False]
    assert [group.alone for group in adapter.health(front.dns_name, None)] == [True, True]
