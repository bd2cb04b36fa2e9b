"""What an API server's refusal means to norikae."""

from __future__ import annotations

import msgspec

from norikae.errors import (
    ConflictError,
    CredentialsExpiredError,
    NorikaeError,
    RefusedError,
    ThrottledError,
    UnreachableError,
)

UNAUTHORIZED, CONFLICT, GONE, TOO_MANY_REQUESTS, SERVER_ERROR = 401, 409, 410, 429, 500

MEANING: dict[int, type[NorikaeError]] = {
    UNAUTHORIZED: CredentialsExpiredError,
    CONFLICT: ConflictError,
    GONE: ConflictError,
    TOO_MANY_REQUESTS: ThrottledError,
}


class _Status(msgspec.Struct):
    """The part of ``meta/v1 Status`` that a person reads."""

    message: str = ""
    reason: str = ""


def error_of(request: str, status: int, body: bytes) -> NorikaeError:
    """The error that an answer with this HTTP status is, with Kubernetes' own message.

    Args:
        request: method and URL, for the reader.
        status: the HTTP status, 400 or more.
        body: the answer; a Status object, or any text when something in between answered.
    """
    try:
        answer = msgspec.json.decode(body, type=_Status)
    except msgspec.DecodeError:
        answer = _Status(message=body[:300].decode(errors="replace").strip())
    fallback = UnreachableError if status >= SERVER_ERROR else RefusedError
    reason = f" {answer.reason}" if answer.reason else ""
    return MEANING.get(status, fallback)(f"{request} was answered {status}{reason}: {answer.message}")
