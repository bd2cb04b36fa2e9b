"""What was taken already, over the wire: one is first, whoever broke off is once more, and all is forgotten in time."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from handlers.chat.answer_chat import handler
from norikae import wiring
from norikae.adapters.aws.seen import DynamoSeen
from norikae.notify.deliver import TAKEN_SECONDS
from tests.unit.chat.letters import Chat, record
from tests.unit.commands.people import HANAKO, RIN, TOKEN
from tests.unit.notify.told import Chats, failures, told

NOW = 1_795_834_800.0


@pytest.fixture
def seen(dynamodb: Any) -> DynamoSeen:
    return DynamoSeen(dynamodb, "runs", NOW)


def test_one_is_first(seen: DynamoSeen) -> None:
    assert [seen.first("slack/1", 900), seen.first("slack/1", 900), seen.first("slack/2", 900)] == [True, False, True]


def test_whoever_broke_off_is_first_once_more_and_no_copy_is(seen: DynamoSeen) -> None:
    assert seen.first("slack/1", 900, by="m-1")
    assert not seen.first("slack/1", 900, by="m-2")
    assert not seen.first("slack/1", 900)
    assert seen.first("slack/1", 900, by="m-1")


def test_what_is_settled_has_nobody_first_any_more(seen: DynamoSeen) -> None:
    seen.first("slack/1", 900, by="m-1")
    seen.settle("slack/1", 900)
    assert not seen.first("slack/1", 900, by="m-1")


def test_what_is_forgotten_may_come_again(seen: DynamoSeen) -> None:
    seen.first("slack/1", 900)
    seen.forget("slack/1")
    seen.forget("slack/1")
    assert seen.first("slack/1", 900)


def test_what_has_expired_counts_as_forgotten_though_it_is_there_still(seen: DynamoSeen, dynamodb: Any) -> None:
    seen.first("slack/1", 900, by="m-1")
    assert not DynamoSeen(dynamodb, "runs", NOW + 899).first("slack/1", 900, by="m-2")
    assert DynamoSeen(dynamodb, "runs", NOW + 900).first("slack/1", 900, by="m-2")


def test_the_table_has_no_key_and_no_word_of_anybody(seen: DynamoSeen, dynamodb: Any) -> None:
    seen.first("chatwork/secret words", 900, by="m-1")
    (item,) = dynamodb.scan(TableName="runs")["Items"]
    assert "secret words" not in repr(item)
    assert (item["expires"], item["by"], item["sk"]) == ({"N": str(int(NOW) + 900)}, {"S": "m-1"}, {"S": "SEEN"})


def test_what_stopped_its_function_each_time_is_no_copy_of_itself_from_the_dead_letters(dynamodb: Any) -> None:
    class Stopped(BaseException):
        """Lambda ends the process, which can forget nothing then."""

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    chats, problem = Chats(), told("secret-refused", 2, severity="action", secret="prod/db")
    chats.ports.seen = DynamoSeen(dynamodb, "runs", NOW)  # type: ignore[assignment]
    post, chats.ports.slack.post = chats.ports.slack.post, stop  # type: ignore[method-assign, assignment]
    with pytest.raises(Stopped):
        chats.hears(problem)
    chats.ports.slack.post = post  # type: ignore[method-assign]
    chats.ports.seen = DynamoSeen(dynamodb, "runs", NOW + TAKEN_SECONDS)  # type: ignore[assignment]
    chats.later(TAKEN_SECONDS)
    assert failures(chats.hears({**problem, "messageId": "sqs-redriven"})) == []
    assert len(chats.channel) == len(chats.room) == 1
    assert chats.hears(problem)["copies"] == 1


def test_of_a_hundred_at_once_one_is_first(seen: DynamoSeen) -> None:
    won: list[int] = []
    begin = threading.Barrier(100)

    def takes(number: int) -> None:
        begin.wait()
        if seen.first("slack/1", 900, by=f"m-{number}"):
            won.append(number)

    threads = [threading.Thread(target=takes, args=(number,)) for number in range(100)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(won) == 1


@pytest.mark.parametrize("person", [HANAKO, RIN], ids=["slack", "chatwork"])
def test_a_hundred_copies_of_a_yes_have_one_effect(
    seen: DynamoSeen, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way of a word through the function's handler, with the table that all the functions share."""
    chat = Chat()
    chat.ports.seen = seen  # type: ignore[assignment]
    monkeypatch.setattr(wiring, "ports", lambda: chat.ports)
    letter = chat.letter(person, f"approve {chat.office.asked().code}")
    begin = threading.Barrier(100)
    ignored: list[Any] = []

    def comes(number: int) -> None:
        begin.wait()
        ignored.append(handler({"Records": [record(letter, message=f"copy-{number}")]}, None).get("ignored"))

    threads = [threading.Thread(target=comes, args=(number,)) for number in range(100)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert (ignored.count({"a copy": 1}), ignored.count(None)) == (99, 1)
    assert (len(chat.commander.heard), len(chat.read)) == (1, 1)
    assert chat.woken == {f"{TOKEN}/plan": {"next": "go-on"}}
