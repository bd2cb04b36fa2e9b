"""An environment that has Chatwork only, and speaks Japanese there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from local.chat.chatwork import POSTS, POSTS_SECONDS
from local.demo.chat_scenario import ACCOUNT, ROOM, called_in_chatwork, refused_by_chats, unheard
from tests.workflow.chats import APP, Chats, chatted

if TYPE_CHECKING:
    from local.world import World

pytestmark = [pytest.mark.scenario, pytest.mark.long, pytest.mark.xdist_group("chat-japanese")]
NOTIFY = {"language": "ja", "chatwork": {"secret": "norikae/chatwork", "room": ROOM, "account": ACCOUNT}}
PEOPLE = [
    {"name": "ken", "roles": ["operator", "approver"], "chatwork": "1400001"},
    {"name": "aya", "roles": ["approver"], "chatwork": "1400002"},
    {"name": "taro", "roles": ["team"], "teams": ["files"], "chatwork": "1484814"},
    {"name": "mio", "roles": ["viewer"], "chatwork": "1500001"},
]
HOURS = 3600.0
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
SENTENCE = re.compile(r"(?:\b[A-Za-z']+ +){3,}[A-Za-z']+")
"""Four words of English after one another; names of things are shorter."""
TO_TYPE = re.compile(r"^(?:/norikae |  )\S.*$", re.MULTILINE)
"""Lines that are commands."""


def english(world: World) -> list[str]:
    """What norikae says in words that are no Japanese."""
    found = []
    for message in world.chatwork.messages.values():
        body = TO_TYPE.sub("", message.body)
        if message.account == ACCOUNT and (not JAPANESE.search(body) or SENTENCE.search(body)):
            found.append(message.body)
    return found


def most_at_once(times: list[float]) -> int:
    """The most posts in any ten seconds."""
    return max(sum(at <= one < at + POSTS_SECONDS for one in times) for at in times)


def moved(chats: Chats) -> int:
    """Green's weight."""
    weights = chats.weights(APP)
    return sum(weight for cluster, weight in weights.items() if cluster != chats.blue)


def test_a_run_is_led_in_japanese_by_typing_and_goes_back_when_somebody_says_so() -> None:
    with Chats(APP, scenario=chatted(notify=NOTIFY, access={"people": PEOPLE})) as chats:
        ken, aya, taro, mio = (chats.chatwork(name) for name in ("ken", "aya", "taro", "mio"))
        run = chats.started(ken)
        code = chats.question().code
        lines = [line.text for line in chats.lines if f"/norikae approve {chats.run_name} {code}" in line.text]
        assert lines, "what has to be typed stands below the question"
        assert "自分で開始した" in chats.hears(ken, f"approve {chats.run_name} {code}")
        assert "承認しました" in chats.hears(aya, f"approve {chats.run_name} {code}")
        assert chats.until(lambda: moved(chats) >= 25, 3 * HOURS)

        assert "重みを保ちます" in chats.hears(taro, f"hold {APP} because 本日リリース")
        chats.run(120)
        held = moved(chats)
        assert "保留" in chats.hears(mio, "status")
        chats.run(1200)
        assert moved(chats) == held < 100
        assert "許可しました" in chats.hears(taro, f"shift {APP}")
        assert chats.until(lambda: moved(chats) > held, HOURS)

        assert "権限がありません" in chats.hears(taro, "abort")
        assert "blue に戻し" in chats.hears(ken, "abort because 不具合")
        chats.run_to_end(run)
        assert moved(chats) == 0
        assert chats.report()["outcome"] == "rolled-back"

        world = chats.world
        assert english(world) == []
        assert [*called_in_chatwork(world), *refused_by_chats(world), *unheard(world)] == []
        asked = world.chatwork.asked
        assert {one.status for one in asked} == {200}
        assert most_at_once([one.at for one in asked if one.target.startswith("POST")]) <= POSTS
        assert world.slack.asked == []
