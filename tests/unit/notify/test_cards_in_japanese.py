"""Every event's card in Japanese says all of it in Japanese, but for names."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from norikae.environment import Notify
from norikae.notify.catalogue import EVENTS
from norikae.notify.message import Message
from norikae.notify.words import text_of, title_of

from .told import FACTS

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
WORDS = re.compile(r"(?:\b[a-z']+ +){2,}[a-z']+")
SAID: dict[str, Any] = {
    **FACTS,
    "reason": "billing is not healthy on green: argocd-health: shop is not on green; repair it, then resume, or abort",
    "notes": ["api.example.com does not lead to demo-1-33 but to lb-1: correct whichever is wrong"],
    "enlarged": ["deployments.apps shop/web on demo-1-35-a: spec.replicas 6, 3 before"],
    "applications": {"billing": "rolled-back", "shop": "held: demo-1-33 has no target group for shop"},
}
NOTIFY = msgspec.convert({"language": "ja"}, Notify)


def card(event: str, text: str) -> str:
    """Title and text as people read them."""
    facts = {key: SAID[key] for key in EVENTS[event].keys if key in SAID}
    severity = EVENTS[event].severities[0]
    message = Message(id="1", environment="demo", event=event, severity=severity, run="r1", text=text, facts=facts)
    return f"{title_of(message, NOTIFY)}\n{text_of(message, NOTIFY)}"


@pytest.mark.parametrize("event", EVENTS)
def test_a_card_is_japanese(event: str) -> None:
    told = card(event, "the rollback of billing is not in force yet")
    assert JAPANESE.search(told)
    assert not WORDS.search(told), told


def test_ends_and_phases_have_words() -> None:
    assert "フェーズ" not in card("phase", "run r1: soak")
    assert "実行 r1: 経過観察" in card("phase", "run r1: soak")
    assert "billing: 切り戻し済み" in card("recovered", "run r1 was aborted: rolled-back")
    assert "スポット中断" in card("interruption", "")


def test_what_is_refused_is_told_as_what_was_asked() -> None:
    assert card("adoption-refused", "demo-1-33 is not let go of").startswith("demo-1-33 の取り込みを取り消せません")
    assert card("adoption-refused", "demo-1-33 is not adopted").startswith("demo-1-33 を取り込めません")
