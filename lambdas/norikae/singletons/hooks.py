"""What runs once with a sync, such as a migration of a schema: PreSync hooks, and Jobs that stand in Git."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from norikae.cluster.ports import Json, Kubernetes
from norikae.singletons.policy import JOBS, declared
from norikae.traffic.applications import annotations

HOOKS = {
    "argocd.argoproj.io/hook": frozenset({"PreSync"}),
    "helm.sh/hook": frozenset({"pre-install", "pre-upgrade"}),
}
"""Annotations that make an object a hook before a sync (Argo CD docs, "Resource Hooks" and "Helm")."""
AGAIN = "the first sync of green runs it again"


@dataclass(frozen=True, slots=True)
class Migration:
    """Something that green's first sync would run once more.

    Args:
        resource: ``plural.group``.
        namespace: where it runs.
        name: its name there.
        title: for a person.
        policy: what its owners say.
        source: the Argo CD application that it comes from.
        why: what is wrong with it, in words.
    """

    resource: str
    namespace: str
    name: str
    title: str
    policy: str
    source: str
    why: str = AGAIN


def migrations(
    kubernetes: Kubernetes, apps: Mapping[str, Json], source_of: Callable[[str, Json], str]
) -> tuple[Migration, ...]:
    """The hooks of the last syncs, also those that are gone since, and the Jobs that an application renders.

    Args:
        kubernetes: blue's API.
        apps: blue's Argo CD applications by name.
        source_of: the application that an object of a kind comes from.
    """
    found = {(one.title, one.source): one for one in _hooks_of_syncs(apps)}
    found |= {(one.title, one.source): one for one in _jobs(kubernetes, apps, source_of)}
    return tuple(found.values())


def _hooks_of_syncs(apps: Mapping[str, Json]) -> Iterator[Migration]:
    for source, app in apps.items():
        result = (app.get("status", {}).get("operationState") or {}).get("syncResult") or {}
        for one in result.get("resources") or []:
            if one.get("hookType") == "PreSync":
                kind, namespace, name = str(one.get("kind", "")), str(one.get("namespace", "")), str(one.get("name"))
                plural = f"{kind.lower()}s"
                resource = f"{plural}.{one['group']}" if one.get("group") else plural
                title = f"PreSync hook {kind} {namespace}/{name}"
                yield Migration(resource, namespace, name, title, declared(app), source)


def _jobs(
    kubernetes: Kubernetes, apps: Mapping[str, Json], source_of: Callable[[str, Json], str]
) -> Iterator[Migration]:
    for job in kubernetes.list(JOBS):
        meta = job["metadata"]
        source, marks = source_of("Job", job), annotations(job)
        if any(reference.get("controller") for reference in meta.get("ownerReferences") or []):
            continue
        kinds = {key: {kind.strip() for kind in marks[key].split(",")} for key in HOOKS if key in marks}
        is_before = any(kinds[key] & HOOKS[key] for key in kinds)
        if not is_before and (kinds or not source):
            continue  # a later hook, or nothing that a sync of green would make
        name = f"{meta['namespace']}/{meta['name']}"
        policy = declared(job) or (declared(apps[source]) if source in apps else "")
        title = f"PreSync hook Job {name}" if is_before else f"Job {name}"
        yield Migration(JOBS, meta["namespace"], meta["name"], title, policy, source)
