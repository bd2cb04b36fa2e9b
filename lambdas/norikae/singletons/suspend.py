"""Before green's first sync: whatever must not run twice is there already, suspended, and the sync leaves it so.

A sync changes only the fields that the manifest has, so a CronJob whose manifest leaves ``suspend`` out stays
suspended, and a workload whose manifest leaves ``replicas`` out stays at 0 (Argo CD best practices, "Leaving Room For
Imperativeness"; a HorizontalPodAutoscaler does not touch a target with 0 replicas).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.errors import RefusedError
from norikae.singletons.ledger import key_of, on_green, read_ledger, write
from norikae.singletons.policy import (
    ANNOTATION,
    GREEN_SUSPENDED,
    POLICIES,
    RESOURCES,
    declared,
    is_replaced,
    of_size,
    size_of,
    switch_of,
)
from norikae.upgrade.plan import PlannedSingleton
from norikae.upgrade.state import SingletonItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer
    from norikae.upgrade.plan import Plan

MARK = "norikae.dev/suspended-by"
"""Annotation on what norikae suspended: the run, for whoever wonders why nothing runs."""


def suspended(ports: Ports, writer: Writer, plan: Plan, application: Json, targets: Iterable[Json]) -> tuple[str, ...]:
    """Every singleton of one Application is on green and does not run there; the names of those that it is about.

    Nothing is touched that was handed off to green already. To be called before the Application's first sync on
    green, and again as often as one likes.

    Args:
        ports: the world.
        writer: in whose name.
        plan: the run's plan.
        application: green's Application, for its namespace and its options.
        targets: the manifests that a sync would apply.

    Raises:
        RefusedError: nobody says whether something may run twice, or a sync would start it.
    """
    ledger = read_ledger(ports, plan)
    names: list[str] = []
    for target in _placed(targets, application):
        if not _must_not_run_twice(target, application):
            continue
        _refuse_what_would_run(target, application)
        singleton = _on_blue(plan, target)
        item = ledger.get(key_of(singleton), SingletonItem(singleton=singleton))
        names.append(f"{target['kind']} {target['metadata']['namespace']}/{target['metadata']['name']}")
        if item.place in ("to-green", "green"):
            continue
        write(ports, writer, item)
        _ensure_suspended(ports.kubernetes(plan.green.name), plan.run, target)
    return tuple(names)


def _placed(targets: Iterable[Json], application: Json) -> Iterator[Json]:
    """The manifests of kinds that can be suspended, each in the namespace that a sync puts it into."""
    default = (application["spec"].get("destination") or {}).get("namespace", "default")
    for target in targets:
        namespace = target["metadata"].get("namespace") or default
        placed = {**target, "metadata": {**target["metadata"], "namespace": namespace}}
        if target.get("kind") in RESOURCES:
            yield placed
        elif declared(target) == GREEN_SUSPENDED:
            raise RefusedError(
                f"{_title(placed)} is annotated {ANNOTATION}: {GREEN_SUSPENDED}, but norikae can suspend a "
                f"{', '.join(RESOURCES)} only; suspend it yourselves and say manual, or say both"
            )


def _must_not_run_twice(target: Json, application: Json) -> bool:
    own, is_workload = declared(target), target["kind"] != "CronJob"
    policy = own or ("" if is_workload else declared(application))
    if (is_workload and not own) or size_of(RESOURCES[target["kind"]], target) == 0:
        return False
    if policy not in POLICIES:
        raise RefusedError(
            f"{_title(target)} would run in both clusters, and its {ANNOTATION} is {policy or 'missing'}; annotate it, "
            f"or its Argo CD Application, with one of {', '.join(POLICIES)} (docs/application-teams.md)"
        )
    return policy == GREEN_SUSPENDED


def _refuse_what_would_run(target: Json, application: Json) -> None:
    switch = switch_of(RESOURCES[target["kind"]])
    if switch in (target.get("spec") or {}):
        raise RefusedError(
            f"{_title(target)} sets spec.{switch}, so a sync would start it on green while blue runs it; leave the "
            f"field out of the manifest, or annotate it with {ANNOTATION}: both or manual"
        )
    if is_replaced(target, application):
        raise RefusedError(
            f"{_title(target)} is synced with Replace or Force, which would start it on green while blue runs it; take "
            f"that sync option away, or annotate it with {ANNOTATION}: both or manual"
        )


def _on_blue(plan: Plan, target: Json) -> PlannedSingleton:
    """The plan's entry for a manifest of green, or a new one, handed off last, when it came after the plan."""
    resource, meta = RESOURCES[target["kind"]], target["metadata"]
    where = (meta["namespace"], meta["name"])
    for one in plan.singletons:
        if one.resource == resource and on_green(plan, one) == where:
            return one
    namespace, name = (text.replace(plan.green.name, plan.blue.name) for text in where)
    return PlannedSingleton(resource=resource, namespace=namespace, name=name, policy=GREEN_SUSPENDED)


def _ensure_suspended(kubernetes: Kubernetes, run: str, target: Json) -> None:
    resource, meta = RESOURCES[target["kind"]], target["metadata"]
    found = kubernetes.get(resource, meta["name"], meta["namespace"])
    if found is None:
        if kubernetes.get("namespaces", meta["namespace"]) is None:
            kubernetes.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": meta["namespace"]}})
        marked = {**meta, "annotations": {**(meta.get("annotations") or {}), MARK: run}}
        spec = {**target["spec"], **of_size(resource, 0)}
        kubernetes.create({**target, "metadata": marked, "spec": spec})
    elif size_of(resource, found):
        version = found["metadata"]["resourceVersion"]
        body = {
            "metadata": {"annotations": {MARK: run}, "resourceVersion": version},
            "spec": of_size(resource, 0),
        }
        kubernetes.patch(resource, meta["name"], meta["namespace"], body)


def _title(target: Json) -> str:
    return f"{target['kind']} {target['metadata']['namespace']}/{target['metadata']['name']}"
