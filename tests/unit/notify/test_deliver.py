"""The queue brings everything at least once, and chats fail: nothing is lost, and nothing is said twice for it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from norikae.errors import ConflictError, RefusedError, ThrottledError, UnreachableError
from norikae.notify.standing import CLAIM_SECONDS
from norikae.upgrade.lease import Lease
from tests.unit.notify.told import CODE, LOOK, RUN, Chats, Json, buttons, failures, told

HELD: Json = told(
    "application-held", 1, run=RUN, severity="action", application="billing", weight=50, reason="http-5xx"
)
PROBLEM: Json = told("secret-refused", 2, severity="action", secret="prod/db", clusters=["demo-1-33"], reason="binary")


@pytest.fixture
def chats() -> Chats:
    return Chats()


def test_copies_are_one(chats: Chats) -> None:
    answer = chats.hears(HELD, {**HELD, "messageId": "sqs-copy"})
    assert (answer["told"], answer["copies"]) == (1, 1)
    chats.hears(HELD)
    assert len(chats.channel) == len(chats.room) == 2


def test_a_chat_that_throttles_gets_it_later_and_the_other_one_once(chats: Chats) -> None:
    chats.ports.slack.fails = [ThrottledError("slack chat.postMessage: ratelimited; again in 3 s")]
    answer = chats.hears(HELD)
    assert failures(answer) == ["sqs-1"]
    assert answer["failed"] == ["ThrottledError: slack chat.postMessage: ratelimited; again in 3 s"]
    assert (len(chats.channel), len(chats.room)) == (0, 2)
    assert failures(chats.hears(HELD)) == []
    assert (len(chats.channel), len(chats.room)) == (2, 2)


@pytest.mark.parametrize("broken", range(1, 3))
def test_a_chat_that_fails_half_way_has_each_message_once_in_the_end(chats: Chats, broken: int) -> None:
    """The run's message stands, the one below it was throttled."""
    fails: list[ThrottledError | None] = [None] * (broken - 1)
    calls = chats.ports.slack.calls
    chats.ports.slack._call = lambda name: _throttle(calls, name, len(fails) + 1)  # type: ignore[method-assign]
    assert failures(chats.hears(HELD)) == ["sqs-1"]
    assert failures(chats.hears(HELD)) == []
    assert len(chats.channel) == len(chats.room) == 2


def _throttle(calls: list[str], name: str, number: int) -> None:
    calls.append(name)
    if len(calls) == number:
        raise ThrottledError("slack: ratelimited; again in 3 s")


def test_a_chat_that_refuses_keeps_no_other_chat_and_its_message_is_laid_aside(chats: Chats) -> None:
    chats.ports.slack.fails = [RefusedError("slack chat.postMessage: Slack refuses it: not_in_channel")]
    answer = chats.hears(HELD, PROBLEM)
    assert failures(answer) == ["sqs-1"]
    assert len(chats.room) == 3
    assert len(chats.channel) == 1


def test_from_the_dead_letters_it_comes_as_another_message_and_is_shown(chats: Chats) -> None:
    chats.ports.slack.fails = [RefusedError("slack chat.postMessage: Slack refuses it: account_inactive")]
    chats.hears(PROBLEM)
    assert failures(chats.hears({**PROBLEM, "messageId": "sqs-redriven"})) == []
    assert (len(chats.channel), len(chats.room)) == (1, 1)


def test_a_message_whose_answer_was_lost_is_said_once_more(chats: Chats) -> None:
    slack, post = chats.ports.slack, chats.ports.slack.post
    chats.sets(slack={"secret": "s", "team": "T01", "channel": "C01AB"})

    def lost(*args: object, **more: str) -> object:
        post(*args, **more)  # type: ignore[arg-type]
        raise UnreachableError("slack chat.postMessage: no answer")

    slack.post = lost  # type: ignore[method-assign, assignment]
    assert failures(chats.hears(PROBLEM)) == ["sqs-2"]
    slack.post = post  # type: ignore[method-assign]
    for _ in range(3):
        chats.hears(PROBLEM)
    assert len(chats.channel) == 2


