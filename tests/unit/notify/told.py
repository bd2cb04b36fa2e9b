"""Messages as the queue brings them, and what stands in the chats afterwards."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from norikae.errors import NorikaeError
from norikae.notify.catalogue import EVENTS
from norikae.notify.deliver import deliver
from norikae.notify.message import Message, read
from norikae.upgrade.plan import Cluster, Plan, PlannedApplication, plan_hash
from norikae.upgrade.state import AppItem, ApprovalItem, PhaseItem, PhaseSpan, PlanItem
from tests.unit.fakes.ports import FakePorts

Json = dict[str, Any]
RUN, CHANNEL, ROOM, CODE = "demo-1-35-0001", "C01AB", "123", "k7f3qa"
BOTH: Json = {
    "slack": {"secret": "norikae/slack", "team": "T01", "channel": CHANNEL},
    "chatwork": {"secret": "norikae/chatwork", "room": ROOM, "account": "99"},
}
FACTS: Json = {
    "subject": "plan",
    "plan_hash": "4f1c",
    "code": CODE,
    "expires": 1_790_086_400.0,
    "by": "mio",
    "phase": "soak",
    "attempt": 1,
    "application": "billing",
    "weight": 50,
    "reason": "http-5xx rose to 4 %",
    "report": "s3://evidence/report.json",
    "execution": "arn:aws:states:ap-northeast-1:123456789012:execution:norikae-demo-upgrade:x",
    "status": "ABORTED",
    "applications": {"billing": "rolled-back"},
    "enlarged": [],
    "does": "wait",
    "until": 1_790_086_400.0,
    "cluster": "demo-1-33",
    "clusters": ["demo-1-33"],
    "notes": ["one note"],
    "volumes": ["vol-1"],
    "secret": "prod/db",
    "namespace": "billing",
    "names": ["db"],
    "state": "begun",
    "episode": "i-1-a",
    "node": "ip-10-0-1-5",
    "instance": "i-1",
    "role": "blue",
    "kind": "spot",
    "detail": "terminate",
    "do": "drain",
    "due": 1_790_000_000.0,
    "seconds_left": 100,
    "pods": 4,
    "pods_left": 2,
    "blocked_by": ["billing/billing"],
    "outcome": "",
    "pdb_bypassed": [],
    "lost": [],
    "schedule": "november",
    "dry_run": False,
    "next": 1_790_086_400.0,
    "version": "1.33",
    "support": "standard",
    "ends": 1_790_086_400.0,
    "days": 30,
    "next_version": "1.34",
    "arn": "arn:aws:health:ap-northeast-1::event/EKS/x",
    "category": "issue",
    "region": "ap-northeast-1",
    "starts": 1_790_000_000.0,
}
"""A value of every key that a message may have."""

LOOK: Json = {"messageId": "sqs-look", "body": '{"look": "open-run"}'}
"""What the schedule of each minute puts into the queue."""


def told(event: str, number: int = 1, *, run: str = "", severity: str = "info", text: str = "", **facts: Any) -> Json:
    """A record of the queue; ``number`` tells messages of the topic apart."""
    message = {"schema": "norikae/1", "environment": "demo", "event": event, "severity": severity, "run": run}
    inner = json.dumps({**message, "text": text or f"{event} of {run or 'nothing'}", **facts})
    envelope = {"Type": "Notification", "MessageId": f"sns-{number}", "Subject": "norikae demo", "Message": inner}
    return {"messageId": f"sqs-{number}", "body": json.dumps(envelope)}


def every(event: str, number: int = 1) -> Json:
    """A record with every key of an event of the catalogue."""
    kind = EVENTS[event]
    facts = {key: FACTS[key] for key in kind.keys if key in FACTS}
    run = RUN if kind.thing == "run" else ""
    return told(event, number, run=run, severity=kind.severities[0], **facts)


def message(event: str, **facts: Any) -> Message:
    """The same, read."""
    return read(told(event, **facts), "demo")


class FakeQTopic:
    """The topic of Amazon Q; what is published is JSON."""

    def __init__(self) -> None:
        self.published: list[Json] = []
        self.fails: list[NorikaeError] = []

    def tell(self, subject: str, message: Json) -> None:
        assert subject
        if self.fails:
            raise self.fails.pop(0)
        self.published.append(json.loads(json.dumps(message)))


class Chats:
    """One environment with its chats, and a run that people follow."""

    def __init__(self, **notify: Any) -> None:
        self.ports = FakePorts()
        self.ports.now = 1_790_000_000.0
        self.q = FakeQTopic()
        self.ports.q_topic = self.q  # type: ignore[assignment]
        wanted = {**BOTH, **notify}
        self.sets(**{key: value for key, value in wanted.items() if value is not None})

    def sets(self, **notify: Any) -> None:
        """The environment file says something else of notify."""
        whole = {**msgspec.to_builtins(self.ports.environment), "notify": notify}
        self.ports.environment = msgspec.convert(whole, type(self.ports.environment))

    def hears(self, *records: Json) -> Json:
        """A batch of the queue."""
        return deliver(self.ports, list(records))

    def at_the_same_time(self) -> Chats:
        """Another function of the same environment."""
        other = Chats()
        for part in ("table", "threads", "seen", "slack", "chatwork"):
            setattr(other.ports, part, getattr(self.ports, part))
        return other

    def later(self, seconds: float) -> None:
        """Time goes by."""
        self.ports.now += seconds

    def plan(self, **teams: str) -> None:
        """The run has a plan; applications by name, with their teams."""
        applications = tuple(
            PlannedApplication(name=name, team=team, hosts=(), steps=(50, 100), bake_seconds=60, gates=())
            for name, team in teams.items()
        )
        plan = Plan(
            run=RUN,
            environment="demo",
            blue=Cluster("demo-1-33", "1.33"),
            green=Cluster("demo-1-35-a", "1.35"),
            revision="4f" * 20,
            groups=(applications,),
            creates=(),
            deletes=(),
        )
        self.ports.table.write_unfenced(RUN, "PLAN", PlanItem(plan, plan_hash(plan)))

    def phase(self, name: str, *, outcome: Any = "", waiting_for: str = "") -> None:
        """The run is in a phase."""
        spans = (PhaseSpan(name, self.ports.now),)
        item = PhaseItem(phase=name, spans=spans, outcome=outcome, waiting_for=waiting_for)
        self.ports.table.write_unfenced(RUN, "PHASE", item)

    def application(self, name: str, weight: int, outcome: Any = "shifting") -> None:
        """An application has a weight."""
        item = AppItem(application=name, weight=weight, outcome=outcome)
        self.ports.table.write_unfenced(RUN, f"APP#{name}", item)

    def asks(self, subject: str = "plan", code: str = CODE, expires: float = 0.0) -> None:
        """A question waits in the table."""
        item = ApprovalItem(
            subject=subject, task_token="AAAA-token", plan_hash="4f1c", text="May it?", code=code, expires=expires
        )
        self.ports.table.write_unfenced(RUN, f"APPROVAL#{subject}", item)

    def is_answered(self, subject: str = "plan") -> None:
        """Nobody waits for the question any more."""
        self.ports.table.delete(RUN, f"APPROVAL#{subject}")

    @property
    def channel(self) -> list[Json]:
        """What stands in Slack's main channel, in the order in which it was posted."""
        return self.in_channel(CHANNEL)

    def in_channel(self, channel: str) -> list[Json]:
        """What stands in a channel."""
        return [one for (place, _), one in self.ports.slack.messages.items() if place == channel]

    @property
    def room(self) -> list[str]:
        """What stands in Chatwork's main room."""
        return self.in_room(ROOM)

    def in_room(self, room: str) -> list[str]:
        """What stands in a room."""
        return [one for (place, _), one in self.ports.chatwork.messages.items() if place == room]


def buttons(shown: Json) -> list[str]:
    """The values of a message's buttons."""
    return [one["value"] for block in shown["blocks"] if block["type"] == "actions" for one in block["elements"]]


def failures(answer: Json) -> list[str]:
    """What comes again."""
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]
