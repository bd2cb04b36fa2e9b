"""What API Gateway passes on of a request, before anybody knows who sent it: nothing in here raises."""

from __future__ import annotations

import base64

TYPE_CHECKING = False  # the module typing costs a third of what an ear may take before a request is proven
if TYPE_CHECKING:
    from collections.abc import Mapping

CAP = 512 * 1024
"""The longest body in bytes: a message of Chatwork has up to 65,535 characters, of which JSON may make six bytes each,
and whoever refuses what a chat sends is not heard for long. A pressed button brings its whole message along.
"""
_BASE64_CAP = (CAP + 2) // 3 * 4
"""How many characters the longest body has in base64."""


class Request:
    """The bytes that were signed, and what came with them.

    Args:
        body: as it was sent, byte by byte.
        headers: values by name in lower case.
        query: values by name, as they were spelled.
    """

    __slots__ = ("_headers", "_query", "body")

    def __init__(self, body: bytes, headers: Mapping[str, list[str]], query: Mapping[str, list[str]]) -> None:
        self.body, self._headers, self._query = body, headers, query

    def header(self, name: str) -> str:
        """The value of a header; "" when there is none, or two, or one that is not ASCII."""
        return _only(self._headers.get(name.lower(), []))

    def query(self, name: str) -> str:
        """The value in the query string, by the same rule."""
        return _only(self._query.get(name, []))


def read(event: object) -> Request | int:
    """A request of API Gateway's REST proxy, or the status with which it is refused: 413 too long, 401 unreadable.

    Args:
        event: ``headers``, ``multiValueHeaders``, ``queryStringParameters``, ``body``, ``isBase64Encoded`` (API Gateway
            guide, "Input format of a Lambda function for proxy integration").
    """
    if not isinstance(event, dict):
        return 401
    body = _body(event.get("body"), is_base64=event.get("isBase64Encoded") is True)
    if isinstance(body, int):
        return body
    headers = _values(event.get("headers"), event.get("multiValueHeaders"), lower=True)
    query = _values(event.get("queryStringParameters"), event.get("multiValueQueryStringParameters"), lower=False)
    return Request(body, headers, query)


def _body(text: object, *, is_base64: bool) -> bytes | int:
    if text is None:
        return b""
    if not isinstance(text, str):
        return 401
    if len(text) > (_BASE64_CAP if is_base64 else CAP):
        return 413
    try:
        body = base64.b64decode(text, validate=True) if is_base64 else text.encode()
    except ValueError:  # not base64, or half of a surrogate pair
        return 401
    return body if len(body) <= CAP else 413


def _values(single: object, multiple: object, *, lower: bool) -> dict[str, list[str]]:
    """What came under each name: API Gateway says the last value under one key, and all of them under another."""
    found: dict[str, list[str]] = {}
    for name, values in _items(multiple):
        found.setdefault(name.lower() if lower else name, []).extend(_texts(values))
    for name, value in _items(single):
        known = found.setdefault(name.lower() if lower else name, [])
        if value not in known:
            known.extend(_texts([value]))
    return found


def _items(values: object) -> list[tuple[str, object]]:
    if not isinstance(values, dict):
        return []
    return [(name, value) for name, value in values.items() if isinstance(name, str)]


def _texts(values: object) -> list[str]:
    """Whatever is no text still counts as a value, so that it cannot hide behind another one."""
    if not isinstance(values, list):
        return [""]
    return [value if isinstance(value, str) else "" for value in values]


def _only(values: list[str]) -> str:
    return values[0] if len(values) == 1 and values[0].isascii() else ""
