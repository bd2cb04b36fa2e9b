"""The world of a run in memory: enough of each port to tell a story, and refusals where the real ones refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from norikae.errors import AwsRefusedError, ConflictError, ForeignWriteError, StaleWriterError
from norikae.gates.ports import Answers, ResponseTime
from norikae.settings import Settings
from norikae.traffic.locks import Lock
from norikae.traffic.ports import TargetGroupHealth
from norikae.traffic.records import TRAFFIC_TYPES, LoadBalancerTarget, RecordSet, traffic_sets, weighted_alias
from norikae.upgrade.quiet_port import Figures
from norikae.zone.lifting import LiftingDns
from tests.unit.fakes.chat import (
    FakeCalendars,
    FakeCallers,
    FakeChatwork,
    FakeCommander,
    FakeNotes,
    FakeSeen,
    FakeSlack,
    FakeThreads,
)
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.demo import demo_environment
from tests.unit.fakes.drain import FakeClaims, FakeFleet
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.identity import FakeIdentity
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.nodes import Nodes
from tests.unit.fakes.orphans import FakeOrphans
from tests.unit.fakes.probe import FakeProbe
from tests.unit.fakes.secrets import FakeDeliveries, FakeLetters, FakeSafe, FakeShelf
from tests.unit.fakes.support import FakeAwsHealth, FakeReminders

T = TypeVar("T")
ZONE = "Z14GRHDCWA56QT"


class FakeTable:
    """One table, in memory; values are stored as JSON, as DynamoDB does, so that nothing is shared by accident."""

    def __init__(self) -> None:
        self.items: dict[tuple[str, str], bytes] = {}
        self.leases: dict[str, Any] = {}
        self.events: list[Any] = []

    def lease(self, key: str) -> Any:
        return self.leases.get(key)

    def take(self, key: str, lease: Any, *, instead_of: Any) -> None:
        if self.leases.get(key) != instead_of:
            raise ConflictError("somebody took it first")
        self.leases[key] = lease

    def release(self, key: str, holder: str) -> bool:
        held = self.leases.get(key)
        if held is None or held.holder != holder:
            return False
        self.leases[key] = type(held)(holder="", run=held.run, token=held.token)
        return True

    def read(self, run: str, item: str, kind: type[T]) -> T | None:
        body = self.items.get((run, item))
        return None if body is None else msgspec.json.decode(body, type=kind)

    def read_all(self, run: str, prefix: str, kind: type[T]) -> list[T]:
        keys = sorted(key for key in self.items if key[0] == run and key[1].startswith(prefix))
        return [msgspec.json.decode(self.items[key], type=kind) for key in keys]

    def write(self, writer: Any, item: str, value: object) -> None:
        self._fence(writer)
        self.items[writer.run, item] = msgspec.json.encode(value)

    def write_unfenced(self, run: str, item: str, value: object) -> None:
        self.items[run, item] = msgspec.json.encode(value)

    def swap(self, run: str, item: str, value: object, *, instead_of: object) -> None:
        known = self.items.get((run, item))
        if known != (None if instead_of is None else msgspec.json.encode(instead_of)):
            raise ConflictError("somebody wrote first")
        self.write_unfenced(run, item, value)

    def delete(self, run: str, item: str, *, only: object = None) -> None:
        if only is None or self.items.get((run, item)) == msgspec.json.encode(only):
            self.items.pop((run, item), None)

    def environment(self, item: str, kind: type[T]) -> T | None:
        return self.read("", item, kind)

    def write_environment(self, writer: Any, item: str, value: object) -> None:
        self._fence(writer)
        self.write_unfenced("", item, value)

    def log(self, run: str, event: Any) -> None:
        self.events.append(event)

    def said(self) -> list[str]:
        return [event.what for event in self.events]

    def _fence(self, writer: Any) -> None:
        if "" in self.leases and self.leases[""].token != writer.token:
            raise StaleWriterError("another run has taken over")
        if writer.lease and self.leases[writer.application].token != writer.lease:
            raise StaleWriterError("another shift has taken over")


class FakeDns:
    """A hosted zone whose changes are in force after as many looks as the test says."""

    def __init__(self, *records: RecordSet) -> None:
        self.sets = {_key(record): record for record in records}
        self.looks_until_in_sync = 0
        self.batches: list[str] = []
        self._asked: dict[str, int] = {}
        self.locks = FakeLocks()

    def records(self, hosts: Any, types: Any = TRAFFIC_TYPES) -> tuple[RecordSet, ...]:
        sets = traffic_sets(self.sets.values(), types)
        return tuple(record for host in hosts for record in sets if record.name == host)

    def change(self, changes: Any, comment: str) -> str:
        """A write of norikae's, which gets past its own locks."""
        return LiftingDns(_Zone(self), self.locks, "demo").change(changes, comment)

    def submit(self, changes: Any, comment: str) -> str:
        """A write of anybody's, as Route 53 takes it."""
        after = dict(self.sets)
        for change in changes:
            key = _key(change.record)
            if key[:2] in self.locks.held:
                raise ForeignWriteError(f"{key[0]} {key[1]} is protected: {self.locks.held[key[:2]].comment}")
            if change.action == "DELETE":
                if after.get(key) is None or after[key].raw != change.record.raw:
                    raise ForeignWriteError("the values provided do not match the current values")
                del after[key]
            else:
                after[key] = change.record
        self.sets = after
        self.batches.append(comment)
        return f"/change/C{len(self.batches)}"

    def is_in_sync(self, change: str) -> bool:
        self._asked[change] = self._asked.get(change, 0) + 1
        return self._asked[change] > self.looks_until_in_sync

    def weights(self, host: str, kind: str = "A") -> dict[str, int | None]:
        return {
            record.set_identifier: record.weight
            for record in self.sets.values()
            if (record.name, record.type) == (host, kind)
        }

    def write(self, host: str, cluster: str, weight: int) -> None:
        """Somebody else changes a weight, unless Route 53 refuses it."""
        for key, record in self.sets.items():
            if record.name == host and record.set_identifier == cluster and key[:2] not in self.locks.held:
                self.sets[key] = RecordSet({**record.raw, "Weight": weight})