def test_a_function_that_was_stopped_while_it_posted_is_followed_by_another(chats: Chats) -> None:
    class Stopped(BaseException):
        """Lambda ends the process."""

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    post = chats.ports.slack.post
    chats.ports.slack.post = stop  # type: ignore[method-assign, assignment]
    with pytest.raises(Stopped):
        chats.hears(PROBLEM)
    chats.ports.slack.post = post  # type: ignore[method-assign]
    assert failures(chats.hears(PROBLEM)) == ["sqs-2"]
    chats.later(CLAIM_SECONDS)
    assert failures(chats.hears(PROBLEM)) == []
    assert len(chats.channel) == 1


def test_two_that_are_about_to_post_the_same_are_one(chats: Chats) -> None:
    other, post = chats.at_the_same_time(), chats.ports.slack.post
    meanwhile: list[Json] = []

    def slowly(*args: object, **more: str) -> object:
        chats.ports.slack.post = post  # type: ignore[method-assign]
        meanwhile.append(other.hears(told("phase", 8, run=RUN, phase="soak", attempt=1)))
        return post(*args, **more)  # type: ignore[arg-type]

    chats.ports.slack.post = slowly  # type: ignore[method-assign, assignment]
    assert failures(chats.hears(told("phase", 7, run=RUN, phase="soak", attempt=1))) == []
    assert failures(meanwhile[0]) == ["sqs-8"]
    assert failures(other.hears(told("phase", 8, run=RUN, phase="soak", attempt=1))) == []
    assert len(chats.channel) == 1


def test_two_that_change_the_same_leave_what_is_newest(chats: Chats) -> None:
    chats.phase("soak")
    chats.hears(told("phase", 1, run=RUN, phase="soak", attempt=1))
    other, update = chats.at_the_same_time(), chats.ports.slack.update

    def slowly(*args: object) -> None:
        chats.ports.slack.update = update  # type: ignore[method-assign]
        chats.phase("decommission-blue")
        assert failures(other.hears(told("phase", 3, run=RUN, phase="decommission-blue", attempt=1))) == []
        update(*args)  # type: ignore[arg-type]

    chats.phase("request-decommission-approval")
    chats.ports.slack.update = slowly  # type: ignore[method-assign, assignment]
    assert failures(chats.hears(told("phase", 2, run=RUN, phase="request-decommission-approval", attempt=1))) == []
    (shown,) = chats.channel
    assert "Decommission blue" in str(shown)


def test_a_message_that_somebody_deleted_is_posted_anew(chats: Chats) -> None:
    chats.phase("soak")
    chats.hears(told("phase", 1, run=RUN, phase="soak", attempt=1))
    chats.ports.slack.fails = [RefusedError("slack chat.update: Slack refuses it: message_not_found")]
    chats.phase("decommission-blue")
    assert failures(chats.hears(told("phase", 2, run=RUN, phase="decommission-blue", attempt=1))) == []
    assert len(chats.channel) == 2
    assert "Decommission" in str(chats.channel[1])


def test_what_alerts_is_said_by_itself_where_the_message_above_was_deleted(chats: Chats) -> None:
    chats.hears(told("phase", 5, run=RUN, phase="soak", attempt=1))
    chats.ports.slack.fails = [RefusedError("slack chat.postMessage: Slack refuses it: cannot_reply_to_message")]
    assert failures(chats.hears(HELD)) == []
    assert [one["thread"] for one in chats.channel] == ["", ""]
    assert "billing is held" in chats.channel[1]["text"]


def test_an_event_that_no_catalogue_knows_is_shown_plainly(chats: Chats) -> None:
    chats.hears(told("moon-eclipsed", 1, severity="page", text="The moon is gone", moon="full"))
    (shown,), (body,) = chats.channel, chats.room
    assert shown["text"] == "🔴 moon-eclipsed\nThe moon is gone"
    assert body == "[info][title]🔴 moon-eclipsed[/title]The moon is gone[/info]"


