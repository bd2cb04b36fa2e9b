"""What comes to the doors of chats without being theirs, more than once, or from the wrong person, in a whole world."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urlencode

import pytest

from local.chat import chatwork_webhook, slack_requests
from local.chat.people import ChatworkPerson, SlackPerson
from local.chat.slack_app import App
from tests.workflow.chats import APP, Chats

pytestmark = [pytest.mark.scenario, pytest.mark.xdist_group("chat-doors")]
LATE_SECONDS = 400
COPIES, AT_ONCE = 100, 20
"""A stage of the API takes forty requests at once, and twenty a second."""
TOO_LONG = "x" * 600_000
Headers = dict[str, str]
ACCEPTED, REFUSED, CUT_OFF, TOO_LARGE = 200, 401, 429, 413


@pytest.fixture(scope="module")
def chats() -> Iterator[Chats]:
    with Chats(APP) as made:
        yield made


class Forger:
    """Somebody who knows how the requests of a chat look, and has heard some.

    Args:
        chats: the world.
    """

    def __init__(self, chats: Chats) -> None:
        assert chats.world.slack.app is not None
        self.chats, self.app, self.webhook = chats, chats.world.slack.app, chats.world.chatwork.webhooks[0]
        self.other = App.drawn(chats.world.kernel.stream("forger"), team="T0OTHER", url=self.app.url)

    def slash(self, text: str = "abort", **fields: str) -> bytes:
        """The form of a slash command of ken's."""
        channel = self.chats.world.slack.channels["C01OPS"]
        hook = "https://hooks.slack.com/commands/T01NORI/1/x"
        form = slack_requests.command(self.app, channel, ("U01KEN", "ken"), text, (hook, f"1.2.{len(text)}"))
        return urlencode({**dict(parse_qsl(form.decode(), keep_blank_values=True)), **fields}).encode()

    def slack(self, body: bytes, *, app: App | None = None, late: float = 0, **headers: str) -> int:
        """The status of a request to Slack's URL.

        Args:
            body: of it.
            app: whose key signs it.
            late: how many seconds ago that was.
            **headers: otherwise, with ``_`` for dashes.
        """
        signed = slack_requests.headers(app or self.app, body, self.chats.world.kernel.now() - late)
        return self._posts(
            self.app.url, {**signed, **{key.replace("_", "-"): one for key, one in headers.items()}}, body
        )

    def crossed(self) -> int:
        """The status of a request that Slack has signed, at Chatwork's URL."""
        body = self.slash()
        return self._posts(
            self.webhook.url, slack_requests.headers(self.app, body, self.chats.world.kernel.now()), body
        )

    def crossed_over(self) -> int:
        """The status of a request that Chatwork has signed, at Slack's URL."""
        url, headers = chatwork_webhook.request(self.webhook, body := self.said())
        return self._posts(f"{self.app.url}?{url.partition('?')[2]}", headers, body)

    def said(self, text: str = "abort", *, late: float = 0) -> bytes:
        """What Chatwork says of a message of taro's."""
        now = self.chats.world.kernel.now() - late
        event = {"message_id": "77", "room_id": 36818150, "account_id": 1484814, "body": f"/norikae {text}"}
        event |= {"send_time": int(now), "update_time": 0}
        whole = {"webhook_setting_id": "1", "webhook_event_type": "message_created", "webhook_event_time": int(now)}
        return json.dumps({**whole, "webhook_event": event}).encode()

    def chatwork(self, body: bytes, token: str = "", *, sent: bytes = b"") -> int:
        """The status of a request to Chatwork's URL; the body that is sent may be another than the signed one."""
        signature = chatwork_webhook.signature(token or self.webhook.token, body)
        headers = {"content-type": "application/json", "x-chatworkwebhooksignature": signature}
        return self._posts(self.webhook.url, headers, sent or body)

    def _posts(self, url: str, headers: Headers, body: bytes) -> int:
        self.chats.run(1)
        return self.chats.posts(url, headers, body)[0]


