"""CloudTrail knows who changed record sets, some minutes late."""

from __future__ import annotations

import json

import pytest

from local.aws.cloudtrail import EVENT, LATE_SECONDS, CloudTrailSimulator
from local.aws.route53 import Route53Simulator
from local.aws.simulator import AwsError
from local.kernel import Kernel
from tests.local.aws.route53.records import ZONE, Zone, alias

ASKED = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": EVENT}]}


@pytest.fixture
def trail(kernel: Kernel, route53: Route53Simulator) -> CloudTrailSimulator:
    return CloudTrailSimulator(kernel, route53)


def test_a_change_is_known_five_minutes_after_it_was_made(
    trail: CloudTrailSimulator, zone: Zone, kernel: Kernel, route53: Route53Simulator
) -> None:
    kernel.run(60)
    with route53.as_caller("terraform/ci"):
        zone.change(("CREATE", alias("app.demo.example.com", "blue", 100)))
    kernel.run(LATE_SECONDS - 1)
    known = len(trail.lookup_events(**ASKED)["Events"])
    kernel.run(1)
    event, *before = trail.lookup_events(**ASKED)["Events"]
    assert len(before) == known, "the zone itself was made earlier"
    detail = json.loads(event["CloudTrailEvent"])
    assert detail["userIdentity"]["arn"].endswith("terraform/ci")
    assert detail["requestParameters"]["hostedZoneId"] == ZONE
    (change,) = detail["requestParameters"]["changeBatch"]["changes"]
    written = change["resourceRecordSet"]
    assert (written["name"], written["weight"]) == ("app.demo.example.com.", 100)


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"LookupAttributes": [{"AttributeKey": "Username", "AttributeValue": "ci"}]}, "NotImplemented"),
        ({**ASKED, "NextToken": "more"}, "NotImplemented"),
        ({**ASKED, "MaxResults": 51}, "InvalidMaxResultsException"),
        ({**ASKED, "StartTime": 2.0, "EndTime": 1.0}, "InvalidTimeRangeException"),
    ],
)
def test_what_it_does_not_know_it_refuses(trail: CloudTrailSimulator, request_: dict[str, object], code: str) -> None:
    with pytest.raises(AwsError) as refusal:
        trail.lookup_events(**request_)
    assert refusal.value.code == code


def test_events_of_other_names_are_not_there(trail: CloudTrailSimulator) -> None:
    other = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "RunInstances"}]}
    assert trail.lookup_events(**other) == {"Events": []}
