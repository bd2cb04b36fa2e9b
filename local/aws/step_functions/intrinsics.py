"""The intrinsic functions of the States Language: ``States.Format('{} of {}', $.done, $.all)``.

Source: "Intrinsics for JSONPath states in Step Functions", AWS Step Functions Developer Guide.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>'(?:[^'\\]|\\.)*')|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>true|false|null)\b"""
    r"""|(?P<call>States\.\w+)\s*\(|(?P<path>\$(?:[^\s,()'"\[\]]|\[(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\]])*\]|\([^)]*\))*))"""
)
_NAME = re.compile(r"\s*(States\.\w+)\s*\(")
_MAX_ARRAY = 1000
_MAX_DATA = 10_000
_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_WORDS = {"true": True, "false": False, "null": None}


class IntrinsicError(Exception):
    """The call is malformed, or its arguments are not what the function takes."""


@dataclass(frozen=True)
class Literal:
    """A number, a word, or a string with its escapes still in."""

    value: Any


@dataclass(frozen=True)
class Path:
    """An argument read from the input or the context object."""

    path: str


@dataclass(frozen=True)
class Call:
    """One function call with its arguments."""

    name: str
    arguments: tuple[Literal | Path | Call, ...]


def is_call(text: str) -> bool:
    """Whether a value is an intrinsic call rather than a path."""
    return _NAME.match(text) is not None


@lru_cache(maxsize=1024)
def compiled(text: str) -> Call:
    """The parsed form of a call.

    Raises:
        IntrinsicError: the text is not one well-formed call of a known function.
    """
    node, end = _node(text, 0)
    if not isinstance(node, Call) or text[end:].strip():
        msg = f"Invalid intrinsic function: {text}"
        raise IntrinsicError(msg)
    return node


def _node(text: str, at: int) -> tuple[Literal | Path | Call, int]:
    token = _TOKEN.match(text, at)
    if token is None:
        msg = f"Invalid intrinsic function: {text}"
        raise IntrinsicError(msg)
    match token.lastgroup:
        case "string":
            return Literal(token["string"]), token.end()
        case "number":
            return Literal(json.loads(token["number"])), token.end()
        case "word":
            return Literal(_WORDS[token["word"]]), token.end()
        case "path":
            return Path(token["path"]), token.end()
    return _call(text, token["call"], token.end())


def _call(text: str, name: str, at: int) -> tuple[Call, int]:
    if name not in {*_FUNCTIONS, "States.UUID", "States.MathRandom"}:
        msg = f"Unknown intrinsic function {name}"
        raise IntrinsicError(msg)
    arguments: list[Literal | Path | Call] = []
    while True:
        ending = re.compile(r"\s*\)").match(text, at)
        if ending:
            return Call(name, tuple(arguments)), ending.end()
        if arguments:
            comma = re.compile(r"\s*,").match(text, at)
            if comma is None:
                msg = f"Invalid intrinsic function: {text}"
                raise IntrinsicError(msg)
            at = comma.end()
        node, at = _node(text, at)
        arguments.append(node)


def evaluate(call: Call, read: Callable[[str], Any], draw: random.Random) -> Any:
    """The value of a call.

    Args:
        call: a compiled call.
        read: resolves a path, of the input or of the context object.
        draw: where ``States.UUID`` and ``States.MathRandom`` get their numbers.

    Raises:
        IntrinsicError: an argument is not what the function takes.
    """
    if call.name == "States.UUID":
        return _uuid(draw)
    values = [_argument(call, position, read, draw) for position in range(len(call.arguments))]
    try:
        if call.name == "States.MathRandom":
            return _math_random(draw, *values)
        return _FUNCTIONS[call.name](*values)
    except IntrinsicError:
        raise
    except (TypeError, ValueError, IndexError, KeyError, AttributeError) as error:
        msg = f"Invalid arguments in {call.name}: {error}"
        raise IntrinsicError(msg) from error


