"""The event of a request, as a function with proxy integration gets it.

Source: API Gateway guide, "Input format of a Lambda function for proxy integration", "Binary media types", "Important
notes" (query parameters are decoded).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.aws.api_gateway.records import Method

_NOT_HANDED_ON = frozenset({"connection", "content-length", "transfer-encoding", "te", "upgrade", "expect"})
_NOBODY = (
    *("cognitoIdentityPoolId", "accountId", "cognitoIdentityId", "caller", "principalOrgId", "accessKey"),
    *("cognitoAuthenticationType", "cognitoAuthenticationProvider", "userArn", "user"),
)
"""Members of the identity that only a request with an authorizer has."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived at an API.

    Args:
        verb: the HTTP method.
        host: without a port.
        path: with the stage, as it was sent.
        query: as it was sent.
        headers: pairs in their order, names as they were sent.
        body: its bytes.
        source: the address that it comes from.
    """

    verb: str
    host: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    source: str

    def header(self, name: str) -> str | None:
        """The last value of a header, whatever the case of its name."""
        return next((value for key, value in reversed(self.headers) if key.lower() == name.lower()), None)

    def parameters(self) -> list[tuple[str, str]]:
        """The query's pairs, decoded."""
        return parse_qsl(self.query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where and when a request arrived.

    Args:
        request_id: API Gateway's name for it.
        extended: its other name for it.
        trace: the id of its trace, the root only.
        now: seconds since the epoch.
        account: of the API.
        api: id of the API.
        stage: name of the stage.
        deployment: id of what is deployed there.
        variables: of the stage.
        method: what answers it.
    """

    request_id: str
    extended: str
    trace: str
    now: float
    account: str
    api: str
    stage: str
    deployment: str
    variables: dict[str, str]
    method: Method


def proxy_event(request: Request, arrival: Arrival, binary: Iterable[str]) -> dict[str, Any]:
    """The event of version 1.

    Args:
        request: as it arrived.
        arrival: where and when.
        binary: media types whose bodies are handed on as base64.
    """
    headers = [pair for pair in request.headers if pair[0].lower() not in _NOT_HANDED_ON]
    headers = _with_ours(headers, request, arrival.trace)
    query = request.parameters()
    encoded = bool(request.body) and is_binary(request.header("content-type") or "application/json", binary)
    text = base64.b64encode(request.body).decode() if encoded else request.body.decode("utf-8", "replace")
    return {
        "resource": arrival.method.path,
        "path": request.path.removeprefix(f"/{arrival.stage}") or "/",
        "httpMethod": request.verb,
        "headers": dict(headers) or None,
        "multiValueHeaders": _lists(headers) or None,
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _lists(query) or None,
        "pathParameters": None,
        "stageVariables": dict(arrival.variables) or None,
        "requestContext": request_context(request, arrival),
        "body": text or None,
        "isBase64Encoded": encoded,
    }


def request_context(request: Request, arrival: Arrival) -> dict[str, Any]:
    """What API Gateway itself knows of a request."""
    at = datetime.fromtimestamp(arrival.now, UTC)
    return {
        "resourceId": arrival.method.resource,
        "resourcePath": arrival.method.path,
        "httpMethod": request.verb,
        "extendedRequestId": arrival.extended,
        "requestTime": f"{at:%d/%b/%Y:%H:%M:%S} +0000",
        "path": request.path,
        "accountId": arrival.account,
        "protocol": "HTTP/1.1",
        "stage": arrival.stage,
        "domainPrefix": arrival.api,
        "requestTimeEpoch": int(arrival.now * 1000),
        "requestId": arrival.request_id,
        "identity": {
            **dict.fromkeys(_NOBODY),
            "sourceIp": request.source,
            "userAgent": request.header("user-agent"),
        },
        "domainName": request.host,
        "deploymentId": arrival.deployment,
        "apiId": arrival.api,
    }


def is_binary(media: str, binary: Iterable[str]) -> bool:
    """Whether a body of a media type is handed on as base64."""
    kind = media.partition(";")[0].strip().lower()
    return any(one == "*/*" or one.lower() == kind for one in binary)


def _with_ours(headers: list[tuple[str, str]], request: Request, trace: str) -> list[tuple[str, str]]:
    """With what API Gateway says of the connection; what a client says of it counts for nothing."""
    told = ", ".join(value for key, value in headers if key.lower() == "x-forwarded-for")
    ours = {
        "Host": request.host,
        "X-Amzn-Trace-Id": f"Root={trace}",
        "X-Forwarded-For": f"{told}, {request.source}" if told else request.source,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    names = {name.lower() for name in ours}
    return [*(pair for pair in headers if pair[0].lower() not in names), *ours.items()]


def _lists(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
