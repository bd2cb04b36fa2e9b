"""What Lambda's Invoke answers, and what each refusal tells a person to do. No socket is opened."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.stub import Stubber

from cli.exits import Exit, exit_of_error
from cli.invoke import InvokedCommander
from cli.target import Target
from norikae import errors
from tests.unit.fakes.chat import FakeCallers

TARGET = Target("demo", "norikae-demo-operator-command", "ap-northeast-1")
STATUS = {"command": "status", "environment": "demo"}


class Function:
    """Operator command behind a client of Lambda whose answers are prepared.

    Args:
        target: where it is.
    """

    def __init__(self, target: Target = TARGET) -> None:
        client = boto3.client(
            "lambda", region_name="ap-northeast-1", aws_access_key_id="key", aws_secret_access_key="secret"
        )
        self.lambda_ = Stubber(client)
        self.lambda_.activate()
        self.callers = FakeCallers()
        self.commander = InvokedCommander(client, target, self.callers)

    def answers(self, told: Any, *, error: bool = False, expected: dict[str, Any] | None = None) -> None:
        answer = {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(told).encode())}
        self.lambda_.add_response("invoke", answer | ({"FunctionError": "Unhandled"} if error else {}), expected)

    def refuses(self, code: str, text: str, status: int = 400) -> None:
        self.lambda_.add_client_error("invoke", code, text, status)

    def raised(self) -> Exception:
        with pytest.raises((errors.NorikaeError, TimeoutError)) as caught:
            self.commander.carry_out(STATUS)
        return caught.value


@pytest.fixture
def function() -> Iterator[Function]:
    function = Function()
    yield function
    function.lambda_.assert_no_pending_responses()


class Broken:
    """A client of Lambda that comes to no answer."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        client = boto3.client("lambda", region_name="ap-northeast-1")
        self.meta = client.meta

    def invoke(self, **_: object) -> None:
        raise self.error


def test_a_command_is_said_with_a_proof(function: Function) -> None:
    payload = json.dumps({**STATUS, "proof": function.callers.prove()}).encode()
    function.answers({"run": "r1"}, expected={"FunctionName": TARGET.function, "Payload": payload})
    assert function.commander.carry_out(STATUS) == {"run": "r1"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("BadRequestError", errors.BadRequestError),
        ("ForbiddenError", errors.ForbiddenError),
        ("LeaseHeldError", errors.LeaseHeldError),
        ("ThrottledError", errors.ThrottledError),
        ("NotFoundError", errors.NotFoundError),
        ("AwsRefusedError", errors.PermanentError),
    ],
)
def test_what_the_function_raises_is_raised_here(function: Function, name: str, kind: type[Exception]) -> None:
    function.answers({"errorType": name, "errorMessage": "why and what to do"}, error=True)
    error = function.raised()
    assert type(error) is kind
    assert str(error) == "why and what to do"


@pytest.mark.parametrize(
    ("told", "text", "code"),
    [
        (
            {"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 60.00 seconds"},
            "broke off (Sandbox.Timedout: Task timed out after 60.00 seconds); whether it took effect is unknown",
            Exit.UNREACHABLE,
        ),
        ({"errorMessage": "Task timed out"}, "broke off (Unhandled: Task timed out)", Exit.UNREACHABLE),
        ({"errorType": "KeyError", "errorMessage": "'x'"}, "failed: KeyError: 'x'; its log group", Exit.FAILED),
        ({"errorType": "__doc__", "errorMessage": ""}, "failed: __doc__", Exit.FAILED),
    ],
)
def test_a_function_that_breaks_off_says_so(function: Function, told: Any, text: str, code: Exit) -> None:
    function.answers(told, error=True)
    error = function.raised()
    assert text in str(error)
    assert exit_of_error(error) == code


@pytest.mark.parametrize(
    ("code", "text", "remedy", "exits"),
    [
        ("ResourceNotFoundException", "Function not found", "is 'demo' the environment", Exit.UNREACHABLE),
        ("AccessDeniedException", "no identity-based policy allows", "lambda:InvokeFunction", Exit.NOT_ALLOWED),
        ("ExpiredTokenException", "The security token included is expired.", "aws sso login", Exit.NOT_ALLOWED),
        ("UnrecognizedClientException", "The security token is invalid", "--profile or AWS_PROFILE", Exit.NOT_ALLOWED),
        ("TooManyRequestsException", "Rate Exceeded.", "Rate Exceeded", Exit.UNREACHABLE),
        ("KMSDisabledException", "the key is disabled", "KMSDisabledException: the key is disabled", Exit.FAILED),
    ],
)
def test_what_aws_refuses_says_what_to_do(function: Function, code: str, text: str, remedy: str, exits: Exit) -> None:
    function.refuses(code, text)
    error = function.raised()
    assert remedy in str(error)
    assert "\n" not in str(error)
    assert exit_of_error(error) == exits


def test_no_network_is_named_by_its_place() -> None:
    away = Broken(exceptions.EndpointConnectionError(endpoint_url="https://lambda.ap-northeast-1.amazonaws.com"))
    with pytest.raises(errors.UnreachableError, match="ap-northeast-1 cannot be reached: Could not connect"):
        InvokedCommander(away, TARGET, FakeCallers()).carry_out(STATUS)


def test_an_answer_that_does_not_come_may_still_have_had_its_effect() -> None:
    slow = Broken(exceptions.ReadTimeoutError(endpoint_url="https://lambda.ap-northeast-1.amazonaws.com"))
    with pytest.raises(TimeoutError, match="whether it took effect is unknown: ask for the status"):
        InvokedCommander(slow, TARGET, FakeCallers()).carry_out(STATUS)


@pytest.mark.parametrize(
    "error",
    [
        exceptions.NoCredentialsError(),
        exceptions.UnauthorizedSSOTokenError(),
        exceptions.TokenRetrievalError(provider="sso", error_msg="expired"),
    ],
)
def test_somebody_who_is_not_logged_in_is_told_how(error: Exception) -> None:
    target = Target("demo", TARGET.function, profile="sre")
    with pytest.raises(errors.CredentialsExpiredError, match="aws sso login --profile sre"):
        InvokedCommander(Broken(error), target, FakeCallers()).carry_out(STATUS)


def test_a_proof_that_cannot_be_made_is_told_the_same_way() -> None:
    class Nobody(FakeCallers):
        def prove(self) -> str:
            raise errors.CredentialsExpiredError("no AWS credentials to sign with")

    with pytest.raises(errors.CredentialsExpiredError, match="aws sso login, or name a profile"):
        InvokedCommander(Broken(ValueError()), TARGET, Nobody()).carry_out(STATUS)