FORGED: dict[str, Callable[[Forger], int]] = {
    "Slack, the key of another app": lambda one: one.slack(one.slash(), app=one.other),
    "Slack, without a signature": lambda one: one.slack(one.slash(), X_Slack_Signature=""),
    "Slack, a signature that is no ASCII": lambda one: one.slack(one.slash(), X_Slack_Signature="v0=é"),
    "Slack, the signature of another body": lambda one: one.slack(
        one.slash(), X_Slack_Signature=slack_requests.signature(one.app.signing_key, "1", b"x")
    ),
    "Slack, another time than the signed one": lambda one: one.slack(
        one.slash(), X_Slack_Request_Timestamp="1795483302"
    ),
    "Slack, a time that is none": lambda one: one.slack(one.slash(), X_Slack_Request_Timestamp="1e9"),
    "Slack, late": lambda one: one.slack(one.slash(), late=LATE_SECONDS),
    "Slack, from times to come": lambda one: one.slack(one.slash(), late=-LATE_SECONDS),
    "Slack, Chatwork's body": lambda one: one.slack(one.said(), X_Slack_Signature="v0=" + "0" * 64),
    "Chatwork, another token": lambda one: one.chatwork(one.said(), "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="),
    "Chatwork, the signature of another body": lambda one: one.chatwork(one.said(), sent=one.said("start")),
    "Chatwork, late": lambda one: one.chatwork(one.said(late=LATE_SECONDS)),
    "Chatwork, from times to come": lambda one: one.chatwork(one.said(late=-LATE_SECONDS)),
    "Chatwork, Slack's body": lambda one: one.chatwork(one.slash(), "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="),
    "Slack's own, at Chatwork's URL": Forger.crossed,
    "Chatwork's own, at Slack's URL": Forger.crossed_over,
    "Slack, too long": lambda one: one.slack(one.slash(TOO_LONG)),
    "Chatwork, too long": lambda one: one.chatwork(one.said(TOO_LONG)),
}
"""Requests that somebody sends who has no key, or has an old request."""


def heard(chats: Chats) -> tuple[int, int, int]:
    """What an ear has put into the queue, what was carried out of it, and which executions there are."""
    return chats.queued(), chats.commands(), len(chats.world.step_functions.executions)


def test_what_is_forged_late_or_too_long_is_refused_at_the_door_and_goes_no_further(chats: Chats) -> None:
    forger, before = Forger(chats), heard(chats)

    asked = chats.invoked("hear_slack") + chats.invoked("hear_chatwork")

    found = {name: forges(forger) for name, forges in FORGED.items()}

    assert chats.invoked("hear_slack") + chats.invoked("hear_chatwork") == asked + len(FORGED), "norikae itself refuses"
    assert found == {name: TOO_LARGE if "too long" in name else REFUSED for name in FORGED}
    chats.run(60)
    assert heard(chats) == before


@pytest.mark.long
def test_what_was_overheard_is_refused_once_it_is_old(chats: Chats) -> None:
    slack, chatwork = chats.slack("ken"), chats.chatwork("mio")
    chats.hears(slack, "status")
    chats.hears(chatwork, "status")
    requests = [chats.world.slack.sent[-1], chats.world.chatwork.sent[-1]]
    before = heard(chats)
    assert [status for one in requests for status in chats.repeats(one, 2)] == [ACCEPTED] * 4, "in time it is a copy"
    chats.run(60)
    assert heard(chats)[1:] == before[1:]

    chats.run(LATE_SECONDS)

    queued = chats.queued()
    assert [status for one in requests for status in chats.repeats(one, 2)] == [REFUSED] * 4
    chats.run(60)
    assert (chats.queued(), heard(chats)[1:]) == (queued, before[1:])


def test_a_member_of_another_workspace_whom_our_app_speaks_for_is_told_that_this_is_not_the_place(chats: Chats) -> None:
    forger, before = Forger(chats), heard(chats)
    assert forger.slack(forger.slash("abort", team_id="T0OTHER")) == ACCEPTED, "Slack itself has sent it"
    chats.run(60)
    assert heard(chats)[1:] == before[1:]


@pytest.mark.long
def test_a_yes_after_the_deadline_is_refused_and_the_run_has_ended(chats: Chats) -> None:
    execution = chats.started(chats.slack("ken"))
    code, aya = chats.question().code, chats.slack("aya")
    ((line, button),) = chats.buttons()
    chats.run(chats.world.environment.approvals.deadline - 100)
    assert execution.status == "RUNNING"
    chats.run(300)

    assert not aya.still_has(line, button), "nobody can press what nobody hears"
    told = chats.hears(aya, f"approve {chats.run_name} {code}")
    nobody_was_woken(chats, told, "does not wait for an approval")
    chats.run(300)
    assert execution.status != "RUNNING"


