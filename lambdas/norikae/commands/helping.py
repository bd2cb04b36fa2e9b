"""What can be said, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.commands.model import VERBS
from norikae.commands.roles import MAY

if TYPE_CHECKING:
    from norikae.commands.caller import Caller


def explain(caller: Caller) -> dict[str, Any]:
    """Every command with its fields, and whether whoever asks may say it (``team``: about applications of theirs).

    Args:
        caller: who asks.
    """
    return {
        "roles": list(caller.roles),
        "teams": list(caller.teams),
        "commands": {
            verb: {
                "about": form.about,
                "words": list(form.words),
                "options": list(form.options),
                "may": any(verb in MAY[role] for role in caller.roles),
            }
            for verb, form in VERBS.items()
        },
    }
