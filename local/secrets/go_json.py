"""What aws-secret-operator makes of a JSON text: Go's ``json.Unmarshal`` into a map of strings, and its way out.

Source: github.com/mumoshu/aws-secret-operator, ``controllers/secret.go`` (awsSecretValueToMap,
awsSecretValueToMapBytes); Go's ``encoding/json``, Unmarshal: a value of another type leaves the zero value behind, the
rest is decoded, and the error comes at the end; names of struct fields match in any case.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class Panic(Exception):  # noqa: N818 - Go's word
    """The program dies."""


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


def string_map(text: str) -> dict[str, str]:
    """``stringDataFrom``: texts as they are, everything else as nothing, and ``port`` in its own way.

    Args:
        text: the SecretString.

    Raises:
        Panic: the text is ``null``, so there is no map to write the version into.
    """
    try:
        value = _read(text)
    except ValueError:
        return {"data": text}
    if value is None:
        raise Panic("assignment to entry in nil map")
    if not isinstance(value, dict):
        return {"data": text}
    found = {key: one if _is_text(one) else "" for key, one in value.items()}
    if all(_is_text(one) or one is None for one in value.values()):
        return found
    port = _port(value)
    return found | ({"data": text} if port is None else {"port": port})


def bytes_map(text: str) -> dict[str, bytes]:
    """``dataFrom``: every value has to be base64.

    Raises:
        ValueError: it is not; the text has no value in it.
        Panic: the text is ``null``.
    """
    try:
        value = _read(text)
    except ValueError:
        raise ValueError("invalid character looking for beginning of value") from None
    if value is None:
        raise Panic("assignment to entry in nil map")
    if not isinstance(value, dict) or not all(_is_text(one) or one is None for one in value.values()):
        raise ValueError("json: cannot unmarshal into Go value of type []uint8")
    try:
        return {key: base64.b64decode(one or "", validate=True) for key, one in value.items()}
    except binascii.Error:
        raise ValueError("illegal base64 data at input byte") from None


def _port(value: dict[str, Any]) -> str | None:
    """The number under a key that is ``port`` in any case, "" without one; None when Go can not read it."""
    found = ""
    for key, one in value.items():
        if key.lower() != "port" or one is None:
            continue
        if not isinstance(one, str) or (one and not _NUMBER.fullmatch(one)):
            return None
        found = str(one)
    return found


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, _Number)


def _read(text: str) -> Any:
    return json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_refused)


def _refused(name: str) -> None:
    raise ValueError(name)
