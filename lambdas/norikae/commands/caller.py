"""Who says a command: a person by any door, somebody whom only IAM knows, a schedule, or a shift of norikae's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.commands.model import Actor
from norikae.errors import BadRequestError, ForbiddenError
from norikae.upgrade.lease import LIVING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.commands.model import Command
    from norikae.environment.access import Access, Person, Role
    from norikae.ports import Ports

CHATS = ("slack", "chatwork")
"""Doors by which people come of whom a function of ours tells."""
MACHINE = "norikae"
"""How the audit trail calls our own state machines."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody at a door.

    Args:
        name: how the audit trail calls them.
        actor: the door, and how it knows them.
        roles: what they may is in ``norikae.commands.roles``.
        teams: whose applications the role ``team`` is for.
        person: their name in ``access.people``, by whatever door they came; "" for who has not proven to be one of
            them, and so counts neither as one of two people nor as somebody else than the requester.
    """

    name: str
    actor: Actor
    roles: tuple[Role, ...] = ()
    teams: tuple[str, ...] = ()
    person: str = ""

    @property
    def is_machine(self) -> bool:
        """Whether it is a state machine of norikae's own."""
        return self.actor.door == "machine"

    @property
    def is_schedule(self) -> bool:
        """Whether nobody says it but the clock."""
        return self.actor.door == "schedule"


def who(ports: Ports, command: Command) -> Caller:
    """Who says it, as far as that is proven.

    Args:
        ports: the world.
        command: with what its sender says about themselves.

    Raises:
        BadRequestError: the proof is none, or norikae's own function does not say for whom it speaks.
        ForbiddenError: somebody speaks in another's name, or in that of a shift that is none.
    """
    actor, arn = command.actor, ports.callers.of(command.proof) if command.proof else ""
    if actor is not None and actor.door == "machine":
        return _machine(ports, command, actor)
    if is_messenger(arn, ports.settings.clocks.split()):
        return _schedule(actor)
    if is_messenger(arn, ports.settings.messengers.split()):
        if actor is None or actor.door not in CHATS:
            raise BadRequestError("command: actor: a function that speaks for people in chats has to say for whom")
        return _known(ports.environment.access, actor, or_else=())
    if actor is not None:
        raise ForbiddenError(
            f"{arn or 'somebody without a proof'} may not say who somebody is: only norikae's own functions may; "
            "leave the field actor out"
        )
    unproven = ports.environment.access.unproven
    if not arn:
        return Caller(name=command.by, actor=Actor(door="iam"), roles=unproven)
    # Whom IAM lets in may say what is said without a proof as well: a proof never takes anything away.
    return _known(ports.environment.access, Actor(door="iam", id=arn), or_else=unproven)


def person_of(access: Access, actor: Actor) -> Person | None:
    """The person whom a door knows so; of several the one whom the file describes most exactly, then the first.

    Args:
        access: that part of the environment file.
        actor: the door, and how it knows them.
    """
    if not actor.id:
        return None
    if actor.door in CHATS:
        return next((one for one in access.people if getattr(one, actor.door) == actor.id), None)
    if actor.door != "iam":
        return None
    found = [(_exactness(pattern, actor.id), one) for one in access.people for pattern in one.iam]
    exactness, person = max(found, key=lambda each: each[0], default=(0, None))
    return person if exactness else None


def is_messenger(arn: str, roles: Sequence[str]) -> bool:
    """Whether an ARN is a session of one of some roles.

    A session's ARN has the account and the role's name without its path (IAM guide, "IAM identifiers").

    Args:
        arn: as GetCallerIdentity says it, such as ``arn:aws:sts::<account>:assumed-role/<name>/<session>``.
        roles: ARNs of roles.
    """
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] != "sts":  # noqa: PLR2004 - an ARN has six parts
        return False
    kind, _, rest = parts[5].partition("/")
    name = rest.partition("/")[0]
    mine = (parts[1], parts[4], name)
    return kind == "assumed-role" and bool(name) and any(_role(role) == mine for role in roles)


def _role(arn: str) -> tuple[str, str, str]:
    """Partition, account and name of a role."""
    parts = arn.split(":", 5)
    return (parts[1], parts[4], parts[5].rpartition("/")[2]) if len(parts) == 6 else ("", "", "")  # noqa: PLR2004 - as above


def _exactness(pattern: str, arn: str) -> int:
    """How much of an ARN a pattern says; 0 when it says another one, and most when it says all of it."""
    if pattern.endswith("*"):
        begin = pattern[:-1]
        return len(begin) if begin and arn.startswith(begin) else 0
    return len(arn) + 1 if pattern == arn else 0


def _known(access: Access, actor: Actor, or_else: tuple[Role, ...]) -> Caller:
    person = person_of(access, actor)
    if person is None:
        return Caller(name=actor.id, actor=actor, roles=or_else)
    return Caller(name=person.name, actor=actor, roles=person.roles, teams=person.teams, person=person.name)


def _schedule(actor: Actor | None) -> Caller:
    """A schedule of the environment file, as a requester who is no person: whoever says yes is somebody else.

    Raises:
        BadRequestError: it has no name, or the function that starts it speaks for somebody else.
    """
    if actor is None or actor.door != "schedule" or not actor.id:
        raise BadRequestError("command: actor: id: a schedule has to say what it is called")
    name = f"schedule {actor.id}"
    return Caller(name=name, actor=actor, roles=("operator",), person=name)


def _machine(ports: Ports, command: Command, actor: Actor) -> Caller:
    """A shift that lives and holds the application of which it speaks, in the run to which it speaks.

    A state machine cannot sign; whoever pretends to be one can do no more than stop a run in which that shift moves.
    """
    lease = ports.table.lease(command.application) if command.application else None
    holds = lease is not None and lease.holder == actor.id != "" and lease.run == command.run
    if not holds or ports.executions.status(actor.id) not in LIVING:
        raise ForbiddenError(
            f"{actor.id or 'an execution without a name'} may not speak for norikae: it is no shift that lives and "
            f"holds {command.application or 'an application'} in run {command.run or '(none named)'}"
        )
    return Caller(name=MACHINE, actor=actor)
