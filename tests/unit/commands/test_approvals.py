"""Yes and no: in time, about what was read, by who may, and by two people where the environment wants two."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.approvals.ask import code_of
from norikae.commands.operate import operate
from norikae.errors import BadRequestError, ForbiddenError, NorikaeError, RefusedError
from norikae.upgrade.state import ApprovalItem, ApprovedItem, AssentItem, PhaseItem, RequestedItem
from tests.unit.commands.people import HANAKO, MIO, RIN, TARO, TOKEN, YUKI, Office
from tests.unit.fakes.story import RUN, WRITER

GO_ON = {f"{TOKEN}/plan": {"next": "go-on"}}


def started_by(office: Office, person: str) -> None:
    """Somebody has asked for the run by a command."""
    item = RequestedItem(by=person or "somebody", person=person, door="slack", at=office.ports.now)
    office.ports.table.write_unfenced(RUN, "REQUESTED", item)


def approved(office: Office, subject: str = "plan") -> str:
    item = office.ports.table.read(RUN, f"APPROVED#{subject}", ApprovedItem)
    return item.by if item else ""


def told(office: Office, event: str) -> list[dict[str, Any]]:
    return [message for _, message in office.ports.topic.told if message["event"] == event]


def refused(office: Office, says: Any) -> str:
    """Why something was refused; Step Functions has not been told anything, and no yes is kept."""
    with pytest.raises(NorikaeError) as error:
        says()
    assert office.woken == {}
    assert approved(office) == ""
    assert office.ports.table.read_all(RUN, "ASSENT#", AssentItem) == []
    return str(error.value)


def test_a_question_has_a_code_and_an_end_which_people_are_told() -> None:
    office = Office()
    asked = office.asked()
    deadline = office.ports.environment.approvals.deadline
    assert (len(asked.code), asked.code.isalnum(), asked.code) == (6, True, asked.code.lower())
    assert asked.expires == office.ports.now + deadline
    (message,) = told(office, "waiting")
    assert {key: message[key] for key in ("subject", "plan_hash", "code", "expires")} == {
        "subject": "plan",
        "plan_hash": asked.plan_hash,
        "code": asked.code,
        "expires": asked.expires,
    }
    (shown,) = office.says(YUKI, command="status")["questions"]
    assert (shown["code"], shown["expires"], shown["yes"]) == (asked.code, asked.expires, "")
    assert TOKEN not in repr((message, shown))


def test_a_code_is_the_same_however_often_it_is_asked_and_another_for_another_question() -> None:
    one = code_of("token", "plan", "hash")
    assert one == code_of("token", "plan", "hash")
    others = {code_of("token2", "plan", "hash"), code_of("token", "sync", "hash"), code_of("token", "plan", "hash2")}
    assert len(others | {one}) == 4


@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_a_yes_by_its_code_wakes_the_run(spelling: Any) -> None:
    office = Office()
    answer = office.says(HANAKO, command="approve", run=RUN, code=spelling(office.asked().code))
    assert office.woken == GO_ON
    assert (answer["subject"], answer["answered"], approved(office)) == ("plan", True, "hanako")


def test_a_yes_by_the_hash_of_what_was_read_wakes_the_run() -> None:
    office = Office()
    office.says(HANAKO, command="approve", plan_hash=office.asked().plan_hash)
    assert office.woken == GO_ON


def test_a_no_by_the_code_wakes_the_run_with_its_reason() -> None:
    office = Office()
    office.says(HANAKO, command="reject", code=office.asked().code, reason="not today")
    assert office.woken == {
        f"{TOKEN}/plan": {"next": "refuse", "waiting_for": "hanako said no to the plan: not today"},
    }


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_wrong_code_answers_nothing(verb: str) -> None:
    office = Office()
    office.asked()
    assert "no question of run demo-1-35-0001 that waits has the code 'aaaaaa'" in refused(
        office, lambda: office.says(HANAKO, command=verb, code="aaaaaa")
    )


READ_IT, NAME_IT = "read what waits and approve its hash", "name the plan that you approve by its code or hash"


@pytest.mark.parametrize(
    ("given", "why"), [({"plan_hash": "4f1c"}, READ_IT), ({}, NAME_IT), ({"subject": "plan"}, NAME_IT)]
)
def test_a_yes_to_something_else_or_to_nothing_answers_nothing(given: dict[str, str], why: str) -> None:
    office = Office()
    office.asked()
    assert why in refused(office, lambda: office.says(HANAKO, command="approve", **given))


def test_a_code_with_the_hash_of_something_else_answers_nothing() -> None:
    office = Office()
    code = office.asked().code
    text = refused(office, lambda: office.says(HANAKO, command="approve", code=code, plan_hash="4f1c"))
    assert "is about hash" in text


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_late_answer_answers_nothing(verb: str) -> None:
    office = Office()
    asked = office.asked()
    office.story.time_passes(office.ports.environment.approvals.deadline)
    said = {"command": verb, "code": asked.code, "plan_hash": asked.plan_hash}
    assert "has expired" in refused(office, lambda: office.says(HANAKO, **said))


@pytest.mark.parametrize(("other", "why"), [("demo-1-34-0001", "does not wait for an approval"), ("x", "there is no")])
def test_the_code_of_another_run_answers_nothing(other: str, why: str) -> None:
    office = Office()
    office.ports.table.write_unfenced("demo-1-34-0001", "PHASE", PhaseItem(phase="soak"))
    code = office.asked().code
    assert why in refused(office, lambda: office.says(HANAKO, command="approve", run=other, code=code))


def test_the_code_of_an_answered_question_answers_nothing() -> None:
    office = Office()
    code = office.asked().code
    office.says(HANAKO, command="approve", code=code)
    with pytest.raises(RefusedError, match="does not wait for an approval"):
        office.says(MIO, command="approve", code=code)
    assert office.woken == GO_ON


def test_a_question_of_an_older_norikae_has_no_code_that_could_be_said() -> None:
    office = Office()
    asked = office.asked()
    old = ApprovalItem(subject="plan", task_token=TOKEN, plan_hash=asked.plan_hash, text="")
    office.ports.table.write(WRITER, "APPROVAL#plan", old)
    assert "name the subject" not in refused(office, lambda: office.says(HANAKO, command="approve", code=" "))


def test_of_several_questions_one_has_to_be_named() -> None:
    office = Office()
    office.asked()
    office.asked("decommission")
    with pytest.raises(BadRequestError, match=r"several questions wait \(decommission, plan\)"):
        office.says(HANAKO, command="reject")
    office.says(HANAKO, command="reject", subject="plan")
    assert list(office.woken) == [f"{TOKEN}/plan"]


@pytest.mark.parametrize("person", [TARO, YUKI])
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_who_is_no_approver_answers_nothing(person: Any, verb: str) -> None:
    office = Office()
    code = office.asked().code
    assert f"{person.name} may not {verb}" in refused(office, lambda: office.says(person, command=verb, code=code))


class TestTheRequester:
    """``approvals.requester: may-not-approve``."""

    def office(self, **more: Any) -> Office:
        return Office(requester="may-not-approve", **more)

    def test_may_not_say_yes_by_any_door(self) -> None:
        for says in (
            lambda office, code: office.says(MIO, command="approve", code=code),
            lambda office, code: office.in_chat("chatwork", MIO.chatwork, command="approve", code=code),
            lambda office, code: office.types(MIO.iam[0], command="approve", code=code),
        ):
            office = self.office()
            started_by(office, "mio")
            code = office.asked().code
            text = refused(office, lambda says=says, office=office, code=code: says(office, code))
            assert "mio may not approve plan of run demo-1-35-0001, having started it" in text

    def test_is_nobody_else_when_the_clock_started_it(self) -> None:
        office = self.office()
        item = RequestedItem(by="schedule q", person="schedule q", door="schedule", at=office.ports.now)
        office.ports.table.write_unfenced(RUN, "REQUESTED", item)
        office.says(MIO, command="approve", code=office.asked().code)
        assert approved(office) == "mio"

    def test_may_say_no(self) -> None:
        office = self.office()
        started_by(office, "mio")
        office.says(MIO, command="reject", code=office.asked().code)
        assert office.woken[f"{TOKEN}/plan"]["next"] == "refuse"

    @pytest.mark.parametrize("subject", ["plan", "decommission"])
    def test_lets_somebody_else_say_it(self, subject: str) -> None:
        office = self.office()
        started_by(office, "mio")
        office.says(HANAKO, command="approve", code=office.asked(subject).code)
        assert approved(office, subject) == "hanako"

    def test_is_not_told_from_somebody_who_does_not_prove_who_they_are(self) -> None:
        office = self.office(unproven=("admin",))
        started_by(office, "mio")
        asked = office.asked()
        for by in ("", "hanako"):
            said = {"command": "approve", "plan_hash": asked.plan_hash, "by": by}
            text = refused(office, lambda said=said: office.heard(**said))
            assert "this environment has to know who says yes" in text

    @pytest.mark.parametrize("how", ["by hand", "without a proof"])
    def test_that_nobody_knows_makes_it_two_people_s(self, how: str) -> None:
        office = self.office()
        if how == "without a proof":
            started_by(office, "")
        code = office.asked().code
        assert office.says(MIO, command="approve", code=code)["missing"] == 1
        assert office.woken == {}
        office.says(HANAKO, command="approve", code=code)
        assert approved(office) == "mio and hanako"


class TestTwoPeople:
    """``approvals.persons: 2``."""

    def office(self, **more: Any) -> Office:
        return Office(persons=2, **more)

    @pytest.mark.parametrize("subject", ["plan", "decommission"])
    def test_the_first_yes_is_kept_and_told_and_the_second_wakes_the_run(self, subject: str) -> None:
        office = self.office()
        asked = office.asked(subject)
        first = office.says(MIO, command="approve", code=asked.code, reason="read it")
        assert (first["answered"], first["missing"], office.woken, approved(office, subject)) == (False, 1, {}, "")
        (message,) = told(office, "approved-once")
        assert (message["by"], message["code"], message["severity"]) == ("mio", asked.code, "action")
        (shown,) = office.says(YUKI, command="status")["questions"]
        assert shown["yes"] == "mio"
        assert office.says(HANAKO, command="approve", code=asked.code)["answered"]
        assert office.woken == {f"{TOKEN}/{subject}": {"next": "go-on"}}
        assert approved(office, subject) == "mio and hanako"
        assert office.ports.table.read_all(RUN, "ASSENT#", AssentItem) == []

    def test_one_person_by_two_doors_is_one(self) -> None:
        office = self.office()
        code = office.asked().code
        office.says(MIO, command="approve", code=code)
        again = [
            office.in_chat("chatwork", MIO.chatwork, command="approve", code=code),
            office.types(MIO.iam[0], command="approve", code=code),
        ]
        assert [answer["missing"] for answer in again] == [1, 1]
        assert office.woken == {}
        assert len(told(office, "approved-once")) == 1

    def test_everybody_who_may_take_one_role_is_one(self) -> None:
        office = self.office()
        code = office.asked().code
        for session in ("rin", "mio"):
            office.types(f"arn:aws:sts::123456789012:assumed-role/admin/{session}", command="approve", code=code)
        assert office.woken == {}

    def test_who_does_not_prove_who_they_are_is_neither(self) -> None:
        office = self.office(unproven=("admin",))
        asked = office.asked()
        said = {"command": "approve", "plan_hash": asked.plan_hash, "by": "hanako"}
        assert "has to know who says yes" in refused(office, lambda: office.heard(**said))
        unknown = "arn:aws:sts::123456789012:assumed-role/web/x"
        assert "has to know who says yes" in refused(
            office, lambda: office.types(unknown, command="approve", code=asked.code)
        )
        office.says(MIO, command="approve", code=asked.code)
        with pytest.raises(ForbiddenError):
            office.heard(**said)
        assert office.woken == {}

    def test_a_yes_counts_for_that_question_only(self) -> None:
        office = self.office()
        office.says(MIO, command="approve", code=office.asked().code)
        office.ports.table.delete(RUN, "APPROVAL#plan")
        asked_again = ApprovalItem(
            subject="plan",
            task_token=f"{TOKEN}/again",
            plan_hash="x",
            text="",
            code=code_of(f"{TOKEN}/again", "plan", "x"),
        )
        office.ports.table.write(WRITER, "APPROVAL#plan", asked_again)
        assert office.says(HANAKO, command="approve", code=asked_again.code)["missing"] == 1
        assert office.woken == {}
        office.says(MIO, command="approve", code=asked_again.code)
        assert office.woken == {f"{TOKEN}/again": {"next": "go-on"}}

    def test_a_no_after_the_first_yes_ends_it(self) -> None:
        office = self.office()
        code = office.asked().code
        office.says(MIO, command="approve", code=code)
        office.says(HANAKO, command="reject", code=code)
        assert office.woken[f"{TOKEN}/plan"]["next"] == "refuse"

    def test_a_second_yes_comes_too_late(self) -> None:
        office = self.office()
        code = office.asked().code
        office.says(MIO, command="approve", code=code)
        office.story.time_passes(office.ports.environment.approvals.deadline)
        with pytest.raises(RefusedError, match="has expired"):
            office.says(HANAKO, command="approve", code=code)
        assert office.woken == {}

    def test_two_who_say_it_at_the_same_moment_are_two(self) -> None:
        office = self.office()
        code = office.asked().code
        swap = office.ports.table.swap

        def meanwhile(*args: Any, **more: Any) -> None:
            office.ports.table.swap = swap  # type: ignore[method-assign]
            office.says(HANAKO, command="approve", code=code)
            swap(*args, **more)

        office.ports.table.swap = meanwhile  # type: ignore[method-assign]
        office.says(MIO, command="approve", code=code)
        assert office.woken == GO_ON
        assert approved(office) == "hanako and mio"

    def test_the_requester_is_one_of_the_two_unless_the_file_says_otherwise(self) -> None:
        office = self.office()
        started_by(office, "mio")
        code = office.asked().code
        office.says(MIO, command="approve", code=code)
        office.says(RIN, command="approve", code=code)
        assert approved(office) == "mio and rin"
        strict = self.office(requester="may-not-approve")
        started_by(strict, "mio")
        code = strict.asked().code
        strict.says(HANAKO, command="approve", code=code)
        with pytest.raises(ForbiddenError, match="having started it"):
            strict.says(MIO, command="approve", code=code)
        strict.says(RIN, command="approve", code=code)
        assert approved(strict) == "hanako and rin"

    def test_a_difference_needs_one(self) -> None:
        office = self.office()
        item = ApprovalItem(subject="sync", task_token="s", plan_hash="d", text="", code="abcdef")
        office.ports.table.write(WRITER, "APPROVAL#sync", item)
        office.says(HANAKO, command="approve", code="abcdef")
        assert office.woken == {"s": {"next": "go-on"}}


def test_nobody_ever_sees_a_token() -> None:
    office = Office(persons=2)
    asked = office.asked()
    answers = [office.says(person, command="approve", code=asked.code) for person in (MIO, HANAKO)]
    seen = (answers, office.says(YUKI, command="status"), office.ports.topic.told, office.ports.table.events)
    assert TOKEN not in repr((seen, office.ports.evidence.documents))


def test_where_one_will_do_the_console_may_answer() -> None:
    office = Office(unproven=("admin",))
    asked = office.asked()
    operate(office.ports, {"command": "approve", "subject": "plan", "plan_hash": asked.plan_hash, "by": "mio"})
    assert approved(office) == "mio"
