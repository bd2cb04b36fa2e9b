"""A run in a chat: one message that changes, what alerts people below it, and questions with buttons."""

from __future__ import annotations

import pytest

from norikae.chat.standing import standing
from norikae.notify.run_card import BESIDES, PHASES, run_card
from norikae.notify.run_look import RunLook
from tests.unit.notify.told import CODE, RUN, Chats, buttons, told


@pytest.fixture
def chats() -> Chats:
    return Chats()


def test_a_run_is_one_message_that_changes(chats: Chats) -> None:
    chats.plan(billing="payments", invoices="payments")
    chats.phase("ensure-green-cluster")
    chats.hears(told("phase", 1, run=RUN, phase="ensure-green-cluster", attempt=1))
    chats.phase("shift-applications")
    chats.application("billing", 100, "moved")
    chats.application("invoices", 50)
    chats.hears(told("phase", 2, run=RUN, phase="shift-applications", attempt=1))
    (shown,) = chats.channel
    (body,) = chats.room
    for text in (shown["blocks"][1]["text"]["text"], body):
        assert "10/16 Shift applications" in text
        assert "billing  ██████████ 100 % moved" in text
        assert "invoices █████░░░░░  50 % shifting" in text
        assert "1/2 applications moved" in text
    assert "demo-1-33 → demo-1-35-a" in shown["text"]


def test_what_says_nothing_new_is_not_sent(chats: Chats) -> None:
    chats.phase("soak")
    for number in (1, 2, 3):
        chats.hears(told("phase", number, run=RUN, phase="soak", attempt=1))
    assert chats.ports.slack.calls == ["post"]
    assert chats.ports.chatwork.calls == ["post"]


def test_the_card_is_as_the_table_is_whatever_order_messages_come_in(chats: Chats) -> None:
    chats.phase("soak")
    chats.hears(told("phase", 2, run=RUN, phase="soak", attempt=1))
    chats.hears(told("phase", 1, run=RUN, phase="ensure-green-cluster", attempt=1))
    (shown,) = chats.channel
    assert "Soak" in shown["blocks"][1]["text"]["text"]


def test_what_alerts_is_said_below_the_run_in_slack_and_anew_in_chatwork(chats: Chats) -> None:
    chats.phase("shift-applications")
    held = told("application-held", 1, run=RUN, severity="action", application="billing", weight=50, reason="http-5xx")
    chats.hears(held)
    root, below = chats.channel
    (ts,) = [ts for (_, ts), one in chats.ports.slack.messages.items() if one is root]
    assert below["thread"] == ts
    assert below["blocks"][0]["text"]["text"] == "*🟡 billing is held*"
    assert below["blocks"][1]["text"]["text"] == "Green has 50 %\nhttp-5xx"
    assert chats.room[1] == "[info][title]🟡 billing is held[/title]Green has 50 %\nhttp-5xx[/info]"


def test_a_question_has_buttons_and_a_line_to_type_until_it_is_answered(chats: Chats) -> None:
    chats.phase("request-plan-approval")
    chats.asks()
    chats.hears(told("waiting", 1, run=RUN, severity="action", text="May it?", subject="plan", code=CODE, expires=0))
    _, asked = chats.channel
    assert buttons(asked) == [f"approve {RUN} {CODE}", f"reject {RUN} {CODE}"]
    assert all("confirm" in one for block in asked["blocks"] if block["type"] == "actions" for one in block["elements"])
    assert f"\n/norikae approve {RUN} {CODE}\n/norikae reject {RUN} {CODE}" in chats.room[1]

    chats.is_answered()
    chats.phase("ensure-green-cluster")
    chats.hears(told("phase", 2, run=RUN, phase="ensure-green-cluster", attempt=1))
    assert buttons(chats.channel[1]) == []
    assert "May it?" in str(chats.channel[1])
    assert "Answered" in str(chats.channel[1])
    assert "/norikae" not in chats.room[1]
    assert len(chats.channel) == len(chats.room) == 2


def test_a_question_that_expired_says_so(chats: Chats) -> None:
    expires = chats.ports.now + 100
    chats.asks(expires=expires)
    chats.hears(told("waiting", 1, run=RUN, severity="action", subject="plan", code=CODE, expires=expires))
    assert buttons(chats.channel[1])
    chats.later(200)
    chats.hears(told("phase", 2, run=RUN, phase="soak", attempt=1))
    assert buttons(chats.channel[1]) == []
    assert "Nobody answered in time" in str(chats.channel[1])


