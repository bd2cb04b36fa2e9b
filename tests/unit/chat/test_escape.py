"""Whatever somebody is called, writes or breaks: in a chat it is text, and calls nobody."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.chat.escape import chatwork, slack

PIECES = [
    *("[To:1]", "[toall]", "[rp aid=1 to=2-3]", "[info]", "[/info]", "[code]", "[hr]", "[qt]", "[picon:1]", "[", "]"),
    *("<!here>", "<!channel>", "<@U1>", "<#C1>", "<!subteam^S1>", "<http://a|b>", "@here", "@channel", "@everyone"),
    *(
        "&lt;",
        "&",
        "<",
        ">",
        "`",
        "```",
        "TO ALL >>>",
        "to  all>",
        "\u202e",
        "\ud800",
        "\u0085",
        "日本",
        "\uff3b",
        "\n",
    ),
]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5))).map("".join)
ENTITIES = re.compile(r"&(?:amp|lt|gt);")


@given(texts)
def test_no_text_makes_a_tag_or_a_mention_in_slack(text: str) -> None:
    shown = slack(text)
    assert "<" not in shown
    assert ">" not in shown
    assert "&" not in ENTITIES.sub("", shown)
    assert not re.search(r"@\w", shown)
    shown.encode()


@given(texts)
def test_no_text_makes_a_tag_or_a_mention_in_chatwork(text: str) -> None:
    shown = chatwork(text)
    assert "[" not in shown
    assert "]" not in shown
    assert not re.search(r"(?i)to\s+all\s*>", shown)
    shown.encode()


@given(texts, st.sampled_from([slack, chatwork]))
def test_nothing_unseen_turns_a_text_around(text: str, escape: object) -> None:
    shown = {slack: slack, chatwork: chatwork}[escape](text)  # type: ignore[index]
    assert not {"\u202e", "\u2066", "\u0000", "\r"} & set(shown)


@pytest.mark.parametrize(
    "text", ["billing: 5 % → 50 %, next 100 %", "請求アプリを移行しました。\n次は 50 %", "a_b *c* 'd'"]
)
def test_what_calls_nobody_stays_as_it_is(text: str) -> None:
    assert (slack(text), chatwork(text)) == (text, text)


def test_slack_shows_what_was_written() -> None:
    assert slack("a < b && c > d") == "a &lt; b &amp;&amp; c &gt; d"
    assert slack("<!channel>") == "&lt;!channel&gt;"
    assert slack("mail me@example.com") == "mail me@\u200bexample.com"


def test_chatwork_shows_what_was_written_in_wider_brackets() -> None:
    assert chatwork("[To:12] mio") == "\uff3bTo:12\uff3d mio"