class _Zone:
    """A zone as Route 53 has it, before norikae lifts a lock."""

    def __init__(self, dns: FakeDns) -> None:
        self.records, self.is_in_sync = dns.records, dns.is_in_sync
        self.change = dns.submit


class FakeLocks:
    """Protections by name and type; each request is taken whole or refused."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], Lock] = {}
        self.broken: Exception | None = None
        self.requests: list[str] = []

    def all(self) -> tuple[Lock, ...]:
        self._asked("list")
        return tuple(self.held.values())

    def create(self, locks: Any) -> None:
        self._asked("create")
        if any(lock[:2] in self.held for lock in locks):
            raise ConflictError("one is protected already")
        self.held |= {lock[:2]: lock for lock in locks}

    def lift(self, locks: Any) -> None:
        self._asked("lift")
        if any(lock[:2] not in self.held for lock in locks):
            raise ConflictError("one is lifted already")
        for lock in locks:
            del self.held[lock[:2]]

    def by(self, comment: str, *names: tuple[str, str]) -> None:
        """Somebody protects names."""
        self.held |= {name: Lock(*name, comment) for name in names}

    def _asked(self, what: str) -> None:
        self.requests.append(what)
        if self.broken:
            raise self.broken


class FakeTrail:
    """CloudTrail knows what the test says."""

    def __init__(self, *writers: str) -> None:
        self.named = writers

    def writers(self, zone: str, hosts: Any) -> tuple[str, ...]:
        assert zone
        assert hosts
        return self.named


class FakeBalancers:
    """Load balancers by DNS name, each with one target group."""

    def __init__(self, **healthy: tuple[int, int]) -> None:
        self.groups = {f"{name}.elb.example": counts for name, counts in healthy.items()}
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.secure: set[str] = set()
        self.keep_alive: dict[str, int] = {}
        self.refuses: Exception | None = None
        """Raised once an attribute has been written, as when the answer is lost; instead of that when AWS refuses."""

    def client_keep_alive(self, dns_name: str) -> int | None:
        return self.keep_alive.get(dns_name)

    def set_client_keep_alive(self, dns_name: str, seconds: int) -> bool:
        if dns_name not in self.keep_alive:
            return False
        if not isinstance(self.refuses, AwsRefusedError):
            self.keep_alive[dns_name] = seconds
        if self.refuses:
            raise self.refuses
        return True

    def serves_tls(self, dns_name: str) -> bool:
        return dns_name in self.secure

    def targets(self, dns_names: Any) -> dict[str, LoadBalancerTarget]:
        return {name: LoadBalancerTarget(name, ZONE) for name in dns_names if name in self.groups}

    def health(self, dns_name: str, resources: Any) -> tuple[TargetGroupHealth, ...]:
        self.asked.append((dns_name, tuple(resources or ())))
        if dns_name not in self.groups:
            return ()
        healthy, total = self.groups[dns_name]
        name = dns_name.partition(".")[0]
        dimensions = (("LoadBalancer", f"app/{name}/1"), ("TargetGroup", f"targetgroup/{name}/1"))
        return (TargetGroupHealth(name, healthy, total, dimensions),)


class FakeMetrics:
    """Figures as the test sets them: those of blue, and those of any other cluster."""

    def __init__(self) -> None:
        self.figures = Answers(requests=1000, errors=0)
        self.blue = Answers(requests=1000, errors=0)
        self.times = ResponseTime(requests=1000, seconds=0.02)
        self.blue_times = ResponseTime(requests=1000, seconds=0.02)
        self.states: dict[str, Any] = {}
        self.series: dict[str, tuple[float, ...]] = {}
        self.windows: list[tuple[str, float, float]] = []
        self.broken: dict[str, Exception] = {}

    def answers(self, groups: Any, *, start: float, end: float) -> Answers:
        return (self.blue if self._asked("answers", groups, start, end) else self.figures) if groups else Answers(0, 0)

    def response_time(self, groups: Any, statistic: str, *, start: float, end: float) -> ResponseTime:
        return self.blue_times if self._asked(statistic, groups, start, end) else self.times

    def alarms(self, names: Any) -> dict[str, Any]:
        self._asked("alarms", (), 0, 0)
        return {name: self.states[name] for name in names if name in self.states}

    def values(self, query: Any, *, start: float, end: float) -> tuple[float, ...]:
        self._asked(query.expression, (), start, end)
        return self.series.get(query.expression, ())

    def _asked(self, what: str, groups: Any, start: float, end: float) -> bool:
        """Note a question; whether it is about blue."""
        if what in self.broken:
            raise self.broken[what]
        is_blue = any("1-33" in group.target_group for group in groups)
        self.windows.append(("blue" if is_blue else "green", start, end))
        return is_blue


class FakeVisits:
    """Nobody talks to any load balancer, and each of them says so, unless the test says otherwise."""

    def __init__(self) -> None:
        self.of: dict[str, Figures] = {}
        self.asked: list[tuple[float, float]] = []

    def figures(self, groups: Any, *, start: float, end: float) -> tuple[Figures, ...]:
        self.asked.append((start, end))
        names = [dict(group)["LoadBalancer"].split("/")[1] for group in groups]
        return tuple(self.of.get(name, Figures(reported_at=end - 60)) for name in names)


class FakeAccessLogs:
    """Lines by DNS name of the load balancer."""

    def __init__(self) -> None:
        self.of: dict[str, list[str]] = {}
        self.broken: Exception | None = None

    def lines(self, dns_name: str, *, start: float, end: float) -> list[str]:
        assert end - start == 900
        if self.broken:
            raise self.broken
        return self.of.get(dns_name, [])


class FakeExecutions:
    """Executions by ARN, and the answers that waiting tasks got."""

    def __init__(self) -> None:
        self.statuses: dict[str, Any] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.started: dict[str, tuple[str, dict[str, Any]]] = {}
        self.running: set[str] = set()
        """Names for which the same request once more is no error, as Step Functions has it."""

    def status(self, execution: str) -> Any:
        return self.statuses.get(execution, "UNKNOWN")

    def start(self, machine: str, name: str, request: dict[str, Any]) -> bool:
        if name in self.started:
            return name in self.running and self.started[name] == (machine, request)
        self.started[name] = (machine, request)
        return True

    def succeed(self, task_token: str, output: dict[str, Any]) -> bool:
        if task_token in self.answers:
            return False
        self.answers[task_token] = output
        return True


class FakeTopic:
    """What people have been told; a message that has not the form of docs/notifications.md is refused."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []

    def tell(self, subject: str, message: dict[str, Any]) -> None:
        assert message["schema"] == "norikae/1"
        assert message["severity"] in {"info", "action", "page"}
        assert message["event"]
        assert (message["text"], type(message["run"])) == (subject, str)
        msgspec.json.encode(message)
        self.told.append((subject, message))


