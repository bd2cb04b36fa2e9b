"""The chats of an environment as its people have set them up: what its file says of them, and who sits where."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from local.chat.chatwork_webhook import MENTION, Webhook, drawn_token
from local.chat.people import ChatworkPerson, SlackPerson
from local.chat.slack_app import App

if TYPE_CHECKING:
    from local.chat.chatwork_webhook import Event
    from local.world import World
    from norikae.environment import Chatwork, Person

NOT_YET = "https://not-deployed-yet.example.com/"
"""Where requests of chats go before norikae has an API."""
NAME = "norikae"
_HEX = "0123456789abcdef"


class Office:
    """Slack and Chatwork of one world, with an app, channels, rooms, and everybody of ``access.people``.

    The secrets are in Secrets Manager, where the environment file says, as an operator keeps them there by hand.

    Args:
        world: whose file says which chats there are.
    """

    def __init__(self, world: World) -> None:
        self._world, self._notify = world, world.environment.notify
        self._people = {person.name: person for person in world.environment.access.people}
        if self._notify.slack is not None:
            self._open_slack(self._notify.slack.team, self._notify.slack.secret)
        if self._notify.chatwork is not None:
            self._open_chatwork(self._notify.chatwork)

    def connect(self, slack: str, chatwork: str) -> None:
        """An operator enters the URLs of norikae's API where each chat wants them.

        Args:
            slack: the URL for commands and interactions; "" without Slack.
            chatwork: the URL of the webhook; "" without Chatwork.
        """
        if slack and self._world.slack.app is not None:
            self._world.slack.install(replace(self._world.slack.app, url=slack))
        for webhook in self._world.chatwork.webhooks:
            webhook.url = chatwork or webhook.url

    def in_slack(self, name: str, channel: str = "") -> SlackPerson:
        """Somebody of ``access.people`` in a channel.

        Args:
            name: how the audit trail calls them.
            channel: its id; by default where norikae's messages go.

        Raises:
            LookupError: nobody of that name is in Slack, or there is no Slack.
        """
        _, _, user = self._people[name].slack.partition("/")
        if not user or self._notify.slack is None:
            raise LookupError(f"{name} is not in Slack: the environment file names no member of Slack for them")
        return SlackPerson(self._world.kernel, self._world.slack, user, channel or self._notify.slack.channel)

    def in_chatwork(self, name: str, room: str = "") -> ChatworkPerson:
        """Somebody of ``access.people`` in a room.

        Args:
            name: how the audit trail calls them.
            room: its id; by default where norikae's messages go.

        Raises:
            LookupError: nobody of that name is in Chatwork, or there is no Chatwork.
        """
        account = self._people[name].chatwork
        if not account or self._notify.chatwork is None:
            raise LookupError(f"{name} is not in Chatwork: the environment file names no account of theirs")
        room = room or self._notify.chatwork.room
        called = self._notify.chatwork.account if self._notify.chatwork.commands else ""
        return ChatworkPerson(self._world.kernel, self._world.chatwork, account, room, called)

    def _open_slack(self, team: str, secret: str) -> None:
        slack, settings = self._world.slack, self._notify.slack
        app = App.drawn(self._world.kernel.stream("office/slack"), team=team, url=NOT_YET)
        slack.install(app)
        slack.users |= {user: person.name for person in self._people.values() if (user := _member(person, team))}
        routes = [route.slack for route in self._notify.routes if route.slack]
        named = [settings.channel, *settings.commands, *routes] if settings else []
        for number, channel in enumerate(dict.fromkeys(named)):
            slack.open_channel(channel, NAME if number == 0 else f"{NAME}-{number}", slack.users)
        self._keep(secret, app.secret)

    def _open_chatwork(self, settings: Chatwork) -> None:
        """One webhook, as norikae knows one token: of the room, or of whatever mentions norikae when there are more."""
        chatwork, draw = self._world.chatwork, self._world.kernel.stream("office/chatwork")
        token, webhook_token = "".join(draw.choices(_HEX, k=32)), drawn_token(draw)
        chatwork.accounts |= {person.chatwork: person.name for person in self._people.values() if person.chatwork}
        chatwork.accounts[settings.account] = NAME
        chatwork.tokens[token] = settings.account
        routes = [route.chatwork for route in self._notify.routes if route.chatwork]
        for number, room in enumerate(dict.fromkeys([settings.room, *settings.commands, *routes])):
            chatwork.open_room(room, NAME if number == 0 else f"{NAME} {number}", chatwork.accounts)
        of_room: tuple[str, frozenset[Event]] = (settings.room, frozenset({"message_created"}))
        heard = ("", MENTION) if settings.commands else of_room
        chatwork.webhooks.append(Webhook("1", settings.account, NOT_YET, webhook_token, *heard))
        self._keep(settings.secret, json.dumps({"token": token, "webhook_token": webhook_token}))

    def _keep(self, name: str, text: str) -> None:
        self._world.client("secretsmanager").create_secret(Name=name, SecretString=text)


def _member(person: Person, team: str) -> str:
    """Their id in a workspace; "" when they are in another, or in none."""
    workspace, _, user = person.slack.partition("/")
    return user if workspace == team else ""
