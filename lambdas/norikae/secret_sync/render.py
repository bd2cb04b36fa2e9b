"""What a Kubernetes Secret holds for a value, and the hash by which an edit is found."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from norikae.errors import RefusedError
from norikae.secret_sync.document import flat, parse, text_of
from norikae.secret_sync.keys import is_key, listed
from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.secret_type import misfit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.secret_sync.declaration import Declaration
    from norikae.secret_sync.document import Node
    from norikae.secret_sync.secret import Value

LARGEST = 1024 * 1024
"""Bytes of all values together (kubernetes ``pkg/apis/core/types.go``, MaxSecretSize)."""
_NAMES = 128 * 1024
"""Characters of all names together: an annotation lists them, and all annotations have at most 256 KiB (apimachinery
``pkg/api/validation/objectmeta.go``, TotalAnnotationSizeLimitB)."""


def render(declaration: Declaration, value: Value) -> dict[str, Sealed]:
    """What goes into the Secret, which Kubernetes will take.

    Args:
        declaration: what is asked for.
        value: the secret's value.

    Raises:
        RefusedError: the value is not as it is declared; the text names keys and fields, and nothing of the value.
    """
    if declaration.format == "json":
        data = _of_json(declaration, _text(declaration, value))
    else:
        if declaration.format == "text":
            _text(declaration, value)
        data = {declaration.key: value.content}
    if problem := misfit(declaration.type, data) or _excess(data):
        raise RefusedError(f"{declaration}: {problem}")
    return data


def fingerprint(version: str, data: Mapping[str, Sealed]) -> str:
    """The SHA-256 in hexadecimal digits that only this data of this version has.

    Args:
        version: the version's id.
        data: key to value, in any order.
    """
    parts = [version.encode()]
    for key, value in sorted(data.items()):
        parts += [key.encode(), value.open()]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


def _text(declaration: Declaration, value: Value) -> str:
    """The value as a text. Python's error about one that is none has the bytes in it, so that ends here."""
    text: str | None
    try:
        text = value.content.open().decode()
    except UnicodeDecodeError:
        text = None
    if value.binary:
        raise RefusedError(f"{declaration}: {declaration.secret} is a SecretBinary; set spec.format: binary")
    if text is None:
        raise RefusedError(f"{declaration}: {declaration.secret} is not UTF-8; set spec.format: binary")
    return text


def _of_json(declaration: Declaration, text: str) -> dict[str, Sealed]:
    document = parse(text, f"{declaration}: {declaration.secret}")
    data = {key: Sealed(text_of(node).encode()) for key, node in _chosen(declaration, document).items()}
    for key, template in declaration.templates.items():
        data.pop(key, None)
        room = LARGEST - sum(len(made.open()) for made in data.values())
        try:
            data[key] = Sealed(template.fill(document, room))
        except RefusedError as error:
            raise RefusedError(f"{declaration}: spec.templates.{key} {error}") from None
    return data


def _chosen(declaration: Declaration, document: dict[str, Node]) -> dict[str, Node]:
    """The keys that are taken as they are."""
    members = list(flat(document)) if declaration.nested == "flatten" else list(document.items())
    wanted = {key for key, _ in members} if declaration.keys is None else set(declaration.keys)
    taken = [(key, node) for key, node in members if key in wanted]
    fields = dict(taken)
    if missing := wanted - fields.keys():
        raise RefusedError(f"{declaration}: spec.keys names {listed(missing)}, which {declaration.secret} lacks")
    if twice := [key for key, times in Counter(key for key, _ in taken).items() if times > 1]:
        raise RefusedError(f"{declaration}: spec.nested: flatten gives {listed(twice)} twice; set spec.nested: keep")
    if wrong := [key for key in fields if not is_key(key)]:
        raise RefusedError(
            f"{declaration}: {declaration.secret} has {listed(wrong)}, which cannot be keys of a Secret (letters,"
            " digits and -._ only, at most 253): name others in spec.keys, and give these a name by spec.templates"
        )
    return fields


def _excess(data: Mapping[str, Sealed]) -> str:
    if not data:
        return "the secret has no keys, and an empty Secret would take everything from its pods; add a key to it"
    if sum(len(value.open()) for value in data.values()) > LARGEST:
        return "the Secret would be larger than 1 MiB, which Kubernetes refuses; take fewer keys by spec.keys"
    if sum(len(key) + 1 for key in data) > _NAMES:
        return "the names of all keys together are longer than 128 KiB; take fewer keys by spec.keys"
    return ""
