"""Late, stolen, wrong, own and expired yeses in chats: refused, and Step Functions hears of none."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.upgrade.state import RequestedItem
from tests.unit.chat.letters import ROOM, Chat
from tests.unit.commands.people import HANAKO, MIO, TARO, TOKEN, YUKI
from tests.unit.fakes.story import RUN

GO_ON = {f"{TOKEN}/plan": {"next": "go-on"}}


def refused(chat: Chat, told: str, because: str) -> None:
    """An answer says why, and nothing was woken, nor was a task token anywhere but in the table."""
    assert because in told
    assert chat.woken == {}
    assert TOKEN not in repr((chat.read, chat.commander.heard, chat.ports.seen.taken))


def test_an_expired_yes() -> None:
    chat = Chat()
    code = chat.office.asked().code
    chat.office.story.time_passes(chat.ports.environment.approvals.deadline)
    refused(chat, chat.says(HANAKO, f"approve {RUN} {code}"), "has expired")


@pytest.mark.parametrize(("person", "says"), [(TARO, "taro"), (YUKI, "yuki"), ("T01AB/U0NEW", "T01AB/U0NEW")], ids=str)
def test_a_code_that_was_overheard(person: Any, says: str) -> None:
    chat = Chat()
    code = chat.office.asked().code
    told = chat.says(person, f"approve {RUN} {code}")
    refused(chat, told, f"That is not allowed: {says} may not approve")


def test_a_member_of_another_workspace_with_the_same_id() -> None:
    chat = Chat()
    code = chat.office.asked().code
    told = chat.says(HANAKO, f"approve {RUN} {code}", id="T0ELSE/U0HANA")
    refused(chat, told, "no commands from here")


def test_a_wrong_code_and_a_wrong_hash() -> None:
    chat = Chat()
    code = chat.office.asked().code
    refused(chat, chat.says(HANAKO, f"approve {RUN} aaaaaa"), "has the code 'aaaaaa'")
    refused(chat, chat.says(HANAKO, "approve subject=plan plan_hash=4f1c"), "has hash")
    refused(chat, chat.says(HANAKO, f"approve {code} plan_hash=4f1c"), "not 4f1c")
    refused(chat, chat.says(HANAKO, "approve"), "by its code or hash")


def test_the_requesters_own_yes() -> None:
    chat = Chat(requester="may-not-approve")
    started = RequestedItem(by="mio", person="mio", door="slack", at=chat.ports.now)
    chat.ports.table.write_unfenced(RUN, "REQUESTED", started)
    code = chat.office.asked().code
    refused(chat, chat.says(MIO, f"approve {RUN} {code}"), "having started it")


def test_a_yes_to_a_question_that_was_answered() -> None:
    chat = Chat()
    code = chat.office.asked().code
    chat.says(HANAKO, f"reject {code} because not today")
    before = dict(chat.woken)
    assert "does not wait for an approval" in chat.says(HANAKO, f"approve {code}")
    assert chat.woken == before


def test_one_person_by_two_chats_is_not_two() -> None:
    chat = Chat(persons=2)
    code = chat.office.asked().code
    assert "a second person has to say it" in chat.says(MIO, f"approve {code}")
    again = chat.letter(MIO, f"approve {code}", door="chatwork", id=MIO.chatwork, place=ROOM, answer_to="78")
    chat.brings(again)
    refused(chat, chat.read[-1], "a second person has to say it")
    chat.says(HANAKO, f"approve {code}")
    assert chat.woken == GO_ON
