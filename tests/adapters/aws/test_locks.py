"""Protections of the zone: read whole, made and lifted all at once, and missing where AWS or the SDK has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from norikae.adapters.aws.locks import Route53Locks
from norikae.errors import AwsRefusedError, ConflictError
from norikae.traffic.locks import Lock

if TYPE_CHECKING:
    from .conftest import Cloud

ZONE = "Z0DEMO1EXAMPLE"
WEB, API = Lock("web.demo.example.com", "A", "ours"), Lock("*.demo.example.com", "TXT")


@pytest.fixture
def locks(cloud: Cloud) -> Route53Locks:
    cloud.route53.create_hosted_zone(Name="demo.example.com", CallerReference="test", zone_id=ZONE)
    cloud.time_passes(60)
    return Route53Locks(cloud.client("route53"), ZONE)


def test_what_was_protected_is_read_back_and_lifted(cloud: Cloud, locks: Route53Locks) -> None:
    locks.create([WEB, API])
    assert set(locks.all()) == {WEB, API}
    cloud.time_passes(5)
    locks.lift([WEB, API])
    assert locks.all() == ()


def test_pages_are_read_to_the_end(cloud: Cloud, locks: Route53Locks) -> None:
    for start in range(0, 400, 100):
        locks.create([Lock(f"n{number}.demo.example.com", "A") for number in range(start, start + 100)])
        cloud.time_passes(5)
    assert len(locks.all()) == 400


def test_what_came_too_late_is_a_conflict_and_nothing_has_changed(cloud: Cloud, locks: Route53Locks) -> None:
    locks.create([WEB])
    with pytest.raises(ConflictError):
        locks.create([WEB])
    with pytest.raises(ConflictError):
        locks.create([WEB, API])
    cloud.time_passes(5)
    with pytest.raises(ConflictError):
        locks.lift([WEB, API])
    assert locks.all() == (WEB,)


def test_what_can_never_be_protected_is_refused_for_good(locks: Route53Locks) -> None:
    with pytest.raises(AwsRefusedError, match="InvalidResourceRecordSetProtectionBatch"):
        locks.create([Lock("web.elsewhere.example.org", "A")])


def test_an_sdk_without_protections_says_so() -> None:
    class Old:
        pass

    old: Any = Old()
    with pytest.raises(AwsRefusedError, match="NotImplemented"):
        Route53Locks(old, ZONE).all()
