"""A message becomes current Secrets, in both clusters, or a reason that people can act on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from norikae.errors import RefusedError, ThrottledError, UnreachableError
from norikae.secret_sync.letter import Check, Restart
from norikae.secret_sync.stored import GENERATION
from tests.unit.fakes.secrets import arn_of
from tests.unit.secret_sync.carried import BLUE, GREEN, OURS, Story, label_event


def test_a_rotation_reaches_both_clusters_by_one_read_of_the_value() -> None:
    story = Story()
    story.declares("db")
    story.carries(story.rotates())
    answer = story.carries(story.rotates(content={"password": "new"}))
    assert answer == {"batchItemFailures": [], "carried": {"restarts": 2, "secrets": 1, "written": 2}}
    assert story.blue.read("shop", "db") == story.green.read("shop", "db") == {"password": b"new"}
    assert (story.safe.calls["describe"], story.safe.calls["current"]) == (2, 2)
    assert (story.condition()["status"], story.delivery().state) == ("True", "current")
    assert story.told() == []


def test_copies_of_an_event_are_one_look_and_write_nothing_new() -> None:
    story = Story()
    story.declares("db")
    event = story.rotates()
    story.carries(event, event, Check("prod/db", "gate"), Check(arn_of("prod/db"), "sweep"))
    assert story.safe.calls["describe"] == story.safe.calls["current"] == 1
    before = (dict(story.blue.stored), dict(story.blue.objects), dict(story.ports.deliveries.items))
    story.carries(event)
    assert before == (story.blue.stored, story.blue.objects, story.ports.deliveries.items)
    assert story.safe.calls["current"] == 1


def test_an_old_event_moves_nothing_back() -> None:
    story = Story()
    story.declares("db")
    old, new = story.rotates(), story.rotates()
    story.carries(new)
    story.carries(old)
    assert story.blue.history["shop", "db"] == ["prod/db-v2"]


def test_an_event_that_secrets_manager_does_not_know_yet_is_looked_at_again() -> None:
    """All of its operations are eventually consistent."""
    story = Story()
    story.declares("db")
    story.carries(story.rotates())
    early = label_event(arn_of("prod/db"), "prod/db", "prod/db-v2")
    story.carries(early)
    assert story.ports.letters.sent == [(Check(arn_of("prod/db"), "late", attempt=1), 5)]
    story.rotates()
    story.rests()
    assert story.version(BLUE) == "prod/db-v2"


def test_a_version_that_was_just_replaced_is_not_believed_to_be_current_again() -> None:
    """It is a stale read, or somebody has moved the label back; who waits a minute and a half knows.

    The Secret says when the handler began that wrote it, which may be a minute before it did.
    """
    story = Story(green=False)
    story.declares("db")
    story.carries(story.rotates())
    old = (story.safe.values["prod/db"], story.safe.described["prod/db"])
    story.carries(story.rotates())
    story.safe.values["prod/db"], story.safe.described["prod/db"] = old
    (message,) = story.sends(Check("prod/db", "late"))
    assert "may have a newer version" in story.batch([message])["failed"][0]
    assert story.version(BLUE) == "prod/db-v2"
    story.ports.now += 60 + 29
    assert "may have a newer version" in story.batch([message])["failed"][0]
    story.ports.now += 60
    assert story.batch([message])["batchItemFailures"] == []
    assert story.version(BLUE) == "prod/db-v1"


def test_a_secret_that_nobody_wants_costs_no_call_to_aws() -> None:
    story = Story()
    assert story.carries(story.rotates("other"))["ignored"] == {"nobody-wants-it": 1}
    assert not story.safe.calls


def test_a_secret_of_blue_alone_is_carried_while_there_is_no_green() -> None:
    story = Story(green=False)
    story.declares("db")
    story.carries(story.rotates())
    assert story.version(BLUE) == "prod/db-v1"


def test_a_green_that_has_no_api_yet_is_left_out() -> None:
    story = Story()
    story.declares("db")
    del story.ports.shelves[GREEN]
    assert story.carries(story.rotates())["batchItemFailures"] == []
    assert story.version(BLUE) == "prod/db-v1"


def test_a_cluster_that_is_down_keeps_nothing_from_the_other_and_is_caught_up() -> None:
    story = Story()
    story.declares("db")
    story.carries(story.rotates())
    story.blue.down = UnreachableError("the connection to blue timed out")
    answer = story.carries(story.rotates())
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == ["m2"]
    assert (story.version(BLUE), story.version(GREEN)) == ("prod/db-v1", "prod/db-v2")
    story.blue.down = None
    writes = story.green.calls["write"]
    assert story.batch(["m2"])["batchItemFailures"] == []
    assert (story.version(BLUE), story.green.calls["write"]) == ("prod/db-v2", writes)


def test_a_write_that_fails_comes_again_for_its_message_alone() -> None:
    story = Story()
    story.declares("db")
    story.declares("key")
    story.blue.refuses["create shop/db"] = ThrottledError("PATCH secrets shop/db was answered 429")
    answer = story.carries(story.rotates("db"), story.rotates("key"))
    assert answer["batchItemFailures"] == [{"itemIdentifier": "m1"}]
    assert answer["failed"] == ["ThrottledError: PATCH secrets shop/db was answered 429"]
    assert (story.version(GREEN, "db"), story.version(BLUE, "key")) == ("prod/db-v1", "prod/key-v1")
    assert (story.delivery(BLUE).state, story.delivery(GREEN).state) == ("failed", "current")
    del story.blue.refuses["create shop/db"]
    story.rests()
    assert story.delivery(BLUE).state == "current"
    assert story.told() == []


@pytest.mark.parametrize("call", ["describe:prod/db", "current:prod/db"])
def test_a_secret_that_is_throttled_comes_again_and_the_others_do_not(call: str) -> None:
    story = Story()
    story.declares("db")
    story.declares("key")
    story.safe.broken[call] = ThrottledError("GetSecretValue was throttled")
    assert story.carries(story.rotates("db"), story.rotates("key"))["batchItemFailures"] == [{"itemIdentifier": "m1"}]
    assert (story.version(BLUE, "db"), story.version(BLUE, "key")) == ("", "prod/key-v1")
    assert (story.told(), story.condition()) == ([], {})
    story.safe.broken.clear()
    story.rests()
    assert story.version(BLUE, "db") == "prod/db-v1"


def test_whoever_writes_meanwhile_is_read_again() -> None:
    """A rotation and another handler in the middle of ours: their newer version stays."""
    story = Story()
    story.declares("db")
    story.carries(story.rotates())

    def overtaken(_place: str) -> None:
        story.green.before_write = lambda _: None
        story.carries(story.rotates())

    story.green.before_write = overtaken
    assert story.carries(story.rotates())["batchItemFailures"] == []
    assert story.green.history["shop", "db"] == ["prod/db-v1", "prod/db-v3"]
    assert story.blue.history["shop", "db"] == ["prod/db-v1", "prod/db-v2", "prod/db-v3"]


def test_a_secret_that_is_written_all_the_time_comes_again() -> None:
    story = Story(green=False)
    story.declares("db")
    story.carries(story.rotates())
    story.blue.before_write = lambda _: story.blue.edit("shop", "db", password=b"by hand")
    answer = story.carries(story.rotates())
    assert answer["failed"] == ["ConflictError: PATCH secrets shop/db was answered 409 Conflict"]
    story.blue.before_write = lambda _: None
    story.rests()
    assert story.version(BLUE) == "prod/db-v2"


def test_a_declaration_that_changed_since_the_survey_is_read_again() -> None:
    """Another handler has carried the new one: the old one must not be written over it."""
    story = Story(green=False)
    story.declares("db", keys=["password"])
    story.carries(story.rotates(content={"password": "one", "user": "web"}))

    def changed(_name: str) -> None:
        story.safe.on_read = lambda _: None
        story.declares("db", keys=["user"])
        story.carries(Check("prod/db", "new"))

    story.safe.on_read = changed
    story.carries(story.rotates(content={"password": "two", "user": "web"}))
    assert story.blue.read("shop", "db") == {"user": b"web"}


# --- what only a person can end ---


def refused(story: Story, text: str, event: str = "secret-refused", *, clusters: int = 2) -> None:
    """The message is done, the status says it, and people hear it once."""
    assert story.answers[-1]["batchItemFailures"] == []
    condition = story.condition()
    assert (condition["status"], condition["reason"]) == ("False", "Refused")
    assert text in condition["message"]
    assert (story.delivery().state, story.told()) == ("refused", [event])
    said = story.ports.topic.told[0][1]
    assert (len(said["clusters"]), said["severity"]) == (clusters, "action")
    assert text in said["text"]
    story.carries(Check("prod/db", "sweep"))
    assert story.told() == [event]


def again(story: Story, event: str = "secret-current-again") -> None:
    """Once it is made good, the next look carries it, and people hear that, too."""
    story.carries(Check("prod/db", "operator"))
    assert (story.condition()["status"], story.delivery().state) == ("True", "current")
    assert story.told()[1:] == [event]


def test_a_secret_without_the_tag_goes_nowhere() -> None:
    story = Story()
    story.declares("db")
    story.carries(story.rotates(namespaces=frozenset({"other"})))
    refused(story, "Key=norikae.dev/namespaces,Value='other shop'")
    assert not story.blue.stored
    story.rotates(namespaces=frozenset({"shop"}))
    again(story)


def test_a_secret_that_is_denied() -> None:
    story = Story()
    story.declares("db")
    story.safe.broken["current:prod/db"] = RefusedError("AccessDeniedException: no identity-based policy allows it")
    story.carries(story.rotates())
    refused(story, "AccessDeniedException: no identity-based policy allows it")
    story.safe.broken.clear()
    again(story)


def test_a_secret_that_may_not_even_be_described() -> None:
    story = Story()
    story.declares("db")
    event = story.rotates()
    story.safe.broken["describe:prod/db"] = RefusedError("AccessDeniedException: not allowed")
    story.carries(event)
    assert "KMS key have to allow norikae" in story.condition()["message"]
    assert story.told() == ["secret-refused"]
    story.carries(event)
    assert story.told() == ["secret-refused"]
    story.safe.broken.clear()
    again(story)


def test_a_secret_that_does_not_exist() -> None:
    story = Story()
    story.declares("db")
    story.carries(Check("prod/db", "new"))
    assert "Secrets Manager has no secret prod/db" in story.condition()["message"]
    story.carries(Check("prod/db", "new"))
    assert story.told() == ["secret-refused"]
    story.rotates()
    again(story)
    story.carries(Check("prod/db", "sweep"))
    assert len(story.told()) == 2


def test_a_secret_that_is_marked_for_deletion_stays_in_the_clusters_and_comes_back() -> None:
    story = Story()
    story.declares("db")
    story.carries(story.rotates())
    known = story.safe.described["prod/db"]
    story.safe.rotate("prod/db", {"password": "x"}, deleted_at=1_000_000.0)
    story.carries(Check(known.arn, "operator"))
    refused(story, "marked for deletion at 1970-01-12T13:46:40Z", "secret-deleted")
    assert story.version(BLUE) == "prod/db-v1"
    story.rotates(deleted_at=None)
    again(story, "secret-restored")


def test_a_secret_whose_current_version_is_gone() -> None:
    story = Story()
    story.declares("db")
    event = story.rotates(namespaces=frozenset({"shop"}))
    story.safe.described["prod/db"] = type(story.safe.described["prod/db"])(arn_of("prod/db"), "prod/db", "")
    story.carries(event)
    refused(story, "no version of prod/db has the label AWSCURRENT")


def test_a_replica_is_carried_like_any_other() -> None:
    """Secrets Manager replicates the value; the primary's region is nobody's business here."""
    story = Story()
    story.declares("db")
    story.carries(story.rotates(primary_region="us-east-1"))
    assert (story.version(BLUE), story.condition()["status"]) == ("prod/db-v1", "True")


@pytest.mark.parametrize(
    ("arn", "text"),
    [
        ("arn:aws:secretsmanager:us-east-1:123456789012:secret:prod/db-AbCdEf", "us-east-1"),
        ("arn:aws:secretsmanager:ap-northeast-1:999999999999:secret:prod/db-AbCdEf", "999999999999"),
    ],
)
def test_a_secret_of_another_region_or_account_is_not_asked_for(arn: str, text: str) -> None:
    story = Story()
    story.declares("db", secret=arn)
    story.carries(Check(arn, "new"))
    assert (story.condition()["reason"], story.told()) == ("Refused", ["secret-refused"])
    assert text in story.condition()["message"]
    assert not story.safe.calls


def test_a_secret_that_the_environment_file_does_not_name() -> None:
    story = Story(secrets=("other/*",))
    story.declares("db")
    story.carries(story.rotates())
    assert "add its name there and deploy" in story.condition()["message"]
    assert (story.told(), dict(story.safe.calls)) == (["secret-refused"], {})


UNFIT: dict[str, tuple[Any, dict[str, Any], str]] = {
    "binary": (b"\x00\xff", {}, "is a SecretBinary; set spec.format: binary"),
    "not UTF-8": (b"\xff\xfe", {"format": "text"}, "is a SecretBinary; set spec.format: binary"),
    "no JSON": ("hunter2", {}, "spec.format"),
    "an invalid key": ({"a b": "x"}, {}, "cannot be keys of a Secret"),
    "a missing key": ({"user": "x"}, {"keys": ["password"]}, "spec.keys names 'password'"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_value_that_is_not_as_declared(name: str) -> None:
    content, spec, text = UNFIT[name]
    story = Story()
    story.declares("db", **spec)
    story.carries(story.rotates(content=content))
    refused(story, text)
    story.declares("db", format="binary")
    story.rotates(content=b"\x00")
    again(story)


@pytest.mark.parametrize("content", [b"\x00\xff" * 32768, "x" * 65536])
def test_the_largest_value_that_secrets_manager_takes_is_carried(content: bytes | str) -> None:
    story = Story()
    story.declares("db", format="binary" if isinstance(content, bytes) else "text")
    story.carries(story.rotates(content=content))
    assert story.blue.read("shop", "db") == {"value": content if isinstance(content, bytes) else content.encode()}


@pytest.mark.parametrize("verb", ["get", "create"])
def test_a_right_that_is_missing_is_named(verb: str) -> None:
    story = Story()
    story.declares("db")
    error = RefusedError("GET secrets shop/db was answered 403 Forbidden")
    for shelf in (story.blue, story.green):
        shelf.refuses[f"{verb} shop/db"] = error
    story.carries(story.rotates())
    refused(story, "needs the Role norikae-secrets of docs/secrets.md")
    story.blue.refuses.clear()
    story.green.refuses.clear()
    again(story)


def test_a_namespace_without_the_role_keeps_no_other_from_its_secret() -> None:
    story = Story()
    story.declares("db", namespace="shop")
    story.declares("db", namespace="pay")
    story.blue.refuses["get pay/db"] = RefusedError("GET secrets pay/db was answered 403 Forbidden")
    story.carries(story.rotates(namespaces=frozenset({"shop", "pay"})))
    assert (story.version(BLUE), story.version(BLUE, namespace="pay")) == ("prod/db-v1", "")
    assert (story.delivery(BLUE).state, story.delivery(GREEN).state) == ("refused", "current")
    assert story.ports.topic.told[0][1]["clusters"] == [BLUE]


def test_a_declaration_that_is_wrong_is_told_where_it_is() -> None:
    story = Story()
    story.declares("db", format="jsno")
    story.carries(story.rotates())
    refused(story, "spec.format")


def test_a_status_that_may_not_be_written_is_told() -> None:
    story = Story(green=False)
    story.declares("db")
    story.blue.refuses[f"patch {OURS} shop/db"] = RefusedError("PATCH secretsyncs shop/db was answered 403 Forbidden")
    story.carries(story.rotates())
    assert (story.told(), story.version(BLUE)) == (["secret-refused"], "prod/db-v1")


def test_a_declaration_that_is_deleted_meanwhile_wants_nothing_any_more() -> None:
    story = Story(green=False)
    story.declares("db")
    story.safe.on_read = lambda _: story.blue.objects.clear()
    assert story.carries(story.rotates())["batchItemFailures"] == []


# --- edits by hand ---


def test_an_edit_by_hand_is_repaired_and_told_once() -> None:
    story = Story()
    story.declares("db")
    story.carries(story.rotates(content={"password": "right"}))
    story.blue.edit("shop", "db", password=b"by hand")
    story.carries(Check("prod/db", "sweep"))
    assert story.blue.read("shop", "db") == {"password": b"right"}
    assert [message["severity"] for _, message in story.ports.topic.told] == ["info"]
    assert story.told() == ["secret-edited"]
    story.carries(Check("prod/db", "sweep"))
    assert story.told() == ["secret-edited"]
    assert story.ports.letters.sent == []


def test_an_edit_by_hand_is_only_reported_where_that_is_wanted() -> None:
    story = Story()
    story.declares("db", onEdit="report")
    story.carries(story.rotates(content={"password": "right"}))
    story.blue.edit("shop", "db", password=b"by hand")
    for _ in range(2):
        story.carries(Check("prod/db", "sweep"))
    assert story.blue.read("shop", "db") == {"password": b"by hand"}
    assert (story.condition()["reason"], story.told()) == ("Edited", ["secret-edited"])
    assert story.ports.topic.told[0][1]["clusters"] == [BLUE]
    story.carries(story.rotates())
    assert story.told() == ["secret-edited", "secret-current-again"]


# --- restarts ---


def test_consumers_restart_in_green_first_and_only_after_a_replacement() -> None:
    story = Story()
    story.declares("db")
    story.declares("db", namespace="pay")
    story.carries(story.rotates(namespaces=frozenset({"shop", "pay"})))
    assert story.ports.letters.sent == []
    story.carries(story.rotates())
    assert story.ports.letters.sent == [
        (Restart(GREEN, "pay", ("db",)), 0),
        (Restart(GREEN, "shop", ("db",)), 0),
        (Restart(BLUE, "pay", ("db",), after=(GREEN,)), 120),
        (Restart(BLUE, "shop", ("db",), after=(GREEN,)), 120),
    ]
    story.ports.letters.sent = []
    story.carries(Check("prod/db", "sweep"))
    assert story.ports.letters.sent == []


def test_a_handler_that_dies_between_write_and_letter_loses_no_restart() -> None:
    story = Story()
    story.declares("db")
    story.carries(story.rotates())
    send, story.ports.letters.send = story.ports.letters.send, _dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        story.carries(story.rotates())
    story.ports.letters.send = send  # type: ignore[method-assign]
    story.batch(["m2"])
    assert [letter.cluster for letter, _ in story.ports.letters.sent if isinstance(letter, Restart)] == [GREEN, BLUE]


def test_a_write_whose_answer_is_lost_loses_no_restart() -> None:
    story = Story(green=False)
    story.declares("db")
    story.declares("copy", secret="prod/db")
    story.carries(story.rotates())
    put = story.blue.write

    def lost(wanted: Any, **more: Any) -> None:
        put(wanted, **more)
        if wanted.name == "db":
            raise UnreachableError("the answer was lost")

    story.blue.write = lost  # type: ignore[method-assign]
    story.carries(story.rotates())
    assert story.delivery().state == "failed"
    story.ports.letters.sent, story.blue.write = [], put  # type: ignore[method-assign]
    story.batch(["m2"])
    assert story.ports.letters.sent == [(Restart(BLUE, "shop", ("copy", "db")), 0)]


def test_a_lost_answer_after_a_refusal_loses_no_restart() -> None:
    story = Story(green=False)
    story.declares("db")
    story.carries(story.rotates())
    story.blue.refuses["write shop/db"] = RefusedError("PATCH secrets shop/db was answered 403 Forbidden")
    story.carries(story.rotates())
    assert (story.delivery().state, story.delivery().version) == ("refused", "prod/db-v2")
    story.blue.refuses.clear()
    put = story.blue.write

    def lost(wanted: Any, **more: Any) -> None:
        put(wanted, **more)
        raise UnreachableError("the answer was lost")

    story.blue.write = lost  # type: ignore[method-assign]
    story.carries(Check("prod/db", "sweep"))
    story.blue.write = put  # type: ignore[method-assign]
    story.batch(["m3"])
    assert (Restart(BLUE, "shop", ("db",)), 0) in story.ports.letters.sent


@pytest.mark.parametrize("generation", ["9" * 5000, "\u0669" * 30])
def test_a_generation_that_somebody_wrote_by_hand_hurts_no_other_secret(generation: str) -> None:
    story = Story(green=False)
    story.declares("db")
    story.declares("key")
    story.carries(story.rotates("db"), story.rotates("key"))
    stored = story.blue.stored["shop", "db"]
    story.blue.stored["shop", "db"] = replace(stored, annotations={**stored.annotations, GENERATION: generation})
    story.carries(story.rotates("db"), story.rotates("key"))
    assert story.version(BLUE, "key") == "prod/key-v2"


def _dies(*_letters: object, **_more: object) -> None:
    raise KeyboardInterrupt


# --- many ---


def test_500_secrets_in_two_clusters_are_exactly_500_reads() -> None:
    story = Story()
    events = []
    for number in range(500):
        story.declares(f"s{number}")
        events.append(story.rotates(f"s{number}"))
    story.sends(*events)
    story.rests(turns=100)
    assert story.safe.calls["current"] == story.safe.calls["describe"] == 500
    assert all(story.version(cluster, f"s{number}") for cluster in (BLUE, GREEN) for number in range(500))
    assert story.blue.calls["list secretsyncs.norikae.dev"] == 50
