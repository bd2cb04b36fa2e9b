"""Pages of a listing."""

from __future__ import annotations

import base64
from typing import Any

from local.aws.simulator import AwsError

_DEFAULT = 100


def page(key: str, lines: list[dict[str, Any]], size: int, token: str | None) -> dict[str, Any]:
    """One page, with the token of the next one if there is more.

    Args:
        key: the member that holds the lines.
        lines: the whole listing.
        size: lines per page; 0 means AWS's default of 100.
        token: what the page before gave.

    Raises:
        AwsError: ``InvalidToken``.
    """
    begin, size = _begin(token), size or _DEFAULT
    answer: dict[str, Any] = {key: lines[begin : begin + size]}
    if begin + size < len(lines):
        answer["nextToken"] = base64.urlsafe_b64encode(f"from {begin + size}".encode()).decode()
    return answer


def _begin(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token.encode()).decode().removeprefix("from "))
    except ValueError as error:
        raise AwsError("InvalidToken", f"Invalid Token: '{token}'") from error
