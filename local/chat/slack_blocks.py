"""Slack's blocks: what of them is refused, and in which words.

Source: Slack's reference of Block Kit (blocks, block elements, composition objects). Only the kinds that norikae may
use are modelled; another kind that Slack has is refused like one that it has not, so that nobody relies on it unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from local.chat.conversation import Button

Json = dict[str, Any]
MOST_BLOCKS, MOST_FIELDS, MOST_ACTIONS, MOST_IN_CONTEXT = 50, 10, 25, 10
SECTION_TEXT, FIELD_TEXT, HEADER_TEXT, BUTTON_TEXT, BUTTON_VALUE, AN_ID, A_URL = 3000, 2000, 150, 75, 2000, 255, 3000
ALL_TEXT = 13_200
"""Characters of all blocks together; not documented, reported as the issue slackapi/bolt-js#2509."""
_STYLES = ("primary", "danger")
_BUTTON = {"value": BUTTON_VALUE, "action_id": AN_ID, "url": A_URL, "accessibility_label": 75}
_CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
_TEXT_KEYS = {"plain_text": {"type", "text", "emoji"}, "mrkdwn": {"type", "text", "verbatim"}}


def mistakes(blocks: object) -> list[str]:
    """What Slack finds wrong with a message's blocks, as it says it; nothing when they are right.

    Args:
        blocks: of a message, as they came.
    """
    if not isinstance(blocks, list):
        return ["must provide an array [json-pointer:/blocks]"]
    found = [] if len(blocks) <= MOST_BLOCKS else [_said(f"no more than {MOST_BLOCKS} items allowed", "/blocks")]
    ids: set[str] = set()
    for number, block in enumerate(blocks):
        at = f"/blocks/{number}"
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in _KINDS:
            found.append(_said(f"unsupported type: {kind}", f"{at}/type"))
            continue
        keys, check = _KINDS[kind]
        found += [*_unknown(block, keys | {"type", "block_id"}, at), *check(block, at)]
        found += _twice(block, "block_id", ids, at)
    return found


def length(blocks: list[Json]) -> int:
    """Characters of all texts of a message's blocks together."""
    return sum(len(one["text"]) for block in blocks for one in texts(block))


def texts(block: object) -> Iterator[Json]:
    """Every text object of a block, in order."""
    if isinstance(block, dict):
        if block.get("type") in _TEXT_KEYS and isinstance(block.get("text"), str):
            yield block
        else:
            for value in block.values():
                yield from texts(value)
    elif isinstance(block, list):
        for value in block:
            yield from texts(value)


def buttons(blocks: list[Json]) -> tuple[Button, ...]:
    """Every button of a message, in order; links are none."""
    elements = [one for block in blocks for one in [*block.get("elements", ()), block.get("accessory", {})]]
    pressed = [one for one in elements if one.get("type") == "button" and "url" not in one]
    return tuple(Button(one["text"]["text"], one["action_id"], one.get("value", "")) for one in pressed)


def with_ids(blocks: list[Json], draw: Callable[[], str]) -> list[Json]:
    """The blocks with the ids that Slack gives where an app has given none.

    Args:
        blocks: of a message, without mistakes.
        draw: a new id.
    """
    named = []
    for block in blocks:
        known: Json = {"block_id": draw()} | block
        known |= {"elements": [_identified(one, draw) for one in block["elements"]]} if "elements" in block else {}
        known |= {"accessory": _identified(block["accessory"], draw)} if "accessory" in block else {}
        named.append(known)
    return named


def _identified(element: Json, draw: Callable[[], str]) -> Json:
    return {"action_id": draw()} | element if element["type"] == "button" else element


