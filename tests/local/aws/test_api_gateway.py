"""A REST API as its clients and its function see it."""

from __future__ import annotations

import base64
import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.gateway import ACCOUNT, REGION, Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    made = Gateway(tmp_path)
    made.permit()
    yield made
    made.close()


def test_the_function_gets_the_request_as_it_was_sent(gateway: Gateway) -> None:
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("X-Twice", "a"), ("X-Twice", "b")]
    headers += [("User-Agent", "Slackbot 1.0"), ("Content-Length", "9"), ("X-Forwarded-For", "10.0.0.1")]
    arrives = gateway.simulator.arrives(
        "POST", gateway.url("/live/slack?a=1&a=%2F2"), headers, b"command=\xe4", source="203.0.113.9"
    )
    answer = gateway.kernel.run(gateway.kernel.process(arrives))
    event = json.loads(answer.body)
    assert event["body"] == "command=�", "what is no UTF-8 is replaced"
    assert (event["resource"], event["path"], event["httpMethod"]) == ("/slack", "/slack", "POST")
    assert event["isBase64Encoded"] is False
    assert event["headers"]["X-Twice"] == "b"
    assert event["multiValueHeaders"]["X-Twice"] == ["a", "b"]
    assert "Content-Length" not in event["headers"]
    assert event["headers"]["X-Forwarded-For"] == "10.0.0.1, 203.0.113.9"
    assert event["queryStringParameters"] == {"a": "/2"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "/2"]}
    assert (event["pathParameters"], event["stageVariables"]) == (None, None)
    context = event["requestContext"]
    assert context["identity"]["sourceIp"] == "203.0.113.9"
    assert context["identity"]["userAgent"] == "Slackbot 1.0"
    assert context["identity"]["caller"] is None
    assert (context["stage"], context["path"], context["accountId"]) == ("live", "/live/slack", ACCOUNT)
    assert context["requestTimeEpoch"] == 1795482000010
    assert context["requestTime"] == "24/Nov/2026:01:00:00 +0000"
    assert context["requestId"] == answer.headers["x-amzn-RequestId"]
    assert context["domainName"] == f"{gateway.api}.execute-api.{REGION}.amazonaws.com"
    assert gateway.front.failures == []


def test_nothing_said_is_no_body_and_no_query(gateway: Gateway) -> None:
    _, event = gateway.says()
    assert event["body"] is None
    assert event["queryStringParameters"] is None
    assert event["multiValueQueryStringParameters"] is None


def test_a_binary_body_comes_as_base64(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, binary=["*/*"])
    gateway.permit()
    _, event = gateway.says(b"\x00\xff", **{"Content-Type": "application/json; charset=utf-8"})
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\x00\xff"
    gateway.close()


@pytest.mark.parametrize(
    ("path", "verb", "text"),
    [
        ("/live/slack", "GET", "Missing Authentication Token"),
        ("/live/nothing", "POST", "Missing Authentication Token"),
        ("/live", "POST", "Missing Authentication Token"),
        ("/test/slack", "POST", "Forbidden"),
    ],
)
def test_what_is_not_deployed_is_forbidden_and_runs_nothing(path: str, verb: str, text: str, gateway: Gateway) -> None:
    answer, said = gateway.says("hello", path, verb)
    assert (answer.status, said) == (403, {"message": text})
    assert gateway.runtime.invocations == []


def test_a_method_made_after_the_deployment_waits_for_the_next_one(gateway: Gateway) -> None:
    gateway.answers(gateway.path("chatwork"), "POST")
    assert gateway.says(path="/live/chatwork")[0].status == 403
    later = gateway.client.create_deployment(restApiId=gateway.api)["id"]
    gateway.functions.remove_permission(FunctionName="hear", StatementId="gateway")
    gateway.permit("*/POST/*")
    gateway.patch(**{"/deploymentId": later})
    assert gateway.says(path="/live/chatwork")[0].status == 200


