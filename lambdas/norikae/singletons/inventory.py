"""Everything on blue that would run, or lie, in both clusters once green is synced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from norikae.argocd.applications import descendants
from norikae.singletons.hooks import migrations
from norikae.singletons.policy import (
    ANNOTATION,
    CLAIMS,
    CRON_JOBS,
    GREEN_SUSPENDED,
    KINDS,
    POLICIES,
    SUSPENDED,
    declared,
    is_replaced,
    is_set_by_git,
    size_of,
    switch_of,
)
from norikae.traffic.applications import owner
from norikae.upgrade.plan import PlannedSingleton

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.traffic.applications import Application

ANY = ", ".join(POLICIES)
NO_HAND_OFF = "both (it may run twice) or manual (its team sees to it)"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that would be in both clusters.

    Args:
        resource: ``plural.group``.
        namespace: where it is.
        name: its name there.
        title: for a person, such as ``CronJob shop/nightly``.
        policy: what its owners say; ``suspended`` when Git suspends it; "" when nobody says anything.
        source: the Argo CD application that it comes from, "" when none does.
        problem: why an upgrade must not start with it, in words; "" when it may.
        remedy: what would make the problem go away.
    """

    resource: str
    namespace: str
    name: str
    title: str
    policy: str
    source: str = ""
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """Which Argo CD application renders what.

    Args:
        apps: blue's Argo CD applications by name.
        listed: kind, namespace and name of what they list, and which one does.
    """

    apps: Mapping[str, Json]
    listed: Mapping[tuple[str, str, str], str]

    @classmethod
    def of(cls, apps: Mapping[str, Json]) -> Sources:
        """What some applications list; tracking by label leaves no other trace that names them."""
        listed = {
            (str(one.get("kind")), str(one.get("namespace", "")), str(one.get("name"))): name
            for name, app in apps.items()
            for one in app.get("status", {}).get("resources") or []
        }
        return cls(apps, listed)

    def source(self, kind: str, obj: Json) -> str:
        """The application that an object comes from; "" when none does."""
        meta = obj["metadata"]
        tracked = owner(obj)
        known = tracked if tracked in self.apps else ""
        return known or self.listed.get((kind, meta.get("namespace", ""), meta["name"]), "")

    def policy(self, kind: str, obj: Json) -> str:
        """What the object's own annotation says, or else its application's."""
        return declared(obj) or self.says(self.source(kind, obj))

    def says(self, source: str) -> str:
        """What an application's annotation says of everything in it."""
        return declared(self.apps[source]) if source in self.apps else ""


def inventory(kubernetes: Kubernetes, apps: Mapping[str, Json], root: str) -> tuple[Found, ...]:
    """Every CronJob, volume claim and migration on blue, and every workload that calls itself a singleton.

    Args:
        kubernetes: blue's API.
        apps: the Argo CD applications by name; those of other clusters, and those that green does not get, do no harm.
        root: blue's root application.
    """
    sources = Sources.of({name: apps[name] for name in (root, *descendants(apps, root)) if name in apps})
    found = (
        *_cron_jobs(kubernetes, sources),
        *_workloads(kubernetes, sources),
        *_claims(kubernetes, sources),
        *(
            _inseparable(Found(one.resource, one.namespace, one.name, one.title, one.policy, one.source), one.why)
            for one in migrations(kubernetes, sources.apps, sources.source)
        ),
    )
    return tuple(sorted(found, key=lambda one: (one.resource, one.namespace, one.name)))


def planned(found: Iterable[Found], applications: Iterable[Application]) -> tuple[PlannedSingleton, ...]:
    """What a plan says of them, each with the application that it is handed off with.

    That is the one application whose Ingresses come from the same Argo CD application; when there is none, or when
    there are several, it is handed off after all of them.
    """
    movers: dict[str, list[str]] = {}
    for application in applications:
        for source in application.sources:
            movers.setdefault(source, []).append(application.name)
    return tuple(
        PlannedSingleton(
            resource=one.resource,
            namespace=one.namespace,
            name=one.name,
            policy=one.policy,
            application=names[0] if len(names := movers.get(one.source, [])) == 1 else "",
        )
        for one in found
        if not one.problem
    )


def _cron_jobs(kubernetes: Kubernetes, sources: Sources) -> Iterator[Found]:
    for obj in kubernetes.list(CRON_JOBS):
        policy = sources.policy("CronJob", obj)
        found = _found(CRON_JOBS, "CronJob", obj, policy, sources)
        if is_set_by_git(CRON_JOBS, obj) and not size_of(CRON_JOBS, obj):
            yield replace(found, policy=SUSPENDED)
        else:
            yield _movable(_said(found, "it would run in both clusters"), obj, sources)


