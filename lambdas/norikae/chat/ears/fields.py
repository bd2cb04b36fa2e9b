"""What JSON from outside has under a name, if it has it."""

from __future__ import annotations

import json

TYPE_CHECKING = False  # the module typing costs a third of what an ear may take before a request is proven
if TYPE_CHECKING:
    from norikae.chat.ears.port import Json


def parse(text: bytes | str) -> Json:
    """A JSON object; an empty one when it is something else, or no JSON."""
    try:
        found = json.loads(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def part(of: Json, name: str) -> Json:
    """The object under a name, or an empty one."""
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def text(of: Json, name: str) -> str:
    """The text under a name, or ""; half of a surrogate pair, which no queue takes, becomes a question mark."""
    found = of.get(name)
    return found.encode(errors="replace").decode() if isinstance(found, str) else ""
