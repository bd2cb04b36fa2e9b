"""A message as Amazon Q Developer in chat shows it; whatever has another form it drops without a word.

Its form is that of custom notifications (Amazon Q Developer in chat applications guide, "Custom notifications"):
``version``, ``source`` and ``content.description`` have to be there, and ``metadata.threadId`` keeps what is about the
same thing together.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from norikae.chat.escape import slack
from norikae.notify.asked import ask_of
from norikae.notify.card import fit, icon_of
from norikae.notify.catalogue import kind_of
from norikae.notify.words import text_of, title_of, words

if TYPE_CHECKING:
    from norikae.environment import Notify
    from norikae.notify.message import Message

TITLE, DESCRIPTION, STEP, KEYWORD, CONTEXT = 250, 4000, 500, 100, 500
"""UTF-16 units that we write at most, far below the 256 KiB of a message of SNS (API reference, Publish)."""
FEW = 10
NAMED = ("cluster", "application", "secret", "node", "report")
"""Keys that name a thing which people may look up."""


def custom_notification(message: Message, notify: Notify) -> dict[str, Any]:
    """The message in the custom schema.

    Args:
        message: what people are told.
        notify: what the environment file says.
    """
    title = fit(" ".join(f"{icon_of(message)} {title_of(message, notify)}".split()), TITLE, slack)
    description = fit(text_of(message, notify), DESCRIPTION, slack) or title
    steps = _steps(message)
    content = {
        "textType": "client-markdown",
        "title": title,
        "description": description,
        **({"nextSteps": steps} if steps else {}),
        "keywords": [fit(one, KEYWORD, slack) for one in (message.environment, message.severity, message.event) if one],
    }
    related = [one for one in (fit(message.fact(name), CONTEXT, _plain) for name in NAMED) if one]
    metadata = {
        "threadId": fit(_thread(message), TITLE, _plain),
        "summary": title,
        "eventType": fit(message.event, KEYWORD, _plain) or "unknown",
        **({"relatedResources": related} if related else {}),
        "additionalContext": _context(message),
    }
    return {
        "version": "1.0",
        "source": "custom",
        "id": fit(message.id, TITLE, _plain) or "unknown",
        "content": content,
        "metadata": metadata,
    }


def _steps(message: Message) -> list[str]:
    """The commands that answer a question; Amazon Q itself takes none of them."""
    if message.event != "waiting" or not message.fact("code"):
        return []
    ask = ask_of(message.run, message.fact("subject"), message.fact("code"))
    return [fit(f"`norikae {one}`", STEP, slack) for one in ask.ways]


def _thread(message: Message) -> str:
    """What is about the same run, episode, secret or cluster hangs together."""
    if message.run:
        return f"{message.environment}/run/{message.run}"
    thing = kind_of(message).thing
    keys = {"episode": ("episode", "cluster"), "secret": ("secret",), "cluster": ("cluster",)}.get(thing, ())
    name = next((message.fact(key) for key in keys if message.fact(key)), message.id)
    return f"{message.environment}/{thing}/{name}"


def _context(message: Message) -> dict[str, str]:
    """The keys besides as texts, which custom actions can take; lists of whole episodes are left to the topic."""
    texts = {key: words(key, value) for key, value in message.facts.items() if key != "episodes"}
    some = [(key, text) for key, text in texts.items() if text][: 2 * FEW]
    return {
        "environment": message.environment,
        "severity": message.severity,
        **{key: fit(text, CONTEXT, _plain) for key, text in some},
    }


def _plain(text: str) -> str:
    """What a program reads: without characters that are nothing to see."""
    return "".join(one for one in text if unicodedata.category(one) not in {"Cc", "Cs"})
