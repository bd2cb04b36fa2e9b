"""The part of an environment file that says who may say what to norikae."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from norikae.environment.part import Name, Part

Role = Literal["viewer", "team", "approver", "operator", "admin"]
"""What a role may say is ``norikae.commands.roles``; nobody may do anything without one."""


class Person(Part, frozen=True):
    """One person, whatever door they come through."""

    name: Annotated[Name, msgspec.Meta(description="How the audit trail calls them.")]
    roles: Annotated[
        tuple[Role, ...],
        msgspec.Meta(
            min_length=1,
            description="viewer asks; team also shifts, holds and rolls back "
            "applications of its teams; approver says yes and no; "
            "operator does everything with runs but that; admin does everything.",
        ),
    ]
    teams: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            description="Teams (`norikae.dev/team`) whose applications the role team is for; `*` is every team."
        ),
    ] = ()
    slack: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^$|^[TE][A-Z0-9]+/[UW][A-Z0-9]+$", description="Workspace and member, such as `T01AB/U02CD`."
        ),
    ] = ""
    chatwork: Annotated[str, msgspec.Meta(pattern=r"^[0-9]*$", description="The account id.")] = ""
    iam: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            description="ARNs as STS GetCallerIdentity says them, such as "
            "`arn:aws:sts::123456789012:assumed-role/sre/mio`; "
            "a `*` at the end stands for whatever follows."
        ),
    ] = ()


class Access(Part, frozen=True):
    """Who may say what; who is not here may say nothing."""

    people: Annotated[tuple[Person, ...], msgspec.Meta(description="Everybody who is known.")] = ()
    unproven: Annotated[
        tuple[Role, ...],
        msgspec.Meta(
            description="What anybody may say whom IAM lets invoke `operator-command` "
            "and who does not prove who they are, as in the "
            "console."
        ),
    ] = ("admin",)
