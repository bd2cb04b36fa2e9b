"""Upgrades that are led from chats: a whole one, and what becomes of them when chats fail or functions die."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from local.aws.loopback import HttpAnswer
from local.chat import slack_hooks
from local.demo.chat_scenario import HELD, SETTINGS, called_in_chatwork, called_in_slack, settle
from local.demo.chatters import ChatworkApprover, Starter
from local.demo.play import play
from local.demo.scenarios import SCENARIOS
from local.runtime.crash import Fate
from tests.workflow.chats import Chats, chatted
from tests.workflow.lines import Lines

if TYPE_CHECKING:
    from local.aws.loopback import HttpRequest
    from local.aws.step_functions.execution import Execution
    from local.chat.conversation import Line

pytestmark = [pytest.mark.scenario, pytest.mark.long]
SCHEMA = json.loads(Path("tests/unit/notify/amazon_q.schema.json").read_text(encoding="utf-8"))
HEAD_LINES = 2
"""Lines of a message by which it is told from others."""
UNTIL_MIDDLE, AFTERWARDS = 1500, 1800
NODES = "Nodes of"
_HOLDS = re.compile(r"asks about hold(?:/(\S+?))?\*")


@pytest.mark.xdist_group("chat-play")
def test_a_whole_upgrade_is_led_from_slack_and_chatwork(tmp_path: Path) -> None:
    report = play(SCENARIOS["chat"], seed=1, size="small", view=Lines(), folder=tmp_path)
    assert report["outcome"] == "succeeded"
    assert [check for check in report["checks"] if not check["holds"]] == []
    assert len(report["checks"]) == 10
    assert report["requests"]["failed"] == 0
    names = " ".join(check["name"] for check in report["checks"])
    assert [name for name in ("held in Chatwork", "credential of a chat", "task token") if name not in names] == []


def begun(chats: Chats) -> Execution:
    """The run that somebody has started in a chat."""
    executions = chats.world.step_functions.executions
    found = chats.until(lambda: [one for one in executions.values() if one.machine.name.endswith("upgrade")], 900)
    assert found, [line.shown() for line in chats.lines]
    chats.run_name = found[0].name.rpartition("-a")[0]
    execution: Execution = found[0]
    return execution


def outcome(chats: Chats) -> str:
    """How the run has ended."""
    return str(chats.report()["outcome"])


def heads(chats: Chats) -> list[tuple[str, ...]]:
    """How each message of norikae's in Slack begins that stands there for all, without answers to people."""
    app = chats.world.slack.app
    assert app is not None
    found = [
        (ts, _head(message.read))
        for (_, ts), message in chats.world.slack.messages.items()
        if message.user == app.user and not message.to and message.read.startswith("*")
    ]
    return [head for _, head in sorted(found)]


def _head(text: str) -> tuple[str, ...]:
    first, *more = text.splitlines()[:HEAD_LINES]
    return (first.strip("*").partition(" ")[2], *more)


def titles_in_chatwork(chats: Chats) -> list[str]:
    """The titles of norikae's messages there, which stand there once each."""
    bodies = [one.body for one in chats.world.chatwork.messages.values() if "[title]" in one.body]
    return [body.partition("[title]")[2].partition("[/title]")[0].partition(" ")[2] for body in bodies]


class Failing:
    """A Slack that throttles, breaks, and does not answer although it has done what it was asked; by turns.

    Args:
        chats: whose.
    """

    def __init__(self, chats: Chats) -> None:
        self._world, self._asked = chats.world, 0
        self.kinds: Counter[str] = Counter()
        self.lost: set[str] = set()
        """By ``ts``, the messages that are there although nobody was told so."""
        chats.world.slack.faults.append(self)

    def __call__(self, request: HttpRequest) -> HttpAnswer | None:
        self._asked += 1
        match self._asked % 7:
            case 2:
                self.kinds["throttled"] += 1
                return HttpAnswer(429, b"", {"Retry-After": "5"})
            case 4:
                self.kinds["broken"] += 1
                return HttpAnswer(500, b"Internal Server Error")
            case 6:
                return self._without_an_answer(request)
        return None

    def _without_an_answer(self, request: HttpRequest) -> HttpAnswer:
        slack = self._world.slack
        is_hook = request.headers.get("host", "").startswith(slack_hooks.HOST)
        answer = slack.hooks.answer(request) if is_hook else slack._web(request)
        self._world.kernel.elapse(10)
        self.kinds["lost"] += 1
        if "chat.postMessage" in request.target:
            self.lost.add(str(json.loads(answer.body).get("ts", "")))
        answer.lost = True
        return answer


