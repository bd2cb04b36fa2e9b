"""What waits for a person, and which commands answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

APPROVED = frozenset({"plan", "sync", "decommission"})
"""Subjects that are answered by a yes or a no."""


def ways_to_answer(run: str, asked: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The words of each command that answers a question.

    Args:
        run: whose question it is.
        asked: as ``status`` has it.
    """
    subject, _, application = str(asked["subject"]).partition("/")
    if subject in APPROVED:
        if asked.get("code"):
            return [("approve", run, asked["code"]), ("reject", run, asked["code"])]
        by_hash = ("--subject", subject, "--plan-hash", str(asked.get("plan_hash", "")))
        return [("approve", run, *by_hash), ("reject", run, "--subject", subject)]
    if application:
        go_on = "shift" if subject == "team" else "resume"
        return [(go_on, application), ("roll-back", application)]
    if subject == "partial":
        return [("resume",), ("finish",), ("abort",)]
    return [("resume",), ("abort",)]


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
