"""The account in which ``bench/shift.py`` moves applications: real functions and adapters, one simulated Route 53."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.aws.dynamodb import DynamoDbSimulator
from local.aws.event_sources import EventSource, Pollers
from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.route53 import Route53Simulator
from local.aws.simulator import AwsError
from local.kernel import Kernel
from local.runtime import Outcome
from norikae.adapters.aws.bell import SqsBell
from norikae.adapters.aws.intents import DynamoIntents
from norikae.adapters.aws.readings import DynamoReadings
from norikae.adapters.aws.route53 import Route53Dns
from norikae.adapters.aws.table import DynamoRunTable
from norikae.adapters.aws.tokens import DynamoTokens
from norikae.errors import NorikaeError, TransientError
from norikae.traffic.ports import TargetGroupHealth
from norikae.traffic.records import LoadBalancerTarget, weighted_alias
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import Lease
from norikae.upgrade.no_return import GuardedDns
from norikae.upgrade.plan import Cluster, Plan, PlannedApplication, plan_hash
from norikae.upgrade.state import AppItem, ClustersItem, PhaseItem, PlanItem
from norikae.zone.deferred import ZoneDns
from norikae.zone.ports import Zone
from norikae.zone.shared import SharedReading
from norikae.zone.write import answer_bells
from stacks.environment_file import load
from stacks.zone_bell import VISIBLE_AFTER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local.kernel import Steps

ENVIRONMENT = Path(__file__).resolve().parent.parent / "environments" / "demo.yaml"
ACCOUNT, REGION, ZONE, ALB_ZONE = "123456789012", "ap-northeast-1", "Z0DEMO1EXAMPLE", "Z14GRHDCWA56QT"
BLUE, GREEN, RUN = "demo-1-33", "demo-1-35-a", "demo-1-35-bench"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/norikae"
WRITER = Writer(RUN, 1, 1)
STEPS = (5, 25, 50, 100)
WARM_SECONDS = 0.01
RETRIES, LONGEST_PAUSE = 9, 60
"""Of the machine's Retry: attempts, and the longest pause in seconds, with full jitter."""
LOOKS_EVERY = 60
"""Seconds between two loops of an external-dns (its default interval)."""


class VirtualClock:
    """``Clock`` of the kernel."""

    def __init__(self, kernel: Kernel) -> None:
        self.now, self.sleep = kernel.now, lambda seconds: kernel.elapse(max(0.0, seconds))


class InMemory:
    """Load balancers and clusters that have what a shift asks for."""

    def __init__(self, hosts: list[str]) -> None:
        self._ingresses = [_ingress(host) for host in hosts]

    def list(self, *_: object) -> list[dict[str, Any]]:
        """Green's Ingresses."""
        return self._ingresses

    def targets(self, names: Iterable[str]) -> dict[str, LoadBalancerTarget]:
        """Every load balancer that anybody asks for."""
        return {name: LoadBalancerTarget(name, ALB_ZONE) for name in names}

    def health(self, *_: object) -> tuple[TargetGroupHealth, ...]:
        """Healthy."""
        return (TargetGroupHealth("green", 2, 2),)


@dataclass
class Ports:
    """What an invocation of this moment may touch."""

    now: float
    environment: Any
    table: Any
    dns: Any
    zone: Any
    load_balancers: Any
    cluster: InMemory

    def kubernetes(self, _: str) -> InMemory:
        """Green's API."""
        return self.cluster


