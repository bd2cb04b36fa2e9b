"""The token of a chat: where it is, and what is wrong with it, without a piece of what the secret holds."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from norikae.adapters.chat.tokens import token
from norikae.errors import NorikaeError, NotFoundError, RefusedError, SettingsError

VALUE = "xoxb-12-secret"


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="ap-northeast-1")


def chats(secrets: Any, document: Any) -> str:
    """NORIKAE_CHATS with a secret of Slack's."""
    text = document if isinstance(document, str) else json.dumps(document)
    return json.dumps({"slack": secrets.create_secret(Name="norikae/slack", SecretString=text)["ARN"]})


def test_the_token_is_read_from_the_secret_that_the_stack_names(secrets: Any) -> None:
    known = chats(secrets, {"token": VALUE, "signing_key": "8f"})
    assert token(secrets, known, "slack") == VALUE


@pytest.mark.parametrize(
    "document",
    [
        {"signing_key": VALUE},
        {"token": ""},
        {"token": 7, "other": VALUE},
        [VALUE],
        VALUE,
        f'{{"token": "{VALUE}"',
        {"token": f"{VALUE}\n"},
        {"token": f"Bearer {VALUE}"},
        {"token": "\u3000" + VALUE},
    ],
)
def test_a_secret_of_another_form_is_named_and_not_shown(secrets: Any, document: Any) -> None:
    known = chats(secrets, document)
    with pytest.raises(RefusedError) as error:
        token(secrets, known, "slack")
    assert "norikae/slack" in str(error.value)
    assert "'token'" in str(error.value)
    assert VALUE not in "".join(traceback.format_exception(error.value))


def test_a_secret_that_is_not_there_is_named(secrets: Any) -> None:
    arn = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:gone-AbCdEf"
    with pytest.raises(NotFoundError, match=r"gone-AbCdEf; notify\.slack\.secret names it"):
        token(secrets, json.dumps({"slack": arn}), "slack")


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ("{}", "names no secret of slack; set notify.slack.secret and deploy"),
        ('{"chatwork": "arn"}', "names no secret of slack"),
        ('{"slack": ""}', "names no secret of slack"),
        ("no json", "maps the name of a chat"),
        ('["slack"]', "maps the name of a chat"),
    ],
)
def test_what_the_stack_does_not_say_is_named(secrets: Any, known: str, says: str) -> None:
    with pytest.raises(SettingsError, match="NORIKAE_CHATS") as error:
        token(secrets, known, "slack")
    assert says in str(error.value)
    assert isinstance(error.value, NorikaeError)
