"""Secrets are read as JSON objects of texts, and their values stay out of every text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from norikae.adapters.aws.secrets import AwsSecrets
from norikae.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from .conftest import Cloud


def test_the_current_value_of_a_secret(cloud: Cloud) -> None:
    manager = cloud.client("secretsmanager")
    manager.create_secret(Name="norikae/git", SecretString=json.dumps({"username": "norikae", "password": "old"}))
    manager.put_secret_value(
        SecretId="norikae/git", SecretString=json.dumps({"username": "norikae", "password": "new"})
    )
    assert AwsSecrets(manager).read("norikae/git") == {"username": "norikae", "password": "new"}


def test_a_secret_that_is_not_there_is_named(cloud: Cloud) -> None:
    with pytest.raises(NotFoundError, match="Secrets Manager has no secret norikae/git"):
        AwsSecrets(cloud.client("secretsmanager")).read("norikae/git")


@pytest.mark.parametrize("value", ["hunter2", '["hunter2"]', '{"password": 4711}', '{"password": {"is": "hunter2"}}'])
def test_a_secret_of_another_shape_is_named_without_its_value(cloud: Cloud, value: str) -> None:
    manager = cloud.client("secretsmanager")
    manager.create_secret(Name="norikae/git", SecretString=value)
    with pytest.raises(RefusedError, match="secret norikae/git has to be a JSON object") as refusal:
        AwsSecrets(manager).read("norikae/git")
    assert "hunter2" not in str(refusal.value)
    assert refusal.value.__cause__ is None
