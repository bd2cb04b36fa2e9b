"""Plays one scenario: sets the stage, starts the upgrade as the console does, watches, and writes the report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.adopted import adopt_blue
from local.assembly import ROOT, assembly, environment_file
from local.central import for_all_clusters
from local.cluster.charts import documents
from local.cluster.git import GitRepositories, Repository
from local.demo.breakage import broken_on
from local.demo.brownfield import set_identifier, told_by_annotation, weighted_by_external_dns
from local.demo.checks import Ending, checks_of, failed_requests, record_sets
from local.demo.pages import html_page
from local.demo.people import people_of
from local.demo.report import Seen, Served, Unplanned, demo_report
from local.demo.scenarios import SMALL, Scenario, Size
from local.demo.view import Snapshot, View
from local.deploy import Deployment, deploy
from local.edge.clients import Clients
from local.edge.scanners import Scanners
from local.inherited import inherit_blue
from local.runtime.crash import CrashPlan
from local.world import World
from norikae.traffic.applications import Application, find_applications
from stacks.environment_file import load

if TYPE_CHECKING:
    from local.aws.step_functions.execution import Execution
    from local.demo.checks import Records

ENVIRONMENT = "demo"
DOMAIN = "demo.example.com"
TARGET = "1.35"
"""``clusters.version`` of the environment file."""
LOOK_SECONDS = 20
AFTERMATH_SECONDS = 300
"""How long the world goes on after the run, so that late events and clients are counted."""
REQUESTS_PER_SECOND = 2.5
RESOLVERS = 40
PLATFORM = ("aws-load-balancer-controller", "external-dns")


@dataclass(frozen=True, slots=True)
class Stage:
    """A world in which blue serves and norikae is deployed."""

    world: World
    deployment: Deployment
    applications: tuple[Application, ...]
    clients: Clients
    blue: str
    scanners: Scanners

    def close(self) -> None:
        """Nobody asks for anything any more."""
        self.clients.stop()
        self.scanners.stop()


def set_stage(scenario: Scenario, seed: int, applications: tuple[str, ...] = ()) -> Stage:
    """Blue serves its applications, norikae is deployed, clients and scanners have begun; nothing of the upgrade has.

    Args:
        scenario: what goes wrong.
        seed: the same seed gives the same run.
        applications: only these of the fixtures; all of them when empty.
    """
    environment = load(environment_file(scenario.environment, scenario.changes))
    crashes = CrashPlan(seed, scenario.crash_probability) if scenario.crash_probability else None
    repository = _repository(applications, scenario.bad)
    blue, version = scenario.blue or environment.clusters.adopt, scenario.blue_version
    if scenario.dns == "brownfield":
        repository = weighted_by_external_dns(repository, blue, scenario.external_dns)
    if scenario.owner == "external-dns":
        repository = told_by_annotation(repository)
    if environment.argocd.mode == "hub":
        repository = for_all_clusters(repository)
    git = GitRepositories({environment.argocd.repository: repository})
    world = World(environment, git, seed=seed, crashes=crashes)
    folder = assembly(scenario.environment, scenario.changes)
    deployment = deploy(
        folder, world.client, runtime=world.runtime, account=environment.account, region=environment.region
    )
    if scenario.blue:
        inherit_blue(world, deployment, name=blue, version=version, domain=DOMAIN, dns=scenario.dns)
    else:
        adopt_blue(world, deployment, version=version, domain=DOMAIN, dns=scenario.dns)
    _apply_by_hand(world, blue, scenario)
    found = find_applications(world.clusters[blue].api.list("ingresses.networking.k8s.io"))
    users = [(one.name, one.hosts, REQUESTS_PER_SECOND, RESOLVERS) for one in found]
    clients = Clients(world.kernel, world.route53, world.alb, users, alias_healthy=world.elb.alias_healthy)
    clients.start()
    scanners = Scanners(world.kernel, world.alb, world.elb.load_balancers.values)
    scanners.start()
    return Stage(world, deployment, found, clients, blue, scanners)


def _apply_by_hand(world: World, blue: str, scenario: Scenario) -> None:
    """What somebody has put into blue past Git, which EKS has seen."""
    for name in scenario.by_hand:
        text = (ROOT / "local" / "demo" / "by_hand" / name).read_text(encoding="utf-8")
        for obj in documents(name, text):
            world.clusters[blue].api.apply(obj, manager="kubectl")
    if scenario.by_hand:
        world.eks.start_insights_refresh(clusterName=blue)
        world.kernel.run(AFTERMATH_SECONDS)


def play(scenario: Scenario, *, seed: int, size: Size, view: View, folder: Path) -> dict[str, Any]:
    """Play a scenario to its end; the report, which is also written as ``report.json`` and ``report.html``.

    Args:
        scenario: what is played.
        seed: the same seed gives the same report.
        size: how many applications.
        view: where snapshots go.
        folder: where the reports go.
    """
    stage = set_stage(scenario, seed, SMALL if size == "small" else ())
    with stage.world as world, view:
        before = record_sets(world.route53)
        machine = next(arn for name, arn in stage.deployment.machines.items() if "upgrade" in name.lower())
        started = world.step_functions.start_execution(
            stateMachineArn=machine, input=_request(scenario), name=_name(scenario, seed)
        )
        execution = world.step_functions.executions[started["executionArn"]]
        watcher = Watcher(stage, execution, view)
        command = stage.deployment.functions["operator_command"]
        operator = people_of(scenario, world, stage.blue, command, watcher.say)
        world.kernel.every(LOOK_SECONDS, watcher.look)
        world.kernel.run(execution.finished)
        world.kernel.run(AFTERMATH_SECONDS)
        stage.close()
        watcher.look()
        ending = _ending(stage, before, tuple(operator.pages))
        report = demo_report(
            _product_report(world, stage.deployment),
            scenario=scenario.name,
            seed=seed,
            states=world.cluster_states(),
            served=_served(stage),
            seen=Seen(ending, checks_of(scenario, ending)),
            unplanned=Unplanned(
                blue=stage.blue,
                version=scenario.blue_version,
                applications=tuple((one.name, one.team) for one in stage.applications),
                error=execution.error or "",
                cause=execution.cause or "",
            ),
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    (folder / "report.html").write_text(html_page(report), encoding="utf-8")
    return report


class Watcher:
    """Turns the world into snapshots."""

    def __init__(self, stage: Stage, execution: Execution, view: View) -> None:
        self._stage, self._execution, self._view = stage, execution, view
        self._began = stage.world.kernel.seconds()
        definition = json.loads(execution.machine.text)["States"]
        self._phases = {name for name, state in definition.items() if state["Type"] in ("Task", "Map")}
        self._phase = "Plan upgrade"
        self._seen = 0

    def look(self) -> None:
        """Show the world as it is."""
        self._show("")

    def say(self, line: str) -> None:
        """Show the world with something that just happened."""
        self._show(line)

    def _show(self, line: str) -> None:
        events = self._execution.history.events
        for event in events[self._seen :]:
            name = event.get("stateEnteredEventDetails", {}).get("name", "")
            if name in self._phases:
                self._phase = name
        self._seen = len(events)
        self._view.show(
            Snapshot(
                seconds=self._stage.world.kernel.seconds() - self._began,
                phase=self._phase if self._execution.status == "RUNNING" else f"ended: {self._execution.status}",
                waiting_for="",
                weights=self._weights(),
                served=self._stage.clients.total,
                failed=self._stage.clients.failed,
                line=line,
                teams={one.name: one.team for one in self._stage.applications},
                by_cluster=dict(self._stage.clients.served()),
            )
        )

    def _weights(self) -> dict[str, int]:
        blue = {self._stage.blue, set_identifier(self._stage.blue)}
        return {
            application.name: sum(
                weight
                for cluster, weight in self._stage.world.route53.weights_of(application.hosts[0]).items()
                if cluster not in blue
            )
            for application in self._stage.applications
        }


def _repository(applications: tuple[str, ...], bad: str = "") -> Repository:
    repository = Repository.load(ROOT / "local" / "demo" / "gitops")
    files = dict(repository.files(repository.resolve("main")))
    if bad:
        files = broken_on(TARGET, bad, files)
    if not applications:
        return Repository(files)
    kept = {*applications, *PLATFORM}
    children = [path for path in files if path.startswith("clusters/templates/")]
    gone = {path for path in children if Path(path).stem not in kept}
    return Repository({path: text for path, text in files.items() if path not in gone})


def _request(scenario: Scenario) -> str:
    return json.dumps({"version": scenario.target} if scenario.target else {})


def _name(scenario: Scenario, seed: int) -> str:
    version = (scenario.target or TARGET).replace(".", "-")
    return f"{ENVIRONMENT}-{version}-20261124-{seed:04}-a1"


def _served(stage: Stage) -> Served:
    by_cluster = stage.clients.served()
    blue = stage.blue
    reasons: dict[str, int] = {}
    for counts in stage.clients.counts.values():
        for reason, count in counts.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
    return Served(
        total=stage.clients.total,
        blue=by_cluster.get(blue, 0),
        green=sum(count for cluster, count in by_cluster.items() if cluster != blue),
        failed=stage.clients.failed,
        reasons=reasons,
    )


def _ending(stage: Stage, before: Records, pages: tuple[str, ...]) -> Ending:
    world, hosts = stage.world, {one.name: one.hosts for one in stage.applications}
    return Ending(
        blue=stage.blue,
        states=world.cluster_states(),
        failed=failed_requests(stage.clients.counts),
        before=before,
        after=record_sets(world.route53),
        weights={host: world.route53.weights_of(host) for names in hosts.values() for host in names},
        hosts=hosts,
        scanned=dict(stage.scanners.statuses),
        pages=pages,
    )


def _product_report(world: World, deployment: Deployment) -> dict[str, Any]:
    bucket = next(value for value in deployment.ids.values() if "evidence" in value.lower())
    s3 = world.client("s3")
    listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    reports = [one["Key"] for one in listed if one["Key"].endswith("/report.json")]
    if not reports:
        return {}
    document: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=reports[-1])["Body"].read())
    return document