@pytest.mark.parametrize("source", ["*/POST/chatwork", "live/GET/slack", "test/*/slack"])
def test_a_function_whose_policy_does_not_let_it_is_not_invoked(source: str, tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    gateway.permit(source)
    answer, said = gateway.says("hello")
    assert (answer.status, said) == (500, {"message": "Internal server error"})
    assert gateway.runtime.invocations == []
    gateway.close()


def test_a_function_without_a_policy_is_not_invoked(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path)
    assert gateway.says("hello")[0].status == 500
    gateway.close()


def test_ten_megabytes_are_too_long_and_six_of_an_event(gateway: Gateway) -> None:
    for size in (10 * 1024 * 1024 + 1, 6 * 1024 * 1024):
        answer, said = gateway.says(b"x" * size)
        assert (answer.status, said) == (413, {"message": "Request Too Long"})
    assert gateway.says(b"x" * 100_000)[0].status == 200


def test_too_many_requests_are_refused_until_tokens_have_come(gateway: Gateway) -> None:
    gateway.patch(**{"/*/*/throttling/rateLimit": 0.5, "/*/*/throttling/burstLimit": 2})
    assert [gateway.says()[0].status for _ in range(3)] == [200, 200, 429]
    gateway.kernel.run(2)
    answer, said = gateway.says()
    assert answer.status == 200
    answer, said = gateway.says()
    assert (answer.status, said) == (429, {"message": "Too Many Requests"})
    assert answer.headers["x-amzn-ErrorType"] == "TooManyRequestsException"


def test_the_limit_of_a_stage_is_each_methods_own(gateway: Gateway) -> None:
    """Who floods one path takes nothing from the other."""
    gateway.answers(gateway.path("chatwork"), "POST")
    live = gateway.client.create_deployment(restApiId=gateway.api)["id"]
    gateway.functions.remove_permission(FunctionName="hear", StatementId="gateway")
    gateway.permit("*/POST/*")
    limits = {"/*/*/throttling/rateLimit": 0.001, "/*/*/throttling/burstLimit": 1}
    gateway.patch(**{"/deploymentId": live, **limits})
    assert [gateway.says()[0].status for _ in range(2)] == [200, 429]
    assert [gateway.says(path="/live/chatwork")[0].status for _ in range(2)] == [200, 429]


def test_the_limit_of_a_method_goes_before_that_of_its_stage(gateway: Gateway) -> None:
    gateway.patch(**{"/*/*/throttling/burstLimit": 100, "/~1slack/POST/throttling/burstLimit": 1})
    gateway.patch(**{"/*/*/throttling/rateLimit": 100, "/~1slack/POST/throttling/rateLimit": 0.001})
    assert [gateway.says()[0].status for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    "answer",
    [
        "null",
        '"ok"',
        "{}",
        '{"statusCode": "many"}',
        '{"statusCode": 200, "body": {"a": 1}}',
        '{"statusCode": 200, "headers": {"a": ["b"]}}',
        '{"statusCode": 200, "headers": "none"}',
        '{"statusCode": 200, "multiValueHeaders": {"a": [{}]}}',
        '{"statusCode": 200, "isBase64Encoded": "yes"}',
        '{"statusCode": 200, "cookies": []}',
        '{"statusCode": 99}',
    ],
)
def test_a_malformed_answer_is_a_bad_gateway(answer: str, gateway: Gateway) -> None:
    got, said = gateway.says(f"answer {answer}")
    assert (got.status, said) == (502, {"message": "Internal server error"})


def test_an_answer_without_a_body_is_empty(gateway: Gateway) -> None:
    answer, said = gateway.says('answer {"statusCode": 204, "headers": {"X-Number": 1, "X-Yes": true}}')
    assert (answer.status, said) == (204, None)
    assert (answer.headers["X-Number"], answer.headers["X-Yes"]) == ("1", "true")


def test_an_error_of_the_function_is_a_bad_gateway_that_tells_nothing(gateway: Gateway) -> None:
    answer, said = gateway.says("fail")
    assert (answer.status, said) == (502, {"message": "Internal server error"})


def test_after_29_seconds_nobody_waits_and_the_function_works_on(gateway: Gateway) -> None:
    answer, said = gateway.says("sleep")
    assert (answer.status, said) == (504, {"message": "Endpoint request timed out"})
    assert gateway.kernel.seconds() == pytest.approx(29.01)
    assert gateway.runtime.logs["hear"] == []
    gateway.kernel.run(60)
    assert gateway.runtime.logs["hear"] == ["slept"]


def test_many_requests_at_once_each_have_a_process_of_their_own(gateway: Gateway) -> None:
    kernel = gateway.kernel
    every = [kernel.process(gateway.simulator.arrives("POST", gateway.url(), {}, b"hi")) for _ in range(20)]
    kernel.run(kernel.env.all_of(every))
    answers: list[Any] = [one.value for one in every]
    assert {answer.status for answer in answers} == {200}
    assert len({json.loads(answer.body)["requestContext"]["requestId"] for answer in answers}) == 20
    assert kernel.seconds() < 1


def test_a_request_without_what_is_needed_does_not_reach_the_function(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, needed={"method.request.header.X-Slack-Signature": True})
    gateway.permit()
    answer, said = gateway.says("hello")
    assert answer.status == 400
    assert said == {"message": "Missing required request parameters: [X-Slack-Signature]"}
    assert gateway.says("hello", **{"x-slack-signature": "v0=00"})[0].status == 200
    gateway.close()


def test_a_parameter_that_is_there_and_blank_is_missing(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, needed={"method.request.querystring.signature": True})
    gateway.permit()
    for query in ("", "?signature=", "?other=1"):
        assert gateway.says("hello", f"/live/slack{query}")[0].status == 400
    assert gateway.says("hello", "/live/slack?signature=a")[0].status == 200
    gateway.close()


def test_what_lambda_itself_refuses_is_an_error_of_the_api(gateway: Gateway) -> None:
    gateway.runtime.functions.clear()
    answer, said = gateway.says("hello")
    assert (answer.status, said) == (500, {"message": "Internal server error"})


def test_an_access_log_needs_the_account_to_have_a_role(gateway: Gateway) -> None:
    line = "$context.identity.sourceIp $context.status $context.error.message"
    log = {
        "/accessLogSettings/destinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:gate",
        "/accessLogSettings/format": f"$context.requestId {line}",
    }
    with pytest.raises(ClientError, match="role ARN must be set in account settings"):
        gateway.patch(**log)
    change = {"op": "replace", "path": "/cloudwatchRoleArn", "value": gateway.role}
    gateway.client.update_account(patchOperations=[change])
    gateway.patch(**log)
    with pytest.raises(ClientError, match="must contain"):
        gateway.patch(**{"/accessLogSettings/format": line})
    answer, _ = gateway.says("fail")
    named = answer.headers["x-amzn-RequestId"]
    assert gateway.simulator.apis[gateway.api].stages["live"].log == [f"{named} 198.51.100.7 502 -"]


def test_each_request_has_its_figures(gateway: Gateway) -> None:
    for body, path in (("hello", "/live/slack"), ("fail", "/live/slack"), ("hello", "/live/nothing")):
        gateway.says(body, path)
    stage = {"ApiName": "chat", "Stage": "live"}

    def of(name: str) -> list[float]:
        return [value for metric, where, value in gateway.figures if (metric, where) == (name, stage)]

    assert of("Count") == [1, 1, 1]
    assert of("4XXError") == [0, 0, 1]
    assert of("5XXError") == [0, 1, 0]
    assert of("Latency")[:2] == pytest.approx([500, 10])
    assert ("Count", {"ApiName": "chat"}, 1.0) in gateway.figures


def test_another_host_or_plain_http_is_nobodys(gateway: Gateway) -> None:
    plain, elsewhere = gateway.url().replace("https:", "http:"), gateway.url().replace(REGION, "us-east-1")
    with pytest.raises(ConnectionRefusedError, match="HTTPS only"):
        gateway.kernel.run(gateway.kernel.process(gateway.simulator.arrives("POST", plain, {})))
    with pytest.raises(socket.gaierror, match="no host name of an API in ap-northeast-1"):
        gateway.kernel.run(gateway.kernel.process(gateway.simulator.arrives("POST", elsewhere, {})))


@pytest.mark.parametrize(
    ("call", "members", "text"),
    [
        ("create_rest_api", {"name": "x", "policy": "{}"}, "NotImplemented"),
        ("create_rest_api", {"name": "x", "endpointConfiguration": {"types": ["PRIVATE"]}}, "NotImplemented"),
        ("create_resource", {"parentId": "ROOT", "pathPart": "{proxy+}"}, "NotImplemented"),
        ("create_resource", {"parentId": "ROOT", "pathPart": "slack"}, "ConflictException"),
        ("create_resource", {"parentId": "nobody", "pathPart": "a"}, "Invalid Resource identifier"),
        ("put_method", {"resourceId": "ROOT", "httpMethod": "GET", "authorizationType": "AWS_IAM"}, "NotImplemented"),
        (
            "put_method",
            {"resourceId": "ROOT", "httpMethod": "SEND", "authorizationType": "NONE"},
            "Invalid HTTP method",
        ),
        ("put_integration", {"resourceId": "ROOT", "httpMethod": "GET", "type": "AWS_PROXY"}, "Invalid Method"),
        ("put_integration", {"resourceId": "ROOT", "httpMethod": "GET", "type": "HTTP_PROXY"}, "NotImplemented"),
        ("create_stage", {"stageName": "live", "deploymentId": "LIVE"}, "Stage already exists"),
        ("create_stage", {"stageName": "a/b", "deploymentId": "LIVE"}, "only allows"),
        ("create_stage", {"stageName": "next", "deploymentId": "none"}, "Deployment id does not exist"),
    ],
)
def test_what_api_gateway_or_the_world_does_not_take_is_refused(
    call: str, members: dict[str, Any], text: str, gateway: Gateway
) -> None:
    ids = {"ROOT": gateway.root, "LIVE": gateway.live}
    given = {name: ids.get(value, value) if isinstance(value, str) else value for name, value in members.items()}
    if call != "create_rest_api":
        given["restApiId"] = gateway.api
    with pytest.raises(ClientError, match=text):
        getattr(gateway.client, call)(**given)


def test_nothing_is_deployed_without_methods(gateway: Gateway) -> None:
    empty = gateway.client.create_rest_api(name="empty")["id"]
    with pytest.raises(ClientError, match="doesn't contain any methods"):
        gateway.client.create_deployment(restApiId=empty)
