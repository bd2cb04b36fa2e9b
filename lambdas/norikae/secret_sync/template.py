"""Templates of a SecretSync: text with ``${path|filter}`` in it, and nothing that runs."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from norikae.errors import BadRequestError, RefusedError
from norikae.secret_sync.document import Node, found, json_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_PIECE = re.compile(r"\$\$\{|\$\{(?P<reference>[^{}]*)\}|\$\{")
_FILTERS: Mapping[str, Callable[[str], str]] = {
    "url": lambda text: quote(text, safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "json": json_of,
}
FILTERS = tuple(_FILTERS)
_MOST_FILTERS = 3
"""Each makes a text longer."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where something of the secret goes.

    Args:
        path: names of keys with a ``.`` between them.
        filters: what is done with it, from left to right.
    """

    path: str
    filters: tuple[str, ...] = ()

    def fill(self, document: Node) -> str:
        """What stands there for a document.

        Args:
            document: the secret's JSON.

        Raises:
            RefusedError: the path is missing, or may mean two things; the text has nothing but the path.
        """
        readings = found(document, self.path)
        if not readings:
            raise RefusedError(f"names ${{{self.path}}}, which the secret does not have; correct it, or add it there")
        if len(readings) > 1:
            raise RefusedError(f"names ${{{self.path}}}, which may be two keys of the secret; rename one of them there")
        (node,) = readings
        filters = self.filters
        if filters[:1] == ("json",):
            text, filters = json_of(node), filters[1:]
        else:
            text = text_of(node)
        for name in filters:
            text = _FILTERS[name](text)
        return text


@dataclass(frozen=True, slots=True)
class Template:
    """A template that was read.

    Args:
        pieces: text as it stands, and references.
    """

    pieces: tuple[str | Reference, ...]

    def fill(self, document: Node, room: int) -> bytes:
        """The text with every reference filled in, as UTF-8.

        Args:
            document: the secret's JSON.
            room: how many bytes it may have; whoever has more learns that before they are all made.

        Raises:
            RefusedError: a reference cannot be filled, or there is not enough room.
        """
        made: list[bytes] = []
        for piece in self.pieces:
            made.append((piece if isinstance(piece, str) else piece.fill(document)).encode())
            room -= len(made[-1])
            if room < 0:
                raise RefusedError("makes the Secret larger than 1 MiB, which Kubernetes refuses; shorten it")
        return b"".join(made)


def read_template(text: str) -> Template:
    """A template as a SecretSync has it; ``$${`` stands for ``${``.

    Args:
        text: the template.

    Raises:
        BadRequestError: a reference is not closed, is empty or has an unknown filter.
    """
    return Template(tuple(_pieces(text)))


def _pieces(text: str) -> Iterator[str | Reference]:
    at = 0
    for piece in _PIECE.finditer(text):
        yield text[at : piece.start()]
        at = piece.end()
        if piece[0] == "$${":
            yield "${"
        elif piece["reference"] is None:
            raise BadRequestError("has a ${ without its }; close it, or write $${ for the two characters")
        else:
            yield _reference(piece["reference"])
    yield text[at:]


def _reference(text: str) -> Reference:
    path, *filters = (part.strip() for part in text.split("|"))
    if not path:
        raise BadRequestError("has a ${} without a name; write the name of a key, as in ${password}")
    unknown = [name for name in filters if name not in _FILTERS]
    if unknown:
        raise BadRequestError(f"has the filter {unknown[0]!r}; there are {', '.join(FILTERS)}")
    if len(filters) > _MOST_FILTERS:
        raise BadRequestError(f"has more than {_MOST_FILTERS} filters in one place; take some away")
    return Reference(path, tuple(filters))
