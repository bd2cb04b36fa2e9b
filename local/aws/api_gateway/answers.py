"""From what a function answers to what its client gets.

Source: API Gateway guide, "Output format of a Lambda function for proxy integration", "Gateway response types".
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from local.aws.api_gateway.event import is_binary
from local.aws.api_gateway.records import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable

_MEMBERS = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
_STATUSES = range(100, 600)


class MalformedError(Exception):
    """A function's answer is none that API Gateway can hand on."""


def refusal(status: int, message: str, kind: str) -> Answer:
    """An answer of API Gateway itself.

    Args:
        status: the HTTP status.
        message: its text.
        kind: its ``x-amzn-ErrorType``.
    """
    headers = {"Content-Type": "application/json", "x-amzn-ErrorType": kind}
    return Answer(status, headers, json.dumps({"message": message}).encode())


def handed_on(payload: Any, accepts: str, binary: Iterable[str]) -> Answer:
    """The answer of a function.

    Args:
        payload: what it returned, as JSON values.
        accepts: the first media type that its client accepts, or ``""``.
        binary: media types that are binary in this API.

    Raises:
        MalformedError: it has another form than the guide asks for.
    """
    if not isinstance(payload, dict) or set(payload) - _MEMBERS:
        raise MalformedError("the answer is no object with the members of a proxy answer only")
    status, body = payload.get("statusCode"), payload.get("body")
    if isinstance(status, str) and status.isdigit():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or status not in _STATUSES:
        raise MalformedError(f"statusCode: {status!r}")
    if body is not None and not isinstance(body, str):
        raise MalformedError(f"body: a {type(body).__name__}")
    encoded = payload.get("isBase64Encoded") or False
    if not isinstance(encoded, bool):
        raise MalformedError(f"isBase64Encoded: {encoded!r}")
    headers = _headers(payload.get("headers"), payload.get("multiValueHeaders"))
    if not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json"
    return Answer(status, headers, _bytes(body or "", encoded=encoded and is_binary(accepts, binary)))


def _bytes(body: str, *, encoded: bool) -> bytes:
    """The body; base64 is undone only for a client that accepts a binary media type."""
    if not encoded:
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise MalformedError("body: not base64") from error


def _headers(single: Any, several: Any) -> dict[str, str]:
    """Both maps as one; where one pair is in both, it is there once."""
    if not isinstance(single or {}, dict) or not isinstance(several or {}, dict):
        raise MalformedError("headers: no object")
    found: dict[str, list[str]] = {name: [_text(one) for one in values] for name, values in (several or {}).items()}
    for name, value in (single or {}).items():
        values = found.setdefault(name, [])
        if _text(value) not in values:
            values.append(_text(value))
    return {name: ", ".join(values) for name, values in found.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise MalformedError(f"a header is a {type(value).__name__}")
    return str(value)
