"""One session per process: its clients go where the function's environment says, with bounded patience."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from norikae.adapters.aws import session

from .conftest import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Cloud

LAMBDA_TIMEOUT_SECONDS = 60


@pytest.fixture
def function(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The environment variables that Lambda gives a function."""
    role = cloud.client("iam").create_role(RoleName="reader", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    key = cloud.front.client("sts", role)._request_signer._credentials
    for name, value in {
        "AWS_ENDPOINT_URL": cloud.front.url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key.access_key,
        "AWS_SECRET_ACCESS_KEY": key.secret_key,
    }.items():
        monkeypatch.setenv(name, value)
    forget()
    yield
    session.client("sts").close()
    forget()


def forget() -> None:
    session.session.cache_clear()
    session.client.cache_clear()


@pytest.mark.usefixtures("function")
def test_a_client_calls_as_the_function() -> None:
    assert session.client("sts").get_caller_identity()["Arn"].split("/")[1] == "reader"


@pytest.mark.usefixtures("function")
def test_all_adapters_share_one_client_per_service() -> None:
    assert session.client("sts") is session.client("sts")
    assert session.session() is session.session()


@pytest.mark.usefixtures("function")
def test_the_attempts_of_a_call_fit_into_a_function() -> None:
    config = session.client("sts").meta.config
    attempts = config.retries["total_max_attempts"]
    assert config.retries["mode"] == "standard"
    assert attempts * (config.connect_timeout + config.read_timeout) < LAMBDA_TIMEOUT_SECONDS
