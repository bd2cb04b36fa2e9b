"""Upgrades that are led from chats: all of one, and what becomes of them when chats or functions fail."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from local.aws.loopback import HttpAnswer
from local.demo.chat_scenario import HELD, called_in_chatwork, called_in_slack, refused_by_chats, settle
from local.demo.play import play
from local.demo.report import OUTCOMES
from local.demo.scenarios import SCENARIOS
from local.demo.view import View
from tests.workflow.chats import APP, Chats, chatted

if TYPE_CHECKING:
    from local.aws.loopback import HttpRequest
    from local.chat.slack import Slack

pytestmark = [pytest.mark.scenario, pytest.mark.long]
SCHEMA = json.loads(Path("tests/unit/notify/amazon_q.schema.json").read_text())
AMAZON_Q = {"notify.amazon_q": True}


@pytest.mark.xdist_group("chat-play")
def test_a_whole_upgrade_is_led_from_slack_and_chatwork(tmp_path: Path) -> None:
    view = View(lambda _: None)
    report = play(SCENARIOS["chat"], seed=1, size="small", view=view, folder=tmp_path)
    assert report["outcome"] == "succeeded"
    assert [check for check in report["checks"] if not check["holds"]] == []
    names = " ".join(check["name"] for check in report["checks"])
    assert "held in Chatwork" in names
    assert "credential of a chat" in names
    assert "task token" in names
    assert OUTCOMES[report["outcome"]] == 0
