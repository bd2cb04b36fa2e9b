"""AWSSecrets: the version that they pin, and what their operator would make of a value."""

from __future__ import annotations

import json

import pytest

from norikae.secret_sync.aws_secret import KIND, Field, corrupted_by_operator, fields_of
from norikae.secret_sync.others import nudge, standing_of, targets_of_others
from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.secret import Value
from norikae.secret_sync.target import Target
from tests.unit.fakes.secrets import FakeSafe, FakeShelf, arn_of
from tests.unit.secret_sync.declarations import NOW, aws


def target_of(obj: dict[str, object]) -> Target:
    shelf = FakeShelf()
    shelf.add(KIND, obj)
    (target,) = targets_of_others(shelf)
    return target


def value(content: object, *, binary: bool = False) -> Value:
    text = content if isinstance(content, str) else json.dumps(content)
    return Value("db-v1", Sealed(text.encode()), binary)


@pytest.mark.parametrize("field", ["stringDataFrom", "dataFrom"])
def test_the_version_is_patched_where_the_spec_nests_it(field: Field) -> None:
    secret = FakeSafe().rotate("db", {})
    old = target_of(aws(field=field, version="db-v0", of=arn_of("db")))
    assert old.versions == {arn_of("db"): "db-v0"}
    assert standing_of(old, secret).state == "behind"
    assert standing_of(old, secret).reason == "awssecrets shop/api has versionId db-v0, AWSCURRENT is db-v1"
    assert nudge(old, secret, now=NOW) == {"spec": {field: {"secretsManagerSecretRef": {"versionId": "db-v1"}}}}


def test_one_that_has_the_version_is_current_and_left_alone() -> None:
    secret = FakeSafe().rotate("db", {})
    target = target_of(aws(version="db-v1"))
    assert standing_of(target, secret).state == "current"
    assert nudge(target, secret, now=NOW) is None


def test_one_without_a_version_gets_one() -> None:
    """The operator makes an empty Secret of it."""
    secret = FakeSafe().rotate("db", {})
    target = target_of(aws())
    assert "has versionId none" in standing_of(target, secret).reason
    assert nudge(target, secret, now=NOW) is not None


def test_two_references_are_two_matters() -> None:
    safe = FakeSafe()
    db, api = safe.rotate("db", {}), safe.rotate("api", {})
    both = aws(version="db-v1")
    both["spec"] |= aws(of="api", version="api-v0", field="dataFrom")["spec"]
    target = target_of(both)
    assert target.secrets == ("api", "db")
    assert (standing_of(target, db).state, standing_of(target, api).state) == ("current", "behind")
    assert nudge(target, api, now=NOW) == {"spec": {"dataFrom": {"secretsManagerSecretRef": {"versionId": "api-v1"}}}}
    assert fields_of(target) == ("stringDataFrom", "dataFrom")
    assert fields_of(target, api) == ("dataFrom",)


def test_two_references_to_one_secret_move_together() -> None:
    secret = FakeSafe().rotate("db", {})
    both = aws(version="db-v1")
    both["spec"] |= aws(version="db-v0", field="dataFrom")["spec"]
    target = target_of(both)
    assert target.versions == {}
    assert standing_of(target, secret).state == "behind"
    assert nudge(target, secret, now=NOW) == {"spec": {"dataFrom": {"secretsManagerSecretRef": {"versionId": "db-v1"}}}}


def test_an_aws_secret_without_a_secret_is_no_target() -> None:
    shelf = FakeShelf()
    shelf.add(KIND, {"metadata": {"namespace": "shop", "name": "empty"}, "spec": {}})
    assert targets_of_others(shelf) == []


@pytest.mark.parametrize(
    "content",
    ["plain text", '"a JSON text"', "[1, 2]", "5", {}, {"user": "a"}, {"user": "a", "port": 5432}, {"port": 5.5}],
)
def test_what_the_operator_writes_as_it_is(content: object) -> None:
    assert corrupted_by_operator(value(content)) == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"user": "a", "ttl": 5}, "1 of its values are no strings"),
        ({"user": {"name": "a"}, "on": True, "none": None}, "3 of its values are no strings"),
        ({"port": True}, "no strings"),
        ({"port": None}, "no strings"),
        ({"port": 1, "other": 2}, "2 of its values"),
        ("null", "crashes"),
        ({"not a key!": "x"}, "1 of its keys"),
    ],
)
def test_what_the_operator_would_corrupt(content: object, words: str) -> None:
    text = corrupted_by_operator(value(content))
    assert words in text
    assert text.endswith("declare a SecretSync for it instead of the AWSSecret")


def test_the_operator_crashes_on_what_is_binary() -> None:
    assert "it is binary" in corrupted_by_operator(value("x", binary=True))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"key": "aGVsbG8="}, ""),
        ({"key": "not base64!"}, "1 of its values are not in base64"),
        ({"key": 5}, "1 of its values are not in base64"),
        ("plain text", "it is no JSON object"),
        ("null", "crashes"),
    ],
)
def test_data_from_takes_base64_only(content: object, words: str) -> None:
    text = corrupted_by_operator(value(content), "dataFrom")
    assert words in text
    assert bool(text) == bool(words)


def test_the_text_shows_nothing_of_the_value() -> None:
    for content in ({"canary-4711": ["canary-4711"]}, {"canary-4711!": "canary-4711"}, "[" * 100_000):
        for field in ("stringDataFrom", "dataFrom"):
            assert "canary" not in corrupted_by_operator(value(content), field)
