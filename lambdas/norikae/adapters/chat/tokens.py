"""The tokens of chats, in Secrets Manager; read when a chat is spoken to, and kept in memory only."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.adapters.aws.calls import look_up
from norikae.errors import NotFoundError, RefusedError, SettingsError

ABSENT = "ResourceNotFoundException"
KEY = "token"


def token(client: Any, chats: str, name: str) -> str:
    """The token with which a chat is spoken to.

    Args:
        client: boto3's Secrets Manager client.
        chats: ARN of the secret of each chat by its name, as JSON (``NORIKAE_CHATS``).
        name: the chat's.

    Raises:
        SettingsError: the stack names no secret of that chat.
        NotFoundError: there is no such secret, or it has no value yet.
        RefusedError: it is no JSON object with a ``token``.
    """
    secret = _secret(chats, name)
    answer = look_up(client.get_secret_value, ABSENT, SecretId=secret)
    if answer is None:
        raise NotFoundError(
            f"{name}: Secrets Manager has no value of {secret}; notify.{name}.secret names it: put its JSON there, "
            f"with the key {KEY!r}"
        )
    found = _text(answer.get("SecretString", ""))
    # A token is sent in a header: what cannot stand there was pasted with something else.
    if not found or not found.isascii() or not found.isprintable() or " " in found:
        raise RefusedError(
            f"{name}: secret {secret} has to be a JSON object with a text under the key {KEY!r}, which is not empty "
            "and has no spaces or line breaks"
        )
    return found


def _secret(chats: str, name: str) -> str:
    try:
        secrets = msgspec.json.decode(chats, type=dict[str, str])
    except msgspec.DecodeError as error:
        raise SettingsError(
            f"NORIKAE_CHATS: {error}; it maps the name of a chat to its secret's ARN, in JSON"
        ) from error
    if not secrets.get(name):
        raise SettingsError(f"NORIKAE_CHATS names no secret of {name}; set notify.{name}.secret and deploy")
    return secrets[name]


def _text(document: str) -> str:
    """The token in a secret's document, "" for none; no error keeps a piece of the document as its cause."""
    try:
        found = msgspec.json.decode(document)
    except msgspec.DecodeError:
        return ""
    value = found.get(KEY) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""
