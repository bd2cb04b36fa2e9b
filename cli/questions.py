"""What waits for a person, and which commands answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.commands.model import VERBS
from norikae.commands.ways import APPROVED
from norikae.commands.ways import ways_to_answer as commands_that_answer

if TYPE_CHECKING:
    from collections.abc import Mapping


def ways_to_answer(run: str, asked: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The words of each command that answers a question.

    Args:
        run: whose question it is.
        asked: as ``status`` has it.
    """
    return [_typed(command) for command in commands_that_answer(run, asked)]


def _typed(command: Mapping[str, str]) -> tuple[str, ...]:
    options = VERBS[command["command"]].options  # type: ignore[index]
    typed = [
        part for name, value in command.items() if name in options for part in (f"--{name.replace('_', '-')}", value)
    ]
    return (*(value for name, value in command.items() if name not in options), *typed)


def question_of(command: Mapping[str, Any], answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The question that an approval is about: by its code, else by its subject, else the only one.

    Args:
        command: ``approve`` or ``reject``.
        answer: to ``status``.
    """
    asked = [one for one in answer.get("questions") or [] if one.get("subject") in APPROVED]
    if code := command.get("code"):
        asked = [one for one in asked if str(one.get("code", "")).lower() == code.lower()]
    if subject := command.get("subject"):
        asked = [one for one in asked if one["subject"] == subject]
    return asked[0] if len(asked) == 1 else None
