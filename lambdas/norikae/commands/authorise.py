"""Whether somebody may say a command: pure, and no unless a role says yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.commands.roles import MAY, OF_A_MACHINE, OF_A_SCHEDULE, OF_A_TEAM, roles_for
from norikae.errors import ForbiddenError

if TYPE_CHECKING:
    from norikae.commands.caller import Caller
    from norikae.commands.model import Command

ANY_TEAM = "*"


def authorise(environment: str, caller: Caller, command: Command, team: str | None) -> None:
    """Nothing happens when it may be said.

    Args:
        environment: its name.
        caller: who says it, with the roles that the environment file gives them.
        command: what is said.
        team: of the command's application by the run's plan: "" when none owns it, None when it is not in the plan.

    Raises:
        ForbiddenError: no role of theirs may; the text names who, what, and which role may.
    """
    if may(caller, command, team):
        return
    about = f" {command.application}" if command.application else ""
    has = f"has only the role {' and '.join(caller.roles)}" if caller.roles else "has no role here"
    if caller.is_machine:
        has = "is a shift, which may only pause and abort"
    if caller.is_schedule:
        has = "is a schedule, which may only start and plan"
    raise ForbiddenError(
        f"{caller.name or 'somebody who does not prove who they are'} may not {command.command}{about} in "
        f"{environment}: it {has}; {_who_may(command, team)} may (access in the environment file, docs/access.md)"
    )


def may(caller: Caller, command: Command, team: str | None) -> bool:
    """Whether a role of somebody's lets them say it.

    Args:
        caller: who.
        command: what.
        team: as for ``authorise``.
    """
    if caller.is_machine:
        return command.command in OF_A_MACHINE
    if caller.is_schedule and command.command not in OF_A_SCHEDULE:
        return False
    for role in caller.roles:
        if command.command not in MAY[role]:
            continue
        if role != "team" or command.command not in OF_A_TEAM or _is_own(caller, team):
            return True
    return False


def _is_own(caller: Caller, team: str | None) -> bool:
    """An application that no team owns, or that nobody plans to move, is no team's own."""
    return bool(team) and (team in caller.teams or ANY_TEAM in caller.teams)


def _who_may(command: Command, team: str | None) -> str:
    roles = [f"role {role}" for role in roles_for(command.command) if role != "team"]
    if command.command in OF_A_TEAM and team:
        roles.append(f"role team of {team}")
    return " or ".join(roles)
