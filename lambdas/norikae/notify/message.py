"""One message of the stack's topic as a queue brings it: SNS's envelope around norikae's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args

import msgspec

from norikae.notify.tell import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOK = {"look": "open-run"}
"""What a schedule puts into the queue: weights move, and nobody is told of each."""
LONGEST = 3000
"""Characters that are shown of a message that cannot be read."""
SEVERITIES = get_args(Severity)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What people are told.

    Args:
        id: SNS's id of it; a copy has the same.
        environment: whose.
        event: what happened.
        severity: who is needed.
        run: what it is about, "" for no run.
        text: one sentence.
        facts: the keys besides.
    """

    id: str
    environment: str
    event: str
    severity: Severity
    run: str
    text: str
    facts: dict[str, Any] = {}

    def keys(self) -> dict[str, Any]:
        """Everything that a template may name."""
        of_all = {key: getattr(self, key) for key in ("environment", "event", "severity", "run", "text")}
        return {**self.facts, **of_all}

    def fact(self, name: str) -> str:
        """A key besides as text; "" when it is not there."""
        value = self.facts.get(name)
        return "" if value is None else str(value)

    def applications(self) -> tuple[str, ...]:
        """The applications that it is about."""
        named = self.facts.get("applications")
        several = tuple(map(str, named)) if isinstance(named, dict | list | tuple) else ()
        _, _, asked = self.fact("subject").partition("/")
        return tuple(dict.fromkeys(name for name in (self.fact("application"), asked, *several) if name))


def read(record: Mapping[str, Any], environment: str) -> Message:
    """The message in a record of the queue, of norikae or of one of its alarms; any other is shown as it is.

    SNS puts a message into an envelope with ``MessageId``, ``Subject`` and ``Message`` (SNS guide, "Amazon SNS message
    and JSON formats").

    Args:
        record: of the event's ``Records``.
        environment: whose function this is.
    """
    body = str(record.get("body", ""))
    envelope = _object(body)
    text = envelope.get("Message")
    inner = _object(text) if isinstance(text, str) else {}
    identity = str(envelope.get("MessageId") or record.get("messageId", ""))
    if not isinstance(inner.get("event"), str):
        event, said = ("alarm", _alarm(inner)) if inner.get("AlarmName") else ("unreadable", "")
        whole = said or (text if isinstance(text, str) else body)
        return Message(
            id=identity, environment=environment, event=event, severity="action", run="", text=whole[:LONGEST]
        )
    known = ("schema", "environment", "event", "severity", "run", "text")
    severity = inner.get("severity")
    return Message(
        id=identity,
        environment=str(inner.get("environment") or environment),
        event=inner["event"],
        severity=cast("Severity", severity) if severity in SEVERITIES else "action",
        run=str(inner.get("run") or ""),
        text=str(inner.get("text") or ""),
        facts={key: value for key, value in inner.items() if key not in known},
    )


def is_look(record: Mapping[str, Any]) -> bool:
    """Whether a record only asks for a look at the run that is open.

    Args:
        record: of the event's ``Records``.
    """
    return _object(str(record.get("body", ""))) == LOOK


def _alarm(said: Mapping[str, Any]) -> str:
    """What an alarm is for, its name and why it rings (CloudWatch guide, "Notifying users on alarm changes")."""
    lines = (said.get("AlarmDescription"), said.get("AlarmName"), said.get("NewStateReason"))
    return "\n".join(str(one) for one in lines if one)


def _object(text: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
