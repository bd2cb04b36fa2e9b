"""Elastic Load Balancing: what it refuses, and how load balancers and targets live in virtual time."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from local.aws.elbv2 import ElbSimulator
from local.aws.simulator import AwsError
from local.kernel import Kernel

SUBNETS = ["subnet-a", "subnet-c"]
NOT_FOUND = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}


class Region:
    """A region with the verbs that these stories use."""

    def __init__(self, seed: int = 1) -> None:
        self.kernel = Kernel(seed=seed)
        self.elb = ElbSimulator(self.kernel, account="123456789012", region="ap-northeast-1")

    def load_balancer(self, name: str = "front", **more: Any) -> str:
        answer = self.elb.create_load_balancer(Name=name, Subnets=SUBNETS, **more)
        arn: str = answer["LoadBalancers"][0]["LoadBalancerArn"]
        return arn

    def group(self, name: str = "app", **more: Any) -> str:
        settings: dict[str, Any] = {"Protocol": "HTTP", "Port": 8080, "VpcId": "vpc-demo", "TargetType": "ip"}
        settings |= {"HealthCheckIntervalSeconds": 15}
        answer = self.elb.create_target_group(Name=name, **(settings | more))
        arn: str = answer["TargetGroups"][0]["TargetGroupArn"]
        return arn

    def listener(self, owner: str, action: dict[str, Any] = NOT_FOUND, port: int = 80) -> str:
        answer = self.elb.create_listener(LoadBalancerArn=owner, Protocol="HTTP", Port=port, DefaultActions=[action])
        arn: str = answer["Listeners"][0]["ListenerArn"]
        return arn

    def rule(self, listener: str, group: str, priority: int = 1, host: str = "app.example.com") -> str:
        answer = self.elb.create_rule(
            ListenerArn=listener,
            Priority=priority,
            Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": [host]}}],
            Actions=[{"Type": "forward", "TargetGroupArn": group}],
        )
        arn: str = answer["Rules"][0]["RuleArn"]
        return arn

    def register(self, group: str, *addresses: str) -> None:
        self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": address} for address in addresses])

    def health(self, group: str) -> dict[str, tuple[str, str]]:
        described = self.elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return {
            one["Target"]["Id"]: (one["TargetHealth"]["State"], one["TargetHealth"].get("Reason", ""))
            for one in described
        }

    def serving(self) -> tuple[str, str]:
        """An active load balancer that forwards to a group; both ARNs."""
        owner, group = self.load_balancer(), self.group()
        self.rule(self.listener(owner), group)
        self.kernel.run(100)
        return owner, group


@pytest.fixture
def region() -> Region:
    return Region()


def refused(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(AwsError) as caught:
        call()
    return caught.value.code, caught.value.message


def test_a_load_balancer_is_provisioned_before_it_is_active(region: Region) -> None:
    arn = region.load_balancer("k8s-chat-web-0123456789")
    described = region.elb.describe_load_balancers(Names=["k8s-chat-web-0123456789"])["LoadBalancers"][0]
    assert described["State"] == {"Code": "provisioning"}
    assert described["LoadBalancerArn"] == arn
    assert described["DNSName"].startswith("k8s-chat-web-0123456789-")
    assert described["DNSName"].endswith(".ap-northeast-1.elb.amazonaws.com")
    assert described["CanonicalHostedZoneId"] == "Z14GRHDCWA56QT"
    assert described["CreatedTime"] == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    region.kernel.run(100)
    described = region.elb.describe_load_balancers(LoadBalancerArns=[arn])["LoadBalancers"][0]
    assert described["State"] == {"Code": "active"}


def test_an_internal_load_balancer_says_so_in_its_name(region: Region) -> None:
    region.load_balancer("private", Scheme="internal")
    assert region.elb.describe_load_balancers()["LoadBalancers"][0]["DNSName"].startswith("internal-private-")


def test_the_same_seed_gives_the_same_names_and_times() -> None:
    worlds = [Region(seed=7), Region(seed=7), Region(seed=8)]
    names = []
    for world in worlds:
        world.load_balancer()
        names.append(world.elb.describe_load_balancers()["LoadBalancers"][0]["DNSName"])
    assert names[0] == names[1] != names[2]


def test_creating_the_same_load_balancer_again_succeeds(region: Region) -> None:
    assert region.load_balancer() == region.load_balancer()
    assert len(region.elb.describe_load_balancers()["LoadBalancers"]) == 1


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("k8s-chat-web-0123456789-0123456789", "longer than '32' characters"),
        ("under_score", "can only contain"),
        ("-front", "begin or end with a hyphen"),
        ("internal-front", "cannot begin with 'internal-'"),
    ],
)
def test_names_are_refused_as_aws_does(region: Region, name: str, why: str) -> None:
    code, message = refused(lambda: region.load_balancer(name))
    assert code == "ValidationError"
    assert why in message


def test_a_name_with_other_settings_is_taken(region: Region) -> None:
    region.load_balancer("shared", Tags=[{"Key": "elbv2.k8s.aws/cluster", "Value": "demo-1-33"}])
    tags = [{"Key": "elbv2.k8s.aws/cluster", "Value": "demo-1-35-a"}]
    assert refused(lambda: region.load_balancer("shared", Tags=tags))[0] == "DuplicateLoadBalancerName"
    region.group("shared")
    assert refused(lambda: region.group("shared", Port=9090))[0] == "DuplicateTargetGroupName"
    assert region.group("shared") == region.group("shared")


def test_one_subnet_is_not_enough(region: Region) -> None:
    code, message = refused(lambda: region.elb.create_load_balancer(Name="front", Subnets=["subnet-a"]))
    assert (code, "two subnets" in message) == ("ValidationError", True)


def test_the_quota_of_load_balancers(region: Region) -> None:
    for number in range(50):
        region.load_balancer(f"front-{number}")
    assert refused(lambda: region.load_balancer("one-more"))[0] == "TooManyLoadBalancers"


def test_what_does_not_exist_is_named(region: Region) -> None:
    elb = region.elb
    owner = region.load_balancer()
    gone = owner.replace("front", "gone")
    assert refused(lambda: elb.describe_load_balancers(Names=["gone"])) == (
        "LoadBalancerNotFound",
        "Load balancers '[gone]' not found",
    )
    assert refused(lambda: elb.describe_load_balancers(LoadBalancerArns=[gone]))[0] == "LoadBalancerNotFound"
    assert refused(lambda: elb.describe_target_groups(Names=["gone"]))[0] == "TargetGroupNotFound"
    assert refused(lambda: elb.describe_target_health(TargetGroupArn="gone"))[0] == "TargetGroupNotFound"
    assert refused(lambda: elb.describe_listeners(ListenerArns=["gone"]))[0] == "ListenerNotFound"
    assert refused(lambda: elb.describe_rules(RuleArns=["gone"]))[0] == "RuleNotFound"
    assert refused(lambda: region.listener(owner, {"Type": "forward", "TargetGroupArn": "gone"}))[0] == (
        "TargetGroupNotFound"
    )


def test_selections_that_contradict_each_other_are_refused(region: Region) -> None:
    owner, elb = region.load_balancer(), region.elb
    for call in (
        lambda: elb.describe_load_balancers(Names=["front"], LoadBalancerArns=[owner]),
        lambda: elb.describe_target_groups(Names=["app"], LoadBalancerArn=owner),
        elb.describe_listeners,
        elb.describe_rules,
        lambda: elb.describe_load_balancers(Marker="elsewhere"),
    ):
        assert refused(call)[0] == "ValidationError"


def test_long_lists_come_in_pages(region: Region) -> None:
    for number in range(5):
        region.load_balancer(f"front-{number}")
    names: list[str] = []
    marker = None
    for _ in range(3):
        page = region.elb.describe_load_balancers(PageSize=2, Marker=marker)
        names += [known["LoadBalancerName"] for known in page["LoadBalancers"]]
        marker = page.get("NextMarker")
    assert names == [f"front-{number}" for number in range(5)]
    assert marker is None


def test_deletion_protection_holds_until_it_is_taken_off(region: Region) -> None:
    arn = region.load_balancer()
    protect = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    region.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=protect)
    code, message = refused(lambda: region.elb.delete_load_balancer(LoadBalancerArn=arn))
    assert code == "OperationNotPermitted"
    assert message == f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
    protect[0]["Value"] = "false"
    region.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=protect)
    region.elb.delete_load_balancer(LoadBalancerArn=arn)
    assert region.elb.delete_load_balancer(LoadBalancerArn=arn) == {}, "already deleted counts as deleted"


def test_an_unknown_attribute_is_refused(region: Region) -> None:
    owner, group = region.load_balancer(), region.group()
    wrong = [{"Key": "deletion_protection", "Value": "true"}]
    elb = region.elb
    calls: list[Callable[[], object]] = [
        lambda: elb.modify_load_balancer_attributes(LoadBalancerArn=owner, Attributes=wrong),
        lambda: elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=wrong),
    ]
    assert [refused(call)[0] for call in calls] == ["ValidationError", "ValidationError"]


def test_a_target_group_in_use_stays(region: Region) -> None:
    owner, group = region.load_balancer(), region.group()
    rule = region.rule(region.listener(owner), group)
    code, message = refused(lambda: region.elb.delete_target_group(TargetGroupArn=group))
    assert code == "ResourceInUse"
    assert message == f"Target group '{group}' is currently in use by a listener or a rule"
    assert region.elb.describe_target_groups(LoadBalancerArn=owner)["TargetGroups"][0]["LoadBalancerArns"] == [owner]
    region.elb.delete_rule(RuleArn=rule)
    region.elb.delete_target_group(TargetGroupArn=group)
    assert region.elb.describe_target_groups()["TargetGroups"] == []


def test_a_target_group_serves_one_load_balancer_only(region: Region) -> None:
    group = region.group()
    region.rule(region.listener(region.load_balancer("one")), group)
    other = region.listener(region.load_balancer("two"))
    assert refused(lambda: region.rule(other, group))[0] == "TargetGroupAssociationLimit"


def test_listeners_and_rules_collide(region: Region) -> None:
    owner, group = region.load_balancer(), region.group()
    listener = region.listener(owner)
    assert refused(lambda: region.listener(owner))[0] == "DuplicateListener"
    region.rule(listener, group)
    assert refused(lambda: region.rule(listener, group)) == ("PriorityInUse", "Priority '1' is currently in use")
    default = region.elb.describe_rules(ListenerArn=listener)["Rules"][-1]
    assert default["Priority"] == "default"
    assert refused(lambda: region.elb.delete_rule(RuleArn=default["RuleArn"]))[0] == "OperationNotPermitted"


def test_a_listener_needs_a_protocol_of_albs_and_https_a_certificate(region: Region) -> None:
    owner = region.load_balancer()

    def listen(protocol: str) -> object:
        return region.elb.create_listener(
            LoadBalancerArn=owner, Protocol=protocol, Port=443, DefaultActions=[NOT_FOUND]
        )

    assert refused(lambda: listen("TLS"))[0] == "UnsupportedProtocol"
    assert refused(lambda: listen("HTTPS"))[0] == "ValidationError"


def test_a_rule_needs_a_condition_and_a_free_place(region: Region) -> None:
    group, listener = region.group(), region.listener(region.load_balancer())
    forward = [{"Type": "forward", "TargetGroupArn": group}]

    def bare() -> object:
        return region.elb.create_rule(ListenerArn=listener, Priority=1, Conditions=[], Actions=forward)

    assert refused(bare)[0] == "ValidationError"
    for priority in range(1, 101):
        region.rule(listener, group, priority)
    assert refused(lambda: region.rule(listener, group, 101))[0] == "TooManyRules"


def test_what_the_world_does_not_have_is_said_loudly(region: Region) -> None:
    elb, owner, group = region.elb, region.load_balancer(), region.group()
    listener = region.listener(owner)
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    source = [{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}}]
    calls: list[Callable[[], object]] = [
        lambda: elb.create_load_balancer(Name="nlb", Subnets=SUBNETS, Type="network"),
        lambda: region.group("instances", TargetType="instance"),
        lambda: region.group("grpc", ProtocolVersion="GRPC"),
        lambda: region.group("tcp", Protocol="TCP"),
        lambda: elb.create_rule(ListenerArn=listener, Priority=2, Conditions=source, Actions=forward),
        lambda: region.listener(owner, {"Type": "authenticate-oidc"}, port=81),
        lambda: elb.describe_target_health(TargetGroupArn=group, Include=["AnomalyDetection"]),
    ]
    assert [refused(call)[0] for call in calls] == ["NotImplemented"] * len(calls)


def test_a_target_group_needs_its_settings(region: Region) -> None:
    assert refused(lambda: region.group(VpcId=""))[0] == "ValidationError"
    assert refused(lambda: region.group(HealthCheckIntervalSeconds=5))[0] == "ValidationError"


def test_a_new_target_is_initial_until_its_first_health_check(region: Region) -> None:
    _, group = region.serving()
    region.register(group, "10.0.0.1")
    assert region.health(group) == {"10.0.0.1": ("initial", "Elb.InitialHealthChecking")}
    region.kernel.run(9.9)
    assert region.health(group)["10.0.0.1"][0] == "initial"
    region.kernel.run(10.2)
    assert region.health(group) == {"10.0.0.1": ("healthy", "")}


def test_targets_wait_for_their_load_balancer(region: Region) -> None:
    owner, group = region.load_balancer(), region.group()
    region.register(group, "10.0.0.1")
    assert region.health(group) == {"10.0.0.1": ("unused", "Target.NotInUse")}
    region.rule(region.listener(owner), group)
    assert region.health(group) == {"10.0.0.1": ("initial", "Elb.RegistrationInProgress")}
    region.kernel.run(29)
    assert region.health(group)["10.0.0.1"][1] == "Elb.RegistrationInProgress"
    region.kernel.run(100)
    assert region.health(group) == {"10.0.0.1": ("healthy", "")}


def test_a_target_whose_checks_fail_is_unhealthy_and_recovers(region: Region) -> None:
    _, group = region.serving()
    answers = {"10.0.0.1": False}
    region.elb.probe = lambda _group, target: answers[target.id]
    region.register(group, "10.0.0.1")
    region.kernel.run(30)
    assert region.health(group) == {"10.0.0.1": ("unhealthy", "Target.FailedHealthChecks")}
    answers["10.0.0.1"] = True
    known = region.elb.target_group(group)
    region.elb.recheck(known, known.targets["10.0.0.1", 8080])
    region.kernel.run(100)
    assert region.health(group) == {"10.0.0.1": ("healthy", "")}


def test_a_deregistered_target_drains_for_the_delay(region: Region) -> None:
    _, group = region.serving()
    region.register(group, "10.0.0.1", "10.0.0.2")
    region.kernel.run(30)
    delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "60"}]
    region.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=delay)
    region.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "10.0.0.1"}, {"Id": "10.9.9.9"}])
    assert region.health(group)["10.0.0.1"] == ("draining", "Target.DeregistrationInProgress")
    region.kernel.run(59)
    assert "10.0.0.1" in region.health(group)
    region.kernel.run(2)
    assert region.health(group) == {"10.0.0.2": ("healthy", "")}


def test_a_draining_target_can_come_back(region: Region) -> None:
    _, group = region.serving()
    region.register(group, "10.0.0.1")
    region.kernel.run(30)
    region.elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": "10.0.0.1"}])
    region.register(group, "10.0.0.1")
    region.kernel.run(400)
    assert region.health(group) == {"10.0.0.1": ("healthy", "")}


def test_a_target_that_nobody_registered_is_unused(region: Region) -> None:
    _, group = region.serving()
    asked = region.elb.describe_target_health(TargetGroupArn=group, Targets=[{"Id": "10.0.0.9"}])
    assert asked["TargetHealthDescriptions"][0]["TargetHealth"] == {
        "State": "unused",
        "Reason": "Target.NotRegistered",
        "Description": "Target is not registered to the target group",
    }


def test_targets_are_addresses_and_not_too_many(region: Region) -> None:
    group = region.group()
    assert refused(lambda: region.register(group, "i-0123456789"))[0] == "ValidationError"
    many = [f"10.0.{high}.{low}" for high in range(4) for low in range(250)]
    region.register(group, *many)
    assert refused(lambda: region.register(group, "10.1.0.1"))[0] == "TooManyTargets"


def test_deleting_a_load_balancer_puts_its_targets_out_of_use(region: Region) -> None:
    owner, group = region.serving()
    region.register(group, "10.0.0.1")
    region.kernel.run(30)
    region.elb.delete_load_balancer(LoadBalancerArn=owner)
    assert region.health(group) == {"10.0.0.1": ("unused", "Target.NotInUse")}


def test_a_target_put_into_a_state_by_hand(region: Region) -> None:
    _, group = region.serving()
    region.register(group, "10.0.0.1")
    region.elb.set_target(group, "10.0.0.1", "unhealthy", "Target.Timeout")
    region.kernel.run(100)
    assert region.health(group) == {"10.0.0.1": ("unhealthy", "Target.Timeout")}
    assert refused(lambda: region.elb.set_target(group, "10.0.0.2", "healthy"))[0] == "InvalidTarget"


def test_an_alias_is_healthy_when_every_target_group_is(region: Region) -> None:
    owner, group = region.serving()
    name = region.elb.load_balancer(owner).dns_name
    assert not region.elb.alias_healthy(name), "a target group without targets counts as unhealthy"
    region.register(group, "10.0.0.1")
    region.kernel.run(30)
    assert region.elb.alias_healthy(name)
    assert not region.elb.alias_healthy("gone.ap-northeast-1.elb.amazonaws.com")


def test_one_sick_or_empty_target_group_makes_the_alias_of_a_shared_load_balancer_unhealthy(region: Region) -> None:
    """Source: API reference of Route 53, AliasTarget, EvaluateTargetHealth, on Application Load Balancers."""
    owner, first = region.serving()
    second = region.group("second")
    region.rule(region.elb.describe_listeners(LoadBalancerArn=owner)["Listeners"][0]["ListenerArn"], second, priority=2)
    name = region.elb.load_balancer(owner).dns_name
    region.register(first, "10.0.0.1")
    region.kernel.run(30)
    assert not region.elb.alias_healthy(name), "the second group has no registered targets"
    region.register(second, "10.0.0.2", "10.0.0.3")
    region.kernel.run(30)
    assert region.elb.alias_healthy(name)
    region.elb.set_target(second, "10.0.0.2", "unhealthy", "Target.Timeout")
    assert region.elb.alias_healthy(name), "one healthy target of each group is enough"
    region.elb.set_target(second, "10.0.0.3", "unhealthy", "Target.Timeout")
    assert not region.elb.alias_healthy(name)


def test_tags_are_read_added_and_removed(region: Region) -> None:
    owner, group = region.load_balancer(), region.group()
    listener = region.listener(owner)
    arns = [owner, group, listener, region.rule(listener, group)]
    region.elb.add_tags(ResourceArns=arns, Tags=[{"Key": "team", "Value": "chat"}, {"Key": "env", "Value": "demo"}])
    region.elb.remove_tags(ResourceArns=arns, TagKeys=["env", "unknown"])
    described = region.elb.describe_tags(ResourceArns=arns)["TagDescriptions"]
    assert described == [{"ResourceArn": arn, "Tags": [{"Key": "team", "Value": "chat"}]} for arn in arns]


def test_tags_are_refused_as_aws_does(region: Region) -> None:
    owner, elb = region.load_balancer(), region.elb
    twice = [{"Key": "team", "Value": "chat"}, {"Key": "team", "Value": "files"}]
    many = [{"Key": f"key-{number}", "Value": ""} for number in range(51)]
    assert refused(lambda: elb.add_tags(ResourceArns=[owner], Tags=twice))[0] == "DuplicateTagKeys"
    assert refused(lambda: elb.add_tags(ResourceArns=[owner], Tags=many))[0] == "TooManyTags"
    assert refused(lambda: elb.describe_tags(ResourceArns=[owner] * 21))[0] == "ValidationError"
    kinds = [owner.replace(":loadbalancer/", kind) for kind in (":targetgroup/", ":listener/", ":listener-rule/")]
    codes = [refused(lambda arn=arn: elb.describe_tags(ResourceArns=[arn]))[0] for arn in kinds]  # type: ignore[misc]
    assert codes == ["TargetGroupNotFound", "ListenerNotFound", "RuleNotFound"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("client_keep_alive.seconds", "59"),
        ("client_keep_alive.seconds", "604801"),
        ("client_keep_alive.seconds", "1h"),
        ("idle_timeout.timeout_seconds", "0"),
        ("idle_timeout.timeout_seconds", "4001"),
        ("deletion_protection.enabled", "yes"),
        ("access_logs.s3.enabled", "true"),
        ("access_logs.s3.prefix", "mine/AWSLogs"),
    ],
)
def test_a_value_that_an_attribute_cannot_have_is_refused_and_changes_nothing(
    region: Region, key: str, value: str
) -> None:
    arn = region.load_balancer()
    fine = {"Key": "client_keep_alive.seconds", "Value": "300"}
    changes = [fine, {"Key": key, "Value": value}] if key != fine["Key"] else [{"Key": key, "Value": value}]
    code, message = refused(lambda: region.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=changes))
    assert code == "InvalidConfigurationRequest"
    assert key.rpartition(".")[0] in message
    shown = region.elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    assert {"Key": "client_keep_alive.seconds", "Value": "3600"} in shown


def test_a_target_does_not_drain_for_more_than_an_hour(region: Region) -> None:
    group = region.group()
    delay = [{"Key": "deregistration_delay.timeout_seconds", "Value": "3601"}]
    code, _ = refused(lambda: region.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=delay))
    assert code == "InvalidConfigurationRequest"


def test_a_bucket_that_takes_no_logs_is_refused(region: Region) -> None:
    arn = region.load_balancer()
    region.elb.takes_logs = lambda bucket: bucket == "logs"
    for bucket, takes in (("other", False), ("logs", True)):
        on = [{"Key": "access_logs.s3.enabled", "Value": "true"}, {"Key": "access_logs.s3.bucket", "Value": bucket}]
        if takes:
            region.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=on)
            continue
        code, message = refused(
            lambda on=on: region.elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=on)  # type: ignore[misc]
        )
        assert (code, message) == (
            "InvalidConfigurationRequest",
            "Access Denied for bucket: other. Please check S3bucket permission",
        )
