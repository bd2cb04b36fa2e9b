"""EC2 takes machines back, and says so in the words of its events."""

from __future__ import annotations

from typing import Any

import pytest

from local.aws.health import RETIREMENT, Health

from .conftest import ACCOUNT, REGION, Region, group_request, refusal

Said = tuple[str, str, dict[str, Any], list[str]]


@pytest.fixture
def said(region: Region) -> list[Said]:
    """What EC2 and Auto Scaling have told EventBridge, without changes of state."""
    heard: list[Said] = []
    region.ec2.says = lambda *event: heard.append(event) if "State-change" not in event[1] else None
    return heard


def machines(region: Region, *, spot: bool, number: int = 2) -> list[str]:
    template = region.template(TagSpecifications=[owned()])
    policy = group_request(template)["MixedInstancesPolicy"]
    policy["InstancesDistribution"] = {"OnDemandPercentageAboveBaseCapacity": 0 if spot else 100}
    region.group(template, MixedInstancesPolicy=policy, MaxSize=number, DesiredCapacity=number)
    return [one["InstanceId"] for one in region.described()["Instances"]]


def owned() -> dict[str, Any]:
    return {"ResourceType": "instance", "Tags": [{"Key": "kubernetes.io/cluster/blue", "Value": "owned"}]}


def test_a_spot_instance_ends_two_minutes_after_its_notice(region: Region, said: list[Said]) -> None:
    first, second = machines(region, spot=True)
    region.ec2.interrupt(first)
    source, kind, detail, (arn,) = said[0]
    assert (source, kind) == ("aws.ec2", "EC2 Spot Instance Interruption Warning")
    assert detail == {"instance-id": first, "instance-action": "terminate"}
    assert arn == f"arn:aws:ec2:{region.ec2.instances[first].subnet.zone}:instance/{first}", "a zone and no account"
    region.kernel.run(119)
    assert region.ec2.instances[first].state == "running"
    region.kernel.run(2)
    assert region.ec2.instances[first].state == "shutting-down"
    region.kernel.run(180)
    assert region.ec2.instances[first].state == "terminated"
    after = {one["InstanceId"] for one in region.described()["Instances"]}
    assert second in after
    assert len(after) == 2, "the group has replaced it"


def test_what_cannot_be_interrupted_is_refused(region: Region) -> None:
    first, second = machines(region, spot=True)
    region.ec2.interrupt(first)
    for wrong, reason in ((first, "was warned already"), ("i-none", "unknown to EC2")):
        with pytest.raises(ValueError, match=reason):
            region.ec2.interrupt(wrong)
    with pytest.raises(ValueError, match="only terminates"):
        region.ec2.interrupt(second, action="hibernate")
    region.client("ec2").terminate_instances(InstanceIds=[second])
    with pytest.raises(ValueError, match="shutting-down, not running"):
        region.ec2.interrupt(second)


def test_an_on_demand_instance_is_no_spot_instance(region: Region) -> None:
    first, _ = machines(region, spot=False)
    for verb in (region.ec2.interrupt, region.ec2.rebalance):
        with pytest.raises(ValueError, match="is not a spot instance"):
            verb(first)


def test_a_rebalance_recommendation_ends_nothing(region: Region, said: list[Said]) -> None:
    first, _ = machines(region, spot=True)
    region.ec2.rebalance(first)
    assert [(kind, detail) for _, kind, detail, _ in said] == [
        ("EC2 Instance Rebalance Recommendation", {"instance-id": first})
    ]
    region.kernel.run(600)
    assert region.ec2.instances[first].state == "running"


@pytest.mark.parametrize(
    ("block", "zone", "more"),
    [(False, "azId", {}), (True, "availability-zone-id", {"instance-lifecycle": "capacity-block"})],
)
def test_a_capacity_reservation_that_is_taken_back_ends_its_machine_when_it_says(
    region: Region, said: list[Said], *, block: bool, zone: str, more: dict[str, str]
) -> None:
    first, _ = machines(region, spot=False)
    region.ec2.capacity_interruption(first, seconds=600, block=block)
    [(_, kind, detail, _)] = said
    assert kind == "EC2 Capacity Reservation Instance Interruption Warning"
    assert detail.items() >= {"instance-id": first, "instance-action": "terminate", **more}.items()
    assert detail[zone] == region.ec2.instances[first].subnet.zone_id
    region.kernel.run(599)
    assert region.ec2.instances[first].state == "running"
    assert f"{region.kernel.utcnow():%Y-%m-%dT%H:%M}" <= detail["instance-termination-time"]
    region.kernel.run(2)
    assert region.ec2.instances[first].state == "shutting-down"


