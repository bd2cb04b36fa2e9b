"""What people are told: every message on the topic has the same form (docs/notifications.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from norikae.ports import Ports

Severity = Literal["info", "action", "page"]

SCHEMA = "norikae/1"
"""Grows by new keys only; a change of meaning gets another number."""


def tell(ports: Ports, event: str, text: str, *, run: str = "", severity: Severity = "info", **facts: Any) -> None:
    """People know, at least once.

    Args:
        ports: the world.
        event: what happened, in kebab case; the page has them all.
        text: the same in one sentence for a person; the first hundred characters are the subject.
        run: the run that it is about, "" for none.
        severity: ``info`` needs nobody, ``action`` waits for somebody, ``page`` wakes somebody.
        facts: what programs read besides, such as ``application``, ``phase``, ``report``.
    """
    message = {"schema": SCHEMA, "event": event, "severity": severity, "run": run, "text": text, **facts}
    ports.topic.tell(text, message)
