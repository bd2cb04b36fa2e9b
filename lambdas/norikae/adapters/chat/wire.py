"""One request to a chat's API, sent once; nothing that an error says has a token, a URL or a body in it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import urllib3

from norikae.errors import RefusedError, ThrottledError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PORT = 443
CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0
AGENT = "norikae"
FIRST_REDIRECT, FIRST_ERROR, TOO_MANY, SERVER_ERROR = 300, 400, 429, 500
WAIT_SECONDS = 30
"""What a refusal for too many requests means when it does not say how long."""
MOST = 200
"""Characters of an API's own words that an error repeats."""


def wait_seconds(headers: Mapping[str, str]) -> int:
    """``Retry-After`` in seconds; some seconds where it says none."""
    told = headers.get("Retry-After", "").strip()
    return int(told) if told.isascii() and told.isdigit() else WAIT_SECONDS


def send(
    what: str,
    method: str,
    host: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    wait: Callable[[Mapping[str, str]], int] = wait_seconds,
) -> urllib3.BaseHTTPResponse:
    """The answer of one request over TLS, with a status below 400 and no redirect.

    Args:
        what: the call in words, such as ``slack chat.postMessage``, for errors.
        method: of HTTP.
        host: the API's, whose certificate it has to show.
        path: below the host.
        headers: besides who asks.
        body: as it is sent.
        wait: how long a 429 asks to wait, in seconds, by its headers.

    Raises:
        ThrottledError: a 429; its text says in how many seconds to come again.
        UnreachableError: no connection, no answer in time, or a 5xx; the call may have worked.
        RefusedError: a redirect, or any other refusal, with its status.
    """
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    try:
        with urllib3.HTTPSConnectionPool(
            host, PORT, timeout=timeout, ssl_context=ssl.create_default_context()
        ) as connections:
            response = connections.request(
                method, path, body=body, headers={"User-Agent": AGENT, **headers}, redirect=False, retries=False
            )
    except urllib3.exceptions.HTTPError as error:
        # Without the cause: urllib3's texts have the path, which is a credential where Slack wants an answer.
        found = _words(error)
    else:
        _refuse(what, response, wait)
        return response
    raise UnreachableError(f"{what}: {found}")


def _refuse(what: str, response: urllib3.BaseHTTPResponse, wait: Callable[[Mapping[str, str]], int]) -> None:
    status = response.status
    if status == TOO_MANY:
        raise ThrottledError(f"{what}: too many requests; again in {wait(response.headers)} s")
    if status >= SERVER_ERROR:
        raise UnreachableError(f"{what}: HTTP {status}; the call may have worked")
    if status >= FIRST_ERROR:
        raise RefusedError(f"{what}: refused with HTTP {status}{said(response.data)}")
    if status >= FIRST_REDIRECT:
        raise RefusedError(f"{what}: answered with a redirect (HTTP {status}), which is not followed")


def said(body: bytes) -> str:
    """The beginning of what an API says itself, as it may stand in an error; "" for nothing to read."""
    text = " ".join("".join(one if one.isprintable() else " " for one in body.decode("utf-8", "replace")).split())
    return f": {text[:MOST]}" if text else ""


def _words(error: urllib3.exceptions.HTTPError) -> str:
    match error:
        case urllib3.exceptions.NameResolutionError():
            return "its name cannot be resolved"
        case urllib3.exceptions.NewConnectionError():  # a kind of ConnectTimeoutError, but no timeout
            return "it refuses the connection"
        case urllib3.exceptions.ConnectTimeoutError():
            return f"no connection within {CONNECT_SECONDS:g} s"
        case urllib3.exceptions.ReadTimeoutError():
            return f"no answer within {READ_SECONDS:g} s; the call may have worked"
        case urllib3.exceptions.SSLError():
            return "its certificate is not to be trusted"
    return f"the connection broke ({type(error).__name__}); the call may have worked"