def test_a_spot_instance_has_no_capacity_reservation(region: Region) -> None:
    first, _ = machines(region, spot=True)
    with pytest.raises(ValueError, match="is a spot instance"):
        region.ec2.capacity_interruption(first)


def test_a_share_of_a_clusters_spot_instances_is_reclaimed_at_once(region: Region, said: list[Said]) -> None:
    machines(region, spot=True, number=4)
    assert region.ec2.reclaim(1, "green") == []
    chosen = region.ec2.reclaim(0.5, "blue")
    assert [detail["instance-id"] for _, _, detail, _ in said] == chosen
    assert len(chosen) == 2
    region.kernel.run(121)
    assert {key for key, one in region.ec2.instances.items() if one.ended_at is not None} == set(chosen)


def test_changes_of_state_are_told(region: Region) -> None:
    heard: list[Said] = []
    region.ec2.says = lambda *event: heard.append(event)
    first, _ = machines(region, spot=False)
    region.client("ec2").terminate_instances(InstanceIds=[first])
    region.kernel.run(60)
    mine = [(kind, detail["state"], arn) for _, kind, detail, (arn,) in heard if detail["instance-id"] == first]
    assert [state for _, state, _ in mine] == ["pending", "running", "shutting-down", "terminated"]
    assert {kind for kind, _, _ in mine} == {"EC2 Instance State-change Notification"}
    assert {arn for _, _, arn in mine} == {f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{first}"}


def statuses(region: Region, **request: Any) -> list[dict[str, Any]]:
    found = region.client("ec2").describe_instance_status(**request)
    return list(found["InstanceStatuses"])


def test_a_status_is_initializing_then_ok_and_impaired_when_a_check_fails(region: Region) -> None:
    first, second = machines(region, spot=False)
    assert {one["SystemStatus"]["Status"] for one in statuses(region)} == {"initializing"}
    region.kernel.run(150)
    assert {one["InstanceStatus"]["Status"] for one in statuses(region)} == {"ok"}
    region.ec2.impair(first, "instance")
    [bad] = statuses(region, Filters=[{"Name": "instance-status.status", "Values": ["impaired"]}])
    assert (bad["InstanceId"], bad["SystemStatus"]["Status"]) == (first, "ok")
    region.kernel.run(300)
    assert first not in {one["InstanceId"] for one in region.described()["Instances"]}, "its group has replaced it"
    assert second in {one["InstanceId"] for one in statuses(region)}


def test_only_running_machines_have_a_status_unless_all_are_asked_for(region: Region) -> None:
    first, second = machines(region, spot=False)
    region.client("autoscaling").set_desired_capacity(AutoScalingGroupName="worker", DesiredCapacity=1)
    region.kernel.run(10)
    assert [one["InstanceId"] for one in statuses(region)] == [first]
    [_, ending] = statuses(region, IncludeAllInstances=True)
    assert (ending["InstanceId"], ending["InstanceState"]["Name"]) == (second, "shutting-down")
    assert ending["SystemStatus"]["Status"] == "not-applicable"


def test_statuses_come_in_pages(region: Region) -> None:
    machines(region, spot=False, number=7)
    client = region.client("ec2")
    first = client.describe_instance_status(MaxResults=5)
    rest = client.describe_instance_status(MaxResults=5, NextToken=first["NextToken"])
    assert (len(first["InstanceStatuses"]), len(rest["InstanceStatuses"])) == (5, 2)
    assert "NextToken" not in rest


@pytest.mark.parametrize("operation", ["describe_instances", "describe_instance_status"])
@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        ({"InstanceIds": ["node-1"]}, "InvalidInstanceID.Malformed", 'Invalid id: "node-1"'),
        (
            {"InstanceIds": ["i-0123456789abcdef0"]},
            "InvalidInstanceID.NotFound",
            "The instance ID 'i-0123456789abcdef0'",
        ),
        (
            {"InstanceIds": ["i-01234567", "i-89abcdef"]},
            "InvalidInstanceID.NotFound",
            "IDs 'i-01234567, i-89abcdef' do",
        ),
        ({"InstanceIds": ["i-01234567"], "MaxResults": 5}, "InvalidParameterCombination", "instancesSet"),
        ({"MaxResults": 1}, "InvalidParameterValue", "greater than 5"),
    ],
)
def test_what_ec2_does_not_understand_fails_the_whole_call(
    region: Region, operation: str, request_: dict[str, Any], code: str, text: str
) -> None:
    found = refusal(getattr(region.client("ec2"), operation), **request_)
    assert found[0] == code
    assert text in found[1]


