"""Workloads that use secrets, as they say it themselves, and whether Kubernetes is done with rolling them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from norikae.cluster.workloads import unready_reason
from norikae.secret_sync.stored import HANDLED_WITHIN, REPLACES, WRITTEN_AT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from norikae.secret_sync.stored import Stored
    from norikae.secret_sync.target import Json

RESTART_ON = "norikae.dev/restart-on-secret"
"""Annotation of a workload: the Secrets that it is restarted for, comma-separated, and ``class:<name>`` for classes."""
VERSIONS = "norikae.dev/secret-versions"
"""Annotation of its pod template: ``<name>=<version>``, comma-separated, as of the last restart."""
CLASS = "class:"


def consumes(workload: Json) -> frozenset[str]:
    """The Secrets and ``class:<name>`` that a workload wants to be restarted for.

    Args:
        workload: a Deployment, StatefulSet or DaemonSet.
    """
    text = (workload["metadata"].get("annotations") or {}).get(RESTART_ON, "")
    return frozenset(one.strip() for one in text.split(",") if one.strip())


def due(workload: Json, changed: Mapping[str, Stored]) -> dict[str, str]:
    """The annotations to set on a workload's pod template, {} when it need not be restarted; pure.

    It has to be restarted for a Secret that replaced a version, unless its template has that version already, or the
    whole workload was made after the Secret was written. Several Secrets make one restart, and the same ones none.

    Args:
        workload: a Deployment, StatefulSet or DaemonSet.
        changed: by name, Secrets as they are; for ``class:<name>`` something that has the same annotations: VERSION
            what pods that start now mount, REPLACES what some pod mounts still, no WRITTEN_AT.
    """
    known = _entries(workload)
    new = {
        name: stored.version
        for name, stored in changed.items()
        if name in consumes(workload)
        and stored.version
        and stored.annotations.get(REPLACES)
        and known.get(name) != stored.version
        and not _is_younger(workload, stored)
    }
    if not new:
        return {}
    kept = {name: version for name, version in known.items() if name in consumes(workload)}
    return {VERSIONS: ",".join(f"{name}={version}" for name, version in sorted({**kept, **new}.items()))}


def keeps_pods(workload: Json) -> str:
    """Why a change of its pod template would not replace a workload's pods; "" when it would.

    Args:
        workload: a Deployment, StatefulSet or DaemonSet.
    """
    spec = workload.get("spec") or {}
    strategy = spec.get("updateStrategy") or {}
    if spec.get("paused"):
        return f"{name_of(workload)} is paused (spec.paused)"
    if strategy.get("type") == "OnDelete":
        return f"{name_of(workload)} replaces its pods only when somebody deletes them (updateStrategy OnDelete)"
    if (strategy.get("rollingUpdate") or {}).get("partition"):
        return f"{name_of(workload)} rolls only a part of its pods (updateStrategy.rollingUpdate.partition)"
    return ""


def unfinished(workload: Json) -> str:
    """Why the rollout of a workload is not complete; "" when it is, and no old pod runs any more.

    Args:
        workload: a Deployment, StatefulSet or DaemonSet.
    """
    reason = unready_reason(workload)
    status = workload.get("status") or {}
    old = int(status.get("replicas") or 0) - int(status.get("updatedReplicas") or 0)
    return reason or (f"{name_of(workload)} has {old} old pods still" if old > 0 else "")


def name_of(workload: Json) -> str:
    """Kind and name, for people."""
    return f"{str(workload.get('kind', 'workload')).lower()} {workload['metadata']['name']}"


def consumers(workloads: Collection[Json], names: Collection[str]) -> list[Json]:
    """The workloads that want to be restarted for one of the names.

    Args:
        workloads: of one namespace.
        names: of Secrets, or ``class:<name>``.
    """
    return [one for one in workloads if consumes(one) & set(names)]


def _entries(workload: Json) -> dict[str, str]:
    template = ((workload.get("spec") or {}).get("template") or {}).get("metadata") or {}
    parts = ((template.get("annotations") or {}).get(VERSIONS) or "").split(",")
    return {name: version for name, _, version in (part.partition("=") for part in parts) if version}


def _is_younger(workload: Json, stored: Stored) -> bool:
    """Whether a workload was made after a Secret was written, so that no pod of it can have an older version."""
    made, written = workload["metadata"].get("creationTimestamp"), stored.annotations.get(WRITTEN_AT)
    if not made or not written:
        return False
    try:
        return datetime.fromisoformat(made) > datetime.fromisoformat(written) + timedelta(seconds=HANDLED_WITHIN)
    except (
        ValueError,
        TypeError,
        OverflowError,
    ):  # somebody edited it; one restart too many harms less than none
        return False
