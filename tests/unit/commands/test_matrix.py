"""Who may say what: every role with every verb, about applications of every kind, in every kind of environment."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from norikae.commands.authorise import authorise, may
from norikae.commands.caller import Caller
from norikae.commands.model import VERBS, Actor, Command, Door, Verb
from norikae.commands.parse import takes
from norikae.environment import Role
from norikae.errors import ForbiddenError

ROLES: tuple[Role, ...] = get_args(Role)
APPLICATIONS = {"own": "chat", "of another team": "payments", "of no team": "", "unknown": None, "none named": None}
SAID_BY: dict[Role, set[str]] = {
    "viewer": {"help", "status", "windows"},
    "team": {"help", "status", "windows"},
    "approver": {"help", "status", "windows", "approve", "reject"},
    "operator": set[str](VERBS) - {"approve", "reject", "adopt", "unadopt", "clean-green"},
    "admin": set[str](VERBS),
}
"""Written out here once more, so that a mistake has to be made twice."""
OF_ITS_OWN = {"shift", "hold", "roll-back"}


def command(verb: Verb, application: str) -> Command:
    named = application != "none named" and "application" in takes(verb)
    return Command(command=verb, application=f"app-{application}" if named else "")


@pytest.mark.parametrize("environment", ["demo", "chat-prod", "chat-staging"])
@pytest.mark.parametrize("door", ["iam", "slack", "chatwork"])
@pytest.mark.parametrize("verb", VERBS)
def test_a_role_may_say_what_it_is_for_and_nothing_else(environment: str, door: Door, verb: Verb) -> None:
    for role, application in product(ROLES, APPLICATIONS):
        caller = Caller(name="mio", actor=Actor(door=door, id="x"), roles=(role,), teams=("chat",), person="mio")
        about = command(verb, application)
        wanted = verb in SAID_BY[role] or (role == "team" and verb in OF_ITS_OWN and application == "own")
        team = APPLICATIONS[application]
        assert may(caller, about, team) == wanted, (role, application)
        if wanted:
            authorise(environment, caller, about, team)
        else:
            with pytest.raises(ForbiddenError, match=rf"^mio may not {verb}.* in {environment}: it has only the role"):
                authorise(environment, caller, about, team)


@pytest.mark.parametrize("roles", [pair for pair in product(ROLES, ROLES) if pair[0] < pair[1]])
@pytest.mark.parametrize("verb", VERBS)
def test_two_roles_may_what_either_may(verb: Verb, roles: tuple[Role, Role]) -> None:
    for application, team in APPLICATIONS.items():
        about = command(verb, application)
        both = Caller(name="mio", actor=Actor(door="iam"), roles=roles, teams=("chat",))
        alone = [Caller(name="mio", actor=Actor(door="iam"), roles=(one,), teams=("chat",)) for one in roles]
        assert may(both, about, team) == any(may(one, about, team) for one in alone)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("application", APPLICATIONS)
def test_nobody_may_say_anything_without_a_role(verb: Verb, application: str) -> None:
    nobody = Caller(name="", actor=Actor(door="slack", id="T01AB/U0"), teams=("chat", "*"))
    with pytest.raises(ForbiddenError, match="has no role here"):
        authorise("demo", nobody, command(verb, application), APPLICATIONS[application])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("application", APPLICATIONS)
def test_a_machine_may_pause_and_abort_whatever_roles_it_is_given(verb: Verb, application: str) -> None:
    machine = Caller(name="norikae", actor=Actor(door="machine", id="arn:shift:1"), roles=ROLES, teams=("*",))
    assert may(machine, command(verb, application), APPLICATIONS[application]) == (verb in {"pause", "abort"})


@pytest.mark.parametrize("roles", [(role,) for role in ROLES] + [ROLES])
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("application", APPLICATIONS)
def test_a_schedule_may_plan_and_start_whatever_roles_it_is_given(
    verb: Verb, application: str, roles: tuple[Role, ...]
) -> None:
    caller = Caller(
        name="schedule x", actor=Actor(door="schedule", id="x"), roles=roles, teams=("*",), person="schedule x"
    )
    about = command(verb, application)
    wanted = verb in {"plan", "start"} and bool({"operator", "admin"} & set(roles))
    assert may(caller, about, APPLICATIONS[application]) == wanted
    if not wanted:
        with pytest.raises(ForbiddenError, match=f"^schedule x may not {verb}.*a schedule, which may only start and"):
            authorise("demo", caller, about, APPLICATIONS[application])


def test_every_door_is_in_this_matrix() -> None:
    assert set(get_args(Door)) == {"iam", "slack", "chatwork", "schedule", "machine"}


@pytest.mark.parametrize(
    ("teams", "team", "allowed"),
    [
        (("chat",), "chat", True),
        (("mail", "chat"), "chat", True),
        (("*",), "chat", True),
        (("*",), "", False),
        (("*",), None, False),
        (("",), "", False),
        (("cha",), "chat", False),
        ((), "chat", False),
    ],
)
def test_a_team_has_its_own_applications_only(teams: tuple[str, ...], team: str | None, *, allowed: bool) -> None:
    caller = Caller(name="taro", actor=Actor(door="slack", id="x"), roles=("team",), teams=teams)
    assert may(caller, Command(command="hold", application="web"), team) == allowed


def test_a_refusal_names_who_what_where_and_which_role_may() -> None:
    taro = Caller(name="taro", actor=Actor(door="slack", id="x"), roles=("team",), teams=("chat",))
    with pytest.raises(ForbiddenError) as refused:
        authorise("demo", taro, Command(command="hold", application="billing"), "payments")
    assert str(refused.value) == (
        "taro may not hold billing in demo: it has only the role team; role operator or role admin or role team of "
        "payments may (access in the environment file, docs/access.md)"
    )
