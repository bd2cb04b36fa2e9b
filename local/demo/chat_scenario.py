"""The people of a run that is led from chats only, the settings that let them, and what has to be so at its end."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.chat import slack_text
from local.chat.chatwork_tags import notified
from local.chat.office import NAME
from local.chat.slack_app import Message
from local.demo.chatters import READING_SECONDS, Approver, Asker, Starter, Team
from local.demo.checks import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.chat.office import Office
    from local.chat.sending import Asked
    from local.world import World

TEAM, CHANNEL, ROOM, ACCOUNT = "T01NORI", "C01OPS", "36818150", "9000001"
HELD = "notify-push"
"""The application that its team holds for a while."""
SETTINGS: dict[str, Any] = {
    "notify": {
        "slack": {"secret": "norikae/slack", "team": TEAM, "channel": CHANNEL},
        "chatwork": {"secret": "norikae/chatwork", "room": ROOM, "account": ACCOUNT},
    },
    "access": {
        "people": [
            {"name": "ken", "roles": ["operator", "approver"], "slack": f"{TEAM}/U01KEN"},
            {"name": "aya", "roles": ["approver"], "slack": f"{TEAM}/U02AYA"},
            {"name": "taro", "roles": ["team"], "teams": ["notify"], "chatwork": "1484814"},
            {"name": "mio", "roles": ["viewer"], "chatwork": "1500001"},
        ],
    },
}
"""What the environment file says otherwise: chats, and who sits there."""
YES, HOLDS, MOVES = "Yes to plan of", "keeps its weight", "may move"
"""How norikae says that a yes, a hold and a shift were done (``norikae.chat.phrases``)."""
STATUS_SECONDS = 1800
HASTE_SECONDS = 20
_REPLIES = re.compile(r"\[rp aid=(\d+) to=(\d+)-(\d+)\]")
_TOO_MANY = 429
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Chatters:
    """Everybody of the scenario.

    Args:
        starter: says ``start`` in Slack.
        hasty: the same person, who presses the button of their own plan first, which is refused.
        approver: another person, who presses it after reading.
        team: holds its application in Chatwork for a while.
        askers: ask for the status, one in each chat.
    """

    starter: Starter
    hasty: Approver
    approver: Approver
    team: Team
    askers: tuple[Asker, ...]

    def stop(self) -> None:
        """Nobody asks any more."""
        for asker in self.askers:
            asker.stop()


def settle(office: Office, world: World, application: str = HELD) -> Chatters:
    """Everybody sits down; the first word is said a minute from now.

    Args:
        office: the chats, connected to norikae.
        world: theirs.
        application: which one its team holds.
    """
    conversation, ken = world.conversation, office.in_slack("ken")
    return Chatters(
        Starter(ken),
        Approver(ken, conversation, seconds=HASTE_SECONDS, times=1),
        Approver(office.in_slack("aya"), conversation, seconds=READING_SECONDS),
        Team(office.in_chatwork("taro"), conversation, application),
        (Asker(ken, STATUS_SECONDS), Asker(office.in_chatwork("mio"), STATUS_SECONDS)),
    )


def chat_checks(world: World, chatters: Chatters) -> list[Check]:
    """What has to be so whatever the run did.

    Args:
        world: at rest.
        chatters: everybody.
    """
    return [
        _led(world, chatters),
        _none(
            "no text of norikae's calls anybody but whom it answers",
            [*called_in_slack(world), *called_in_chatwork(world)],
        ),
        _none("chats took every message, or said when to come again", list(refused_by_chats(world))),
        _none("norikae answered the chats in time", list(unheard(world))),
    ]


def _led(world: World, chatters: Chatters) -> Check:
    name = "the run was started in Slack, approved there by somebody else, and held in Chatwork"
    heard = [sent for sent in (*world.slack.sent, *world.chatwork.sent) if sent.accepted]
    missing = [what for what, is_done in _done(world, chatters).items() if not is_done]
    lines = len(world.conversation.lines)
    detail = f"{len(heard)} words and presses of people; {lines} lines in both chats"
    return Check(name, not missing, f"nobody {', '.join(missing)}; {detail}" if missing else detail)


def _done(world: World, chatters: Chatters) -> dict[str, bool]:
    """What people did, as far as norikae has told them that it was done: what was only typed has led nothing."""
    told = [line for line in world.conversation.lines if line.who == NAME]
    team, answers = chatters.team, [line.text for line in told if line.chat == "chatwork"]
    whispers = [line.text for line in told if line.how == "whispers"]
    return {
        "started it": any(sent.accepted for sent in chatters.starter.said),
        "approved it": bool(chatters.approver.pressed) and any(YES in text for text in whispers),
        "held it": bool(team.typist.said) and any(f"{team.application} {HOLDS}" in text for text in answers),
        "let it move on": len(team.typist.said) > 1 and any(f"{team.application} {MOVES}" in text for text in answers),
    }


def _none(name: str, found: list[str]) -> Check:
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return Check(name, not found, "; ".join([*found[:_SHOWN], *more]) or "none")


def called_in_slack(world: World) -> Iterator[str]:
    """Whom a message of Slack calls.

    Args:
        world: at rest.
    """
    app = world.slack.app
    for line in world.conversation.lines:
        if app is not None and line.chat == "slack" and line.who == app.name:
            called = slack_text.notified(Message(line.place, line.message, app.user, line.text, []))
            if called:
                yield f"{', '.join(sorted(called))} in {line.where} at {line.message}"
    for (channel, ts), message in world.slack.messages.items():
        if app is not None and message.user == app.user and slack_text.notified(message):
            yield f"{', '.join(sorted(slack_text.notified(message)))} in {channel} at {ts}"


def called_in_chatwork(world: World) -> Iterator[str]:
    """Whom a message of Chatwork calls although it does not reply to a message of theirs.

    Args:
        world: at rest.
    """
    chatwork = world.chatwork
    own = {chatwork.accounts.get(account, account) for account in chatwork.tokens.values()}
    for line in world.conversation.lines:
        if line.chat != "chatwork" or line.who not in own:
            continue
        meant = {
            account
            for account, room, message in _REPLIES.findall(line.text)
            if (to := chatwork.messages.get((room, message))) is not None and to.account == account
        }
        called = notified(line.text, chatwork.rooms[line.place].members) - meant
        if called:
            yield f"{', '.join(sorted(called))} in {line.where} at {line.message}"


def refused_by_chats(world: World) -> Iterator[str]:
    """What a chat has refused for another reason than that it was too much at once.

    Args:
        world: at rest.
    """
    for asked in (*world.slack.asked, *world.chatwork.asked):
        if asked.status != _TOO_MANY and not _is_taken(asked):
            yield f"{asked.target}: HTTP {asked.status} {asked.answer.decode(errors='replace')[:200]}"


def _is_taken(asked: Asked) -> bool:
    if asked.status >= 400 or asked.answer == b"ok":  # noqa: PLR2004 - the classes of statuses that say no
        return asked.answer == b"ok"
    answer = json.loads(asked.answer)
    return bool(answer.get("ok") or answer.get("message_id"))


def unheard(world: World) -> Iterator[str]:
    """What people said that norikae has not taken in time.

    Args:
        world: at rest.
    """
    for sent in (*world.slack.sent, *world.chatwork.sent):
        if not sent.accepted:
            yield f"{sent.url.partition('?')[0]}: {sent.trouble or f'HTTP {sent.status}'} after {sent.seconds:.1f} s"
    for webhook in world.chatwork.webhooks:
        if not webhook.enabled:
            yield f"webhook {webhook.setting} was disabled"
