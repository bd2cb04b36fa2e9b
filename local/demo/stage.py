"""Sets the stage of a scenario: blue serves, norikae is deployed, people and their requests have begun."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local.adopted import adopt_blue
from local.assembly import ROOT, assembly, environment_file
from local.central import for_all_clusters
from local.chat.office import Office
from local.cluster.charts import documents
from local.cluster.git import GitRepositories, Repository
from local.demo import rush
from local.demo.breakage import broken_on, restarted_on_blue
from local.demo.brownfield import told_by_annotation, weighted_by_external_dns
from local.demo.canary_watch import CanaryWatch
from local.demo.scenarios import Scenario
from local.deploy import Deployment, deploy
from local.edge.clients import Clients, Traffic
from local.edge.scanners import Scanners
from local.inherited import inherit_blue
from local.runtime.crash import CrashPlan
from local.team_secrets import TeamSecrets
from local.world import World
from norikae.traffic.applications import Application, find_applications
from stacks.environment_file import load

if TYPE_CHECKING:
    pass

ENVIRONMENT = "demo"
DOMAIN = "demo.example.com"
TARGET = "1.35"
"""``clusters.version`` of the environment file."""
AFTERMATH_SECONDS = 300
"""How long the world goes on after the run, so that late events and clients are counted."""
REQUESTS_PER_SECOND = 2.5
RESOLVERS = 40
PLATFORM = ("aws-load-balancer-controller", "external-dns", "external-secrets", "aws-secret-operator")


@dataclass(frozen=True, slots=True)
class Stage:
    """A world in which blue serves and norikae is deployed."""

    world: World
    deployment: Deployment
    applications: tuple[Application, ...]
    clients: Clients
    blue: str
    scanners: Scanners
    secrets: TeamSecrets
    canary: CanaryWatch
    office: Office | None = None

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
    git_files = repository(applications, scenario)
    blue, version = scenario.blue or environment.clusters.adopt, scenario.blue_version
    if scenario.dns == "brownfield":
        git_files = weighted_by_external_dns(git_files, blue, scenario.external_dns)
    if scenario.owner == "external-dns":
        git_files = told_by_annotation(git_files)
    if environment.argocd.mode == "hub":
        git_files = for_all_clusters(git_files)
    git = GitRepositories({environment.argocd.repository: git_files})
    world = World(environment, git, seed=seed, crashes=crashes)
    secrets = TeamSecrets(world)
    secrets.create()
    watch = CanaryWatch(world, secrets.canary)
    office = Office(world) if scenario.chat else None
    folder = assembly(scenario.environment, scenario.changes)
    deployment = deploy(
        folder, world.client, runtime=world.runtime, account=environment.account, region=environment.region
    )
    if office:
        urls = deployment.outputs  # one for each chat that the environment has
        office.connect(urls.get("SlackUrl", ""), urls.get("ChatworkUrl", ""))
    if scenario.blue:
        inherit_blue(world, deployment, name=blue, version=version, domain=DOMAIN, dns=scenario.dns)
    else:
        adopt_blue(world, deployment, version=version, domain=DOMAIN, dns=scenario.dns)
    _apply_by_hand(world, blue, scenario)
    found = find_applications(world.clusters[blue].api.list("ingresses.networking.k8s.io"))
    users = [
        Traffic(
            one.name,
            one.hosts,
            rush.REQUESTS_PER_SECOND if one.name == scenario.busy else REQUESTS_PER_SECOND,
            RESOLVERS,
            scenario.habits_of(one.name),
        )
        for one in found
    ]
    healthy, connections = world.elb.alias_healthy, world.connections
    clients = Clients(world.kernel, world.route53, world.alb, users, alias_healthy=healthy, connections=connections)
    _begin(world, blue, clients, next((one for one in found if one.name == scenario.busy), None))
    scanners = Scanners(world.kernel, world.alb, world.elb.load_balancers.values)
    scanners.start()
    return Stage(world, deployment, found, clients, blue, scanners, secrets, watch, office)


def _begin(world: World, blue: str, clients: Clients, busy: Application | None) -> None:
    """Users come; an application with much traffic has long been scaled out by it."""
    if busy is None:
        clients.start()
        return
    api, namespace = world.clusters[blue].api, busy.ingresses[0].namespace
    lowest = api.get(rush.AUTOSCALERS, busy.name, namespace)["spec"]["minReplicas"]
    rush.scale_out(api, busy.name, namespace, lowest=rush.SCALED_OUT)
    world.kernel.run(AFTERMATH_SECONDS)
    clients.start()
    world.kernel.run(AFTERMATH_SECONDS)
    rush.scale_out(api, busy.name, namespace, lowest=lowest)


def _apply_by_hand(world: World, blue: str, scenario: Scenario) -> None:
    """What somebody has put into blue past Git, which EKS has seen."""
    for name in scenario.by_hand:
        text = (ROOT / "local" / "demo" / "by_hand" / name).read_text(encoding="utf-8")
        for obj in documents(name, text):
            world.clusters[blue].api.apply(obj, manager="kubectl")
    if scenario.by_hand:
        world.eks.start_insights_refresh(clusterName=blue)
        world.kernel.run(AFTERMATH_SECONDS)


def repository(applications: tuple[str, ...], scenario: Scenario) -> Repository:
    """The GitOps repository of a scenario.

    Args:
        applications: only these of the fixtures; all of them when empty.
        scenario: what is wrong in it.
    """
    repository = Repository.load(ROOT / "local" / "demo" / "gitops")
    files = dict(repository.files(repository.resolve("main")))
    if scenario.bad:
        files = broken_on(TARGET, scenario.bad, files)
    if scenario.busy:
        files = rush.in_a_rush(scenario.busy, files, prescales=scenario.prescales)
    if scenario.restarts:
        files = restarted_on_blue(scenario.restarts, files)
    if not applications:
        return Repository(files)
    kept = {*applications, *PLATFORM}
    children = [path for path in files if path.startswith("clusters/templates/")]
    gone = {path for path in children if Path(path).stem not in kept}
    return Repository({path: text for path, text in files.items() if path not in gone})