def in_rounds(chats: Chats, comes: Callable[[int], list[int]]) -> Counter[int]:
    """A hundred requests as fast as the API takes them; how many had which status."""
    statuses: Counter[int] = Counter()
    for _ in range(COPIES // AT_ONCE):
        statuses.update(comes(AT_ONCE))
        chats.run(3)
    return statuses


def test_a_start_that_comes_a_hundred_times_starts_one_run(chats: Chats) -> None:
    executions = len(chats.world.step_functions.executions)
    chats.started(chats.slack("ken"))
    commands, sent = chats.commands(), chats.world.slack.sent[-1]

    assert in_rounds(chats, lambda times: chats.repeats(sent, times)) == {ACCEPTED: COPIES}

    chats.question()
    assert chats.commands() == commands
    assert [one.by for one in chats.events("start")] == ["ken"]
    assert len(chats.world.step_functions.executions) == executions + 1


def with_a_run(chats: Chats) -> Chats:
    """A run waits for its plan to be approved, whoever has told which story before."""
    if chats.execution is None or chats.execution.status != "RUNNING":
        chats.started(chats.slack("ken"))
        chats.question()
    return chats


def test_what_slack_repeats_is_signed_anew_and_has_one_effect(chats: Chats) -> None:
    with_a_run(chats)
    chats.hears(chats.slack("ken"), "pause because the database is slow")
    commands, sent, kernel = chats.commands(), chats.world.slack.sent[-1], chats.world.kernel

    def again(times: int) -> list[int]:
        repeats = [kernel.process(chats.world.slack.repeat(sent)) for _ in range(times)]
        return [kernel.run(one).status for one in repeats]

    assert in_rounds(chats, again) == {ACCEPTED: COPIES}
    chats.run(60)
    assert chats.commands() == commands
    assert [one.by for one in chats.events("pause")] == ["ken"]


def test_copies_in_the_queue_under_other_ids_have_one_effect(chats: Chats) -> None:
    with_a_run(chats).hears(chats.slack("ken"), "resume")
    commands, answered, read = chats.commands(), len(chats.lines), chats.invoked("answer_chat")
    (last,) = [call.params for call in chats.world.front.calls if _says(call.params, "resume")][-1:]
    sqs = chats.world.client("sqs")
    for number in range(COPIES):
        sqs.send_message(**{**last, "MessageDeduplicationId": f"copy-{number}"})

    chats.run(300)

    url = last["QueueUrl"]
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (left["ApproximateNumberOfMessages"], left["ApproximateNumberOfMessagesNotVisible"]) == ("0", "0")
    assert chats.commands() == commands
    assert chats.invoked("answer_chat") == read + COPIES
    assert len(chats.events("resume")) == 1
    assert [line for line in chats.lines[answered:] if line.to == "ken"] == [], "no copy is answered"


def _says(params: dict[str, str], text: str) -> bool:
    return text in params.get("MessageBody", "") and "door" in params.get("MessageBody", "")


def nobody_was_woken(chats: Chats, told: str, because: str) -> None:
    """A refusal says why, and no waiting state was told anything."""
    assert because in told
    assert chats.answers() == 0
    assert "AQC" not in told


def test_a_stolen_yes_is_refused_in_words_and_only_the_right_person_lets_the_run_go_on(chats: Chats) -> None:
    world, question = chats.world, with_a_run(chats).question()
    ((line, button),) = chats.buttons()
    ken, aya = chats.slack("ken"), chats.slack("aya")
    yes = button.value
    nobody_was_woken(chats, chats.presses(ken, line, button), "having started it")
    nobody_was_woken(chats, chats.hears(ken, yes), "having started it")
    nobody_was_woken(chats, chats.hears(chats.chatwork("mio"), yes), "only the role viewer")
    nobody_was_woken(chats, chats.hears(chats.chatwork("taro"), yes), "taro may not approve")

    world.slack.open_channel("C09ELSE", "elsewhere", world.slack.users)
    told = chats.hears(SlackPerson(world.kernel, world.slack, aya.user, "C09ELSE"), yes)
    nobody_was_woken(chats, told, "norikae takes no commands from here")

    world.chatwork.accounts["1999999"] = "eve"
    world.chatwork.open_room("36818150", "norikae", world.chatwork.accounts)
    eve = ChatworkPerson(world.kernel, world.chatwork, "1999999", "36818150")
    nobody_was_woken(chats, chats.hears(eve, yes), "1999999 may not approve")

    nobody_was_woken(chats, chats.hears(aya, f"approve demo-1-35-20261124-9 {question.code}"), "demo-1-35-20261124-9")
    nobody_was_woken(chats, chats.hears(aya, "approve abc234"), "'abc234'")
    nobody_was_woken(chats, chats.hears(aya, f"approve {question.code} plan_hash=4f1c"), "4f1c")

    assert "it goes on" in chats.presses(aya, line, button)
    assert chats.answers() == 1
    assert "does not wait for an approval" in chats.hears(aya, yes), "a yes counts once"
    assert chats.answers() == 1
    assert [one.by for one in chats.events("approve")] == ["aya"]
    assert {one.by for one in chats.events("command-refused")} >= {"ken", "mio", "taro", "1999999"}