def _section(block: Json, at: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield _said("missing required field: text", at)
    if "text" in block:
        yield from _text(block["text"], SECTION_TEXT, f"{at}/text")
    if "fields" in block:
        yield from _several(block["fields"], MOST_FIELDS, f"{at}/fields")
        for number, one in enumerate(_listed(block["fields"])):
            yield from _text(one, FIELD_TEXT, f"{at}/fields/{number}")
    if "accessory" in block:
        yield from _button(block["accessory"], f"{at}/accessory")


def _header(block: Json, at: str) -> Iterator[str]:
    yield from _text(block.get("text"), HEADER_TEXT, f"{at}/text", plain=True)


def _divider(block: Json, at: str) -> Iterator[str]:
    del block, at
    yield from ()


def _context(block: Json, at: str) -> Iterator[str]:
    yield from _several(block.get("elements"), MOST_IN_CONTEXT, f"{at}/elements")
    for number, one in enumerate(_listed(block.get("elements"))):
        yield from _text(one, SECTION_TEXT, f"{at}/elements/{number}")


def _actions(block: Json, at: str) -> Iterator[str]:
    yield from _several(block.get("elements"), MOST_ACTIONS, f"{at}/elements")
    ids: set[str] = set()
    for number, one in enumerate(_listed(block.get("elements"))):
        place = f"{at}/elements/{number}"
        yield from _button(one, place)
        yield from _twice(one, "action_id", ids, place)


def _button(one: object, at: str) -> Iterator[str]:
    if not isinstance(one, dict) or one.get("type") != "button":
        kind = one.get("type") if isinstance(one, dict) else None
        yield _said(f"unsupported type: {kind}", f"{at}/type")
        return
    yield from _unknown(
        one, {"type", "text", "action_id", "value", "url", "style", "confirm", "accessibility_label"}, at
    )
    yield from _text(one.get("text"), BUTTON_TEXT, f"{at}/text", plain=True)
    for key, most in _BUTTON.items():
        if key in one and not (isinstance(one[key], str) and len(one[key]) <= most):
            yield _said(f"must be less than {most + 1} characters", f"{at}/{key}")
    if "style" in one and one["style"] not in _STYLES:
        yield _said("must be a valid enum value", f"{at}/style")
    if "confirm" in one:
        yield from _confirm(one["confirm"], f"{at}/confirm")


def _confirm(one: object, at: str) -> Iterator[str]:
    if not isinstance(one, dict):
        yield _said("must be an object", at)
        return
    yield from _unknown(one, {*_CONFIRM, "style"}, at)
    for key, most in _CONFIRM.items():
        yield from _text(one.get(key), most, f"{at}/{key}", plain=key != "text")
    if "style" in one and one["style"] not in _STYLES:
        yield _said("must be a valid enum value", f"{at}/style")


def _text(one: object, most: int, at: str, *, plain: bool = False) -> Iterator[str]:
    if not isinstance(one, dict) or one.get("type") not in _TEXT_KEYS or not isinstance(one.get("text"), str):
        yield _said("must provide a text object", at)
        return
    if plain and one["type"] != "plain_text":
        yield _said("unsupported type: mrkdwn", f"{at}/type")
    yield from _unknown(one, _TEXT_KEYS[one["type"]], at)
    if not one["text"]:
        yield _said("must be more than 0 characters", f"{at}/text")
    if len(one["text"]) > most:
        yield _said(f"must be less than {most + 1} characters", f"{at}/text")


def _several(found: object, most: int, at: str) -> Iterator[str]:
    if not isinstance(found, list) or not found:
        yield _said("no less than 1 items required", at)
    elif len(found) > most:
        yield _said(f"no more than {most} items allowed", at)


def _listed(found: object) -> list[Any]:
    return found if isinstance(found, list) else []


def _unknown(one: Json, known: set[str], at: str) -> list[str]:
    return [_said(f"invalid additional property: {key}", at) for key in sorted(set(one) - known)]


def _twice(one: object, key: str, ids: set[str], at: str) -> Iterator[str]:
    name = one.get(key) if isinstance(one, dict) else None
    if isinstance(name, str):
        if name in ids:
            yield _said(f"`{key}` {name} already exists", f"{at}/{key}")
        if len(name) > AN_ID:
            yield _said(f"must be less than {AN_ID + 1} characters", f"{at}/{key}")
        ids.add(name)


def _said(what: str, at: str) -> str:
    return f"{what} [json-pointer:{at}]"


_KINDS: dict[str, tuple[set[str], Callable[[Json, str], Iterator[str]]]] = {
    "section": ({"text", "fields", "accessory", "expand"}, _section),
    "header": ({"text"}, _header),
    "divider": (set(), _divider),
    "context": ({"elements"}, _context),
    "actions": ({"elements"}, _actions),
}
