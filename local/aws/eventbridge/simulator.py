"""PutEvents, the delivery of events, and the ticker of schedules."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from moto.events.models import events_backends

from local.aws.eventbridge import schedule, transform
from local.aws.eventbridge.delivery import deliver
from local.aws.mischief import Mischief
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.aws.eventbridge.delivery import Targets
    from local.kernel import Kernel

LATENCY = 0.5
"""Seconds from an event to its targets; AWS names about half a second as typical."""
_MOST_ENTRIES = 10
_LARGEST_ENTRY = 1024 * 1024
_TICK = 60.0


class EventBridgeSimulator(Simulator):
    """Events of the default bus.

    Args:
        kernel: the world's clock.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
        targets: what delivers to each kind of target.
    """

    service: ClassVar[str] = "events"
    falls_through: ClassVar[bool] = True

    def __init__(self, kernel: Kernel, *, account: str, region: str, targets: Targets) -> None:
        self._kernel, self._account, self._region, self._targets = kernel, account, region, targets
        self._seen: dict[tuple[str, str], float] = {}
        self.mischief = Mischief()
        """What the bus does to events besides delivering them; schedules are not touched."""
        self.mischief_of: dict[str, Mischief] = {}
        """The same for events of one source, such as ``aws.secretsmanager``."""
        self.lost: list[dict[str, Any]] = []
        """The events that no target ever got."""
        self.doubled: list[dict[str, Any]] = []
        """Those that came twice."""
        self.events: list[dict[str, Any]] = []
        """Every event that was put or emitted, in order."""
        kernel.every(_TICK, self._tick, first=-kernel.now() % _TICK)

    def put_events(self, *, Entries: list[dict[str, Any]], EndpointId: str = "") -> dict[str, Any]:  # noqa: N803 - AWS's names
        """Take events of customers; each entry succeeds or fails by itself.

        A source that begins with ``aws.`` is refused for its entry with ``NotAuthorizedForSourceException``
        (as seen in aws-samples/serverless-patterns, pull request 3089).

        Raises:
            AwsError: ``ValidationException`` for more than ten entries.
        """
        if EndpointId:
            raise AwsError("NotImplemented", "Global endpoints are outside the scope of this simulator", 501)
        if len(Entries) > _MOST_ENTRIES:
            message = (
                "1 validation error detected: Value at 'entries' failed to satisfy constraint: "
                f"Member must have length less than or equal to {_MOST_ENTRIES}"
            )
            raise AwsError("ValidationException", message)
        answers = [self._entry(entry) for entry in Entries]
        return {"FailedEntryCount": sum("ErrorCode" in answer for answer in answers), "Entries": answers}

    def _entry(self, entry: dict[str, Any]) -> dict[str, str]:
        refused = _refusal(entry)
        if refused:
            return {"ErrorCode": refused[0], "ErrorMessage": refused[1]}
        moment = entry.get("Time") or self._kernel.utcnow()
        event = self._event(entry["DetailType"], entry["Source"], json.loads(entry["Detail"]), moment)
        event["resources"] = entry.get("Resources", [])
        self.emit(event)
        return {"EventId": event["id"]}

    def _event(self, kind: str, source: str, detail: dict[str, Any], moment: datetime) -> dict[str, Any]:
        return {
            "version": "0",
            "id": self._kernel.uuid("events"),
            "detail-type": kind,
            "source": source,
            "account": self._account,
            "time": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": self._region,
            "resources": [],
            "detail": detail,
        }

    def emit(self, event: dict[str, Any]) -> None:
        """Deliver an event to the targets of every enabled rule that matches, a little later."""
        self.events.append(event)
        stream, mischief = (
            self._kernel.stream("events/mischief"),
            self.mischief_of.get(event.get("source", ""), self.mischief),
        )
        if mischief.loses(stream):
            self.lost.append(event)
            return
        twice = mischief.doubles(stream)
        if twice:
            self.doubled.append(event)
        for _ in range(2 if twice else 1):
            spent = self._kernel.seconds() - self._kernel.env.now
            wait = spent + LATENCY + mischief.late(stream)
            self._kernel.after(wait, lambda: self._route(event))

    def says(
        self, source: str, kind: str, detail: dict[str, Any], resources: Sequence[str] = (), **members: str
    ) -> dict[str, Any] | None:
        """An AWS service emits an event of its own; nobody keeps it unless a rule is there that could match.

        Args:
            source: such as ``aws.ec2``.
            kind: its detail type.
            detail: what it says.
            resources: ARNs.
            members: members of the envelope that are not as usual, such as ``region``.

        Returns:
            The event, or nothing if no enabled rule matches it.
        """
        event = self._event(kind, source, detail, self._kernel.utcnow())
        event |= {"resources": list(resources), **members}
        if not any(_matches(rule, event) for rule in self._rules()):
            return None
        self.emit(event)
        return event

    def _rules(self) -> list[Any]:
        bus = events_backends[self._account][self._region].event_buses["default"]
        return [rule for rule in bus.rules.values() if rule.state != "DISABLED"]

    def _route(self, event: dict[str, Any]) -> None:
        for rule in self._rules():
            if _matches(rule, event):
                self._fire(rule, event)

    def _fire(self, rule: Any, event: dict[str, Any]) -> None:
        now = self._kernel.utcnow()
        ingested = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        for target in list(rule.targets):
            value = transform.payload(target, event, rule.arn, ingested)
            name = f"{event['id']}_{self._kernel.uuid('events/executions')}"
            deliver(self._targets, target, value, rule_arn=rule.arn, execution_name=name, now=now)

    def _tick(self) -> None:
        """Fire the schedules of this minute; a rate counts from the first minute in which its rule is seen."""
        minute = self._kernel.utcnow().replace(second=0, microsecond=0)
        for rule in self._rules():
            if rule.scheduled_expression:
                began = self._seen.setdefault((rule.name, rule.scheduled_expression), self._kernel.now())
                ago = round((self._kernel.now() - began) / 60)
                if schedule.parsed(rule.scheduled_expression).fires(minute, ago):
                    event = self._event("Scheduled Event", "aws.events", {}, self._kernel.utcnow())
                    event["resources"] = [rule.arn]
                    self.events.append(event)
                    self._fire(rule, event)


def _matches(rule: Any, event: dict[str, Any]) -> bool:
    return bool(rule.event_pattern.get_pattern() and rule.event_pattern.matches_event(event))


def _refusal(entry: dict[str, Any]) -> tuple[str, str] | None:
    for member in ("Source", "DetailType", "Detail"):
        if not entry.get(member):
            text = f"Parameter {member} is not valid. Reason: {member} is a required argument."
            return "InvalidArgument", text
    if entry["Source"].startswith("aws."):
        return "NotAuthorizedForSourceException", "Not authorized for the source."
    if entry.get("EventBusName", "default").rpartition("/")[2] != "default":
        raise AwsError("NotImplemented", "Event buses other than default are outside the scope of this simulator", 501)
    if sum(len(str(entry[member]).encode()) for member in ("Source", "DetailType", "Detail")) > _LARGEST_ENTRY:
        raise AwsError("ValidationException", "Total size of the entries in the request is over the limit.")
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        return "MalformedDetail", "Detail is malformed."
    return None if isinstance(detail, dict) else ("MalformedDetail", "Detail is malformed.")
