"""What stands in chats, over the wire: written only over what was read."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.adapters.aws.threads import KEPT_DAYS, DynamoThreads
from norikae.chat.ports import Posted, Thread
from norikae.errors import ConflictError

NOW, KEY = 1_795_834_800.0, "slack/C01AB/run/demo-1-35-0001"


@pytest.fixture
def threads(dynamodb: Any) -> DynamoThreads:
    return DynamoThreads(dynamodb, "runs", NOW)


def thread(message: str = "1790000000.000100", **more: Any) -> Thread:
    return Thread(posted=Posted(place="C01AB", message=message), body="4f1c", at=NOW, **more)


def test_a_thread_is_read_as_it_was_written(threads: DynamoThreads) -> None:
    one = thread(state={"z": {"weight": 5, "最後": [1, None]}, "a": 0.5})
    assert threads.read(KEY) is None
    threads.write(KEY, one, instead_of=None)
    assert threads.read(KEY) == one
    assert threads.read(f"{KEY}/other") is None


def test_of_two_that_saw_the_same_one_writes(threads: DynamoThreads) -> None:
    threads.write(KEY, Thread(at=0), instead_of=None)
    with pytest.raises(ConflictError):
        threads.write(KEY, thread(), instead_of=None)
    read = threads.read(KEY)
    threads.write(KEY, thread("1"), instead_of=read)
    with pytest.raises(ConflictError):
        threads.write(KEY, thread("2"), instead_of=read)
    assert threads.read(KEY) == thread("1")


def test_what_was_read_is_written_over_whatever_it_holds(threads: DynamoThreads) -> None:
    threads.write(KEY, thread(state={"b": 1, "a": {"d": 1.0, "c": "x"}}), instead_of=None)
    threads.write(KEY, thread("2"), instead_of=threads.read(KEY))
    assert threads.read(KEY) == thread("2")


def test_what_an_older_release_wrote_is_written_over(threads: DynamoThreads, monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(Thread, frozen=True, kw_only=True):
        """A thread of a later release, with a field more."""

        colour: str = "blue"

    threads.write(KEY, thread(), instead_of=None)
    monkeypatch.setattr("norikae.adapters.aws.threads.Thread", Later)
    read = threads.read(KEY)
    assert isinstance(read, Later)
    threads.write(KEY, Later(body="new"), instead_of=read)
    assert threads.read(KEY) == Later(body="new")


def test_a_thread_is_forgotten_after_weeks(threads: DynamoThreads, dynamodb: Any) -> None:
    threads.write(KEY, thread(), instead_of=None)
    (item,) = dynamodb.scan(TableName="runs")["Items"]
    assert (item["pk"], item["sk"]) == ({"S": f"THREAD#{KEY}"}, {"S": "CHAT"})
    assert item["expires"] == {"N": str(int(NOW) + KEPT_DAYS * 86400)}
