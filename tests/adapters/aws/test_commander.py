"""The function that carries commands out, asked by another function of norikae's. No socket is opened."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.stub import Stubber

from norikae import errors
from norikae.adapters.aws.commander import ONCE, LambdaCommander
from tests.unit.fakes.chat import FakeCallers

FUNCTION = "norikae-demo-operator-command"
PAUSE = {"command": "pause", "actor": {"door": "slack", "id": "T01AB/U02CD"}}


class Function:
    """Operator command behind a client whose answers are prepared."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
        client = boto3.client("lambda", region_name="ap-northeast-1", config=ONCE, **keys)
        self.stub = Stubber(client)
        self.stub.activate()
        self.commander = LambdaCommander(client, FUNCTION, FakeCallers())

    def answers(self, told: Any, *, expected: dict[str, Any] | None = None, **more: str) -> None:
        answer = {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(told).encode()), **more}
        self.stub.add_response("invoke", answer, expected)

    def raised(self) -> errors.NorikaeError:
        with pytest.raises(errors.NorikaeError) as error:
            self.commander.carry_out(PAUSE)
        return error.value


@pytest.fixture
def function() -> Iterator[Function]:
    function = Function()
    yield function
    function.stub.assert_no_pending_responses()


def test_a_command_is_said_with_a_proof_of_who_speaks_for_its_sender(function: Function) -> None:
    payload = json.dumps({**PAUSE, "proof": "proof of me"}).encode()
    function.answers({"run": "r1"}, expected={"FunctionName": FUNCTION, "Payload": payload})
    assert function.commander.carry_out(PAUSE) == {"run": "r1"}


@pytest.mark.parametrize("kind", [errors.ForbiddenError, errors.RefusedError, errors.ConflictError])
def test_what_the_function_raises_is_raised_here(function: Function, kind: type[Exception]) -> None:
    function.answers({"errorType": kind.__name__, "errorMessage": "why"}, FunctionError="Unhandled")
    error = function.raised()
    assert (type(error), str(error)) == (kind, "why")


def test_a_function_that_breaks_off_may_have_done_it(function: Function) -> None:
    function.answers({"errorType": "Sandbox.Timedout", "errorMessage": "timed out"}, FunctionError="Unhandled")
    error = function.raised()
    assert type(error) is errors.UnreachableError
    assert "whether it took effect is unknown" in str(error)


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("TooManyRequestsException", 429, errors.ThrottledError),
        ("ServiceException", 500, errors.UnreachableError),
        ("AccessDeniedException", 403, errors.AwsRefusedError),
        ("ResourceNotFoundException", 404, errors.AwsRefusedError),
        ("ExpiredTokenException", 403, errors.CredentialsExpiredError),
    ],
)
def test_why_the_function_could_not_be_asked(function: Function, code: str, status: int, kind: type[Exception]) -> None:
    function.stub.add_client_error("invoke", code, "text", status)
    assert type(function.raised()) is kind


def test_without_an_answer_it_is_unknown_and_nothing_is_said_twice() -> None:
    class Silent:
        meta = boto3.client("lambda", region_name="ap-northeast-1").meta

        def __init__(self) -> None:
            self.asked = 0

        def invoke(self, **_: object) -> None:
            self.asked += 1
            raise exceptions.ReadTimeoutError(endpoint_url="https://lambda.example")

    silent = Silent()
    with pytest.raises(errors.UnreachableError, match="whether it took effect is unknown"):
        LambdaCommander(silent, FUNCTION, FakeCallers()).carry_out(PAUSE)
    assert (silent.asked, ONCE.retries["total_max_attempts"]) == (1, 1)