def test_one_unknown_id_hides_the_known_ones(region: Region) -> None:
    first, second = machines(region, spot=False)
    client = region.client("ec2")
    assert len(client.describe_instances(InstanceIds=[first, second])["Reservations"]) == 2
    assert refusal(client.describe_instances, InstanceIds=[first, "i-01234567"])[0] == "InvalidInstanceID.NotFound"


def test_machines_are_found_by_their_name_until_they_are_terminated(region: Region) -> None:
    first, _ = machines(region, spot=False)
    client, name = region.client("ec2"), region.ec2.instances[first].name
    wanted = [{"Name": "private-dns-name", "Values": [name]}]
    [found] = client.describe_instances(Filters=wanted)["Reservations"]
    assert found["Instances"][0]["InstanceId"] == first
    client.terminate_instances(InstanceIds=[first])
    region.kernel.run(60)
    assert client.describe_instances(Filters=wanted)["Reservations"] == []
    [ended] = client.describe_instances(InstanceIds=[first])["Reservations"]
    assert (ended["Instances"][0]["State"]["Name"], ended["Instances"][0]["PrivateDnsName"]) == ("terminated", "")


@pytest.fixture
def health(region: Region) -> Health:
    return Health(region.kernel, region.ec2, account=ACCOUNT, region=REGION)


def test_a_retirement_is_said_shown_and_done(region: Region, health: Health, said: list[Said]) -> None:
    first, second = machines(region, spot=False)
    health.schedule(RETIREMENT, [first], seconds=3600)
    [(source, kind, detail, resources)] = said
    assert (source, kind, resources) == ("aws.health", "AWS Health Event", [first])
    assert (detail["service"], detail["eventTypeCategory"]) == ("EC2", "scheduledChange")
    assert (detail["eventTypeCode"], detail["statusCode"]) == (RETIREMENT, "upcoming")
    assert [(one["entityValue"], one["status"]) for one in detail["affectedEntities"]] == [(first, "PENDING")]
    [shown] = statuses(region, Filters=[{"Name": "event.code", "Values": ["instance-retirement"]}])
    assert shown["InstanceId"] == first
    assert f"{shown['Events'][0]['NotBefore']:%a, %d %b %Y %H:%M:%S GMT}" == detail["startTime"]
    region.kernel.run(3601)
    assert (region.ec2.instances[first].state, region.ec2.instances[second].state) == ("shutting-down", "running")


def test_a_plan_that_is_taken_back_is_closed_and_ends_nothing(region: Region, health: Health, said: list[Said]) -> None:
    first, _ = machines(region, spot=False)
    event = health.schedule(RETIREMENT, [first], seconds=3600)
    health.close(event)
    before, after = (one[2] for one in said)
    assert (after["statusCode"], after["affectedEntities"][0]["status"]) == ("closed", "RESOLVED")
    assert before["communicationId"] != after["communicationId"]
    assert before["eventArn"] == after["eventArn"]
    assert statuses(region, InstanceIds=[first])[0]["Events"] == []
    region.kernel.run(3601)
    assert region.ec2.instances[first].state == "running"


def test_entities_are_arns_pages_and_copies_when_a_story_says_so(
    region: Region, health: Health, said: list[Said]
) -> None:
    ids = machines(region, spot=False, number=3)
    health.as_arns, health.page_size, health.backup = True, 2, True
    health.schedule("AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED", ids, seconds=86400)
    pages = [(detail["page"], detail["totalPages"], detail["backupEvent"]) for _, _, detail, _ in said]
    assert pages == [("1", "2", "false"), ("1", "2", "true"), ("2", "2", "false"), ("2", "2", "true")]
    assert said[0][2]["affectedEntities"][0]["entityValue"] == f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{ids[0]}"
    assert len({detail["communicationId"] for _, _, detail, _ in said}) == 1
