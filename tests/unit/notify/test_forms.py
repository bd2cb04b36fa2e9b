"""Whatever a message says, it keeps the limits of its chat and calls nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.notify.card import Ask, Card, fit, units
from norikae.notify.catalogue import EVENTS
from norikae.notify.chatwork_form import to_chatwork
from norikae.notify.slack_form import to_slack
from tests.unit.notify.told import FACTS, RUN, Chats, every, failures, told

NASTY = st.sampled_from(
    ["<!channel>", "<!here>", "<@U012>", "[toall]", "[To:1]", "[rp aid=1 to=1-1]", "[/info]", "[/code]", "```", "&lt;!"]
)
PIECES = st.one_of(st.text(max_size=40), NASTY, st.sampled_from(["&" * 3000, "😀" * 2000, "a" * 4000, "\n" * 100]))
TEXTS = st.lists(PIECES, max_size=6).map("".join)
LINES = st.one_of(st.lists(TEXTS, max_size=4), TEXTS.map(lambda one: [one] * 60)).map(tuple)
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
    rows=st.one_of(LINES, st.just(tuple(f"app{number} ████ {number} %" for number in range(500)))),
    notes=LINES,
    ask=ASKS,
)
OURS = re.compile(r"\[/?(?:info|title|code)\]")


def keeps_limits(text: str, blocks: list[dict[str, Any]]) -> None:
    """Slack's limits (docs.slack.dev, "Blocks" and "Block elements")."""
    assert 0 < units(text) <= 4000
    assert 0 < len(blocks) <= 50
    for block in blocks:
        if block["type"] == "section":
            assert 0 < units(block["text"]["text"]) <= 3000
            assert len(block.get("fields", [])) <= 10
        elif block["type"] == "context":
            assert 0 < len(block["elements"]) <= 10
            assert all(0 < units(one["text"]) <= 3000 for one in block["elements"])
        else:
            assert block["type"] == "actions"
            assert 0 < len(block["elements"]) <= 25
            assert len({one["action_id"] for one in block["elements"]}) == len(block["elements"])
            for one in block["elements"]:
                assert 0 < units(one["text"]["text"]) <= 75
                assert 0 < len(one["value"]) <= 2000
                confirm = one["confirm"]
                assert 0 < units(confirm["title"]["text"]) <= 100
                assert 0 < units(confirm["text"]["text"]) <= 300
                assert 0 < units(confirm["confirm"]["text"]) <= 30
                assert 0 < units(confirm["deny"]["text"]) <= 30


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
    assert body.count("[info]") == body.count("[/info]") == 1
    assert body.count("[code]") == body.count("[/code]") <= 1


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


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_can_be_shown_in_every_language(event: str, language: str) -> None:
    chats = Chats(language=language)
    assert failures(chats.hears(every(event))) == []
    assert chats.channel
    assert chats.room
    assert not re.search(r"\{[a-z_]+\}", f"{chats.channel}{chats.room}".replace("'", ""))
