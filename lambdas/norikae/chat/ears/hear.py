"""Hear what a chat says: nothing is believed, taken apart or imported before a request is proven."""

from __future__ import annotations

from norikae.chat.ears.request import read
from norikae.errors import NorikaeError, SettingsError

TYPE_CHECKING = False  # the module typing costs a third of what an ear may take before a request is proven
if TYPE_CHECKING:
    from norikae.chat.ears.port import Answer, Ear, EarPorts, Json
    from norikae.chat.ears.request import Request

TOO_LONG = 413
LINE = 4000
"""Characters of a line that are kept: more than a command has, which its reader says, and few for a queue."""


def hear(ear: Ear, ports: EarPorts, event: object) -> Answer:
    """Prove a request, put what it says into the queue, and answer at once.

    401 is said to whoever is not the chat, 413 to who says too much, 503 when the key or the queue is out of reach; a
    proven request without a command is 200, because a chat does not like to be refused.

    Args:
        ear: of the chat.
        ports: the world of an ear.
        event: from API Gateway's REST proxy.
    """
    state = f"hear_{ear.DOOR}"
    try:
        status, why, request = _prove(ear, ports, event)
        if request is None:
            ports.log({"level": "WARNING", "message": "refused", "state": state, "status": status, "why": why})
            return {"statusCode": status, "body": ""}
        letter = ear.letter(request)
        if letter is not None:
            ports.put({**letter, "text": letter["text"][:LINE]})
    except NorikaeError as error:
        said = {"error": type(error).__name__, "text": str(error)}
        ports.log({"level": "ERROR", "message": "raised", "state": state, "status": 503, **said})
        return {"statusCode": 503, "body": ""}
    ports.log({"level": "INFO", "message": "answered", "state": state, "status": 200, **_about(letter)})
    return ear.answer(letter)


def _prove(ear: Ear, ports: EarPorts, event: object) -> tuple[int, str, Request | None]:
    """The request, or status and reason for none; the key is asked for once, and only when the rest is right."""
    request = read(event)
    if isinstance(request, int):
        return request, "too long" if request == TOO_LONG else "unreadable", None
    doubt = ear.doubt(request, ports.now)
    if doubt:
        return 401, doubt, None
    key = ear.key(ports.key(ear.DOOR, ear.FIELD))
    if not key:
        raise SettingsError(f"secret of {ear.DOOR}: {ear.FIELD} is no key; copy it from the chat's settings again")
    if not ear.is_signed(request, key):
        return 401, "another signature", None
    if ear.is_late(request, ports.now):
        return 401, "not of now", None
    return 200, "", request


def _about(letter: Json | None) -> dict[str, str]:
    """What the log may have: who and where, but no word of theirs."""
    return {"heard": "nothing"} if letter is None else {"heard": letter["kind"], **_of(letter, "id", "place")}


def _of(letter: Json, *names: str) -> dict[str, str]:
    return {name: letter[name] for name in names}
