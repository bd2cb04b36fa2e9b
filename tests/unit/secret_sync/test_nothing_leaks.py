"""A value is in the Secrets that were declared, and nowhere else: whatever goes wrong."""

from __future__ import annotations

import base64
import json
from typing import Any

import msgspec
import pytest

from norikae.errors import ConflictError, NorikaeError, RefusedError, ThrottledError
from norikae.secret_sync.letter import Check, Sweep
from tests.unit.secret_sync.carried import BLUE, Story
from tests.unit.secret_sync.test_operators import external, pinned

CANARY = "canary-7f3a9c"
FORMS = (CANARY, base64.b64encode(CANARY.encode()).decode().rstrip("="), CANARY.encode().hex())
VALUES: dict[str, Any] = {
    "fits": {"password": CANARY},
    "nested": {"a": {"b": CANARY}, "password": CANARY},
    "key that cannot be": {"a b": CANARY},
    "no JSON": f"{CANARY} {{",
    "a text": json.dumps(CANARY),
    "a list": [CANARY],
    "half": f'{{"password": "{CANARY}',
    "binary": CANARY.encode() + b"\xff",
    "too large": {"password": CANARY * 80_000},
}
SPECS: dict[str, dict[str, Any]] = {
    "plain": {},
    "text": {"format": "text"},
    "binary": {"format": "binary"},
    "flat": {"nested": "flatten"},
    "template": {"templates": {"URL": "db://${password|url}@${host}"}, "keys": []},
    "type": {"target": {"type": "kubernetes.io/tls"}},
    "reported": {"onEdit": "report"},
}
ERRORS: dict[str, NorikaeError] = {
    "get shop/db": RefusedError("GET secrets shop/db was answered 403 Forbidden"),
    "create shop/db": ThrottledError("POST secrets shop/db was answered 429"),
    "write shop/db": ConflictError("PATCH secrets shop/db was answered 409 Conflict"),
}


def sinks(story: Story, *answers: object) -> str:
    """Everything that the fakes hold but the data of Secrets and Secrets Manager itself."""
    ports = story.ports
    seen: list[object] = [answers, story.answers, story.queue, ports.topic.told, ports.letters.sent]
    seen += [ports.deliveries.items, ports.table.items, ports.table.events]
    for shelf in ports.shelves.values():
        seen += [shelf.objects, shelf.calls, shelf.history, [repr(one) for one in shelf.stored.values()]]
        seen += [one.annotations for one in shelf.stored.values()]
    return repr([msgspec.to_builtins(one, enc_hook=repr) if isinstance(one, msgspec.Struct) else one for one in seen])


@pytest.mark.parametrize("error", ["", *ERRORS])
@pytest.mark.parametrize("spec", SPECS)
def test_no_sink_has_a_value(spec: str, error: str) -> None:
    for value in VALUES:
        nothing_leaks(value, spec, error)


def nothing_leaks(value: str, spec: str, error: str) -> None:
    """A rotation to the value, an edit by hand and a sweep, with the error in blue."""
    story, raised = Story(), []
    story.declares("db", **SPECS[spec])
    external(story)
    pinned(story)
    if error:
        story.blue.refuses[error] = ERRORS[error]
    story.rotates(content={"password": f"{CANARY}-old", "host": "x"})
    events = [Check("prod/db", "new"), Sweep("sweep")]
    try:
        story.carries(*events)
        story.carries(story.rotates(content=VALUES[value]))
        if ("shop", "db") in story.blue.stored:
            story.blue.edit("shop", "db", password=CANARY.encode())
        story.carries(*events)
    except NorikaeError as one:  # pragma: no cover - nothing is raised, and if it were it would be looked at
        raised.append(repr(one))
    found = sinks(story, raised)
    assert BLUE in found
    assert not [form for form in FORMS if form in found]
