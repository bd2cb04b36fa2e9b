"""What EventBridge hears of secrets: natively of labels, by way of CloudTrail of calls and rotations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from local.aws.mischief import Mischief
from tests.local.aws.secrets.conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from tests.local.aws.secrets.conftest import Region

CALL, SERVICE = "AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"


def test_a_new_value_is_told_within_seconds_in_the_form_that_the_guide_shows(region: Region) -> None:
    arn = region.create()
    assert region.heard() == [], "no label moved when the secret was made"
    at = region.kernel.utcnow().strftime("%Y-%m-%dT%H:%M:%SZ")

    version = region.client.put_secret_value(SecretId="prod/db", SecretString="two")["VersionId"]
    (event,) = region.heard(seconds=3)

    del event["id"]
    assert event == {
        "version": "0",
        "detail-type": "Secret Label Updated",
        "source": "aws.secretsmanager",
        "account": ACCOUNT,
        "time": at,
        "region": REGION,
        "resources": [arn],
        "detail": {"name": "prod/db", "labelUpdated": "AWSCURRENT", "versionId": version},
    }


def test_labels_of_ones_own_are_told_and_pending_and_previous_are_not(region: Region) -> None:
    region.create()
    first = region.stages()["AWSCURRENT"]

    region.client.put_secret_value(SecretId="prod/db", SecretString="two", VersionStages=["AWSPENDING"])
    region.client.update_secret_version_stage(SecretId="prod/db", VersionStage="blue", MoveToVersionId=first)
    region.client.update_secret(SecretId="prod/db", Description="of the shop")
    region.client.tag_resource(SecretId="prod/db", Tags=[{"Key": "team", "Value": "chat"}])

    assert [one["detail"]["labelUpdated"] for one in region.heard()] == ["blue"]


def test_a_rotation_is_told_when_it_ends_and_not_when_it_begins(region: Region) -> None:
    arn = region.create()

    version = region.secrets.rotations.rotate("prod/db", "two", seconds=30)

    assert region.stages()["AWSPENDING"] == version
    assert region.client.get_secret_value(SecretId="prod/db")["SecretString"] == "one"
    (event,) = region.heard()
    assert event["detail"] == {"name": "prod/db", "labelUpdated": "AWSCURRENT", "versionId": version}
    assert region.client.get_secret_value(SecretId=arn)["SecretString"] == "two"
    assert "AWSPENDING" not in region.stages()


def test_a_rotation_that_fails_is_a_service_event_without_parameters(region: Region) -> None:
    arn = region.create()

    region.secrets.rotations.fail("prod/db", "never", step="testSecret")

    started, failed = region.heard(SERVICE, seconds=200)
    assert [one["detail"]["eventName"] for one in (started, failed)] == ["RotationStarted", "RotationFailed"]
    assert failed["detail"]["requestParameters"] is None
    assert failed["detail"]["additionalEventData"] == {"SecretId": arn}
    assert "testSecret" in failed["detail"]["errorMessage"]
    assert region.client.get_secret_value(SecretId="prod/db")["SecretString"] == "one"
    region.secrets.rotations.abandon("prod/db")
    assert [one["detail"]["eventName"] for one in region.heard(SERVICE)] == ["RotationAbandoned"]


def test_deletion_and_restoration_are_told_with_what_the_caller_wrote(region: Region) -> None:
    arn = region.create()
    region.heard()

    region.client.delete_secret(SecretId="prod/db", RecoveryWindowInDays=7)
    (deleted,) = region.heard(CALL)
    region.client.restore_secret(SecretId=arn)
    (restored,) = region.heard(CALL)

    assert deleted["detail"]["eventName"] == "DeleteSecret"
    assert deleted["detail"]["requestParameters"] == {"secretId": "prod/db", "recoveryWindowInDays": 7}
    assert deleted["detail"]["responseElements"]["arn"] == arn
    assert restored["detail"]["requestParameters"] == {"secretId": arn}
    assert region.heard() == []


def test_no_event_ever_holds_a_value(region: Region) -> None:
    region.create(value="CANARY")
    region.client.put_secret_value(SecretId="prod/db", SecretString="CANARY-2")
    region.secrets.rotations.rotate("prod/db", "CANARY-3")

    region.kernel.run(200)

    assert len(region.bus.events) > 5
    assert "CANARY" not in json.dumps(region.bus.events)


def test_without_a_trail_only_the_native_event_comes(region: Region) -> None:
    region.secrets.events.trail = False
    region.create()
    region.client.update_secret(SecretId="prod/db", SecretString="two")
    region.client.delete_secret(SecretId="prod/db")

    region.kernel.run(120)

    assert [one["detail-type"] for one in region.bus.events] == ["Secret Label Updated"]


def test_a_story_may_lose_events_and_double_them(region: Region) -> None:
    region.create()
    region.heard()
    region.bus.mischief = Mischief(loss=1.0)
    region.client.put_secret_value(SecretId="prod/db", SecretString="two")
    assert region.heard() == []

    region.bus.mischief = Mischief(duplicate=1.0, delay=5)
    region.client.put_secret_value(SecretId="prod/db", SecretString="three")
    assert len(region.heard()) == 2
