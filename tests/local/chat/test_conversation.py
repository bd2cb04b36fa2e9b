"""What stands in chats is shown as a person reads it."""

from __future__ import annotations

import pytest

from local.chat.conversation import Button, Chat, Conversation, How, Line
from local.chat.readable import readable

AT = 1_795_482_061.0


@pytest.mark.parametrize(
    ("chat", "text", "seen"),
    [
        ("slack", "*bold* and 3 * 4 * 5", "bold and 3 * 4 * 5"),
        ("slack", "see <https://example.com/r?a=1&amp;b=2|the report> &lt;here&gt;", "see the report <here>"),
        ("slack", "<https://example.com/r>", "https://example.com/r"),
        ("slack", "```\nchat-api  ███ 50 %\n```", "chat-api  ███ 50 %"),
        ("slack", "mail @\u200bhere", "mail @here"),
        ("chatwork", "[info][title]🔵 run[/title]5 %[hr][code]a  b[/code][/info]\n\nend", "🔵 run\n5 %a  b\nend"),
        ("chatwork", "[rp aid=1 to=2-3]\ndone", "↪ done"),
        ("chatwork", "[To:12] look", "↪ look"),
        ("chatwork", "a [b] c", "a [b] c"),
    ],
)
def test_markup_is_not_read(chat: str, text: str, seen: str) -> None:
    assert readable(chat, text) == seen


@pytest.mark.parametrize(
    ("chat", "how", "to", "shown"),
    [
        ("slack", "says", "", "01:01:01 slack #ops norikae: plan\n    ready [Approve] [Reject]"),
        ("slack", "edits", "", "01:01:01 slack #ops norikae (edited): plan\n    ready [Approve] [Reject]"),
        ("slack", "whispers", "ken", "01:01:01 slack #ops norikae, only for ken: plan\n    ready [Approve] [Reject]"),
        ("slack", "commands", "ken", "01:01:01 slack #ops norikae types plan\n    ready [Approve] [Reject]"),
        ("chatwork", "says", "", "01:01:01 chatwork #ops norikae: plan\n    ready [Approve] [Reject]"),
    ],
)
def test_a_line_says_when_where_who_and_what(chat: Chat, how: How, to: str, shown: str) -> None:
    buttons = (Button("Approve", "a", "approve r c"), Button("Reject", "r", "reject r c"))
    line = Line(AT, chat, "C1", "#ops", "norikae", "plan\nready", how, buttons, "1.2", to=to)

    assert line.shown() == shown
    assert line.shown(whole=False) == shown.replace("\n    ready", " …")


def test_whoever_listens_is_told_each_line_once_and_in_order() -> None:
    conversation, told = Conversation(), list[Line]()
    conversation.on_line.append(told.append)
    for text in ("first", "second"):
        conversation.add(Line(AT, "slack", "C1", "#ops", "ken", text))

    assert told == conversation.lines
    assert [line.text for line in told] == ["first", "second"]