def test_an_alarm_of_the_stack_is_shown_in_words(chats: Chats) -> None:
    """CloudWatch publishes to the same topic, in a form of its own."""
    rings = {
        "AlarmName": "norikae-demo-AnswerChatErrors",
        "AlarmDescription": "AnswerChat raised 1 or more errors in 5 minutes",
        "NewStateValue": "ALARM",
        "NewStateReason": "Threshold Crossed: 1 datapoint [2.0] was greater than or equal to the threshold (1.0).",
        "Trigger": {"MetricName": "Errors", "Namespace": "AWS/Lambda"},
    }
    envelope = {"MessageId": "sns-1", "Subject": 'ALARM: "norikae-demo"', "Message": json.dumps(rings)}
    assert failures(chats.hears({"messageId": "sqs-1", "body": json.dumps(envelope)})) == []
    (shown,) = chats.channel
    assert shown["text"].splitlines() == [
        "🟡 alarm",
        "AnswerChat raised 1 or more errors in 5 minutes",
        "norikae-demo-AnswerChatErrors",
        "Threshold Crossed: 1 datapoint [2.0] was greater than or equal to the threshold (1.0).",
    ]


@pytest.mark.parametrize("body", ["", "no JSON", "[]", '{"Message": "plain words"}', '{"Message": "[1]"}', "[" * 5000])
def test_what_cannot_be_read_is_shown_as_it_is(chats: Chats, body: str) -> None:
    assert failures(chats.hears({"messageId": "sqs-9", "body": body})) == []
    assert len(chats.channel) == len(chats.room) == 1


def test_a_table_that_does_not_answer_fails_the_message_alone(chats: Chats) -> None:
    def throttled(*_: object, **__: object) -> bool:
        raise ThrottledError("dynamodb")

    first = chats.ports.seen.first
    chats.ports.seen.first = throttled  # type: ignore[method-assign]
    assert failures(chats.hears(HELD)) == ["sqs-1"]
    chats.ports.seen.first = first  # type: ignore[method-assign]
    assert failures(chats.hears(HELD)) == []


def test_who_always_writes_first_makes_the_message_come_again(chats: Chats) -> None:
    chats.hears(told("phase", 1, run=RUN, phase="soak", attempt=1))

    def conflict(*_: object, **__: object) -> None:
        raise ConflictError("somebody wrote first")

    write = chats.ports.threads.write
    chats.ports.threads.write = conflict  # type: ignore[method-assign]
    chats.phase("decommission-blue")
    assert failures(chats.hears(told("phase", 2, run=RUN, phase="decommission-blue", attempt=1))) == ["sqs-2"]
    chats.ports.threads.write = write  # type: ignore[method-assign]
    assert failures(chats.hears(told("phase", 2, run=RUN, phase="decommission-blue", attempt=1))) == []
    assert len(chats.channel) == 1


def test_without_a_chat_every_message_is_done(chats: Chats) -> None:
    chats.sets()
    assert chats.hears(HELD, PROBLEM) == {"batchItemFailures": [], "told": 2}


def test_a_chat_that_throttles_is_not_asked_again_in_the_same_batch(chats: Chats) -> None:
    chats.ports.slack.fails = [ThrottledError("slack chat.postMessage: ratelimited; again in 3 s")]
    assert failures(chats.hears(PROBLEM, HELD)) == ["sqs-2", "sqs-1"]
    assert chats.ports.slack.calls == ["post"]
    assert len(chats.room) == 3
    assert failures(chats.hears(PROBLEM, HELD)) == []
    assert (len(chats.channel), len(chats.room)) == (3, 3)


def test_a_mistake_of_ours_in_one_message_keeps_no_other(chats: Chats) -> None:
    post = chats.ports.slack.post

    def mistaken(*_: object, **__: object) -> None:
        chats.ports.slack.post = post  # type: ignore[method-assign]
        raise ZeroDivisionError

    chats.ports.slack.post = mistaken  # type: ignore[method-assign, assignment]
    answer = chats.hears(PROBLEM, HELD)
    assert failures(answer) == ["sqs-2"]
    assert "unexpected ZeroDivisionError" in str(answer["failed"])
    assert (len(chats.channel), len(chats.room)) == (2, 3)
    chats.later(CLAIM_SECONDS)
    assert failures(chats.hears(PROBLEM)) == []
    assert (len(chats.channel), len(chats.room)) == (3, 3)


