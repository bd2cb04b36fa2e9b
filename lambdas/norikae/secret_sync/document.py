"""The JSON of a secret, with every number as it is written there."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from norikae.errors import RefusedError
from norikae.secret_sync.keys import LONGEST, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEPEST = 64
"""How deep objects and lists may lie in each other."""


@dataclass(frozen=True, slots=True, repr=False)
class Number:
    """A number by its literal: 1.10, 1e400 and 9007199254740993 stay what they are.

    Args:
        literal: as it is written in the JSON.
    """

    literal: str


Node = dict[str, "Node"] | list["Node"] | str | Number | bool | None


def parse(text: str, whose: str) -> dict[str, Node]:
    """The object that a text is; no number becomes a float, no key is lost.

    Args:
        text: the value of a secret.
        whose: the beginning of an error's text.

    Raises:
        RefusedError: it is no JSON object, has a key twice, nests too deeply, or cannot be written as UTF-8; keys are
            named, nothing else.
    """
    twice: set[str] = set()
    root, failure = _decoded(text, twice)
    if failure == "deep":
        raise RefusedError(f"{whose} nests deeper than {DEEPEST} levels; nest it less, or set spec.format: text")
    if failure:
        raise RefusedError(f"{whose} is not JSON; store a JSON object, or set spec.format: text")
    if not isinstance(root, dict):
        raise RefusedError(f"{whose} is JSON, but no object; store a JSON object, or set spec.format: text")
    if twice:
        raise RefusedError(f"{whose} has keys twice in one object: {listed(twice)}; leave one of each in the secret")
    broken = [key for key, value in root.items() if not _is_unicode(key + json_of(value))]
    if broken:
        raise RefusedError(f"{whose} has half a character (a lone surrogate) in {listed(broken)}; correct the secret")
    return root


def text_of(node: Node) -> str:
    """A string's own text; of everything else the JSON, without white space.

    Args:
        node: a part of a document.
    """
    return node if isinstance(node, str) else json_of(node)


def json_of(node: Node) -> str:
    """The JSON of a part of a document, without white space, numbers by their literals.

    Args:
        node: the part.
    """
    if isinstance(node, dict):
        return "{" + ",".join(f"{_string(key)}:{json_of(value)}" for key, value in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ",".join(json_of(value) for value in node) + "]"
    if isinstance(node, Number):
        return node.literal
    return _string(node) if isinstance(node, str) else json.dumps(node)


def flat(node: dict[str, Node], prefix: str = "") -> Iterator[tuple[str, Node]]:
    """Names joined with ``.`` and what is there; lists and empty objects are ends.

    A name that is too long for a key is given without what lies below it.

    Args:
        node: an object.
        prefix: the name of the object, with a ``.`` at its end.
    """
    for key, value in node.items():
        name = prefix + key
        if isinstance(value, dict) and value and len(name) <= LONGEST:
            yield from flat(value, f"{name}.")
        else:
            yield name, value


def found(node: Node, path: str) -> list[Node]:
    """Every reading of a path such as ``a.b``: none when it is missing, several since a key may have a ``.`` itself.

    Args:
        node: where to look.
        path: names of keys with a ``.`` between them.
    """
    if not isinstance(node, dict):
        return []
    whole = [node[path]] if path in node else []
    splits = [at for at, character in enumerate(path) if character == "." and path[:at] in node]
    return whole + [one for at in splits for one in found(node[path[:at]], path[at + 1 :])]


def _decoded(text: str, twice: set[str]) -> tuple[Any, str]:
    """The document, and why there is none, in a word. What json raises has the whole text in it, so that ends here."""

    def pairs(members: list[tuple[str, Node]]) -> dict[str, Node]:
        read = dict(members)
        if len(read) < len(members):
            counted = Counter(name for name, _ in members)
            twice.update(name for name, times in counted.items() if times > 1)
        return read

    try:
        decoder = json.JSONDecoder(
            object_pairs_hook=pairs, parse_int=Number, parse_float=Number, parse_constant=_no_constant
        )
        root = decoder.decode(text)
    except RecursionError:
        return None, "deep"
    except ValueError:
        return None, "broken"
    return root, "deep" if _is_deeper(root, DEEPEST) else ""


def _no_constant(_: str) -> Node:
    """NaN and Infinity are not JSON, though Python reads them."""
    raise ValueError


def _is_deeper(node: Node, levels: int) -> bool:
    if not isinstance(node, dict | list):
        return False
    below = node.values() if isinstance(node, dict) else node
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in below)


def _is_unicode(text: str) -> bool:
    """Python's error about such a text has the text in it, so that ends here."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