class FakeEvidence:
    """Documents by key."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}

    def keep(self, key: str, document: dict[str, Any]) -> str:
        self.documents[key] = document
        return f"s3://evidence/{key}"


class FakeClock:
    """Nobody waits; what was slept is noted."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


@dataclass
class FakePorts:
    """Everything that a core function may touch."""

    dns: FakeDns = field(default_factory=FakeDns)
    load_balancers: FakeBalancers = field(default_factory=FakeBalancers)
    environment: Any = field(default_factory=demo_environment)
    zone: Any = None
    settings: Settings = field(default_factory=Settings)
    now: float = 1_000_000.0
    table: FakeTable = field(default_factory=FakeTable)
    trail: FakeTrail = field(default_factory=FakeTrail)
    metrics: FakeMetrics = field(default_factory=FakeMetrics)
    visits: FakeVisits = field(default_factory=FakeVisits)
    access_logs: FakeAccessLogs = field(default_factory=FakeAccessLogs)
    orphans: FakeOrphans = field(default_factory=FakeOrphans)
    executions: FakeExecutions = field(default_factory=FakeExecutions)
    topic: FakeTopic = field(default_factory=FakeTopic)
    evidence: FakeEvidence = field(default_factory=FakeEvidence)
    eks: FakeEks = field(default_factory=FakeEks)
    compute: FakeCompute = field(default_factory=FakeCompute)
    identity: Any = field(default_factory=FakeIdentity)
    insights: Any = None
    secrets: Any = None
    probe: FakeProbe = field(default_factory=FakeProbe)
    apis: dict[str, FakeKubernetes] = field(default_factory=dict)
    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    claims: FakeClaims = field(default_factory=FakeClaims)
    fleet: FakeFleet = field(default_factory=FakeFleet)
    clock: Any = field(default_factory=FakeClock)
    yards: dict[str, Any] = field(default_factory=dict)
    safe: FakeSafe = field(default_factory=FakeSafe)
    shelves: dict[str, FakeShelf] = field(default_factory=dict)
    letters: FakeLetters = field(default_factory=FakeLetters)
    deliveries: FakeDeliveries = field(default_factory=FakeDeliveries)
    callers: FakeCallers = field(default_factory=FakeCallers)
    commander: FakeCommander = field(default_factory=FakeCommander)
    notes: FakeNotes = field(default_factory=FakeNotes)
    slack: FakeSlack = field(default_factory=FakeSlack)
    chatwork: FakeChatwork = field(default_factory=FakeChatwork)
    q_topic: FakeTopic = field(default_factory=FakeTopic)
    threads: FakeThreads = field(default_factory=FakeThreads)
    seen: FakeSeen = field(default_factory=FakeSeen)
    calendars: FakeCalendars = field(default_factory=FakeCalendars)
    aws_health: FakeAwsHealth = field(default_factory=FakeAwsHealth)
    reminders: FakeReminders = field(default_factory=FakeReminders)

    @property
    def locks(self) -> FakeLocks:
        """Those of the zone, also behind the guard of the point of no return; another zone has none."""
        zone: Any = getattr(self.dns, "_dns", self.dns)
        found: FakeLocks = getattr(zone, "locks", None) or FakeLocks()
        return found

    def kubernetes(self, cluster: str) -> FakeKubernetes:
        return self.apis.setdefault(cluster, FakeKubernetes())

    def yard(self, cluster: str) -> Any:
        return self.yards.setdefault(cluster, Nodes())

    def shelf(self, cluster: str) -> FakeShelf:
        return self.shelves.setdefault(cluster, FakeShelf())

    def manifests(self, name: str) -> list[dict[str, Any]]:
        return self.files[name]


def alias(host: str, cluster: str, weight: int, kind: str = "A", balancer: str = "") -> RecordSet:
    """A weighted alias as norikae writes it."""
    return weighted_alias(host, kind, cluster, weight, LoadBalancerTarget(balancer or f"{cluster}.elb.example", ZONE))


def _key(record: RecordSet) -> tuple[str, str, str]:
    return record.name, record.type, record.set_identifier
