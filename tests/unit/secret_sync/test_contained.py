"""What nobody expected fails one message, and says nothing of a value."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.errors import ThrottledError, UnreachableError
from norikae.secret_sync.contained import contained
from norikae.secret_sync.letter import Check, Restart, Sweep
from tests.unit.secret_sync.carried import BLUE, GREEN, Story

CANARY = "canary-5c1e"


def breaks(*_: Any, **__: Any) -> Any:
    raise LookupError(CANARY)


def test_a_surprise_at_one_secret_fails_its_message_alone_and_shows_nothing() -> None:
    story = Story()
    story.declares("db")
    story.declares("key", templates={"URL": "x"})
    story.safe.on_read = lambda name: breaks() if name == "prod/db" else None
    answer = story.carries(story.rotates("db"), story.rotates("key"))
    assert answer["batchItemFailures"] == [{"itemIdentifier": "m1"}]
    assert (story.version(BLUE, "key"), story.version(GREEN, "key")) == ("prod/key-v1", "prod/key-v1")
    assert "LookupError at tests.unit.secret_sync.test_contained:" in str(answer)
    assert CANARY not in str(answer)


def test_a_surprise_at_a_letter_fails_no_rotation() -> None:
    story = Story()
    story.declares("db")
    story.ports.letters.send = breaks  # type: ignore[method-assign]
    answer = story.carries(Sweep("sweep"), story.rotates())
    assert answer["batchItemFailures"] == [{"itemIdentifier": "m1"}]
    assert story.version(GREEN) == "prod/db-v1"


def test_the_surprise_itself_goes_no_further() -> None:
    with pytest.raises(UnreachableError) as raised:
        contained("the look at prod/db", breaks)
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)


def test_a_cluster_that_does_not_answer_one_letter_is_not_asked_for_the_next_ones() -> None:
    story = Story()
    story.declares("db")
    story.blue.refuses["list workloads shop"] = UnreachableError("GET deployments.apps was not answered")
    letters = [Restart(BLUE, "shop", ("db",), attempt=number) for number in range(5)]
    answer = story.carries(*letters, Restart(GREEN, "shop", ("db",)), Check("prod/db", "gate"))
    assert len(answer["batchItemFailures"]) == 5
    assert (story.blue.calls["list workloads shop"], story.green.calls["list workloads shop"]) == (1, 1)


def test_a_look_that_a_gate_asked_for_does_not_come_again_since_the_gate_does() -> None:
    """Else each look of a gate adds a message that fails every minute, just while Secrets Manager throttles."""
    story = Story()
    story.declares("db")
    event = story.rotates()
    story.safe.broken["current:prod/db"] = ThrottledError("not so fast")
    answer = story.carries(*[Check("prod/db", "gate")] * 8, event)
    assert answer["batchItemFailures"] == [{"itemIdentifier": "m9"}]
    assert answer["failed"] == ["ThrottledError: not so fast"]
