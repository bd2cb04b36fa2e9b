"""Who changed record sets, by CloudTrail, against the simulator behind the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.aws.cloudtrail import LATE_SECONDS, CloudTrailSimulator
from local.aws.front import Fault, Front
from local.aws.identities import Identities
from local.aws.route53 import Route53Simulator
from local.aws.simulator import AwsError
from local.kernel import Kernel
from norikae.adapters.aws.trail import CloudTrail
from tests.adapters.aws.conftest import ACCOUNT, REGION
from tests.local.aws.route53.records import ZONE, alias

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "app.demo.example.com"
OURS = "norikae-demo-FunctionsWriteZoneRole-1"


class Account:
    """An account in which several people write to one zone."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.route53 = Route53Simulator(self.kernel, account=ACCOUNT)
        self.route53.create_hosted_zone(Name="demo.example.com", CallerReference="test", zone_id=ZONE)
        simulators = [self.route53, CloudTrailSimulator(self.kernel, self.route53)]
        self.front = Front(self.kernel, simulators, Identities(ACCOUNT), ACCOUNT, REGION)
        self.front.start()

    def writes(self, who: str, weight: int, host: str = HOST) -> None:
        changes = [{"Action": "UPSERT", "ResourceRecordSet": alias(host, "blue", weight)}]
        with self.route53.as_caller(who):
            self.route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Changes": changes})
        self.kernel.run(10)

    def named(self, zone: str = ZONE) -> tuple[str, ...]:
        trail = CloudTrail(self.front.client("cloudtrail"), self.kernel.now(), "demo")
        return trail.writers(zone, (HOST,))


@pytest.fixture
def account() -> Iterator[Account]:
    built = Account()
    yield built
    built.front.stop()
    assert built.front.failures == []


def test_the_latest_writer_is_named_first_and_norikae_never(account: Account) -> None:
    for who, weight in (("terraform/ci", 100), (f"{OURS}/write", 95), ("external-dns/demo-1-33", 90)):
        account.writes(who, weight)
    account.kernel.run(LATE_SECONDS)
    first, second = account.named()
    assert first.endswith("external-dns/demo-1-33")
    assert second.endswith("terraform/ci")


def test_nothing_is_known_before_cloudtrail_knows_it_or_of_other_names_and_zones(account: Account) -> None:
    account.writes("terraform/ci", 100, host="other.demo.example.com")
    account.kernel.run(LATE_SECONDS)
    account.writes("terraform/ci", 100)
    assert account.named() == ()
    account.kernel.run(LATE_SECONDS)
    assert account.named("Z0ANOTHER") == ()
    assert len(account.named()) == 1


def test_a_cloudtrail_that_refuses_is_no_reason_not_to_page(account: Account) -> None:
    account.writes("terraform/ci", 100)
    account.kernel.run(LATE_SECONDS)
    account.front.faults.append(lambda _: Fault(AwsError("AccessDeniedException", "no")))
    assert account.named() == ()
