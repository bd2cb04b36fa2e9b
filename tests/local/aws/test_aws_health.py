"""AWS Health's API as boto3 speaks it: events by filter and page, their texts, what they are about, and who may ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.aws.aws_health import LIFECYCLE, AwsHealthSimulator
from local.aws.front import Front
from local.aws.identities import Identities
from local.kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
ISSUE = "AWS_EKS_OPERATIONAL_ISSUE"


class Healthy:
    """AWS Health behind the front."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.aws = AwsHealthSimulator(self.kernel, account=ACCOUNT, region=REGION)
        self.front = Front(self.kernel, [self.aws], Identities(ACCOUNT), ACCOUNT, REGION)
        self.front.start()
        self.client = self.front.client("health")

    def arns(self, **wanted: Any) -> list[str]:
        return [one["arn"] for one in self.client.describe_events(filter=wanted)["events"]]


@pytest.fixture
def healthy() -> Iterator[Healthy]:
    made = Healthy()
    yield made
    made.front.stop()
    assert made.front.failures == []


def test_events_are_found_by_what_they_are(healthy: Healthy) -> None:
    planned = healthy.aws.happens(about=["demo-1-33"], in_days=60)
    healthy.kernel.run(10)
    issue = healthy.aws.happens(ISSUE, category="issue")
    everywhere = healthy.aws.happens("AWS_IAM_OPERATIONAL_ISSUE", category="issue", region="global")
    assert set(healthy.arns()) == {planned, issue, everywhere}
    assert healthy.arns(services=["EKS"]) == [issue, planned]
    assert healthy.arns(services=["EKS"], eventStatusCodes=["upcoming"]) == [planned]
    assert healthy.arns(regions=["global"]) == [everywhere]
    assert healthy.arns(eventTypeCodes=[LIFECYCLE]) == [planned]
    assert healthy.arns(entityValues=[f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/demo-1-33"]) == [planned]
    (shown,) = healthy.client.describe_events(filter={"eventArns": [planned]})["events"]
    assert shown["eventScopeCode"] == "ACCOUNT_SPECIFIC"
    assert (shown["startTime"] - shown["lastUpdatedTime"]).days == 60
    since = shown["lastUpdatedTime"].replace(microsecond=0)
    assert planned in healthy.arns(lastUpdatedTimes=[{"from": since}])
    assert healthy.arns(endTimes=[{"from": since}]) == []


def test_what_was_upcoming_is_open_once_it_has_begun(healthy: Healthy) -> None:
    arn = healthy.aws.happens(about=["demo-1-33"], in_days=1)
    assert healthy.arns(eventStatusCodes=["upcoming"]) == [arn]
    healthy.kernel.run(86400)
    assert healthy.arns(eventStatusCodes=["upcoming"]) == []
    assert healthy.arns(eventStatusCodes=["open"]) == [arn]


def test_a_closed_event_is_found_for_ninety_days(healthy: Healthy) -> None:
    arn = healthy.aws.happens(about=["demo-1-33"])
    healthy.aws.is_over(arn)
    assert healthy.arns(eventStatusCodes=["closed"]) == [arn]
    (entity,) = healthy.client.describe_affected_entities(filter={"eventArns": [arn]})["entities"]
    assert entity["statusCode"] == "RESOLVED"
    healthy.kernel.run(91 * 86400)
    assert healthy.arns() == []


def test_pages(healthy: Healthy) -> None:
    made = {healthy.aws.happens() for _ in range(25)}
    pages = list(healthy.client.get_paginator("describe_events").paginate(PaginationConfig={"PageSize": 10}))
    assert [len(page["events"]) for page in pages] == [10, 10, 5]
    assert {one["arn"] for page in pages for one in page["events"]} == made
    with pytest.raises(ClientError, match="InvalidPaginationToken"):
        healthy.client.describe_events(nextToken="from-99")


def test_texts_and_what_events_are_about(healthy: Healthy) -> None:
    arn = healthy.aws.happens(about=["demo-1-33", "others"], text="Version 1.33 leaves standard support.")
    unknown = arn.replace(ACCOUNT[:2], "")[:-1] + "0"
    told = healthy.client.describe_event_details(eventArns=[arn, unknown])
    assert told["successfulSet"][0]["eventDescription"]["latestDescription"] == "Version 1.33 leaves standard support."
    assert [one["eventArn"] for one in told["failedSet"]] == [unknown]
    entities = healthy.client.describe_affected_entities(filter={"eventArns": [arn]})["entities"]
    assert [one["entityValue"].rpartition("/")[2] for one in entities] == ["demo-1-33", "others"]
    assert {one["eventArn"] for one in entities} == {arn}


def test_an_account_with_a_small_support_plan_may_not_ask(healthy: Healthy) -> None:
    healthy.aws.is_subscribed = False
    asks: list[Any] = [
        healthy.client.describe_events,
        lambda: healthy.client.describe_event_details(eventArns=["arn:aws:health:global::event/EKS/A/B"]),
        lambda: healthy.client.describe_affected_entities(
            filter={"eventArns": ["arn:aws:health:global::event/EKS/A/B"]}
        ),
    ]
    for ask in asks:
        with pytest.raises(ClientError) as caught:
            ask()
        assert caught.value.response["Error"]["Code"] == "SubscriptionRequiredException"


def test_a_filter_that_the_world_does_not_know_is_loud(healthy: Healthy) -> None:
    healthy.aws.happens()
    with pytest.raises(ClientError, match="outside of this simulator"):
        healthy.client.describe_events(filter={"availabilityZones": ["ap-northeast-1a"]})
