"""Whatever a message says, it keeps the limits of its chat and calls nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.chat import chatwork_tags, slack_blocks
from norikae.notify.card import Ask, Card, fit, units
from norikae.notify.catalogue import EVENTS
from norikae.notify.chatwork_form import to_chatwork
from norikae.notify.slack_form import to_slack
from tests.unit.notify.told import FACTS, RUN, Chats, every, failures, told

NASTY = st.sampled_from(
    [
        "to",
        "all >",
        "<!channel>",
        "<!here>",
        "<@U012>",
        "[toall]",
        "[To:1]",
        "[rp aid=1 to=1-1]",
        "[/info]",
        "[/code]",
        "```",
        "&lt;!",
    ]
)
PIECES = st.one_of(st.text(max_size=40), NASTY, st.sampled_from(["&" * 700, "😀" * 1600, "a" * 3100, "\n" * 20]))
TEXTS = st.lists(PIECES, max_size=3).map("".join)
LINES = st.one_of(st.lists(TEXTS, max_size=4), TEXTS.map(lambda one: [one] * 25)).map(tuple)
ASKS = st.one_of(
    st.none(),
    st.builds(Ask, yes=TEXTS, no=TEXTS, ways=st.lists(TEXTS, max_size=20).map(tuple)),
    st.just(Ask(yes="approve r c", no="reject r c")),
)
CARDS = st.builds(
    Card,
    title=TEXTS,
    icon=st.sampled_from(["", "🔴"]),
    texts=LINES,
    rows=st.one_of(LINES, st.integers(0, 500).map(lambda count: ("app ████ 5 %",) * count)),
    notes=LINES,
    ask=ASKS,
)
OURS = re.compile(r"\[/?(?:info|title|code)\]")


def keeps_limits(text: str, blocks: list[dict[str, Any]]) -> None:
    """What Slack's reference says, as the embedded world has it."""
    assert 0 < units(text) <= 4000
    assert slack_blocks.mistakes(blocks) == []
    assert slack_blocks.length(blocks) <= slack_blocks.ALL_TEXT
    assert all(units(one["text"]) <= 3000 for one in slack_blocks.texts(blocks))


def calls_nobody(text: str) -> None:
    assert "<" not in text
    assert ">" not in text
    assert re.sub(r"&(amp|lt|gt);", "", text).count("&") == 0


@pytest.mark.parametrize("language", ["en", "ja"])
@given(card=CARDS)
def test_any_card_keeps_the_limits_of_slack(card: Card, language: Any) -> None:
    text, blocks = to_slack(card, language)
    keeps_limits(text, blocks)
    calls_nobody(text)
    for block in blocks:
        for one in [block.get("text"), *block.get("elements", [])]:
            if one and one["type"] == "mrkdwn":
                calls_nobody(one["text"])


@pytest.mark.parametrize("language", ["en", "ja"])
@given(card=CARDS)
def test_any_card_keeps_the_limits_of_chatwork_and_has_no_tag_but_ours(card: Card, language: Any) -> None:
    body = to_chatwork(card, language)
    assert 0 < units(body) <= 65_535
    assert "[" not in OURS.sub("", body)
    assert not chatwork_tags.notified(body, ["1"])
    assert body.count("[info]") == body.count("[/info]") == 1
    assert body.count("[code]") == body.count("[/code]") <= 1


def test_two_pieces_together_call_nobody_in_chatwork() -> None:
    card = Card(title="to", texts=("all > look", "To", " ALL >>>"), rows=("to", "all >"), notes=("to", "all >"))
    assert not chatwork_tags.notified(to_chatwork(card, "en"), ["1"])


@pytest.mark.parametrize("character", ["a", "&", "😀", "[", "@a"])
def test_the_longest_card_keeps_both_limits(character: str) -> None:
    long = character * 5000
    many = (long,) * 600
    card = Card(title=long, icon="🔴", texts=many, rows=many, notes=many, ask=Ask(yes=long, no=long, ways=many))
    text, blocks = to_slack(card, "ja")
    keeps_limits(text, blocks)
    assert units(to_chatwork(card, "ja")) <= 65_535


@given(text=st.text(), limit=st.integers(min_value=1, max_value=50))
def test_a_text_that_is_cut_fits(text: str, limit: int) -> None:
    assert units(fit(text, limit, lambda one: one.replace("a", "aaaaa"))) <= limit


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_keeps_the_limits_with_texts_that_mean_ill(event: str) -> None:
    ill = {
        key: "[toall] <!channel> " * 900 if isinstance(value, str) else value
        for key, value in FACTS.items()
        if key in EVENTS[event].keys
    }
    chats = Chats()
    chats.asks(code=ill.get("code", ""))
    run = RUN if EVENTS[event].thing == "run" else ""
    record = told(event, 1, run=run, severity=EVENTS[event].severities[-1], text="[toall] <!here>" * 900, **ill)
    assert failures(chats.hears(record)) == []
    assert chats.channel
    for shown in chats.channel:
        keeps_limits(shown["text"], shown["blocks"])
        calls_nobody(shown["text"])
    for body in chats.room:
        assert "[" not in OURS.sub("", body)
        assert not chatwork_tags.notified(body, ["1"])


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_can_be_shown_in_every_language(event: str, language: str) -> None:
    chats = Chats(language=language)
    assert failures(chats.hears(every(event))) == []
    assert chats.channel
    assert chats.room
    assert not re.search(r"\{[a-z_]+\}", f"{chats.channel}{chats.room}".replace("'", ""))