def test_each_minute_the_message_of_the_open_run_says_how_far_it_is(chats: Chats) -> None:
    chats.ports.table.leases[""] = Lease("arn:upgrade", RUN, 7)
    chats.plan(billing="payments")
    chats.hears(told("phase", 1, run=RUN, phase="shift-applications", attempt=1))
    chats.application("billing", 25)
    assert failures(chats.hears(LOOK)) == []
    assert "25 %" in str(chats.channel[0])
    calls = len(chats.ports.slack.calls)
    chats.hears(LOOK)
    assert len(chats.ports.slack.calls) == calls, "nothing has changed, so nothing is sent"


def test_a_look_posts_nothing_where_the_run_has_no_message_yet_or_none_is_open(chats: Chats) -> None:
    chats.hears(LOOK)
    chats.ports.table.leases[""] = Lease("", RUN, 7)
    chats.hears(LOOK)
    assert chats.ports.slack.calls == chats.ports.chatwork.calls == []


def test_a_look_that_a_chat_refuses_does_not_come_again(chats: Chats) -> None:
    chats.ports.table.leases[""] = Lease("arn:upgrade", RUN, 7)
    chats.plan(billing="payments")
    chats.hears(told("phase", 1, run=RUN, phase="shift-applications", attempt=1))
    chats.application("billing", 25)
    chats.ports.slack.fails = [ThrottledError("slack chat.update: ratelimited; again in 3 s")]
    answer = chats.hears(LOOK)
    assert failures(answer) == []
    assert answer["failed"] == ["ThrottledError: slack chat.update: ratelimited; again in 3 s"]
    assert "25 %" in str(chats.room[0])


def test_a_look_does_not_post_what_a_chat_did_not_answer(chats: Chats) -> None:
    """It may be there, and would be there once more each minute."""
    chats.ports.table.leases[""] = Lease("arn:upgrade", RUN, 7)
    chats.ports.slack.fails = [UnreachableError("slack chat.postMessage: no answer")]
    assert failures(chats.hears(told("phase", 1, run=RUN, phase="soak", attempt=1))) == ["sqs-1"]
    chats.hears(LOOK)
    assert chats.ports.slack.calls == ["post"]
    assert failures(chats.hears(told("phase", 1, run=RUN, phase="soak", attempt=1))) == []
    assert len(chats.channel) == 1


def test_a_run_that_cannot_be_read_keeps_no_message_about_anything_else(chats: Chats) -> None:
    def unreadable(*_: object) -> object:
        raise ValueError("an item of another release")

    chats.ports.table.read = unreadable  # type: ignore[method-assign, assignment]
    answer = chats.hears(HELD, PROBLEM)
    assert failures(answer) == ["sqs-1"]
    assert "another release" not in str(answer)
    assert len(chats.channel) == len(chats.room) == 1
    chats.ports.table.leases[""] = Lease("arn:upgrade", RUN, 7)
    assert failures(chats.hears(LOOK)) == []


def test_a_look_posts_nothing_anew_where_a_workspace_forbids_changes_after_some_minutes(chats: Chats) -> None:
    chats.ports.table.leases[""] = Lease("arn:upgrade", RUN, 7)
    chats.plan(billing="payments")
    chats.hears(told("phase", 1, run=RUN, phase="shift-applications", attempt=1))
    for weight in range(1, 20):
        chats.application("billing", weight)
        chats.ports.slack.fails = [RefusedError("slack chat.update: Slack refuses it: edit_window_closed")]
        assert failures(chats.hears(LOOK)) == []
    assert len(chats.channel) == 1
    chats.ports.slack.fails = [RefusedError("slack chat.update: Slack refuses it: edit_window_closed")]
    chats.hears(told("phase", 2, run=RUN, phase="soak", attempt=1))
    assert len(chats.channel) == 2
    assert "19 %" in str(chats.channel[1])


