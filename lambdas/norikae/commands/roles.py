"""What each role may say; nobody may say anything without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.commands.model import VERBS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.commands.model import Verb
    from norikae.environment.access import Role

ASKS: frozenset[Verb] = frozenset({"help", "status", "windows"})
ANSWERS: frozenset[Verb] = frozenset({"approve", "reject"})
OF_A_TEAM: frozenset[Verb] = frozenset({"hold", "shift", "roll-back"})
"""What a team may say about its own applications."""
OF_THE_ENVIRONMENT: frozenset[Verb] = frozenset({"adopt", "unadopt", "clean-green"})
"""What changes which clusters norikae has to do with."""
OF_A_MACHINE: frozenset[Verb] = frozenset({"pause", "abort"})
"""What a shift may say to its run when a gate has failed."""
OF_A_SCHEDULE: frozenset[Verb] = frozenset({"plan", "start"})
"""What the clock may say; what follows needs people."""
MAY: Mapping[Role, frozenset[Verb]] = {
    "viewer": ASKS,
    "team": ASKS | OF_A_TEAM,
    "approver": ASKS | ANSWERS,
    "operator": frozenset(VERBS) - ANSWERS - OF_THE_ENVIRONMENT,
    "admin": frozenset(VERBS),
}


def roles_for(verb: Verb) -> tuple[Role, ...]:
    """The roles that may say a verb; ``team`` about its own applications only."""
    return tuple(role for role, verbs in MAY.items() if verb in verbs)