@dataclass
class Account:
    """An account with a zone, a table and a queue, and the functions that move applications in it."""

    count: int
    direct: bool
    kernel: Kernel = field(default_factory=lambda: Kernel(seed=1))

    def __post_init__(self) -> None:
        self.random = self.kernel.stream("bench/jitter")
        self.route53 = Route53Simulator(self.kernel, account=ACCOUNT)
        identities = Identities(ACCOUNT)
        simulators = [self.route53, DynamoDbSimulator(account=ACCOUNT, region=REGION)]
        self.front = Front(self.kernel, simulators, identities, ACCOUNT, REGION)
        self.front.start()
        everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        iam = self.front.client("iam")
        iam.create_role(RoleName="norikae", AssumeRolePolicyDocument=json.dumps(everything))
        iam.put_role_policy(RoleName="norikae", PolicyName="all", PolicyDocument=json.dumps(everything))
        self._clients = {name: self.front.client(name, ROLE, directly=True) for name in ("dynamodb", "route53", "sqs")}
        self.hosts = [f"app{number:03}.example.com" for number in range(self.count)]
        self.environment = load(ENVIRONMENT)
        self.memory, self.clock = InMemory(self.hosts), VirtualClock(self.kernel)
        self.refused_external_dns = 0
        self._make_zone()
        self._make_table()
        self._make_queue()
        if not self.direct:
            self.tokens = DynamoTokens(self._clients["dynamodb"], "runs", self.clock)
            self.tokens.pace(self._clients["route53"])

    def ports(self) -> Ports:
        """The world of an invocation that begins now."""
        dynamodb, now = self._clients["dynamodb"], self.kernel.now()
        table = DynamoRunTable(dynamodb, "runs", "demo", now, 365, self._plans)
        route53 = Route53Dns(self._clients["route53"], ZONE)
        intents = DynamoIntents(dynamodb, "runs", ZONE, now, 365)
        bell = SqsBell(lambda: self._clients["sqs"], self._queue, ZONE)
        names: Any = route53
        if not self.direct:
            readings = DynamoReadings(dynamodb, "runs", ZONE, now)
            shared = SharedReading(route53, readings, self.tokens.backlog, self.clock)
            names = ZoneDns(route53, intents, now, bell=bell, directly_after=None, looks_every=5, shared=shared)
        zone = Zone(ZONE, intents, route53, bell, self.clock)
        return Ports(now, self.environment, table, GuardedDns(names, table), zone, self.memory, self.memory)

    def invoked(self, act: Callable[[Any], Any]) -> Steps:
        """One invocation: what it answered, or what it raised."""
        self.kernel.elapse(WARM_SECONDS)
        try:
            with self.kernel.unlocked():
                answer = act(self.ports())
        except NorikaeError as error:
            answer = error
        yield self.kernel.spent()
        return answer

    def task(self, act: Callable[[Any], Any]) -> Steps:
        """A Task with the machine's Retry."""
        for attempt in range(RETRIES + 1):
            answer = yield self.kernel.process(self.invoked(act))
            if not isinstance(answer, TransientError):
                break
            yield self.kernel.env.timeout(self.random.uniform(0, min(LONGEST_PAUSE, 2 * 2**attempt)))
        if isinstance(answer, NorikaeError):
            raise answer
        return answer

    def external_dns(self, first: float) -> Steps:
        """One that lists the zone in every loop, and tries again a second later what was throttled."""
        yield self.kernel.env.timeout(first)
        while True:
            start: dict[str, Any] = {}
            while True:
                try:
                    with self.route53.as_caller(f"external-dns/{first}"):
                        answer = self.route53.list_resource_record_sets(HostedZoneId=ZONE, **start)
                except AwsError:
                    self.refused_external_dns += 1
                    yield self.kernel.env.timeout(1)
                    continue
                if not answer["IsTruncated"]:
                    break
                start = {"StartRecordName": answer["NextRecordName"], "StartRecordType": answer["NextRecordType"]}
                yield self.kernel.env.timeout(0.3)
            yield self.kernel.env.timeout(LOOKS_EVERY)

    def _make_zone(self) -> None:
        self.route53.create_hosted_zone(Name="example.com", CallerReference="bench", zone_id=ZONE)
        records = [
            weighted_alias(host, kind, BLUE, 100, LoadBalancerTarget(_balancer(BLUE), ALB_ZONE))
            for host in self.hosts
            for kind in ("A", "AAAA")
        ]
        for start in range(0, len(records), 500):
            batch = [{"Action": "CREATE", "ResourceRecordSet": dict(one.raw)} for one in records[start : start + 500]]
            self.route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Changes": batch})
        self.kernel.run(120)

    def _make_table(self) -> None:
        self.front.client("dynamodb").create_table(
            TableName="runs",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        self._plans: dict[str, Any] = {}
        table = DynamoRunTable(self._clients["dynamodb"], "runs", "demo", self.kernel.now(), 365, self._plans)
        with self.kernel.timeless():
            table.take("", Lease("bench", RUN, WRITER.token), instead_of=None)
            plan = _plan(self.hosts)
            table.write(WRITER, "PLAN", PlanItem(plan, plan_hash(plan)))
            table.write(WRITER, "PHASE", PhaseItem(phase="shift-applications"))
            table.write_environment(WRITER, "CLUSTERS", ClustersItem(blue=BLUE, green=GREEN, run=RUN))
            snapshots = {
                host: tuple(dict(one.to_api()) for one in self.route53.zones[ZONE].at(host)) for host in self.hosts
            }
            for host, snapshot in snapshots.items():
                item = AppItem(application=host.partition(".")[0], outcome="shifting", snapshot=snapshot)
                table.write(WRITER, f"APP#{item.application}", item)

    def _make_queue(self) -> None:
        sqs = self.front.client("sqs")
        attributes = {"FifoQueue": "true", "VisibilityTimeout": str(VISIBLE_AFTER)}
        self._queue = sqs.create_queue(QueueName="bell.fifo", Attributes=attributes)["QueueUrl"]
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:bell.fifo"
        Pollers(self.kernel, self._write_zone).add(EventSource("bell", arn, "write_zone", reports=True))

    def _write_zone(self, _: str, event: dict[str, Any]) -> Steps:
        answer = yield self.kernel.process(self.invoked(lambda ports: answer_bells(ports, event["Records"])))
        if isinstance(answer, NorikaeError):
            return Outcome(None, type(answer).__name__, str(answer))
        return Outcome(answer)


def _plan(hosts: list[str]) -> Plan:
    applications = tuple(
        PlannedApplication(
            name=host.partition(".")[0],
            team="bench",
            hosts=(host,),
            steps=STEPS,
            bake_seconds=60,
            gates=("target-health",),
        )
        for host in hosts
    )
    return Plan(
        run=RUN,
        environment="demo",
        blue=Cluster(BLUE, "1.33"),
        green=Cluster(GREEN, "1.35"),
        revision="4f" * 20,
        groups=(applications,),
        creates=(),
        deletes=(),
    )


def _balancer(cluster: str) -> str:
    return f"k8s-{cluster}-1.{REGION}.elb.amazonaws.com"


def _ingress(host: str) -> dict[str, Any]:
    name = host.partition(".")[0]
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": name, "port": {"number": 80}}}}
    return {
        "metadata": {
            "name": name,
            "namespace": "shop",
            "annotations": {"norikae.dev/shift": "true", "norikae.dev/app": name},
        },
        "spec": {"rules": [{"host": host, "http": {"paths": [path]}}]},
        "status": {"loadBalancer": {"ingress": [{"hostname": _balancer(GREEN)}]}},
    }
