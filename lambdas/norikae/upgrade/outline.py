"""From a request and the world to a plan; nothing is written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.argocd.applications import pinned_revision, read_applications
from norikae.argocd.home import home_of
from norikae.argocd.tracks import automation, tracks
from norikae.cluster.names import next_name
from norikae.cluster.serving import serving_cluster
from norikae.cluster.versions import unfit
from norikae.errors import BadRequestError, RefusedError
from norikae.gates.needs import unmet_need
from norikae.ownership.detect import DETECT, marks_beside, owners
from norikae.ownership.instances import find_instances
from norikae.ownership.registry import owner_names
from norikae.singletons.inventory import inventory, planned
from norikae.traffic.applications import find_applications
from norikae.traffic.history import too_long
from norikae.upgrade.changes import Move, creations, deletions, waits
from norikae.upgrade.order import in_groups
from norikae.upgrade.plan import Cluster, Plan, PlannedApplication

if TYPE_CHECKING:
    from norikae.cluster.ports import Kubernetes
    from norikae.environment import Owner
    from norikae.ports import Ports
    from norikae.traffic.applications import Application
    from norikae.upgrade.request import UpgradeRequest
    from norikae.upgrade.state import ClustersItem

INGRESSES = "ingresses.networking.k8s.io"


def outline(ports: Ports, run: str, wanted: UpgradeRequest, version: str, clusters: ClustersItem) -> Plan:
    """What the run will do, read from the world as it is now.

    Args:
        ports: the world, which is only read.
        run: the run's id.
        wanted: the request.
        version: green's Kubernetes version.
        clusters: which cluster serves by the record, and the name that the run reserved for green before.

    Raises:
        BadRequestError: the request names an application that nobody declares.
        NotFoundError: there is no blue, or no root application in it.
        RefusedError: the target is no upgrade or not offered, blue is not ours, or an application cannot be moved so.
    """
    environment, argocd = ports.environment, ports.environment.argocd
    blue = serving_cluster(ports.eks, environment, clusters.blue)
    if text := unfit(version, blue.version, ports.eks.cluster_versions()):
        raise RefusedError(f"{text}; name it as version in the request, or in clusters.version")
    reserved = clusters.run == run and clusters.green
    green = clusters.green if reserved else next_name(environment.clusters.prefix, version, ports.eks.cluster_names())
    kubernetes = ports.kubernetes(blue.name)
    found = find_applications(kubernetes.list(INGRESSES))
    chosen = _chosen(wanted, found)
    home = home_of(argocd, blue.name)
    sources = read_applications(ports.kubernetes(home.cluster), argocd)
    revision = pinned_revision(ports.kubernetes(home.cluster), home.namespace, home.root)
    move = Move(blue.name, green, version, revision, chosen)
    return Plan(
        run=run,
        environment=environment.environment,
        blue=Cluster(blue.name, blue.version),
        green=Cluster(green, version),
        revision=revision,
        groups=in_groups(_planned(ports, chosen, _owners(ports, chosen, kubernetes)), found, environment.shift.canary),
        singletons=planned(inventory(kubernetes, sources, home.root), found),
        creates=creations(environment, move),
        # A run that leaves applications on blue cannot delete it: it holds instead.
        deletes=() if wanted.applications else deletions(ports, move),
        tracks=tracks(sources, home.root),
        automated=automation(sources[home.root]) if home.root in sources else None,
        waits=waits(environment),
        dry_run=wanted.dry_run,
        canary=environment.shift.canary if environment.shift.canary in {one.name for one in chosen} else "",
    )


def _chosen(wanted: UpgradeRequest, found: tuple[Application, ...]) -> tuple[Application, ...]:
    unknown = sorted(set(wanted.applications) - {one.name for one in found})
    if unknown:
        raise BadRequestError(
            f"input: applications: {', '.join(unknown)}: no Ingress on blue declares them; "
            f"there are: {', '.join(one.name for one in found)}"
        )
    return tuple(one for one in found if not wanted.applications or one.name in wanted.applications)


def _owners(ports: Ports, chosen: tuple[Application, ...], kubernetes: Kubernetes) -> dict[str, Owner]:
    """Who owns the record sets of each application; the zone is only asked where that is to be detected."""
    wanted = ports.environment.dns.owner
    if wanted != DETECT:
        return owners(chosen, wanted, {})
    instances = find_instances(kubernetes.list("deployments.apps"))
    hosts = sorted({host for one in chosen for host in one.hosts})
    spellings = [instance.affixes for instance in instances]
    names = sorted({name for host in hosts for name in owner_names(host, spellings)})
    return owners(chosen, wanted, marks_beside(hosts, ports.dns.records(names, ("TXT",)), instances))


def _planned(
    ports: Ports, chosen: tuple[Application, ...], owned_by: dict[str, Owner]
) -> list[tuple[Application, PlannedApplication]]:
    shift = ports.environment.shift
    moves = [
        PlannedApplication(
            name=one.name,
            team=one.team,
            hosts=one.hosts,
            steps=one.steps or shift.steps,
            bake_seconds=shift.bake if one.bake_seconds is None else one.bake_seconds,
            gates=one.gates or shift.gates,
            sources=one.sources,
            probe=one.probe,
            shift=one.shift,
            owner=owned_by[one.name],
            scale=one.scale,
            hold=one.hold,
            after=one.after,
            restarts=one.restarts,
        )
        for one in chosen
    ]
    if unasked := [one.name for one in moves if one.owner == "external-dns" != ports.environment.dns.owner]:
        raise RefusedError(
            f"{', '.join(unasked)}: norikae.dev/owner: external-dns needs the right to patch Ingresses, which norikae "
            "has only where dns.owner is external-dns; choose lease, or change the environment file"
        )
    for one in moves:
        if wrong := too_long(shift, ports.environment.dns, steps=len(one.steps), bake_seconds=one.bake_seconds):
            raise RefusedError(
                f"{one.name}: {wrong}; shorten norikae.dev/bake or take fewer norikae.dev/steps, or raise shift.poll"
            )
        if need := unmet_need((*one.gates, *shift.background), shift.thresholds, sources=one.sources):
            raise RefusedError(f"{one.name}: {need} (norikae.dev/gates, shift.gates, shift.background)")
    return list(zip(chosen, moves, strict=True))
