"""Values, versions and labels, as Secrets Manager has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.local.aws.secrets.conftest import ACCOUNT, REGION, refused

if TYPE_CHECKING:
    from tests.local.aws.secrets.conftest import Region


def test_a_secret_is_found_by_name_by_arn_and_by_an_arn_without_its_suffix(region: Region) -> None:
    arn = region.create()

    assert re.fullmatch(rf"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/db-[A-Za-z0-9]{{6}}", arn)
    for reference in ("prod/db", arn, arn[:-7]):
        assert region.client.get_secret_value(SecretId=reference)["SecretString"] == "one"
    assert refused(region.client.get_secret_value, SecretId="prod/d")[0] == "ResourceNotFoundException"
    assert refused(region.client.get_secret_value, SecretId=arn[7:])[0] == "ResourceNotFoundException"


def test_a_new_value_is_current_and_the_one_before_is_previous(region: Region) -> None:
    region.create()
    first = region.stages()["AWSCURRENT"]

    second = region.client.put_secret_value(SecretId="prod/db", SecretString="two")["VersionId"]
    third = region.client.update_secret(SecretId="prod/db", SecretString="three")["VersionId"]

    assert region.stages() == {"AWSCURRENT": third, "AWSPREVIOUS": second}
    shown = region.client.describe_secret(SecretId="prod/db")["VersionIdsToStages"]
    assert first not in shown, "a version without a label is not shown"
    assert region.client.get_secret_value(SecretId="prod/db", VersionId=first)["SecretString"] == "one"


def test_after_a_promotion_the_value_without_a_label_is_the_current_one(region: Region) -> None:
    region.create()
    first = region.stages()["AWSCURRENT"]
    pending = region.client.put_secret_value(SecretId="prod/db", SecretString="two", VersionStages=["AWSPENDING"])

    assert region.client.get_secret_value(SecretId="prod/db")["SecretString"] == "one"
    region.client.update_secret_version_stage(
        SecretId="prod/db",
        VersionStage="AWSCURRENT",
        MoveToVersionId=pending["VersionId"],
        RemoveFromVersionId=first,
    )

    found = region.client.get_secret_value(SecretId="prod/db")
    assert (found["SecretString"], found["VersionId"]) == ("two", pending["VersionId"])
    previous = region.client.get_secret_value(SecretId="prod/db", VersionStage="AWSPREVIOUS")
    assert previous["SecretString"] == "one"


def test_a_label_moves_only_when_its_holder_is_named_and_current_never_goes(region: Region) -> None:
    region.create()
    first = region.stages()["AWSCURRENT"]
    second = region.client.put_secret_value(SecretId="prod/db", SecretString="two")["VersionId"]
    move = region.client.update_secret_version_stage
    label = {"SecretId": "prod/db", "VersionStage": "AWSCURRENT"}

    assert "RemoveFromVersionId can't be empty" in refused(move, MoveToVersionId=first, **label)[1]
    assert "is not attached" in refused(move, MoveToVersionId=first, RemoveFromVersionId=first, **label)[1]
    assert "completely removed" in refused(move, RemoveFromVersionId=second, **label)[1]
    move(SecretId="prod/db", VersionStage="blue", MoveToVersionId=first)
    move(SecretId="prod/db", VersionStage="blue", RemoveFromVersionId=first)
    assert region.stages() == {"AWSCURRENT": second, "AWSPREVIOUS": first}


def test_a_token_makes_one_version_and_never_another_value(region: Region) -> None:
    region.create()
    again = {"SecretId": "prod/db", "ClientRequestToken": "t" * 36}

    made = [region.client.put_secret_value(SecretString="two", **again)["VersionId"] for _ in range(2)]

    assert made == ["t" * 36] * 2
    assert refused(region.client.put_secret_value, SecretString="three", **again)[0] == "ResourceExistsException"
    assert refused(region.client.create_secret, Name="prod/db", SecretString="x")[0] == "ResourceExistsException"


def test_binary_values_and_values_of_64_kib_come_back_as_they_were(region: Region) -> None:
    raw, long = bytes(range(256)), "ü" * 32768
    region.client.create_secret(Name="raw", SecretBinary=raw)
    region.create("long", long)

    found = region.client.get_secret_value(SecretId="raw")
    assert found["SecretBinary"] == raw
    assert "SecretString" not in found
    assert region.client.get_secret_value(SecretId="long")["SecretString"] == long
    code, text = refused(region.client.put_secret_value, SecretId="long", SecretString="x" * 65537)
    assert (code, "xxx" in text) == ("InvalidParameterException", False), "AWS does not repeat what is sensitive"
    assert refused(region.client.put_secret_value, SecretId="long", SecretString=f"{long}x")[0] == "ValidationException"


def test_a_secret_without_a_value_has_none_to_give(region: Region) -> None:
    region.client.create_secret(Name="empty")

    code, text = refused(region.client.get_secret_value, SecretId="empty", VersionStage="AWSCURRENT")

    assert code == "ResourceNotFoundException"
    assert text.endswith("staging label: AWSCURRENT")


def test_a_secret_that_is_marked_for_deletion_is_described_but_not_read_until_it_is_restored(region: Region) -> None:
    region.create()
    region.client.delete_secret(SecretId="prod/db", RecoveryWindowInDays=7)

    assert region.client.describe_secret(SecretId="prod/db")["DeletedDate"]
    for act, more in (
        (region.client.get_secret_value, {}),
        (region.client.put_secret_value, {"SecretString": "x"}),
        (region.client.tag_resource, {"Tags": []}),
    ):
        code, text = refused(act, SecretId="prod/db", **more)
        assert (code, "marked for deletion" in text) == ("InvalidRequestException", True)
    region.client.restore_secret(SecretId="prod/db")
    assert region.client.get_secret_value(SecretId="prod/db")["SecretString"] == "one"
    region.client.delete_secret(SecretId="prod/db", RecoveryWindowInDays=7)
    region.kernel.run(7 * 86400)
    assert refused(region.client.describe_secret, SecretId="prod/db")[0] == "ResourceNotFoundException"


def test_too_many_reads_of_one_second_are_throttled(region: Region) -> None:
    region.create()
    region.secrets.quotas.per_second["GetSecretValue"] = 3

    for _ in range(3):
        region.client.get_secret_value(SecretId="prod/db")
    assert refused(region.client.get_secret_value, SecretId="prod/db")[0] == "ThrottlingException"
    assert region.client.describe_secret(SecretId="prod/db"), "another quota"
    region.kernel.run(1)
    assert region.client.get_secret_value(SecretId="prod/db")


@pytest.mark.parametrize("call", ["rotate_secret", "replicate_secret_to_regions", "get_resource_policy"])
def test_what_the_world_does_not_do_is_a_loud_501(region: Region, call: str) -> None:
    region.create()
    more = {"AddReplicaRegions": [{"Region": "us-east-1"}]} if call.startswith("replicate") else {}

    assert refused(getattr(region.client, call), SecretId="prod/db", **more)[0] == "NotImplemented"


def test_a_role_may_read_what_its_policy_names_by_arn_tag_and_label(region: Region) -> None:
    region.create(Tags=[{"Key": "team", "Value": "chat"}])
    region.create("prod/other")
    function = region.as_function(
        {
            "Effect": "Allow",
            "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            "Resource": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:prod/*-??????",
            "Condition": {
                "StringEquals": {"aws:ResourceTag/team": "chat", "secretsmanager:VersionStage": "AWSCURRENT"},
                "Null": {"secretsmanager:ResourceTag/team": "false"},
            },
        }
    )

    assert function.get_secret_value(SecretId="prod/db", VersionStage="AWSCURRENT")["SecretString"] == "one"
    assert refused(function.get_secret_value, SecretId="prod/db")[0] == "AccessDeniedException"
    other = {"SecretId": "prod/other", "VersionStage": "AWSCURRENT"}
    assert refused(function.get_secret_value, **other)[0] == "AccessDeniedException"