@pytest.mark.xdist_group("chat-failing")
def test_a_chat_that_fails_all_the_time_changes_nothing_and_has_everything_once_in_the_end() -> None:
    with Chats(HELD) as chats:
        failing, slack = Failing(chats), chats.world.slack
        people = settle(chats.office, chats.world)
        run = begun(chats)
        chats.run(UNTIL_MIDDLE)
        top = [one for one in slack.messages.values() if not one.thread and not one.to and chats.run_name in one.read]
        slack.remove(top[-1])

        assert chats.run_to_end(run) == "SUCCEEDED"
        people.stop()
        chats.run(AFTERWARDS)

        assert outcome(chats) == "succeeded"
        assert min(failing.kinds[kind] for kind in ("throttled", "broken", "lost")) > 3
        for _, ts in [key for key in slack.messages if key[1] in failing.lost]:
            del slack.messages["C01OPS", ts]  # what nobody was told of was said once more
        found = heads(chats)
        assert [head for head, times in Counter(found).items() if times > 1] == []
        (card,) = [head for head in found if head[0].startswith(f"demo {chats.run_name}")]
        assert card[1] == "Ended: succeeded"
        once = titles_in_chatwork(chats)
        assert [title for title, times in Counter(once).items() if times > 1] == []
        assert {head[0] for head in found if NODES not in head[0]} == {one for one in once if NODES not in one}
        assert [*called_in_slack(chats.world), *called_in_chatwork(chats.world)] == []
        assert dead(chats) == 0


def dead(chats: Chats) -> int:
    """How many messages to people were laid aside."""
    return sum(letters for letters, _ in laid_aside(chats))


def laid_aside(chats: Chats) -> list[tuple[int, str]]:
    """The queue of dead letters of what people are told: how many there are, and its name."""
    sqs = chats.world.client("sqs")
    urls = [url for url in sqs.list_queues()["QueueUrls"] if "MessagesDeadLetters" in url]
    assert len(urls) == 1
    counted = sqs.get_queue_attributes(QueueUrl=urls[0], AttributeNames=["ApproximateNumberOfMessages"])
    return [(int(counted["Attributes"]["ApproximateNumberOfMessages"]), urls[0].rpartition("/")[2])]


def revoked(_: HttpRequest) -> HttpAnswer:
    """What Slack answers to a token that somebody has revoked."""
    return HttpAnswer(200, b'{"ok": false, "error": "token_revoked"}', {"Content-Type": "application/json"})


def with_aya_in_both() -> list[dict[str, Any]]:
    """Everybody of the scenario, of whom aya is in Chatwork, too."""
    people: list[dict[str, Any]] = SETTINGS["access"]["people"]
    return [{**one, "chatwork": "1400002"} if one["name"] == "aya" else one for one in people]


@pytest.mark.thorough
@pytest.mark.xdist_group("chat-revoked")
def test_a_token_that_is_revoked_in_the_middle_raises_an_alarm_and_the_other_chats_have_everything() -> None:
    scenario = chatted(notify={**SETTINGS["notify"], "amazon_q": True}, access={"people": with_aya_in_both()})
    with Chats(HELD, scenario=scenario) as chats:
        Starter(chats.slack("ken"))
        ChatworkApprover(chats.chatwork("aya"), chats.world.conversation)
        run = begun(chats)
        chats.run(UNTIL_MIDDLE)
        before = len(chats.world.slack.messages)
        chats.world.slack.faults.append(revoked)

        assert chats.run_to_end(run) == "SUCCEEDED"
        chats.run(AFTERWARDS)

        assert outcome(chats) == "succeeded"
        assert len(chats.world.slack.messages) == before
        titles = titles_in_chatwork(chats)
        assert [title for title, times in Counter(titles).items() if times > 1] == []
        assert f"Run {chats.run_name} succeeded" in titles
        assert f"Run {chats.run_name} asks about decommission" in titles
        the_alarm_is_on(chats)
        every_message_is_on_the_second_topic(chats)


