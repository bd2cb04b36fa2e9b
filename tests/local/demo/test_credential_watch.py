"""A credential of a chat is found wherever it is written down, and is not when it is only used."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest

from local.assembly import environment_file
from local.aws.loopback import HttpRequest
from local.chat.office import Office
from local.cluster.git import GitRepositories
from local.demo.credential_watch import credential_watch
from local.demo.sink_watch import search
from local.world import World
from stacks.environment_file import load
from tests.local.chat.test_office import CHANGES, CHANNEL, ROOM


@pytest.fixture
def world() -> Iterator[World]:
    made = World(load(environment_file("demo", CHANGES)), GitRepositories({}))
    office = Office(made)
    office.in_slack("ken").say("status")
    office.in_chatwork("taro").say("status")
    made.kernel.run(10)
    yield made
    made.close()


def credentials(world: World) -> dict[str, str]:
    assert world.slack.app is not None
    return {
        "token": world.slack.app.token,
        "signing key": world.slack.app.signing_key,
        "chatwork token": next(iter(world.chatwork.tokens)),
        "webhook token": world.chatwork.webhooks[0].token,
    }


def test_credentials_that_are_used_are_nowhere(world: World) -> None:
    known = credentials(world)
    slack = {"host": "slack.com", "authorization": f"Bearer {known['token']}", "content-type": "application/json"}
    body = json.dumps({"channel": CHANNEL, "text": "hello"}).encode()
    assert world.slack.answer(HttpRequest("POST", "/api/chat.postMessage", slack, body)).status == 200
    form = {"x-chatworktoken": known["chatwork token"], "content-type": "application/x-www-form-urlencoded"}
    assert world.chatwork.answer(HttpRequest("POST", f"/v2/rooms/{ROOM}/messages", form, b"body=x")).status == 200
    world.client("secretsmanager").get_secret_value(SecretId="norikae/slack")

    watch = credential_watch(world)
    search(world, watch)

    assert watch.leaks == {}
    assert watch.check().holds
    assert watch.check().detail.startswith("4 are known")


@pytest.mark.parametrize("which", ["token", "signing key", "chatwork token", "webhook token"])
@pytest.mark.parametrize("coded", [False, True])
def test_a_credential_in_a_log_is_found(world: World, which: str, *, coded: bool) -> None:
    value = credentials(world)[which]
    text = base64.b64encode(f'{{"k":"{value}"}}'.encode()).decode() if coded else f"called with {value}"
    world.runtime.logs["hear-slack"].append(text)

    watch = credential_watch(world)
    search(world, watch)

    assert list(watch.leaks) == [("function logs", "hear-slack")]
    assert not watch.check().holds
    assert value not in watch.check().detail


def test_a_world_without_chats_proves_nothing() -> None:
    world = World(load(environment_file("demo", {"notify": {}})), GitRepositories({}))
    watch = credential_watch(world)
    search(world, watch)
    world.close()

    assert not watch.check().holds