def _workloads(kubernetes: Kubernetes, sources: Sources) -> Iterator[Found]:
    for resource, kind in KINDS.items():
        for obj in kubernetes.list(resource) if resource != CRON_JOBS else ():
            if policy := declared(obj):
                found = _said(_found(resource, kind, obj, policy, sources), "it would run in both clusters")
                yield _movable(found, obj, sources)


def _claims(kubernetes: Kubernetes, sources: Sources) -> Iterator[Found]:
    claims = kubernetes.list(CLAIMS)
    templates = _claim_templates(kubernetes) if claims else {}
    for obj in claims:
        if any(reference.get("kind") == "Pod" for reference in obj["metadata"].get("ownerReferences") or []):
            continue  # an ephemeral volume, which dies with its pod
        parent = next((parent for prefix, parent in templates.items() if _is_claim_of(obj, prefix)), None)
        policy = declared(obj) or (
            sources.policy("StatefulSet", parent)
            if parent
            else sources.says(sources.source("PersistentVolumeClaim", obj))
        )
        found = _found(CLAIMS, "PersistentVolumeClaim", obj, policy, sources)
        yield _inseparable(found, "its volume stays with blue, and green gets an empty one")


def _claim_templates(kubernetes: Kubernetes) -> dict[tuple[str, str], Json]:
    """Namespace and beginning of the claims' names (``<template>-<set>-<n>``) to the StatefulSet that makes them."""
    return {
        (obj["metadata"]["namespace"], f"{template['metadata']['name']}-{obj['metadata']['name']}-"): obj
        for obj in kubernetes.list("statefulsets.apps")
        for template in obj["spec"].get("volumeClaimTemplates") or []
    }


def _is_claim_of(claim: Json, prefix: tuple[str, str]) -> bool:
    namespace, beginning = prefix
    name = str(claim["metadata"]["name"])
    is_numbered = name.startswith(beginning) and name.removeprefix(beginning).isdigit()
    return is_numbered and str(claim["metadata"]["namespace"]) == namespace


def _found(resource: str, kind: str, obj: Json, policy: str, sources: Sources) -> Found:
    namespace, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
    return Found(resource, namespace, name, f"{kind} {namespace}/{name}", policy, sources.source(kind, obj))


def _said(found: Found, why: str, words: str = ANY) -> Found:
    """With the problem that nobody has said anything, or nothing that means something."""
    if found.policy in POLICIES:
        return found
    what = f"its {ANNOTATION} is {found.policy!r}" if found.policy else f"it has no {ANNOTATION}"
    where = f"it or its Argo CD Application {found.source}" if found.source else "it"
    return replace(found, problem=f"{why}, and {what}", remedy=f"annotate {where} with {ANNOTATION}: one of {words}")


def _inseparable(found: Found, why: str) -> Found:
    """What cannot be suspended in one cluster and run in the other: data, and what runs once with a sync."""
    found = _said(found, why, NO_HAND_OFF)
    if found.policy != GREEN_SUSPENDED:
        return found
    problem = f"{why}; it cannot be {GREEN_SUSPENDED}"
    return replace(found, problem=problem, remedy=f"annotate it with {ANNOTATION}: {NO_HAND_OFF}")


def _movable(found: Found, obj: Json, sources: Sources) -> Found:
    """With the problem that keeps a sync from leaving it suspended."""
    if found.problem or found.policy != GREEN_SUSPENDED:
        return found
    if not found.source:
        return replace(
            found,
            problem="no Argo CD application renders it, so green does not get it",
            remedy=f"put it into Git, or annotate it with {ANNOTATION}: {NO_HAND_OFF}",
        )
    switch = switch_of(found.resource)
    if is_set_by_git(found.resource, obj):
        return replace(
            found,
            problem=f"its manifest sets spec.{switch}, so a sync would start it on green while blue runs it",
            remedy=f"leave spec.{switch} out of the manifest, or annotate it with {ANNOTATION}: {NO_HAND_OFF}",
        )
    if is_replaced(obj, sources.apps.get(found.source, {})):
        return replace(
            found,
            problem="it is synced with Replace or Force, which would start it on green while blue runs it",
            remedy=f"take that sync option away, or annotate it with {ANNOTATION}: {NO_HAND_OFF}",
        )
    return found