def the_alarm_is_on(chats: Chats) -> None:
    """Whoever reads the topic without chats hears of the messages that could not be shown."""
    ((letters, queue),) = laid_aside(chats)
    assert letters > 0
    alarms = chats.world.client("cloudwatch").describe_alarms(StateValue="ALARM")["MetricAlarms"]
    about = [one for one in alarms if one["Dimensions"] == [{"Name": "QueueName", "Value": queue}]]
    assert [one["AlarmDescription"] for one in about] == ["An event for notify_people could not be handled"]
    assert all(":sns:" in action for one in about for action in one["AlarmActions"])


def every_message_is_on_the_second_topic(chats: Chats) -> None:
    """Each once, in the form that Amazon Q Developer in chat shows."""
    said, shown = chats.notified(), chats.notified("MessagesAmazonQ")
    assert len({one["id"] for one in shown}) == len(shown) == len(said) > 20
    for one in shown:
        Draft202012Validator(SCHEMA).validate(one)
    events = Counter(one["event"] for one in said)
    assert Counter(one["metadata"]["eventType"] for one in shown) == events


def nothing_was_done_twice(chats: Chats) -> None:
    """One run, each question answered once, each hold and shift once."""
    runs = [one for one in chats.world.step_functions.executions.values() if one.machine.name.endswith("upgrade")]
    assert len({one.name.rpartition("-a")[0] for one in runs}) == 1
    answered = Counter(
        call.params["taskToken"]
        for call in chats.world.front.calls
        if call.operation == "SendTaskSuccess" and not call.error_code
    )
    assert set(answered.values()) == {1}


def resumes_what_holds(chats: Chats) -> None:
    """Ken reads what a run asks, and lets go on what waits because its functions died too often one after another."""

    def reads(line: Line) -> None:
        asked = _HOLDS.search(line.text)
        if line.chat == "slack" and line.how == "says" and asked and "an operator holds" not in line.text:
            Starter(chats.slack("ken"), f"resume {asked[1] or ''}".strip())

    chats.world.conversation.on_line.append(reads)


@pytest.mark.thorough
@pytest.mark.xdist_group("chat-crash")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_invocation_in_ten_dies_and_what_people_say_has_its_effect_once(seed: int) -> None:
    scenario = replace(chatted(), crash_probability=0.1)
    with Chats("chat-api", "files-upload", HELD, scenario=scenario, seed=seed) as chats:
        people = settle(chats.office, chats.world)
        resumes_what_holds(chats)
        run = begun(chats)
        assert chats.run_to_end(run) == "SUCCEEDED"
        people.stop()
        chats.run(AFTERWARDS)

        assert outcome(chats) == "succeeded"
        nothing_was_done_twice(chats)
        died = Counter(one.function for one in chats.world.runtime.invocations if one.fate is not Fate.LIVES)
        heard, told = (chats.name_of(one) for one in ("answer_chat", "notify_people"))
        assert died[told] > 0
        assert died[heard] + died[chats.name_of("hear_slack")] + died[chats.name_of("hear_chatwork")] > 0
        begins = [one.detail.get("again", False) for one in chats.events("start")]
        assert begins.count(False) <= 1 <= len(begins), "who says it twice hears that it has begun"
        assert {one.by for verb in ("hold", "shift") for one in chats.events(verb)} == {"taro"}
        assert {one.by for one in chats.events("approve")} == {"aya"}
        twice = sum(times - 1 for times in Counter(heads(chats)).values())
        assert twice <= died[told], "only who died before it noted what it had posted may have posted it again"
