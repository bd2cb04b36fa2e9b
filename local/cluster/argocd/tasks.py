"""The tasks of a sync: in which order they come, and what its result says of each.

Source: ``gitops-engine/pkg/sync/sync_tasks.go`` (kind order, phases, waves), ``sync_context.go`` (setResourceResult).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.cluster.argocd.hooks import PHASES, hook_types
from local.cluster.argocd.targets import Identity, identity, wave
from local.cluster.objects import Json

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.cluster.argocd.comparison import Compared

_KINDS = (
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
)


@dataclass(frozen=True)
class Task:
    """One object to apply.

    Args:
        key: the object.
        version: of its API.
        target: its manifest.
        phase: PreSync, Sync or PostSync.
        hook: whether it is a hook.
        compared: what the comparison says of an ordinary one.
    """

    key: Identity
    version: str
    target: Json
    phase: str = "Sync"
    hook: bool = False
    compared: Compared | None = None

    @property
    def step(self) -> tuple[int, int]:
        """Phase and wave, in the order in which they run."""
        return PHASES.index(self.phase), wave(self.target)


def tasks_of(compared: Iterable[Compared], hooks: Iterable[Json], commit: str, started: int) -> list[Task]:
    """The tasks in the order in which they run.

    Args:
        compared: the ordinary resources; those without target are no tasks.
        hooks: the manifests of hooks.
        commit: the commit, which is in the names of hooks that have a ``generateName``.
        started: when the operation began, in seconds since the epoch.
    """
    found = [Task(one.key, one.version, one.pair.target, compared=one) for one in compared if one.pair.target]
    for hook in hooks:
        for phase in (one for one in hook_types(hook) if one in PHASES):
            named = copy.deepcopy(hook)
            if not named["metadata"].get("name"):
                prefix = named["metadata"].pop("generateName")
                named["metadata"]["name"] = f"{prefix}{commit[:7]}-{phase.lower()}-{started}"
            version = named["apiVersion"].rpartition("/")[2]
            found.append(Task(identity(named), version, named, phase, hook=True))
    return sorted(found, key=lambda one: (one.step, _rank(one.key[1]), one.key))


def is_listed(key: Identity, wanted: list[Json]) -> bool:
    """Whether ``sync.resources`` names an object."""
    group, kind, namespace, name = key
    return any(
        one.get("group", "") == group
        and one["kind"] == kind
        and one["name"] == name
        and one.get("namespace", namespace) in {"", namespace}
        for one in wanted
    )


def waiting_for(tasks: list[Task]) -> str:
    """What an operation says while it waits."""
    group, kind, _, name = tasks[0].key
    what = "completion of hook " if tasks[0].hook else "healthy state of "
    first = f"waiting for {what}{group + '/' if group else ''}{kind}/{name}"
    if len(tasks) == 1:
        return first
    return f"{first} and {len(tasks) - 1} more {'hooks' if tasks[0].hook else 'resources'}"


def record(result: Json, task: Task, status: str, message: str, phase: str) -> None:
    """Note what became of a task in ``syncResult.resources``."""
    group, kind, namespace, name = task.key
    entry = {
        "group": group,
        "version": task.version,
        "kind": kind,
        "namespace": namespace,
        "name": name,
        "status": status,
        "message": message,
        "hookPhase": phase,
        "syncPhase": task.phase,
    }
    if task.hook:
        entry["hookType"] = task.phase
    results: list[Json] = result.setdefault("resources", [])
    known = [(one["group"], one["kind"], one["namespace"], one["name"], one["syncPhase"]) for one in results]
    if (*task.key, task.phase) in known:
        results[known.index((*task.key, task.phase))] = entry
    else:
        results.append(entry)


def _rank(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)
