"""A function calls the chats by their real names and gets their answers over TLS, and nobody else does."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.chat.slack_app import App
from local.cluster.git import GitRepositories
from local.world import World
from stacks.environment_file import load
from tests.local.cluster.building import PROJECT

ACCOUNT, REGION, CHANNEL, ROOM = "123456789012", "ap-northeast-1", "C01OPS", "36818150"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:talk"
CODE = """
    import json, ssl, time
    from http.client import HTTPSConnection

    def handler(event, context):
        began = time.time()
        try:
            connection = HTTPSConnection(event["host"], event.get("port", 443), context=ssl.create_default_context())
            connection.request(event["method"], event["path"], event["body"].encode(), event["headers"])
            answer = connection.getresponse()
            found = {"status": answer.status, "body": answer.read().decode(), "headers": dict(answer.headers)}
        except OSError as error:
            found = {"error": type(error).__name__}
        return {**found, "seconds": time.time() - began}
"""


class Talk:
    """A world with both chats, and a function that talks."""

    def __init__(self, folder: Path) -> None:
        self.world = World(load(PROJECT / "environments/demo.yaml"), GitRepositories({}))
        self.app = App.drawn(self.world.kernel.stream("app"), team="T01", url="https://x.example.com/slack")
        self.world.slack.install(self.app)
        self.world.slack.open_channel(CHANNEL, "ops", {self.app.user})
        self.world.chatwork.accounts["9"] = "norikae"
        self.world.chatwork.tokens["secret-of-chatwork"] = "9"
        self.world.chatwork.open_room(ROOM, "upgrades", {"9"})
        (folder / "own_code.py").write_text(textwrap.dedent(CODE))
        role = f"arn:aws:iam::{ACCOUNT}:role/talk"
        self.world.runtime.register(FUNCTION, folder, "own_code.handler", {}, 30.0, role)

    def ask(self, host: str, path: str, body: str, headers: dict[str, str], **more: Any) -> dict[str, Any]:
        event = {"host": host, "path": path, "method": "POST", "body": body, "headers": headers, **more}
        outcome = self.world.kernel.run(self.world.kernel.process(self.world.runtime.invoke(FUNCTION, event)))
        assert not outcome.error_type, outcome
        answer: dict[str, Any] = outcome.payload
        return answer


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    made = Talk(tmp_path_factory.mktemp("bundle"))
    yield made
    made.world.close()


def test_slack_answers_by_name_in_virtual_time(talk: Talk) -> None:
    headers = {"Authorization": f"Bearer {talk.app.token}", "Content-Type": "application/json; charset=utf-8"}
    body = f'{{"channel": "{CHANNEL}", "text": "運用: hello"}}'

    answer = talk.ask("slack.com", "/api/chat.postMessage", body, headers)

    assert answer["status"] == 200, answer
    assert '"ok": true' in answer["body"]
    assert answer["seconds"] == pytest.approx(0.12)
    assert [line.text for line in talk.world.conversation.lines] == ["運用: hello"]


def test_a_response_url_is_answered_by_the_same_server_under_its_own_name(talk: Talk) -> None:
    talk.world.slack.users["U1"] = "ken"
    url = talk.world.slack.hooks.open("commands", CHANNEL, "U1")

    answer = talk.ask(
        "hooks.slack.com",
        url.removeprefix("https://hooks.slack.com"),
        '{"text": "done"}',
        {"Content-Type": "application/json"},
    )

    assert (answer["status"], answer["body"]) == (200, "ok")
    assert talk.world.conversation.lines[-1].to == "ken"
    elsewhere = talk.ask("slack.com", url.removeprefix("https://hooks.slack.com"), "{}", {})
    assert '"not_authed"' in elsewhere["body"]


def test_chatwork_answers_by_name(talk: Talk) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-ChatWorkToken": "secret-of-chatwork"}

    answer = talk.ask("api.chatwork.com", f"/v2/rooms/{ROOM}/messages", "body=%E9%81%8B%E7%94%A8&self_unread=0", form)

    assert answer["status"] == 200, answer
    assert answer["headers"]["x-ratelimit-remaining"] == "299"
    assert talk.world.conversation.lines[-1].text == "運用"


def test_other_names_and_ports_lead_nowhere(talk: Talk) -> None:
    assert talk.ask("slack.example.com", "/", "", {})["error"] == "gaierror"
    assert talk.ask("slack.com", "/", "", {}, port=8443)["error"] == "ConnectionRefusedError"
