"""A sweep asks for a look at every secret that a cluster names; a rotation that failed is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from norikae.errors import RefusedError, UnreachableError
from norikae.secret_sync.letter import Check, Sweep
from tests.unit.fakes.secrets import arn_of
from tests.unit.secret_sync.carried import BLUE, GREEN, OURS, Story


def sent(story: Story) -> list[object]:
    return [letter for letter, _ in story.ports.letters.sent]


def test_each_secret_is_asked_for_once_however_it_is_named() -> None:
    story = Story()
    story.declares("db")
    story.declares("copy", secret=arn_of("prod/db"))
    story.declares("half", secret=arn_of("prod/db").removesuffix("-AbCdEf"), clusters=(GREEN,))
    story.declares("key")
    story.carries(Sweep("sweep"))
    assert len(sent(story)) == 2
    story.rotates("db")
    story.rotates("key")
    story.rests()
    assert {story.version(GREEN, name) for name in ("db", "copy", "half")} == {"prod/db-v1"}
    assert (story.version(BLUE, "key"), story.safe.calls["describe"]) == ("prod/key-v1", 2)


def test_a_look_for_what_is_new_asks_only_for_what_nobody_has_carried() -> None:
    story = Story()
    story.declares("db")
    story.carries(story.rotates())
    story.declares("key")
    story.rotates("key")
    story.carries(Sweep("new", only_new=True))
    assert sent(story) == [Check("prod/key", "new")]
    story.rests()
    story.carries(Sweep("new", only_new=True))
    assert sent(story) == []
    story.declares("db", keys=["password"])
    story.carries(Sweep("new", only_new=True))
    assert sent(story) == [Check("prod/db", "new")]


def test_what_is_refused_is_not_new_again() -> None:
    story = Story()
    story.declares("db")
    story.carries(Check("prod/db", "new"))
    story.carries(Sweep("new", only_new=True))
    assert sent(story) == []


def test_a_declaration_that_names_no_secret_is_told_so_in_its_status() -> None:
    story = Story()
    story.declares("db", secret="not a name")
    story.carries(Sweep("sweep"))
    assert (sent(story), story.condition()["reason"]) == ([], "Refused")
    patches = story.blue.calls["patch"]
    story.carries(Sweep("sweep"))
    assert story.blue.calls["patch"] == patches


def test_a_cluster_that_cannot_be_seen_is_swept_later_and_the_other_one_now() -> None:
    story = Story()
    story.declares("db")
    story.rotates()
    story.green.down = UnreachableError("the connection timed out")
    assert story.carries(Sweep("sweep"))["batchItemFailures"] == []
    assert sent(story) == [Check("prod/db", "sweep"), Sweep("sweep", cluster=GREEN)]
    story.ports.letters.sent = []
    assert len(story.carries(Sweep("sweep", cluster=GREEN))["batchItemFailures"]) == 1
    story.green.down = None
    story.rests()
    assert (story.version(GREEN), story.version(BLUE)) == ("prod/db-v1", "")


def test_green_alone_is_swept_when_it_is_ready() -> None:
    story = Story()
    story.declares("db")
    story.rotates()
    story.carries(Sweep("green", cluster=GREEN))
    assert sent(story) == [Check("prod/db", "green", cluster=GREEN)]
    story.rests()
    assert (story.version(GREEN), story.version(BLUE)) == ("prod/db-v1", "")


def test_a_lost_event_is_made_good() -> None:
    story = Story()
    story.declares("db")
    story.carries(story.rotates())
    story.rotates()
    story.carries(Sweep("sweep"))
    story.rests()
    assert {story.version(BLUE), story.version(GREEN)} == {"prod/db-v2"}


@pytest.mark.parametrize(("name", "how"), [("rotation_failed", "failed"), ("rotation_abandoned", "was abandoned")])
def test_a_rotation_that_came_to_nothing_is_told_once(name: str, how: str) -> None:
    story, body = Story(), json.loads(Path(f"tests/events/secrets/{name}.json").read_text())
    story.carries(body, body)
    story.carries(body)
    assert story.told() == ["secret-rotation-failed"]
    assert f"The rotation of prod/db {how}" in story.ports.topic.told[0][0]
    assert not story.safe.calls
    story.carries({**body, "detail": {**body["detail"], "eventID": "another"}})
    assert len(story.told()) == 2


def test_a_rotation_of_somebody_elses_secret_is_not_told() -> None:
    story = Story(secrets=("other/*",))
    story.carries(json.loads(Path("tests/events/secrets/rotation_failed.json").read_text()))
    assert story.told() == []


def test_a_deletion_that_cloudtrail_tells_is_looked_at() -> None:
    story = Story()
    story.declares("db")
    story.carries(story.rotates())
    story.safe.rotate("prod/db", {}, deleted_at=1_000_000.0)
    event = json.loads(Path("tests/events/secrets/delete.json").read_text())
    story.carries(event, event)
    assert (story.told(), story.version(BLUE)) == (["secret-deleted"], "prod/db-v1")
    assert story.blue.objects[OURS, "shop", "db"]["status"]["versionId"] == "prod/db-v1"


def test_a_status_that_may_not_be_written_keeps_no_sweep_from_the_other_secrets() -> None:
    story = Story()
    story.declares("db")
    story.declares("wrong", secret="")
    story.blue.refuses[f"patch {OURS} shop/wrong"] = RefusedError("PATCH was answered 403 Forbidden")
    assert story.carries(Sweep("sweep"))["batchItemFailures"] == []
    assert sent(story) == [Check("prod/db", "sweep")]
    assert story.condition(GREEN, "wrong")["reason"] == "Refused"
