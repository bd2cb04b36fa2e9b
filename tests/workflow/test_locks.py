"""A whole upgrade with locked names: nobody else can write what is watched, and nothing stays locked."""

from __future__ import annotations

import pytest

from local.aws.route53.protections import page
from local.aws.simulator import AwsError
from local.demo.scenarios import Scenario
from tests.workflow.upgrades import Upgrade

LOCKED = Scenario("locked", "", "succeeded", protect=True)


def protected(upgrade: Upgrade) -> list[dict[str, str]]:
    (zone,) = upgrade.world.route53.zones.values()
    return page(zone, None, None)[0]


@pytest.mark.long
def test_an_upgrade_locks_what_it_watches_and_leaves_no_lock() -> None:
    with Upgrade("files-upload", scenario=LOCKED) as upgrade:
        execution = upgrade.start()
        assert upgrade.run_until(execution, "Soak")
        held = protected(upgrade)
        assert {one["RecordType"] for one in held} == {"A", "AAAA"}
        assert all(one["Comment"].startswith("norikae env=demo run=") for one in held)
        (zone,) = upgrade.world.route53.zones.values()
        stray = {"Name": held[0]["RecordName"], "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
        batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": stray}]}
        with upgrade.world.route53.as_caller("somebody"), pytest.raises(AwsError, match="norikae env=demo"):
            upgrade.world.route53.change_resource_record_sets(HostedZoneId=zone.id, ChangeBatch=batch)
        assert upgrade.run_to_end(execution) == "SUCCEEDED"
        assert protected(upgrade) == []
        assert upgrade.weights("files-upload") == {"demo-1-35-a": 100}


@pytest.mark.long
def test_functions_that_die_leave_no_lock_either() -> None:
    dying = Scenario("locked-crash", "", "succeeded", crash_probability=0.1, protect=True)
    with Upgrade("files-upload", scenario=dying) as upgrade:
        assert upgrade.run_to_end(upgrade.start()) == "SUCCEEDED"
        assert protected(upgrade) == []


@pytest.mark.long
def test_an_abort_while_names_are_locked_brings_everything_back() -> None:
    with Upgrade("files-upload", scenario=LOCKED) as upgrade:
        execution = upgrade.start()
        assert upgrade.run_until(execution, "Soak")
        assert protected(upgrade)
        upgrade.command(command="abort", reason="a story")
        assert upgrade.run_to_end(execution) == "FAILED"
        assert protected(upgrade) == []
        assert upgrade.weights("files-upload") == {"demo-1-33": 100}
