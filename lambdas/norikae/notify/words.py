"""A template and a message become words; no template and no message can make that fail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from norikae.chat.translated import named_in, said_in
from norikae.notify.catalogue import kind_of

if TYPE_CHECKING:
    from norikae.environment import Notify
    from norikae.environment.notify import Language
    from norikae.notify.message import Message

KEY = re.compile(r"\{([a-z_]+)\}")
"""A key of a message; other braces are braces."""
INSTANTS = frozenset({"expires", "until", "due", "ends", "starts", "next"})
"""Keys that are seconds since the epoch; 0 is never."""
SENTENCES = frozenset({"text", "reason", "notes", "enlarged", "applications"})
"""Keys that say something in words: a text, a list of such, or one for each application."""
LARGEST_INSTANT = 253402300799
"""The end of the year 9999, the last that a clock shows."""


def title_of(message: Message, notify: Notify) -> str:
    """One line of what happened."""
    title = fill(kind_of(message).title.of(notify.language), message, notify.language)
    return " ".join(title.split()) or message.event


def text_of(message: Message, notify: Notify) -> str:
    """What happened, by the environment's own template where it has one."""
    template = notify.templates.get(message.event)
    return fill(kind_of(message).text.of(notify.language) if template is None else template, message, notify.language)


def fill(template: str, message: Message, language: Language = "en") -> str:
    """A template with a message's keys; a line whose keys are all empty is left out, and so is an unknown key.

    Args:
        template: keys in braces, such as ``{application}``.
        message: whose keys.
        language: of what norikae itself says in them.
    """
    keys = {key: _said(language, key, one) for key, one in message.keys().items()}
    lines = []
    for one in template.split("\n"):
        named = [words(name, keys.get(name)) for name in KEY.findall(one)]
        if not named or any(named):
            lines.append(KEY.sub(lambda found: words(found[1], keys.get(found[1])), one))
    return "\n".join(lines).strip("\n")


def _said(language: Language, name: str, value: Any) -> Any:  # noqa: ANN401 - any value of JSON
    """The same in a language, as far as it is norikae's own word."""
    if isinstance(value, str):
        return said_in(language, value) if name in SENTENCES else named_in(language, name, value)
    if name in SENTENCES and isinstance(value, list | tuple):
        return [_said(language, name, one) for one in value]
    if name in SENTENCES and isinstance(value, Mapping):
        return {key: named_in(language, "outcome", one) for key, one in value.items() if isinstance(one, str)}
    return value


def words(name: str, value: Any) -> str:  # noqa: ANN401 - any value of JSON
    """A value of a message as people read it; "" for none.

    Args:
        name: its key.
        value: anything that JSON has.
    """
    if value is None or value == "":
        return ""
    if name in INSTANTS and isinstance(value, int | float):
        return instant(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_member(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, (_member(one) for one in value)))
    return str(value)


def instant(at: float) -> str:
    """Day and time of an instant in seconds since the epoch; "" for never."""
    if not 0 < at < LARGEST_INSTANT:
        return ""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _member(value: Any) -> str:  # noqa: ANN401 - any value of JSON
    """One of a list; of an episode, its node; what is nested deeper is left out, however deep that is."""
    if isinstance(value, Mapping):
        return str(value.get("node") or value.get("instance") or "…")
    return "…" if isinstance(value, list | tuple) else words("", value)
