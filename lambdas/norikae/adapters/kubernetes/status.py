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


class Cause(msgspec.Struct):
    """One of ``details.causes``."""

    reason: str = ""


class Details(msgspec.Struct, rename="camel"):
    """The part of ``details`` that says when to come again, and why not now."""

    causes: list[Cause] | None = None
    retry_after_seconds: float = 0.0


class Status(msgspec.Struct):
    """As much of ``meta/v1 Status`` as norikae reads."""

    message: str = ""
    reason: str = ""
    details: Details | None = None


def status_in(body: bytes) -> Status:
    """The Status that an answer holds, or whatever something in between answered, as its message."""
    try:
        return msgspec.json.decode(body, type=Status)
    except msgspec.DecodeError:
        return Status(message=body[:300].decode(errors="replace").strip())


def error_of(request: str, status: int, body: bytes) -> NorikaeError:
    """The error that an answer with this HTTP status is, with Kubernetes' own message.

    Args:
        request: method and URL, for the reader.
        status: the HTTP status, 400 or more.
        body: the answer; a Status object, or any text when something in between answered.
    """
    answer = status_in(body)
    fallback = UnreachableError if status >= SERVER_ERROR else RefusedError
    reason = f" {answer.reason}" if answer.reason else ""
    return MEANING.get(status, fallback)(f"{request} was answered {status}{reason}: {answer.message}")