def test_what_waits_for_somebody_is_shown_in_the_channel_and_what_does_not_only_below(chats: Chats) -> None:
    chats.hears(HELD, told("upgrade-succeeded", 3, run=RUN, reason="", report=""))
    loud = {message["loud"] for message in chats.channel if message["thread"] and "billing" in message["text"]}
    quiet = {message["loud"] for message in chats.channel if message["thread"] and "billing" not in message["text"]}
    assert (loud, quiet) == ({True}, {False})


TEAMS: Json = {"routes": [{"team": team, "slack": f"C0{team.upper()}"} for team in ("payments", "search", "mail")]}


def test_a_run_is_read_once_for_all_places_of_a_message(chats: Chats) -> None:
    """Its applications may be hundreds, and whoever moves them reads the same items."""
    chats = Chats(**TEAMS)
    chats.ports.table.leases[""] = Lease("arn:upgrade", RUN, 7)
    chats.plan(billing="payments", index="search", smtp="mail")
    chats.hears(
        told("recovered", 1, run=RUN, severity="action", applications=dict.fromkeys(["billing", "index", "smtp"], "?"))
    )
    assert all(chats.in_channel(f"C0{team}") for team in ("PAYMENTS", "SEARCH", "MAIL"))
    reads, read_all = list[str](), chats.ports.table.read_all

    def counted(run: str, prefix: str, kind: Any) -> Any:
        reads.append(prefix)
        return read_all(run, prefix, kind)

    chats.ports.table.read_all = counted  # type: ignore[method-assign]
    two = [told("phase", number, run=RUN, phase="soak", attempt=1) for number in (2, 3)]
    for records in ([LOOK], two, [told("application-moved", 4, run=RUN, application="index"), LOOK]):
        reads.clear()
        chats.application("billing", len(chats.ports.slack.calls))
        assert failures(chats.hears(*records)) == []
        assert reads.count("APP#") == 1


def test_what_another_has_shown_since_the_look_is_not_taken_back(chats: Chats) -> None:
    """The first place is slow; meanwhile the run ends, and another function says so in the second one."""
    chats.plan(billing="payments")
    chats.phase("soak")
    chats.hears(told("phase", 1, run=RUN, phase="soak", attempt=1))
    other, update = chats.at_the_same_time(), chats.ports.slack.update

    def slowly(*args: Any) -> None:
        chats.ports.slack.update = update  # type: ignore[method-assign]
        chats.phase("soak", outcome="succeeded")
        assert failures(other.hears(told("upgrade-succeeded", 3, run=RUN, reason="", report=""))) == []
        update(*args)

    chats.application("billing", 50)
    chats.ports.slack.update = slowly  # type: ignore[method-assign, assignment]
    assert failures(chats.hears(told("phase", 2, run=RUN, phase="soak", attempt=1))) == []
    assert "Ended: succeeded" in str(chats.channel[0])
    assert "Ended: succeeded" in chats.room[0]


def test_a_question_that_came_up_since_the_look_stays_open(chats: Chats) -> None:
    chats.ports.table.leases[""] = Lease("arn:upgrade", RUN, 7)
    chats.plan(billing="payments")
    chats.hears(told("phase", 1, run=RUN, phase="request-plan-approval", attempt=1))
    other, update = chats.at_the_same_time(), chats.ports.slack.update

    def slowly(*args: Any) -> None:
        chats.ports.slack.update = update  # type: ignore[method-assign]
        chats.asks()
        asked = told("waiting", 2, run=RUN, severity="action", subject="plan", code=CODE, expires=0)
        assert failures(other.hears(asked)) == []
        update(*args)

    chats.application("billing", 50)
    chats.ports.slack.update = slowly  # type: ignore[method-assign, assignment]
    assert failures(chats.hears(LOOK)) == []
    assert buttons(chats.channel[1]) == [f"approve {RUN} {CODE}", f"reject {RUN} {CODE}"]
    assert f"/norikae approve {RUN} {CODE}" in chats.room[1]
