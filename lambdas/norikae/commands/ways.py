"""Which commands answer what waits for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

APPROVED = frozenset({"plan", "sync", "decommission"})
"""Subjects that are answered by a yes or a no."""


def ways_to_answer(run: str, asked: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each command that answers a question, as JSON.

    Args:
        run: whose question it is.
        asked: as ``status`` has it.
    """
    subject, _, application = str(asked["subject"]).partition("/")
    if subject in APPROVED:
        if asked.get("code"):
            return [{"command": verb, "run": run, "code": asked["code"]} for verb in ("approve", "reject")]
        by = {"run": run, "subject": subject}
        return [
            {"command": "approve", **by, "plan_hash": str(asked.get("plan_hash", ""))},
            {"command": "reject", **by},
        ]
    if application:
        verbs = ("shift" if subject == "team" else "resume", "roll-back")
        return [{"command": verb, "application": application} for verb in verbs]
    if subject == "partial":
        return [{"command": verb} for verb in ("resume", "finish", "abort")]
    return [{"command": verb} for verb in ("resume", "abort")]
