"""What the watch over the end of support reads and keeps, over the wire and as its own role."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.aws_health import LIFECYCLE, AwsHealthSimulator
from local.aws.eks import EksSimulator
from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.ssm import SsmSimulator
from local.kernel import Kernel
from norikae.adapters.aws.calendars import ChangeCalendars
from norikae.adapters.aws.eks import EksClusters
from norikae.adapters.aws.health import AwsHealthEvents
from norikae.adapters.aws.reminders import DynamoReminders
from norikae.errors import AwsRefusedError, ConflictError
from norikae.support.ports import Ended, Reminded
from norikae.windows.ports import CalendarState
from tests.local.aws.ssm.documents import YEAR_END, calendar
from tests.unit.support.looks import at

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/watch"


class Watched:
    """EKS, AWS Health and Change Calendars, and a role that may do what a test says."""

    def __init__(self) -> None:
        kernel, identities = Kernel(), Identities(ACCOUNT)
        self.aws_health = AwsHealthSimulator(kernel, account=ACCOUNT, region=REGION)
        self.eks = EksSimulator(
            kernel,
            account=ACCOUNT,
            region=REGION,
            identities=identities,
            on_active=lambda cluster: (f"https://{cluster.name}", "PEM"),
        )
        simulators = [self.eks, self.aws_health, SsmSimulator(kernel)]
        self.front = Front(kernel, simulators, identities, ACCOUNT, REGION)
        self.front.start()
        self.front.client("iam").create_role(RoleName="watch", AssumeRolePolicyDocument="{}")

    def may(self, *statements: dict[str, Any]) -> None:
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]}
        self.front.client("iam").put_role_policy(
            RoleName="watch", PolicyName="inline", PolicyDocument=json.dumps(document)
        )

    def client(self, service: str) -> Any:
        return self.front.client(service, ROLE)


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.front.stop()
    assert made.front.failures == []


def test_versions_have_the_dates_at_which_their_support_ends(watched: Watched) -> None:
    watched.may({"Action": "eks:DescribeClusterVersions", "Resource": "*"})
    known = {one.version: one for one in EksClusters(watched.client("eks")).cluster_versions()}
    assert (known["1.33"].standard_until, known["1.33"].extended_until) == (at("2026-07-29"), at("2027-07-29"))


@pytest.mark.parametrize("policy", ["EXTENDED", "STANDARD"])
def test_a_cluster_says_whether_it_goes_into_extended_support(watched: Watched, policy: str) -> None:
    watched.may({"Action": "eks:DescribeCluster", "Resource": "*"})
    cluster = watched.eks.adopt("demo-1-33", "1.33", role_arn=ROLE, subnets=["a", "c"])
    cluster.options["upgradePolicy"] = {"supportType": policy}
    found = EksClusters(watched.client("eks")).cluster("demo-1-33")
    assert found is not None
    assert found.extends_support is (policy == "EXTENDED")


def test_events_about_eks_that_are_not_over_are_read_with_what_they_are_about(watched: Watched) -> None:
    watched.may(
        {"Action": "health:DescribeEvents", "Resource": "*"},
        {"Action": "health:DescribeAffectedEntities", "Resource": "arn:aws:health:*::event/EKS/*"},
    )
    health = AwsHealthEvents(watched.client("health"))
    assert health.about_eks(REGION) == ()
    planned = watched.aws_health.happens(about=["demo-1-33"], in_days=60)
    public = watched.aws_health.happens("AWS_EKS_OPERATIONAL_ISSUE", category="issue", region="global")
    watched.aws_health.happens("AWS_EC2_OPERATIONAL_ISSUE", category="issue")
    watched.aws_health.happens(region="eu-west-1")
    watched.aws_health.is_over(watched.aws_health.happens())
    found = {one.arn: one for one in health.about_eks(REGION) or ()}
    assert set(found) == {planned, public}
    event = found[planned]
    assert (event.code, event.category, event.status) == (LIFECYCLE, "scheduledChange", "upcoming")
    assert (event.is_public, found[public].is_public) == (False, True)
    assert event.starts is not None
    assert health.affected([planned, public]) == {planned: (f"arn:aws:eks:{REGION}:{ACCOUNT}:cluster/demo-1-33",)}


def test_many_events_are_asked_about_ten_by_ten(watched: Watched) -> None:
    watched.may({"Action": "health:*", "Resource": "*"})
    arns = [watched.aws_health.happens(about=[f"cluster-{number}"]) for number in range(25)]
    assert len(AwsHealthEvents(watched.client("health")).affected(arns)) == 25


def test_an_account_with_a_small_support_plan_may_not_ask_and_a_role_without_the_right_is_refused(
    watched: Watched,
) -> None:
    health = AwsHealthEvents(watched.client("health"))
    with pytest.raises(AwsRefusedError, match="not authorized to perform: health:DescribeEvents"):
        health.about_eks(REGION)
    watched.may({"Action": "health:DescribeEvents", "Resource": "*"})
    watched.aws_health.is_subscribed = False
    assert health.about_eks(REGION) is None


def test_change_calendars_are_asked_by_name_and_by_arn(watched: Watched) -> None:
    ssm, made = watched.front.client("ssm"), {"DocumentType": "ChangeCalendar", "DocumentFormat": "TEXT"}
    ssm.create_document(Name="year-end", Content=calendar(YEAR_END), **made)
    ssm.create_document(Name="always-open", Content=calendar(), **made)
    arn = f"arn:aws:ssm:{REGION}:{ACCOUNT}:document"
    watched.may({"Action": "ssm:GetCalendarState", "Resource": [f"{arn}/year-end", f"{arn}/always-open"]})
    calendars = ChangeCalendars(watched.client("ssm"))
    names = ("year-end", f"{arn}/always-open")
    begin, end = at("2026-12-24T15:00:00"), at("2027-01-04T15:00:00")
    assert calendars.state(names, begin - 60) == CalendarState(is_open=True, until=begin)
    assert calendars.state(names, begin + 0.5) == CalendarState(is_open=False, until=end)
    assert calendars.state(names, end) == CalendarState(is_open=True, until=None)
    with pytest.raises(AwsRefusedError, match=r"not authorized.*document/others"):
        calendars.state(("others",), begin)


def test_a_calendar_that_is_none_is_refused_with_systems_managers_own_code(watched: Watched) -> None:
    watched.may({"Action": "ssm:GetCalendarState", "Resource": "*"})
    calendars = ChangeCalendars(watched.client("ssm"))
    for name, code in (("missing", "InvalidDocument"), ("AWS-RunShellScript", "InvalidDocumentType")):
        with pytest.raises(AwsRefusedError) as caught:
            calendars.state((name,), 1_800_000_000.0)
        assert caught.value.code == code


def test_reminders_are_written_only_over_what_was_read_and_do_not_expire(dynamodb: Any) -> None:
    reminders = DynamoReminders(dynamodb, "runs", "demo")
    assert reminders.read() is None
    ends = Ended(cluster="demo-1-33", version="1.33", told={"standard": 60, "extended": 90}, planned="run")
    first = Reminded(ends=ends, health=("arn:a",), unread=True)
    reminders.write(first, instead_of=None)
    assert reminders.read() == first
    with pytest.raises(ConflictError):
        reminders.write(Reminded(), instead_of=None)
    reminders.write(Reminded(health=("arn:b",)), instead_of=first)
    assert reminders.read() == Reminded(health=("arn:b",))
    (item,) = dynamodb.scan(TableName="runs")["Items"]
    assert (item["pk"]["S"], item["sk"]["S"]) == ("SUPPORT#demo", "REMINDED")
    assert "expires" not in item