def test_a_question_whose_message_comes_after_the_answer_never_has_buttons(chats: Chats) -> None:
    chats.hears(told("waiting", 1, run=RUN, severity="action", subject="plan", code=CODE, expires=0))
    assert buttons(chats.channel[1]) == []
    assert "/norikae" not in chats.room[1]


def test_the_same_question_asked_again_is_one_message(chats: Chats) -> None:
    chats.asks()
    for number in (1, 2):
        chats.hears(told("waiting", number, run=RUN, severity="action", subject="plan", code=CODE, expires=0))
    assert len(chats.channel) == len(chats.room) == 2


@pytest.mark.parametrize(
    ("subject", "lines"),
    [
        ("hold", [f"resume run={RUN}", f"abort run={RUN}"]),
        ("hold/billing", [f"resume billing run={RUN}", f"roll-back billing run={RUN}"]),
        ("team/billing", [f"shift billing run={RUN}", f"roll-back billing run={RUN}"]),
        ("partial", [f"resume run={RUN}", f"finish run={RUN}", f"abort run={RUN}"]),
    ],
)
def test_what_is_no_question_of_yes_and_no_says_what_to_type(chats: Chats, subject: str, lines: list[str]) -> None:
    chats.asks(subject)
    chats.hears(told("waiting", 1, run=RUN, severity="action", subject=subject, code=CODE, expires=0))
    assert buttons(chats.channel[1]) == []
    for line in lines:
        assert f"/norikae {line}" in str(chats.channel[1])
        assert f"\n/norikae {line}" in chats.room[1]


def test_a_run_that_is_over_says_how(chats: Chats) -> None:
    chats.plan(billing="payments")
    chats.phase("soak", outcome="succeeded")
    chats.hears(told("upgrade-succeeded", 1, run=RUN, reason="", report="s3://evidence/report.json"))
    assert "✅" in chats.channel[0]["text"]
    assert "Ended: succeeded" in str(chats.channel[0])
    assert "s3://evidence/report.json" in str(chats.channel[1])


def test_japanese(chats: Chats) -> None:
    chats.sets(slack=None, chatwork={"secret": "s", "room": "123", "account": "9"}, language="ja")
    chats.plan(billing="payments")
    chats.phase("soak")
    chats.application("billing", 100, "moved")
    chats.asks("decommission")
    asked = told("waiting", 1, run=RUN, severity="action", subject="decommission", code=CODE, expires=1_790_086_400)
    chats.hears(asked)
    root, question = chats.room
    assert "経過観察" in root
    assert "移行済み" in root
    assert "回答期限: 2026-09-22 14:13 UTC" in question
    assert "回答するには次を入力してください:" in question


@pytest.mark.parametrize("phase", [*PHASES, *BESIDES])
def test_a_phase_is_called_the_same_in_a_runs_message_and_in_the_answer_to_status(phase: str) -> None:
    (line,) = [one for one in standing({"run": RUN, "phase": phase}, "ja").text.splitlines() if "フェーズ" in one]
    assert run_card(RunLook(run=RUN, phase=phase), "demo", "ja").rows[0].endswith(line.removeprefix("フェーズ: "))
    assert "-" not in line


def test_four_hundred_applications_fit_and_what_needs_a_look_comes_first(chats: Chats) -> None:
    chats.plan(**{f"app{number}": "team" for number in range(400)})
    chats.phase("shift-applications")
    chats.application("app399", 20, "held")
    chats.hears(told("phase", 1, run=RUN, phase="shift-applications", attempt=1))
    (body,) = chats.room
    assert "app399 ██░░░░░░░░  20 % held" in body
    assert "and 360 more" in body
    assert len(chats.channel[0]["blocks"]) < 10


def test_no_message_and_no_memory_has_a_task_token(chats: Chats) -> None:
    chats.asks()
    chats.hears(told("waiting", 1, run=RUN, severity="action", subject="plan", code=CODE, expires=0))
    everything = f"{chats.ports.slack.messages}{chats.ports.chatwork.messages}{chats.ports.threads.items}"
    assert "AAAA-token" not in everything
