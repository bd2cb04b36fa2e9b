"""From nothing to a synced green; each function is one state of the machine and makes at most one move."""

from collections.abc import Callable
from typing import Any

from norikae.argocd.ensure import Around
from norikae.argocd.ensure import ensure_argo_cd as install_argo_cd
from norikae.argocd.home import Home, home_of
from norikae.argocd.hub import with_hub
from norikae.argocd.sync import SyncRun
from norikae.argocd.waves import sync_applications as sync_the_applications
from norikae.argocd.waves import sync_platform as sync_the_platform
from norikae.cluster.green import ClusterRoles, GreenCluster, ensure_green
from norikae.cluster.ports import Kubernetes
from norikae.cluster.rbac import shipped
from norikae.cluster.site import Site
from norikae.environment import Environment
from norikae.ports import Ports
from norikae.secret_sync.early import carry_to
from norikae.singletons.ledger import suspended_on_green
from norikae.traffic.keep_alive import lower
from norikae.upgrade.identity import Writer
from norikae.upgrade.phase import advance, enter, holds_in
from norikae.upgrade.pin import pinned
from norikae.upgrade.plan import Plan
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress
from norikae.upgrade.sync_state import DiffItem, WaveItem

Answer = dict[str, Any]
MaySync = Callable[[tuple[str, ...]], bool]
Waves = Callable[[Kubernetes, Environment, Home, SyncRun, MaySync, float], Progress]


def ensure_green_cluster(ports: Ports, writer: Writer) -> Answer:
    """The next move towards green's control plane, access, add-ons and nodes."""
    plan, clusters = _plan(ports, writer), ports.environment.clusters
    green = GreenCluster(plan.green.name, plan.green.version, writer.run, plan.blue.name)
    settings = ports.settings
    roles = ClusterRoles(
        settings.need("cluster_role"),
        settings.need("node_role"),
        settings.need("node_profile"),
        settings.key,
        with_hub(settings.access, ports.environment.argocd),
    )

    def move() -> Progress:
        since = enter(ports, writer, "ensure-green-cluster").spans[-1].since
        return ensure_green(Site.of(ports), ports.environment, green, roles, shipped(ports), since=since)

    return advance(ports, writer, "ensure-green-cluster", clusters.build_deadline, move)


def ensure_argo_cd(ports: Ports, writer: Writer) -> Answer:
    """The next move towards a running Argo CD whose root application is pinned to the run's commit."""
    plan, argocd = _plan(ports, writer), ports.environment.argocd
    home = home_of(argocd, plan.green.name)

    def move() -> Progress:
        around = Around(ports.eks, lambda: ports.secrets, lambda: ports.manifests("argocd"), ports.now)
        return install_argo_cd(ports.kubernetes(home.cluster), argocd, home, pinned(ports, writer.run), around)

    return advance(ports, writer, "ensure-argo-cd", argocd.sync_deadline, move)


def sync_platform(ports: Ports, writer: Writer) -> Answer:
    """The next move towards a synced platform, one wave after the other; blue's clients begin to let go meanwhile."""
    lower(ports, writer, _plan(ports, writer))
    return _sync(ports, writer, "sync-platform", sync_the_platform)


def sync_applications(ports: Ports, writer: Writer) -> Answer:
    """The next move towards synced applications of the teams; they get no traffic yet."""
    return _sync(ports, writer, "sync-applications", sync_the_applications)


def _sync(ports: Ports, writer: Writer, phase: str, waves: Waves) -> Answer:
    plan = _plan(ports, writer)
    home = home_of(ports.environment.argocd, plan.green.name)
    item, revision = enter(ports, writer, phase), pinned(ports, writer.run)
    run = SyncRun(
        run=writer.run,
        attempt=writer.attempt,
        revision=revision,
        since=item.spans[-1].since,
        turn=holds_in(item),
        suspended=suspended_on_green(ports, plan),
    )

    def may_sync(names: tuple[str, ...]) -> bool:
        """Whether Compare wave has said yes in this attempt; otherwise the wave is put where it looks."""
        wave = WaveItem(phase=phase, applications=names, revision=revision)
        found = ports.table.read(writer.run, wave.key, DiffItem)
        if found and found.attempt == writer.attempt and found.allows(wave):
            return True
        ports.table.write(writer, "WAVE", wave)
        return False

    def move() -> Progress:
        # A SecretSync is there a moment after its sync has begun, and pods wait for its Secret before that is over.
        carry_to(ports, plan.green.name, only_new=True)
        return waves(ports.kubernetes(home.cluster), ports.environment, home, run, may_sync, ports.now)

    return advance(ports, writer, phase, ports.environment.argocd.sync_deadline, move)


def _plan(ports: Ports, writer: Writer) -> Plan:
    return read_plan(ports.table, writer.run).plan
