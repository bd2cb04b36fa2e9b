"""What has to hold of the keys about chats: routes, templates and what is muted."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection

from norikae.notify.catalogue import EVENTS, keys_of
from norikae.notify.places import covers
from norikae.notify.words import KEY
from stacks.environment.gate_rules import Values
from stacks.environment.lines import Path

PART: Path = ("notify",)
CHATS = ("slack", "chatwork")


def routes_lead_somewhere(values: Values) -> None:
    """Each route names a place of a chat that there is, and says something that no other route says."""
    notify = values(*PART)
    for place, route in enumerate(notify["routes"]):
        path: Path = (*PART, "routes", place)
        named = [chat for chat in CHATS if route[chat]]
        if not named:
            values.mistake(path, "leads nowhere", "write a channel (slack) or a room (chatwork)")
        for chat in named:
            if notify[chat] is None:
                wrong = f"is {route[chat]}, but notify.{chat} is not set, which has the secret for it"
                values.mistake((*path, chat), wrong, f"set notify.{chat}, or leave the route out")
        if route in notify["routes"][:place]:
            first = notify["routes"].index(route)
            values.mistake(path, f"says the same as routes[{first}]", "take one of them out")


def routes_name_events(values: Values) -> None:
    """Each event of a route is one, or the beginning of some."""
    for place, route in enumerate(values(*PART, "routes")):
        for number, pattern in enumerate(route["events"]):
            if not any(covers(pattern, event) for event in EVENTS):
                path: Path = (*PART, "routes", place, "events", number)
                values.mistake(path, f'is "{pattern}", which no event is called', _near(pattern, EVENTS))


def routes_name_a_team_of_messages(values: Values) -> None:
    """A team's route is about applications, so events that are about none would never go there."""
    for place, route in enumerate(values(*PART, "routes")):
        if not route["team"] or not route["events"]:
            continue
        for number, pattern in enumerate(route["events"]):
            meant = [event for event in EVENTS if covers(pattern, event)]
            if meant and not any(_has_applications(event) for event in meant):
                path: Path = (*PART, "routes", place, "events", number)
                wrong = f'is "{pattern}", which is never about a team\'s application'
                values.mistake(path, wrong, "leave team out, or name events such as `application-*`")


def templates_can_be_filled(values: Values) -> None:
    """Each template is for an event, says something, and names keys that its messages have."""
    for event, template in values(*PART, "templates").items():
        path: Path = (*PART, "templates", event)
        if event not in EVENTS:
            values.mistake(path, "is for no event", _near(event, EVENTS))
            continue
        if not template.strip():
            values.mistake(path, "is empty", "write a text, or leave it out")
        for key in dict.fromkeys(KEY.findall(template)):
            if key not in keys_of(event):
                wrong = f"names {{{key}}}, which no message of {event} has"
                values.mistake(path, wrong, _near(key, keys_of(event)))


def only_info_is_muted(values: Values) -> None:
    """What waits for somebody is always shown."""
    for place, event in enumerate(values(*PART, "mute")):
        path: Path = (*PART, "mute", place)
        if event not in EVENTS:
            values.mistake(path, f'is "{event}", which no event is called', _near(event, EVENTS))
        elif "info" not in EVENTS[event].severities:
            wrong = f'is "{event}", which always waits for somebody ({" or ".join(EVENTS[event].severities)})'
            values.mistake(path, wrong, "leave it out; a route sends it elsewhere")
        elif event in values(*PART, "mute")[:place]:
            values.mistake(path, f'is "{event}" again', "name it once")


def each_chat_has_a_secret_of_its_own(values: Values) -> None:
    """Both chats have a `token`, so with one secret for both each would be sent the other's."""
    slack, chatwork = (values(*PART, chat) for chat in CHATS)
    if slack and chatwork and slack["secret"] == chatwork["secret"]:
        wrong = f"is {slack['secret']}, which is the secret of notify.slack"
        values.mistake((*PART, "chatwork", "secret"), wrong, "make one for each chat: both have a token")


def web_acl_can_stand_before_the_api(values: Values) -> None:
    """AWS WAF protects an API by a web ACL of the same account and region only."""
    acl = values(*PART, "web_acl")
    if not acl:
        return
    path: Path = (*PART, "web_acl")
    if not any(values(*PART, chat) for chat in CHATS):
        values.mistake(path, "has no API to stand before", "set notify.slack or notify.chatwork, or leave it out")
    of, ours = acl.split(":")[3:5], [values("region"), values("account")]
    if of != ours:
        wrong = f"is of {' in account '.join(of)}, but the API is of {' in account '.join(ours)}"
        values.mistake(path, wrong, "name a regional web ACL of there")


def _has_applications(event: str) -> bool:
    return bool({"application", "applications", "subject"} & set(EVENTS[event].keys))


def _near(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word.rstrip("*"), known, n=1)
    return f"did you mean `{near[0]}`?" if near else f"write one of {', '.join(sorted(known))}"


NOTIFY_RULES: tuple[tuple[tuple[Path, ...], Callable[[Values], None]], ...] = (
    ((PART,), routes_lead_somewhere),
    ((PART,), each_chat_has_a_secret_of_its_own),
    ((PART, ("region",), ("account",)), web_acl_can_stand_before_the_api),
    (((*PART, "routes"),), routes_name_events),
    (((*PART, "routes"),), routes_name_a_team_of_messages),
    (((*PART, "templates"),), templates_can_be_filled),
    (((*PART, "mute"),), only_info_is_muted),
)
"""Each rule with the keys that it reads."""
