"""Who says it: proven by AWS, by norikae's own function, by a living shift, or by nobody."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.commands.caller import is_messenger, person_of
from norikae.commands.model import Actor
from norikae.environment import Access, Person
from norikae.errors import BadRequestError, ForbiddenError, RefusedError
from norikae.upgrade.lease import Lease
from norikae.upgrade.state import Flags
from tests.unit.commands.people import CLOCK, HANAKO, MESSENGER, MIO, RIN, TARO, YUKI, Office, session_of
from tests.unit.fakes.story import APP, RUN, SHIFT

STRANGER = "arn:aws:sts::123456789012:assumed-role/web/somebody"


def flags(office: Office) -> Flags:
    return office.ports.table.read(RUN, "FLAGS", Flags) or Flags()


def test_a_person_in_a_chat_may_what_their_roles_say() -> None:
    office = Office()
    office.says(MIO, command="pause", reason="incident")
    assert (flags(office).paused, flags(office).by) == (True, "mio")
    with pytest.raises(ForbiddenError, match=r"yuki may not abort in demo: it has only the role viewer"):
        office.says(YUKI, command="abort")
    assert not flags(office).aborted


@pytest.mark.parametrize(("door", "who"), [("slack", MIO.slack), ("chatwork", MIO.chatwork)])
def test_one_person_is_the_same_by_every_door(door: str, who: str) -> None:
    office = Office()
    office.in_chat(door, who, command="pause")
    by_chat = flags(office).by
    office.types(MIO.iam[0], command="pause")
    assert by_chat == flags(office).by == "mio"


def test_a_team_moves_its_own_application() -> None:
    office = Office()
    office.says(TARO, command="hold", application=APP)
    assert flags(office).held == (APP,)
    with pytest.raises(ForbiddenError, match="taro may not hold web"):
        office.says(TARO, command="hold", application="web")
    with pytest.raises(ForbiddenError, match="taro may not resume"):
        office.says(TARO, command="resume", application=APP)


@pytest.mark.parametrize(
    ("door", "who"), [("slack", "T01AB/U0"), ("slack", "U02CD"), ("chatwork", "1"), ("slack", ""), ("chatwork", "")]
)
def test_whom_nobody_knows_may_not_even_ask(door: str, who: str) -> None:
    with pytest.raises(ForbiddenError, match="may not status in demo: it has no role here"):
        Office(unproven=("admin",)).in_chat(door, who, command="status")


def test_who_does_not_prove_who_they_are_has_the_roles_that_the_file_gives_them() -> None:
    office = Office(unproven=("operator",))
    office.heard(command="pause", by="somebody")
    assert flags(office).by == "somebody"
    with pytest.raises(ForbiddenError, match="somebody may not adopt"):
        office.heard(command="adopt", by="somebody")
    with pytest.raises(ForbiddenError, match="somebody who does not prove who they are may not status"):
        Office().heard(command="status")


def test_a_name_in_by_opens_nothing() -> None:
    with pytest.raises(ForbiddenError):
        Office().heard(command="pause", by="mio")
    office = Office()
    office.says(MIO, command="pause", by="hanako")
    assert flags(office).by == "mio"


def test_an_arn_that_is_nobody_s_may_what_it_may_without_a_proof_and_is_known_by_the_arn() -> None:
    office = Office(unproven=("operator",))
    office.types(STRANGER, command="pause")
    assert flags(office).by == STRANGER
    with pytest.raises(ForbiddenError, match="may not status"):
        Office().types(STRANGER, command="status")


def test_a_person_who_proves_who_they_are_has_their_own_roles_only() -> None:
    office = Office(unproven=("admin",))
    office.types("arn:aws:sts::123456789012:assumed-role/admin/whoever", command="pause")
    assert flags(office).by == "rin"
    with pytest.raises(ForbiddenError, match="mio may not adopt"):
        office.types(MIO.iam[0], command="adopt")


@pytest.mark.parametrize("arn", ["", MIO.iam[0], STRANGER, f"{MESSENGER}-2"])
@pytest.mark.parametrize("actor", [{"door": "slack", "id": RIN.chatwork}, {"door": "iam", "id": MIO.iam[0]}])
def test_only_norikae_s_own_function_speaks_for_others(arn: str, actor: dict[str, Any]) -> None:
    office = Office(unproven=("admin",))
    office.ports.callers.known["their own proof"] = arn
    proof = {"proof": "their own proof"} if arn else {}
    with pytest.raises(ForbiddenError, match="may not say who somebody is"):
        office.heard(command="pause", actor=actor, **proof)
    assert flags(office) == Flags()


@pytest.mark.parametrize("actor", [{}, {"actor": {"door": "iam", "id": MIO.iam[0]}}])
def test_norikae_s_own_function_has_no_roles_itself(actor: dict[str, Any]) -> None:
    office = Office(unproven=("admin",))
    with pytest.raises(BadRequestError, match="has to say for whom"):
        office.heard(command="pause", proof=office.ports.callers.prove(), **actor)


def test_a_proof_that_is_none_is_refused_before_anything_else() -> None:
    with pytest.raises(BadRequestError, match="command: proof"):
        Office(unproven=("admin",)).heard(command="pause", proof="forged")


@pytest.mark.parametrize(
    ("arn", "is_one"),
    [
        ("arn:aws:sts::123456789012:assumed-role/norikae-demo-answer-chat/answer", True),
        ("arn:aws:sts::123456789012:assumed-role/norikae-demo-answer-chat", True),
        ("arn:aws:sts::999999999999:assumed-role/norikae-demo-answer-chat/answer", False),
        ("arn:aws-cn:sts::123456789012:assumed-role/norikae-demo-answer-chat/answer", False),
        ("arn:aws:sts::123456789012:assumed-role/norikae-demo-answer-chat2/answer", False),
        ("arn:aws:sts::123456789012:assumed-role/x/norikae-demo-answer-chat", False),
        ("arn:aws:sts::123456789012:federated-user/norikae-demo-answer-chat", False),
        ("arn:aws:iam::123456789012:role/norikae-demo-answer-chat", False),
        ("", False),
        ("arn:aws:sts::123456789012:assumed-role/", False),
    ],
)
def test_a_messenger_is_a_session_of_its_role(arn: str, *, is_one: bool) -> None:
    assert is_messenger(arn, [MESSENGER]) == is_one
    assert not is_messenger(arn, [])
    with_a_path = MESSENGER.replace(":role/", ":role/teams/chat/")
    assert is_messenger(arn, [with_a_path]) == is_one


def test_the_most_exact_pattern_says_who_it_is() -> None:
    role = "arn:aws:sts::123456789012:assumed-role/sre"
    anybody = Person(name="sre", roles=("viewer",), iam=(f"{role}/*",))
    team = Person(name="night", roles=("operator",), iam=(f"{role}/night-*",))
    one = Person(name="mio", roles=("admin",), iam=(f"{role}/mio",))
    access = Access(people=(anybody, team, one))
    known = {
        name: found.name
        for name in ("mio", "mio2", "night-1", "x")
        if (found := person_of(access, Actor(door="iam", id=f"{role}/{name}")))
    }
    assert known == {"mio": "mio", "mio2": "sre", "night-1": "night", "x": "sre"}
    assert person_of(access, Actor(door="iam", id="arn:aws:sts::1:assumed-role/other/mio")) is None
    everybody = Person(name="everybody", roles=("admin",), iam=("*",))
    assert person_of(Access(people=(everybody,)), Actor(door="iam", id="x")) is None


def test_a_shift_stops_its_run_while_it_lives_and_holds_its_application() -> None:
    office = Office()
    office.ports.table.leases[APP] = Lease(SHIFT, RUN, 3)
    machine = {"door": "machine", "id": SHIFT}
    office.heard(command="pause", run=RUN, application=APP, actor=machine, by="norikae", reason="latency")
    assert (flags(office).paused, flags(office).by, flags(office).held) == (True, "norikae", ())
    office.heard(command="abort", run=RUN, application=APP, actor=machine)
    assert flags(office).aborted


@pytest.mark.parametrize(
    ("lease", "status", "command"),
    [
        (None, "RUNNING", {}),
        (Lease("arn:shift:2", RUN, 3), "RUNNING", {}),
        (Lease("", RUN, 3), "RUNNING", {}),
        (Lease(SHIFT, "demo-1-34-0001", 3), "RUNNING", {}),
        (Lease(SHIFT, RUN, 3), "FAILED", {}),
        (Lease(SHIFT, RUN, 3), "UNKNOWN", {}),
        (Lease(SHIFT, RUN, 3), "RUNNING", {"application": "invoices"}),
        (Lease(SHIFT, RUN, 3), "RUNNING", {"application": ""}),
        (Lease(SHIFT, RUN, 3), "RUNNING", {"run": ""}),
        (Lease(SHIFT, RUN, 3), "RUNNING", {"actor": {"door": "machine", "id": ""}}),
        (Lease("", RUN, 3), "RUNNING", {"actor": {"door": "machine", "id": ""}}),
    ],
)
def test_who_is_no_such_shift_stops_nothing(lease: Lease | None, status: Any, command: dict[str, Any]) -> None:
    office = Office(unproven=("admin",))
    office.ports.executions.statuses[SHIFT] = status
    if lease:
        office.ports.table.leases[APP] = lease
    said = {"command": "abort", "run": RUN, "application": APP, "actor": {"door": "machine", "id": SHIFT}, **command}
    with pytest.raises(ForbiddenError, match="may not speak for norikae"):
        office.heard(**said)
    assert flags(office) == Flags()


@pytest.mark.parametrize("verb", ["approve", "resume", "status", "roll-back"])
def test_a_shift_may_say_nothing_else(verb: str) -> None:
    office = Office(unproven=("admin",))
    office.ports.table.leases[APP] = Lease(SHIFT, RUN, 3)
    with pytest.raises(ForbiddenError, match="norikae may not"):
        office.heard(command=verb, run=RUN, application=APP, actor={"door": "machine", "id": SHIFT})


def test_people_are_the_ones_of_the_file() -> None:
    office = Office()
    assert office.says(HANAKO, command="help")["roles"] == ["approver"]


def test_a_schedule_starts_an_upgrade_and_says_nothing_else() -> None:
    office = Office(unproven=("admin",))
    said = {"command": "pause", "actor": {"door": "schedule", "id": "quarterly"}}
    with pytest.raises(
        ForbiddenError, match="schedule quarterly may not pause in demo: it is a schedule, which may only"
    ):
        office.is_due(**said)
    with pytest.raises(ForbiddenError, match="schedule quarterly may not approve"):
        office.is_due(**{**said, "command": "approve"})
    with pytest.raises(RefusedError, match="is open"):
        office.is_due(**{**said, "command": "start"})
    assert not flags(office).paused


@pytest.mark.parametrize("arn", ["", MIO.iam[0], STRANGER, f"{session_of(CLOCK)}-2/start"])
def test_only_norikae_s_own_function_speaks_for_a_schedule(arn: str) -> None:
    office = Office(unproven=("admin",))
    office.ports.callers.known["their own proof"] = arn
    proof = {"proof": "their own proof"} if arn else {}
    with pytest.raises(ForbiddenError, match="may not say who somebody is"):
        office.heard(command="start", actor={"door": "schedule", "id": "quarterly"}, **proof)


def test_whoever_speaks_for_chats_does_not_speak_for_schedules() -> None:
    office = Office()
    with pytest.raises(BadRequestError, match="a function that speaks for people in chats has to say for whom"):
        office.in_chat("schedule", "quarterly", command="start")


@pytest.mark.parametrize(
    "actor",
    [
        {},
        {"actor": {"door": "schedule"}},
        {"actor": {"door": "slack", "id": RIN.chatwork}},
        {"actor": {"door": "chatwork", "id": RIN.chatwork}},
        {"actor": {"door": "iam", "id": MIO.iam[0]}},
    ],
)
def test_whoever_speaks_for_schedules_speaks_for_nobody_else(actor: dict[str, Any]) -> None:
    office = Office(unproven=("admin",))
    with pytest.raises(BadRequestError, match="command: actor: id: a schedule has to say what it is called"):
        office.is_due(command="start", **actor)
