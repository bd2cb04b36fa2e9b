"""A run that is about to shift one application, and the verbs of a story about it."""

from __future__ import annotations

from typing import Any

import msgspec

from norikae.cluster.eks_port import Cluster as EksCluster
from norikae.environment import Rollback
from norikae.gates.judge import judge_gates
from norikae.traffic.prepare import finish_shift, prepare_shift
from norikae.traffic.rollback import roll_back_application
from norikae.traffic.shift import set_weights, verify_weights
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import Lease
from norikae.upgrade.plan import Cluster, Plan, PlannedApplication, plan_hash
from norikae.upgrade.state import AppItem, ApprovedItem, ClustersItem, Flags, PhaseItem, PhaseSpan, PlanItem
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.ports import FakeBalancers, FakeDns, FakePorts, alias

BLUE, GREEN, HOST, APP = "demo-1-33", "demo-1-35-a", "billing.example.com", "billing"
RUN, PARENT, SHIFT = "demo-1-35-0001", "arn:upgrade:1", "arn:shift:1"
WRITER = Writer(RUN, 1, 7)


def plan(*applications: str, steps: tuple[int, ...] = (5, 50, 100)) -> Plan:
    planned = tuple(
        PlannedApplication(
            name=name,
            team="payments",
            hosts=(f"{name}.example.com",),
            steps=steps,
            bake_seconds=300,
            gates=("target-health", "http-5xx"),
        )
        for name in applications or (APP,)
    )
    return Plan(
        run=RUN,
        environment="demo",
        blue=Cluster(BLUE, "1.33"),
        green=Cluster(GREEN, "1.35"),
        revision="4f" * 20,
        groups=(planned,),
        creates=(),
        deletes=(),
    )


class Story:
    """One application between two clusters."""

    def __init__(self, *kinds: str, applications: tuple[str, ...] = (APP,), stops: tuple[int, ...] = ()) -> None:
        records = [alias(f"{name}.example.com", BLUE, 100, kind) for name in applications for kind in kinds or ("A",)]
        balancers = FakeBalancers(**{BLUE: (2, 2), GREEN: (2, 2)})
        self.ports = FakePorts(dns=FakeDns(*records), load_balancers=balancers)
        self.sets(rollback=Rollback(stops=stops))
        green = [ingress(name, f"{name}.example.com", hostname=f"{GREEN}.elb.example") for name in applications]
        self.ports.apis[GREEN] = FakeKubernetes(*green)
        self.ports.table.leases[""] = Lease(PARENT, RUN, WRITER.token)
        self.ports.executions.statuses.update({PARENT: "RUNNING", SHIFT: "RUNNING"})
        stored = plan(*applications)
        self.ports.table.write(WRITER, "PLAN", PlanItem(stored, plan_hash(stored)))
        self.ports.table.write(
            WRITER,
            "PHASE",
            PhaseItem(phase="shift-applications", spans=(PhaseSpan("shift-applications", self.ports.now),)),
        )
        self.ports.table.write_environment(WRITER, "CLUSTERS", ClustersItem(blue=BLUE, green=GREEN, run=RUN))

    def sets(self, **keys: Any) -> None:
        """Change keys of ``shift`` in the environment file."""
        environment = self.ports.environment
        shift = msgspec.structs.replace(environment.shift, **keys)
        self.ports.environment = msgspec.structs.replace(environment, shift=shift)

    def locks_names(self) -> None:
        """The environment file wants names locked while a weight is watched."""
        environment = self.ports.environment
        dns = msgspec.structs.replace(environment.dns, protect=True)
        self.ports.environment = msgspec.structs.replace(environment, dns=dns)

    def green_nodes(self, count: int) -> None:
        """Green has so many nodes."""
        for number in range(count):
            node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": f"node-{number}"}}
            self.ports.apis[GREEN].put(node)

    def weights(self, kind: str = "A") -> dict[str, int | None]:
        return self.ports.dns.weights(HOST, kind)

    def item(self, name: str = APP) -> AppItem:
        item = self.item_or_none(name)
        assert item is not None
        return item

    def item_or_none(self, name: str = APP) -> AppItem | None:
        return self.ports.table.read(RUN, f"APP#{name}", AppItem)

    def operators_say(self, **flags: Any) -> None:
        self.ports.table.write_unfenced(RUN, "FLAGS", Flags(**flags))

    def time_passes(self, seconds: float) -> None:
        self.ports.now += seconds

    def prepared(self, execution: str = SHIFT, name: str = APP) -> dict[str, Any]:
        answer = prepare_shift(self.ports, {**WRITER.answer(), "application": name}, execution)
        progress: dict[str, Any] = answer["progress"]
        return progress

    def set_to(self, weight: int, name: str = APP) -> str:
        return str(set_weights(self.ports, WRITER, name, weight)["change"])

    def in_force(self, weight: int, change: str, name: str = APP) -> str:
        return str(verify_weights(self.ports, WRITER, name, weight, change)["next"])

    def judged(self, weight: int, name: str = APP) -> dict[str, Any]:
        return judge_gates(self.ports, WRITER, name, weight)

    def rolled_back(self, name: str = APP) -> str:
        return str(roll_back_application(self.ports, WRITER, name)["next"])

    def finished(self, name: str = APP, execution: str = SHIFT) -> dict[str, Any]:
        return finish_shift(self.ports, WRITER, name, execution)

    def moved_to(self, weight: int, name: str = APP) -> None:
        """The whole way of a step up to its bake."""
        assert self.in_force(weight, self.set_to(weight, name), name) == "bake"

    def moved(self, name: str = APP) -> None:
        """The application is wholly on green."""
        self.prepared(name=name)
        for weight in (5, 50, 100):
            self.moved_to(weight, name)
            self.time_passes(301)
            answer = self.judged(weight, name)
        assert answer["next"] == "finish"
        self.finished(name)

    def soaked(self) -> None:
        """Every application has moved and soaked, and a person has approved that blue goes."""
        for planned in plan_of(self.ports).plan.applications():
            self.moved(planned.name)
        self.time_passes(self.ports.environment.soak.duration)
        self.approved()

    def approved(self) -> None:
        """A person has said that blue may go, and green stands."""
        approved = ApprovedItem(plan_hash=plan_of(self.ports).hash, by="mio", at=self.ports.now)
        self.ports.table.write_unfenced(RUN, "APPROVED#decommission", approved)
        self.ports.eks.clusters[GREEN] = EksCluster(GREEN, "1.35", "ACTIVE")


def plan_of(ports: FakePorts) -> PlanItem:
    stored = ports.table.read(RUN, "PLAN", PlanItem)
    assert stored is not None
    return stored
