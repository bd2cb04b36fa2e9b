"""Workloads on blue that are restarted in the soak, so that the clients of their WebSockets reconnect, to green.

A WebSocket stays with its pod, whatever DNS says; whether ``client_keep_alive.seconds`` ends one, no source says. A pod
that ends does. The restart is that of ``kubectl rollout restart`` (kubectl's ``polymorphichelpers/objectrestarter.go``:
the annotation ``kubectl.kubernetes.io/restartedAt`` of the pod template), spread so that not all clients come at once.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from norikae.upgrade.state import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer
    from norikae.upgrade.plan import Plan

ITEM = "RESTARTS"
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
APART_SECONDS = 900
"""The longest pause between two restarts; with a short soak they come closer together."""


class RestartsItem(msgspec.Struct, frozen=True, kw_only=True):
    """``RESTARTS``: which workloads of blue are restarted in the soak, and when.

    Args:
        since: when the first look of the soak was, in seconds since the epoch; the restarts are spread from there.
        done: those that were asked for, or that blue has not.
    """

    since: float
    done: tuple[str, ...] = ()


def restart_on_blue(ports: Ports, writer: Writer, plan: Plan) -> tuple[str, ...]:
    """What is due has been restarted, each workload once in a run; the ones that are still to come.

    To be called once every application has arrived. A look that is done again asks for the same instant, and Kubernetes
    begins no second rollout for a pod template that does not change.

    Args:
        ports: the world.
        writer: in whose name.
        plan: the run's plan, with the workloads that the teams named.
    """
    wanted = tuple(dict.fromkeys(name for one in plan.applications() for name in one.restarts))
    if not wanted:
        return ()
    item = ports.table.read(writer.run, ITEM, RestartsItem)
    if item is None:
        item = RestartsItem(since=ports.now)
        ports.table.write(writer, ITEM, item)
    instants = schedule(writer.run, wanted, item.since, ports.environment.soak.duration)
    for name, due in instants.items():
        if name in item.done or due > ports.now:
            continue
        ports.table.write(writer, ITEM, item)  # whoever lost the lease is refused here: blue may serve again
        _restart(ports, writer, plan.blue.name, name, due)
        item = msgspec.structs.replace(item, done=(*item.done, name))
        ports.table.write(writer, ITEM, item)
    return tuple(name for name in wanted if name not in item.done)


def schedule(run: str, names: Sequence[str], since: float, duration_seconds: int) -> dict[str, float]:
    """When each workload is restarted: one after another, with pauses that only look random, in the soak's first half.

    Args:
        run: the run; another one has other pauses.
        names: what is restarted, in order.
        since: the beginning, in seconds since the epoch.
        duration_seconds: of the soak.
    """
    slot = min(APART_SECONDS, duration_seconds / 2 / len(names)) if names else 0.0
    return {name: since + slot * (place + _share(run, name)) for place, name in enumerate(names)}


def _share(run: str, name: str) -> float:
    """A number from 0 to 1 that belongs to a workload of a run."""
    return int.from_bytes(hashlib.sha256(f"{run}/{name}".encode()).digest()[:4]) / 2**32


def _restart(ports: Ports, writer: Writer, blue: str, name: str, due: float) -> None:
    resource, namespace, workload = name.split("/")
    api = ports.kubernetes(blue)
    instant = f"{datetime.fromtimestamp(due, UTC):%Y-%m-%dT%H:%M:%SZ}"
    is_there = api.get(resource, workload, namespace) is not None
    if is_there:
        template = {"metadata": {"annotations": {RESTARTED_AT: instant}}}
        api.patch(resource, workload, namespace, {"spec": {"template": template}})
    what = "restarted-on-blue" if is_there else "nothing-to-restart-on-blue"
    detail = {"workload": name, "cluster": blue, "restarted_at": instant}
    ports.table.log(writer.run, Event(at=ports.now, what=what, detail=detail))
