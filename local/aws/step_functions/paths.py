"""JSONPath and reference paths: reading one or many values, writing one.

Plain paths (``$.a.b[0]``) take a hand-written way, because a state reads several of them; everything else (``$..a``,
``[*]``, filters, slices) goes to jsonpath-ng.
"""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jsonpath_ng.ext.parser import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

Key = str | int

_STEP = re.compile(
    r"""\.(?P<name>[^\W\d][\w-]*|\d[\w-]*)|\['(?P<single>(?:[^'\\]|\\.)*)'\]|\["(?P<double>(?:[^"\\]|\\.)*)"\]|\[(?P<index>-?\d+)\]"""
)


class PathError(Exception):
    """The path is malformed, or leads nowhere in this document."""


@lru_cache(maxsize=4096)
def steps(path: str) -> tuple[Key, ...] | None:
    """The keys along a plain path, or nothing when the path may name several values.

    Raises:
        PathError: the path does not begin with ``$``.
    """
    if not path.startswith("$"):
        msg = f"Invalid path '{path}': a path begins with $."
        raise PathError(msg)
    found: list[Key] = []
    position = 1
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            return None
        found.append(_key(step))
        position = step.end()
    return tuple(found)


def _key(step: re.Match[str]) -> Key:
    if step["index"] is not None:
        return int(step["index"])
    if step["name"] is not None:
        return step["name"]
    quoted = step["single"] if step["single"] is not None else step["double"]
    return re.sub(r"\\(.)", r"\1", quoted)


@lru_cache(maxsize=512)
def _general(path: str) -> Any:
    try:
        return parse(path)
    except Exception as error:  # the parser raises bare Exceptions for some mistakes
        msg = f"Invalid path '{path}': {error}"
        raise PathError(msg) from error


def check(path: str) -> None:
    """Refuse a malformed path.

    Raises:
        PathError: with the reason.
    """
    if steps(path) is None:
        _general(path)


def check_reference(path: str) -> None:
    """Refuse a path that may name more than one value.

    Raises:
        PathError: with the reason.
    """
    if steps(path) is None:
        msg = f"Invalid path '{path}': a reference path names exactly one node."
        raise PathError(msg)


def read(path: str, document: Any) -> Any:
    """The value at a path: one value for a plain path, a list for any other.

    Raises:
        PathError: a plain path leads nowhere.
    """
    keys = steps(path)
    if keys is None:
        return [match.value for match in _general(path).find(document)]
    for key in keys:
        document = _step(path, document, key)
    return document


def _step(path: str, document: Any, key: Key) -> Any:
    if isinstance(key, int) and isinstance(document, list) and -len(document) <= key < len(document):
        return document[key]
    if isinstance(key, str) and isinstance(document, dict) and key in document:
        return document[key]
    msg = f"Invalid path '{path}' : No results for path: {path}"
    raise PathError(msg)


def write(path: str, document: Any, value: Any) -> Any:
    """A copy of the document with the value at a reference path; missing objects on the way are created.

    Raises:
        PathError: the path passes through a value that is neither object nor array, or past the end of an array.
    """
    keys = steps(path)
    if keys is None:
        check_reference(path)
    return _put(path, document, keys or (), value)


def _put(path: str, document: Any, keys: Sequence[Key], value: Any) -> Any:
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(key, str):
        if document is not None and not isinstance(document, dict):
            msg = f"Unable to apply ReferencePath {path} to input"
            raise PathError(msg)
        document = dict(document or {})
        document[key] = _put(path, document.get(key), rest, value)
        return document
    if not isinstance(document, list) or not -len(document) <= key < len(document):
        msg = f"Unable to apply ReferencePath {path} to input"
        raise PathError(msg)
    document = copy.copy(document)
    document[key] = _put(path, document[key], rest, value)
    return document
