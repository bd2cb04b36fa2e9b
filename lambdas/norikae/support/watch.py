"""Once a week: people know how long the cluster that serves is supported, and a plan is there before that ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.cluster.serving import unknown
from norikae.errors import BadRequestError, ForbiddenError, RefusedError
from norikae.notify.tell import tell
from norikae.support.ends import due, ends, next_version, reason, sentence, severity
from norikae.support.health import tell_of_health
from norikae.support.memory import Memory
from norikae.support.ports import Ended
from norikae.upgrade.ports import read_clusters
from norikae.upgrade.state import RequestedItem

if TYPE_CHECKING:
    from norikae.cluster.eks_port import Cluster
    from norikae.ports import Ports
    from norikae.support.ends import End
    from norikae.upgrade.state import ClustersItem

Answer = dict[str, Any]
ACTOR = {"door": "schedule", "id": "support", "name": "the end of support"}


def watch(ports: Ports) -> Answer:
    """Everything that is due since the last look was told once, and the plan that is due was asked for once.

    Each thing is remembered right after it was said. A look that dies in between says that one thing again, at most.

    Args:
        ports: the world.

    Raises:
        NotFoundError: EKS does not know the cluster that serves.
        TransientError: something could not be asked or said; the next look goes on from there.
    """
    clusters = read_clusters(ports.table, ports.environment.clusters.adopt)
    cluster = ports.eks.cluster(clusters.blue)
    if cluster is None:
        raise unknown(clusters.blue)
    memory = Memory(ports.reminders)
    versions = ports.eks.cluster_versions()
    known = next((one for one in versions if one.version == cluster.version), None)
    found = ends(known, ports.now) if known else ()
    following = next_version(cluster.version, ports.environment.clusters.version, versions)
    told = [f"support-ends/{end.support}" for end in found if _tell(ports, memory, cluster, end, following)]
    run = _plan(ports, memory, cluster, found, following)
    told += tell_of_health(ports, memory, _names(ports, clusters))
    answer = {"cluster": cluster.name, "version": cluster.version, "told": told}
    return {**answer, "run": run} if run else answer


def _names(ports: Ports, clusters: ClustersItem) -> frozenset[str]:
    """The clusters about which events of AWS Health are told."""
    hub = ports.environment.argocd.hub
    return frozenset({clusters.blue, clusters.green, hub.cluster if hub else ""} - {""})


def _tell(ports: Ports, memory: Memory, cluster: Cluster, end: End, following: str) -> bool:
    """Whether people were told of one end of support now."""
    ended = _of(memory, cluster)
    mark = due(ports.environment.support.tell, end.days, ended.told.get(end.support))
    if mark is None:
        return False
    tell(
        ports,
        "support-ends",
        sentence(cluster.name, cluster.version, end, pays=cluster.extends_support, following=following),
        severity=severity(end),
        cluster=cluster.name,
        version=cluster.version,
        support=end.support,
        ends=end.at,
        days=end.days,
        next_version=following,
    )
    memory.keep(ends=msgspec.structs.replace(ended, told={**ended.told, end.support: mark}))
    return True


def _plan(ports: Ports, memory: Memory, cluster: Cluster, found: tuple[End, ...], following: str) -> str:
    """The run whose plan was asked for now; "" when none is due, or it was refused."""
    ended, standard = _of(memory, cluster), found[0] if found else None
    days = ports.environment.support.plan
    if standard is None or ended.planned or not following or not days or standard.days > days:
        return ""
    why = reason(cluster.version, standard)
    try:
        run = _asked_before(ports, following, why) or _ask(ports, following, why)
    except (BadRequestError, ForbiddenError, RefusedError) as refusal:
        _tell_refused(ports, memory, cluster, following, str(refusal))
        return ""
    memory.keep(ends=msgspec.structs.replace(ended, planned=run, refused=""))
    return run


def _asked_before(ports: Ports, version: str, why: str) -> str:
    """The run that a look asked for which died before it could remember; "" when there is none."""
    run = read_clusters(ports.table, "").run
    known = ports.table.read(run, "REQUESTED", RequestedItem) if run else None
    if known is None or known.door != ACTOR["door"]:
        return ""
    is_same = (known.request.get("version"), known.request.get("reason")) == (version, why)
    return run if is_same else ""


def _ask(ports: Ports, version: str, why: str) -> str:
    command = {"command": "plan", "version": version, "reason": why, "actor": ACTOR}
    answer = ports.commander.carry_out({**command, "environment": ports.environment.environment})
    return str(answer["run"])


def _tell_refused(ports: Ports, memory: Memory, cluster: Cluster, version: str, text: str) -> None:
    """People know once why there is no plan; the next look asks for it again."""
    ended = _of(memory, cluster)
    if ended.refused == text:
        return
    tell(
        ports,
        "support-plan-refused",
        f"{cluster.name}: no plan for {version} was made before support of {cluster.version} ends: {text}",
        severity="action",
        cluster=cluster.name,
        version=cluster.version,
        next_version=version,
        reason=text,
    )
    memory.keep(ends=msgspec.structs.replace(ended, refused=text))


def _of(memory: Memory, cluster: Cluster) -> Ended:
    """What was told of this cluster and version; nothing when another one served, or it ran another one."""
    ended = memory.reminded.ends
    if ended is not None and (ended.cluster, ended.version) == (cluster.name, cluster.version):
        return ended
    return Ended(cluster=cluster.name, version=cluster.version)
