"""A Slack workspace with an app in one channel, and a request URL at which a test listens."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from local.aws.loopback import HttpAnswer, HttpRequest
from local.chat.conversation import Conversation
from local.chat.sending import Answer, Sent
from local.chat.slack import Slack
from local.chat.slack_app import App, Message
from local.kernel import Kernel, Steps

TEAM, CHANNEL, ELSEWHERE, SRE, APPROVER = "T01NORI", "C01OPS", "C02ELSE", "U01KEN", "U02AYA"
URL = "https://abc.execute-api.ap-northeast-1.amazonaws.com/norikae/slack"
Json = dict[str, Any]


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(label: str = "Approve", value: str = "approve demo-1 k7f3qa", action: str = "approve") -> Json:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action, "value": value}


class Workspace:
    """What the app asks is answered here; what Slack sends arrives in ``got``."""

    def __init__(self) -> None:
        self.kernel = Kernel(seed=3)
        self.conversation = Conversation()
        self.got: list[tuple[str, Mapping[str, str], bytes]] = []
        self.app_answers: Callable[[], Answer | Steps] = lambda: (200, {}, b"")
        self.slack = Slack(self.kernel, self.conversation, self._send)
        self.app = App.drawn(self.kernel.stream("app"), team=TEAM, url=URL)
        self.slack.install(self.app)
        self.slack.users |= {SRE: "ken", APPROVER: "aya"}
        self.slack.open_channel(CHANNEL, "ops", {SRE, APPROVER, self.app.user})
        self.slack.open_channel(ELSEWHERE, "random", {SRE})

    def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer | Steps:
        self.got.append((url, headers, body))
        return self.app_answers()

    def ask(self, method: str, body: Json | bytes, **headers: str) -> tuple[Json, HttpAnswer]:
        """A call of the Web API as the app makes it; headers replace its own, and an empty one takes it away."""
        known = {"host": "slack.com", "authorization": f"Bearer {self.app.token}"}
        known |= {"content-type": "application/json; charset=utf-8"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {name: value for name, value in known.items() if value}
        answer = self.slack.answer(HttpRequest("POST", f"/api/{method}", sent, raw))
        return json.loads(answer.body), answer

    def post(self, **more: Any) -> Json:
        """A message of the app, which Slack takes."""
        self.rest(2)
        answer, _ = self.ask("chat.postMessage", {"channel": CHANNEL, "text": "hello", **more})
        assert answer["ok"], answer
        return answer

    def hook(self, url: str, body: Json | bytes) -> HttpAnswer:
        """An answer at a response URL."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        path = url.removeprefix("https://hooks.slack.com")
        headers = {"host": "hooks.slack.com", "content-type": "application/json"}
        return self.slack.answer(HttpRequest("POST", path, headers, raw))

    def rest(self, seconds: float) -> None:
        """Time passes."""
        self.kernel.run(self.kernel.spent())
        self.kernel.run(seconds)

    def happens(self, steps: Steps) -> Sent:
        """Something that a person does, to its end."""
        sent: Sent = self.kernel.run(self.kernel.process(steps))
        return sent

    def message(self, ts: str) -> Message:
        return self.slack.messages[CHANNEL, ts]
