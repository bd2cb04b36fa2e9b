"""The chats of an environment file: who sits where, what is kept in Secrets Manager, and where requests go."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

import pytest

from local.assembly import environment_file
from local.chat.office import Office
from local.cluster.git import GitRepositories
from local.world import World
from stacks.environment_file import load

CHANNEL, TEAM_CHANNEL, ROOM, TEAM_ROOM, NORIKAE = "C01OPS", "C02TEAM", "36818150", "36818151", "9000001"
CHANGES = {
    "notify": {
        "slack": {"secret": "norikae/slack", "team": "T01NORI", "channel": CHANNEL},
        "chatwork": {"secret": "norikae/chatwork", "room": ROOM, "account": NORIKAE},
        "routes": [{"team": "notify", "slack": TEAM_CHANNEL, "chatwork": TEAM_ROOM}],
    },
    "access": {
        "people": [
            {"name": "ken", "roles": ["operator"], "slack": "T01NORI/U01KEN"},
            {"name": "aya", "roles": ["approver"], "slack": "T01NORI/U02AYA", "chatwork": "1500001"},
            {"name": "mio", "roles": ["viewer"], "slack": "T09OTHER/U03MIO"},
            {"name": "taro", "roles": ["team"], "teams": ["notify"], "chatwork": "1484814"},
        ]
    },
}


@pytest.fixture
def world() -> Iterator[World]:
    made = World(load(environment_file("demo", CHANGES)), GitRepositories({}))
    yield made
    made.close()


def test_everybody_sits_where_the_file_says(world: World) -> None:
    office = Office(world)

    assert {channel: set(made.members) for channel, made in world.slack.channels.items()} == {
        CHANNEL: {"U0NORIKAE", "U01KEN", "U02AYA"},
        TEAM_CHANNEL: {"U0NORIKAE", "U01KEN", "U02AYA"},
    }
    assert {room: set(made.members) for room, made in world.chatwork.rooms.items()} == {
        ROOM: {NORIKAE, "1500001", "1484814"},
        TEAM_ROOM: {NORIKAE, "1500001", "1484814"},
    }
    assert (office.in_slack("ken").name, office.in_slack("ken").channel) == ("ken", CHANNEL)
    assert (office.in_chatwork("taro", TEAM_ROOM).account, office.in_chatwork("taro").room) == ("1484814", ROOM)
    for name, chat in (("taro", office.in_slack), ("ken", office.in_chatwork)):
        with pytest.raises(LookupError, match=name):
            chat(name)


def test_the_secrets_prove_norikae_to_the_chats_and_the_chats_to_norikae(world: World) -> None:
    Office(world)
    safe = world.client("secretsmanager")
    slack = json.loads(safe.get_secret_value(SecretId="norikae/slack")["SecretString"])
    chatwork = json.loads(safe.get_secret_value(SecretId="norikae/chatwork")["SecretString"])

    assert world.slack.app is not None
    assert slack == {"token": world.slack.app.token, "signing_key": world.slack.app.signing_key}
    assert slack["token"].startswith("xoxb-")
    assert world.chatwork.tokens == {chatwork["token"]: NORIKAE}
    assert chatwork["webhook_token"] == world.chatwork.webhooks[0].token
    assert slack["token"] not in repr(world.slack.app)


def test_chats_send_to_the_urls_that_an_operator_entered(world: World) -> None:
    got: list[str] = []

    def request(url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        got.append(url.partition("?")[0])
        assert headers
        assert body
        return 200, {}, b""

    office = Office(world)
    world.kernel.run(office.in_slack("ken").say("status"))
    assert "dispatch_failed" in world.conversation.lines[-1].text, "there is no API yet"
    world.request = request
    office.connect("https://api.example.com/slack", "https://api.example.com/chatwork")

    world.kernel.run(office.in_slack("ken").say("status"))
    office.in_chatwork("taro").say("status")
    world.kernel.run(1)

    assert got == ["https://api.example.com/slack", "https://api.example.com/chatwork"]
    assert world.conversation.lines[-1].text == "/norikae status"


def test_a_world_without_chats_has_none() -> None:
    world = World(load(environment_file("demo", {"notify": {}})), GitRepositories({}))
    Office(world).connect("https://api.example.com/slack", "https://api.example.com/chatwork")

    assert world.slack.app is None
    assert world.chatwork.webhooks == []
    assert world.client("secretsmanager").list_secrets()["SecretList"] == []
    world.close()


def test_with_several_rooms_people_mention_norikae_in_chatwork() -> None:
    """One webhook is about one room, and norikae knows one webhook."""
    got: list[bytes] = []

    def request(_url: str, _headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        got.append(body)
        return 200, {}, b""

    chatwork = {"secret": "norikae/chatwork", "room": ROOM, "account": NORIKAE, "commands": [TEAM_ROOM]}
    changes = CHANGES | {"notify": {"chatwork": chatwork}}
    with World(load(environment_file("demo", changes)), GitRepositories({})) as world:
        office, world.request = Office(world), request
        office.connect("", "https://api.example.com/chatwork")
        office.in_chatwork("taro", TEAM_ROOM).say("status")
        office.in_chatwork("taro").write("/norikae abort")
        world.kernel.run(1)

    (told,) = [json.loads(body) for body in got]
    assert told["webhook_event_type"] == "mention_to_me"
    assert told["webhook_event"]["body"] == f"[To:{NORIKAE}]norikae\n/norikae status"
