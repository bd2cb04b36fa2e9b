"""Lines of an access log.

Source: API Gateway guide, "Variables for access logging": a variable without a value is written as ``-``.
"""

from __future__ import annotations

import re
from typing import Any

_VARIABLE = re.compile(r"\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)")


def line(text: str, known: dict[str, Any]) -> str:
    """A format with its variables filled in.

    Args:
        text: the format, with ``$context.requestId`` and others.
        known: values by name, within each other as the names say.
    """

    def fill(place: re.Match[str]) -> str:
        value: Any = known
        for part in place[1].split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return "-" if value is None else str(value)

    return _VARIABLE.sub(fill, text)