def _argument(call: Call, position: int, read: Callable[[str], Any], draw: random.Random) -> Any:
    node = call.arguments[position]
    if isinstance(node, Call):
        return evaluate(node, read, draw)
    if isinstance(node, Path):
        return read(node.path)
    if isinstance(node.value, str):
        inner = node.value[1:-1]
        return inner if call.name == "States.Format" and position == 0 else re.sub(r"\\(.)", r"\1", inner)
    return node.value


def _uuid(draw: random.Random) -> str:
    digits = f"{draw.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _math_random(draw: random.Random, start: int, end: int, seed: int | None = None) -> int:
    source = draw if seed is None else type(draw)(seed)
    return source.randrange(_integer(start), _integer(end))


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        msg = f"{value!r} is not an integer"
        raise IntrinsicError(msg)
    return round(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        msg = f"{value!r} is not an array"
        raise IntrinsicError(msg)
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        msg = "States.Format takes strings, numbers, booleans and null"
        raise IntrinsicError(msg)
    return json.dumps(value)


def _format(template: str, *values: Any) -> str:
    parts = re.split(r"(?<!\\)\{\}", template)
    if len(parts) != len(values) + 1:
        msg = f"States.Format has {len(parts) - 1} places and {len(values)} values"
        raise IntrinsicError(msg)
    filled = (re.sub(r"\\(.)", r"\1", part) for part in parts)
    pairs = itertools.zip_longest(filled, map(_text, values), fillvalue="")
    return "".join(itertools.chain.from_iterable(pairs))


def _partition(array: list[Any], size: int) -> list[list[Any]]:
    array, size = _list(array), _integer(size)
    if size < 1:
        msg = "the chunk size is a positive integer"
        raise IntrinsicError(msg)
    return [array[at : at + size] for at in range(0, len(array), size)]


def _range(first: int, last: int, step: int) -> list[int]:
    first, last, step = _integer(first), _integer(last), _integer(step)
    numbers = list(range(first, last + (1 if step > 0 else -1), step))
    if len(numbers) > _MAX_ARRAY:
        msg = f"an array range holds at most {_MAX_ARRAY} elements"
        raise IntrinsicError(msg)
    return numbers


def _same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _unique(array: list[Any]) -> list[Any]:
    found: dict[str, Any] = {}
    for value in _list(array):
        found.setdefault(json.dumps(value, sort_keys=True), value)
    return list(found.values())


def _limited(data: str) -> str:
    if not isinstance(data, str) or len(data) > _MAX_DATA:
        msg = f"the data is a string of at most {_MAX_DATA} characters"
        raise IntrinsicError(msg)
    return data


def _hash(data: Any, algorithm: str) -> str:
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"))
    return hashlib.new(_HASHES[algorithm], _limited(text).encode(), usedforsecurity=False).hexdigest()


def _merge(one: dict[str, Any], other: dict[str, Any], deep: bool) -> dict[str, Any]:  # noqa: FBT001 - the States Language calls it so
    if deep is not False or not isinstance(one, dict) or not isinstance(other, dict):
        msg = "States.JsonMerge takes two objects and false; a deep merge is not supported by AWS"
        raise IntrinsicError(msg)
    return {**one, **other}


def _split(text: str, splitters: str) -> list[str]:
    if not splitters:
        return [text]
    return [part for part in re.split(f"[{re.escape(splitters)}]", text) if part]


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "States.Format": _format,
    "States.StringToJson": json.loads,
    "States.JsonToString": lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False),
    "States.JsonMerge": _merge,
    "States.Array": lambda *values: list(values),
    "States.ArrayPartition": _partition,
    "States.ArrayContains": lambda array, value: any(_same(item, value) for item in _list(array)),
    "States.ArrayRange": _range,
    "States.ArrayGetItem": lambda array, index: _list(array)[_integer(index)],
    "States.ArrayLength": lambda array: len(_list(array)),
    "States.ArrayUnique": _unique,
    "States.Base64Encode": lambda data: base64.b64encode(_limited(data).encode()).decode(),
    "States.Base64Decode": lambda data: base64.b64decode(_limited(data), validate=True).decode(),
    "States.Hash": _hash,
    "States.MathAdd": lambda one, other: _integer(one) + _integer(other),
    "States.StringSplit": _split,
}
