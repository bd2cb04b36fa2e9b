"""Norikae's own functions beside an external-dns of each cluster, in one virtual time, while clients come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from local.aws.cloudtrail import CloudTrailSimulator
from local.edge.clients import Clients, Traffic
from local.edge.external_dns_wanted import INGRESSES
from norikae.adapters.aws.route53 import Route53Dns
from norikae.adapters.aws.trail import CloudTrail
from norikae.cluster.eks_port import Cluster as EksCluster
from norikae.errors import AbortedError, ForeignWriteError, NorikaeError
from norikae.gates.judge import judge_gates
from norikae.preflight.ground import Ground
from norikae.preflight.run import CHECKS, run_checks
from norikae.traffic.contest import restore_safe_weights
from norikae.traffic.hand_back import HandBack, hand_back
from norikae.traffic.moving import Moving
from norikae.traffic.prepare import finish_shift, prepare_shift
from norikae.traffic.prove import prove_ownership
from norikae.traffic.rollback import roll_back_application
from norikae.traffic.shift import set_weights, verify_weights
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import Lease
from norikae.upgrade.plan import Cluster as PlannedCluster
from norikae.upgrade.plan import Plan, PlannedApplication, plan_hash
from norikae.upgrade.state import AppItem, ClustersItem, PhaseItem, PhaseSpan, PlanItem
from tests.local.edge.dns_cluster import ZONE, Cluster, DnsWorld
from tests.local.edge.in_process import NORIKAE, Api, InProcess
from tests.local.edge.test_clients import Answered
from tests.local.edge.test_clients import FakeBalancers as Answering
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.demo import demo_environment
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.grounds import FakeInsights
from tests.unit.fakes.identity import FakeIdentity
from tests.unit.fakes.ports import FakePorts

if TYPE_CHECKING:
    from collections.abc import Callable

    from norikae.preflight.finding import Finding

PUBLIC = "web.demo.example.com"
APP, RUN, UPGRADE, SHIFT = "web", "demo-1-35-0001", "arn:upgrade:1", "arn:shift:1"
STEPS, BAKE, POLL = (5, 50, 100), 120, 30
ABOUT_NAMES = ("dns-ownership", "external-dns", "leased-names")
WRITER = Writer(RUN, 1, 7)
MOST_LOOKS = 400


class Ended(NamedTuple):
    """How a shift ended, and what it said last."""

    how: str
    said: str = ""


class Beside:
    """A zone, a blue and a green with an external-dns each, clients of one application, and a run that moves it.

    Args:
        owner: ``dns.owner`` of the environment.
        host: the application's public name.
    """

    def __init__(self, owner: str = "lease", host: str = PUBLIC) -> None:
        self.world, self.host, self.owner = DnsWorld(), host, owner
        self.route53, self.kernel = self.world.route53, self.world.kernel
        self.blue, self.green = self.world.cluster("blue"), self.world.cluster("green")
        self.notes: dict[str, str] = {}
        """What the Ingresses of both clusters say beside name, set identifier and weight."""
        self.prefixes: dict[str, str] = {}
        """How annotations begin by cluster, where it is not as in 0.22."""
        self.balancers: dict[str, str] = {}
        """Load balancers by cluster where they are not those of the beginning."""
        self.answering = Answering()
        self.answering.answers = {}
        environment = demo_environment()
        dns = msgspec.structs.replace(environment.dns, zones=(ZONE,), owner=owner)
        environment = msgspec.structs.replace(environment, dns=dns)
        self._ports = FakePorts(environment=environment, dns=Route53Dns(InProcess(self.kernel, self.route53), ZONE))  # type: ignore[arg-type]
        self._ports.load_balancers.groups = {}
        for cluster in (self.blue, self.green):
            self._ports.apis[cluster.name] = Api(cluster)  # type: ignore[assignment]
            self.stands(cluster, f"k8s-{APP}-{cluster.name}.ap-northeast-1.elb.amazonaws.com")
        asked = host.replace("*", "any")
        self.clients = Clients(self.kernel, self.route53, self.answering, [Traffic(APP, [asked], 2, 40)])

    @property
    def ports(self) -> FakePorts:
        """The world as norikae sees it at this instant."""
        self._ports.now = self.kernel.now()
        trail = InProcess(self.kernel, CloudTrailSimulator(self.kernel, self.route53))
        self._ports.trail = CloudTrail(trail, self._ports.now, "demo")  # type: ignore[assignment]
        return self._ports

    def stands(self, cluster: Cluster, balancer: str) -> None:
        """A load balancer of a cluster serves the application."""
        self.answering.answers[balancer] = Answered(200, cluster.name, "")
        self._ports.load_balancers.groups[balancer] = (2, 2)

    def falls(self, balancer: str) -> None:
        """A load balancer is gone."""
        del self.answering.answers[balancer], self._ports.load_balancers.groups[balancer]

    def serve(self, cluster: Cluster, hostname: str = "", *, name: str = APP, **notes: str) -> None:
        """The application's Ingress in a cluster; with a hostname that external-dns is to write."""
        if cluster.name in self.prefixes:
            notes["prefix"] = self.prefixes[cluster.name]
        notes = {"balancer": self.balancers.get(cluster.name, ""), **notes}
        cluster.ingress(name, hostname=hostname, rules=(self.host,), **notes)
        found = cluster.api.objects[INGRESSES, "shop", name]
        found["metadata"]["annotations"] |= {"norikae.dev/shift": "true", "norikae.dev/app": APP}
        cluster.api.put(INGRESSES, found)

    def weigh(self, cluster: Cluster, weight: int, **notes: str) -> None:
        """Git says that external-dns is to give a cluster a weight."""
        wanted = {"set_identifier": cluster.name, "aws_weight": str(weight), **self.notes, **notes}
        self.serve(cluster, self.host, **wanted)

    def name_apart(self, cluster: Cluster, **notes: str) -> None:
        """The Ingress names a name of the cluster only, and the public name is norikae's."""
        self.serve(cluster, f"web.{cluster.name}.demo.example.com", ingress_hostname_source="annotation-only", **notes)

    def give_weights(self, **weights: int) -> None:
        """Somebody writes weighted record sets without any mark, by cluster."""
        for who, weight in weights.items():
            for kind in ("A", "AAAA"):
                target = f"k8s-{APP}-{who}.ap-northeast-1.elb.amazonaws.com."
                alias = {"HostedZoneId": "Z14GRHDCWA56QT", "DNSName": target, "EvaluateTargetHealth": False}
                record = {"Name": self.host, "Type": kind, "SetIdentifier": who, "Weight": weight}
                self.world.change(("CREATE", record | {"AliasTarget": alias}))

    def opens(self) -> None:
        """The records are in force, and clients begin to come."""
        self.world.loops(2)
        self.clients.start()
        self.kernel.run(60)

    def preflight(self) -> tuple[Finding, ...]:
        """What the checks about public names find; the zone is read by the adapter that is deployed."""
        return run_checks(self._ground(), {name: CHECKS[name] for name in ABOUT_NAMES})

    def blockers(self) -> str:
        """What keeps the run from starting, with the remedies; empty when nothing does."""
        return "\n".join(f"{one.subject}: {one.text}; {one.remedy}" for one in self.preflight() if one.blocks)

    def _ground(self) -> Ground:
        return Ground(
            environment=self._ports.environment,
            blue_name=self.blue.name,
            version="1.35",
            eks=FakeEks(EksCluster(self.blue.name, "1.33", "ACTIVE")),
            kubernetes=self._ports.apis[self.blue.name],
            names=self._ports.dns,
            insights=FakeInsights(),
            subnets=FakeCompute(),
            trust=FakeIdentity(),
            balancers=self._ports.load_balancers,
            locks=self._ports.locks,
            now=self.kernel.now(),
        )

    def begin(self) -> None:
        """The run is planned as the preflight's ground says, and approved."""
        ground = self._ground()
        (found,) = ground.applications
        moves = PlannedApplication(
            name=APP,
            team="",
            hosts=found.hosts,
            steps=STEPS,
            bake_seconds=BAKE,
            gates=("target-health", "http-5xx"),
            owner=ground.owners[APP],
        )
        plan = Plan(
            run=RUN,
            environment="demo",
            blue=PlannedCluster(self.blue.name, "1.33"),
            green=PlannedCluster(self.green.name, "1.35"),
            revision="4f" * 20,
            groups=((moves,),),
            creates=(),
            deletes=(),
        )
        ports = self.ports
        ports.table.leases[""] = Lease(UPGRADE, RUN, WRITER.token)
        ports.executions.statuses.update({UPGRADE: "RUNNING", SHIFT: "RUNNING"})
        ports.table.write(WRITER, "PLAN", PlanItem(plan, plan_hash(plan)))
        phase = PhaseItem(phase="shift-applications", spans=(PhaseSpan("shift-applications", ports.now),))
        ports.table.write(WRITER, "PHASE", phase)
        ports.table.write_environment(WRITER, "CLUSTERS", ClustersItem(blue="blue", green="green", run=RUN))

    def shift(self, meanwhile: Callable[[int], None] = lambda _: None) -> Ended:
        """The way of the state machine ``shift`` until it ends or holds; every refusal holds there as well.

        Args:
            meanwhile: what somebody does once a weight is in force.
        """
        if (RUN, "PLAN") not in self._ports.table.items:
            self.begin()
        try:
            return self._shift(meanwhile)
        except AbortedError:
            return self.back()
        except ForeignWriteError as error:
            return self._restore(str(error))
        except NorikaeError as error:
            return Ended("held", str(error))

    def _shift(self, meanwhile: Callable[[int], None]) -> Ended:
        answer = prepare_shift(self.ports, {**WRITER.answer(), "application": APP}, SHIFT)
        progress: dict[str, Any] = answer["progress"]
        while progress["next"] == "step":
            weight = int(progress["weight"])
            prove_ownership(self.ports, WRITER, APP)
            written = set_weights(self.ports, WRITER, APP, weight)
            while verify_weights(self.ports, WRITER, APP, weight, str(written["change"]))["next"] == "wait":
                self.kernel.run(15)
            meanwhile(weight)
            progress = {"next": "bake"}
            while progress["next"] == "bake":
                self.kernel.run(POLL)
                progress = judge_gates(self.ports, WRITER, APP, weight)
        if progress["next"] == "contested":
            return self._restore(str(progress["waiting_for"]))
        if progress["next"] == "roll-back":
            return self.back()
        if progress["next"] != "finish":
            return Ended("held", str(progress["waiting_for"]))
        finish_shift(self.ports, WRITER, APP, SHIFT)
        return Ended(self.item().outcome)

    def _restore(self, reason: str) -> Ended:
        return Ended("contested", str(restore_safe_weights(self.ports, WRITER, APP, reason)["waiting_for"]))

    def back(self) -> Ended:
        """Everything goes back to blue."""
        for _ in range(MOST_LOOKS):
            answer = roll_back_application(self.ports, WRITER, APP)
            if answer["next"] == "go-on":
                return Ended("rolled-back")
            self.kernel.run(float(answer["retry_after_seconds"]))
        return Ended("stuck")

    def given_back(self) -> HandBack:
        """The names go back to their external-dns, as far as Git lets them."""
        for _ in range(3):
            given = hand_back(Moving.read(self.ports, WRITER, APP))
            if given.done or given.git:
                return given
        raise AssertionError("never given back")

    def item(self) -> AppItem:
        """What the table says about the application."""
        found = self._ports.table.read(RUN, f"APP#{APP}", AppItem)
        assert found is not None
        return found

    def writes(self) -> int:
        """How many batches norikae got into Route 53."""
        return self.world.writes(NORIKAE)

    def theirs(self) -> int:
        """How many batches the two external-dns got into Route 53."""
        return sum(self.world.writes(f"external-dns/{one.name}") for one in (self.blue, self.green))

    def complaints(self) -> int:
        """How often Route 53 refused something to one of them."""
        return len(self.blue.external_dns.errors) + len(self.green.external_dns.errors)

    def weights(self, kind: str = "A") -> dict[str, int]:
        """What the zone says."""
        return self.route53.weights_of(self.host, kind)

    def served_on(self) -> set[str]:
        """Where the requests of the next five minutes go, once every resolver has asked again."""
        self.kernel.run(120)
        before = self.clients.served()
        self.kernel.run(300)
        return set(self.clients.served() - before)
