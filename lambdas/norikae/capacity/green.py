"""Before the first weight: green is as large as blue, which the traffic of today has scaled out.

Without traffic green stands at its minimum, and an autoscaler needs minutes to see what comes with the first weight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from norikae.capacity.decide import decide
from norikae.capacity.healing import why_reverted
from norikae.capacity.ledger import Override, ScaleItem, Size, read_scale, write_scale
from norikae.capacity.looks import RENEWED, next_look
from norikae.capacity.workloads import Workload, workloads_of
from norikae.capacity.write import override, without
from norikae.drain.busy import is_disturbed
from norikae.traffic.applications import find_applications
from norikae.traffic.moving import Moving

if TYPE_CHECKING:
    from norikae.ports import Ports
    from norikae.traffic.applications import IngressRef
    from norikae.upgrade.identity import Writer

Answer = dict[str, Any]
INGRESSES = "ingresses.networking.k8s.io"


def scale_green(ports: Ports, writer: Writer, application: str, weight: int) -> Answer:
    """``go-on`` once green has as many ready pods as blue had, registered and healthy; else ``wait`` or ``hold``.

    Args:
        ports: the world.
        writer: in whose name.
        application: which.
        weight: green's weight that comes next, handed on.
    """
    moving = Moving.read(ports, writer, application)
    flags = moving.flags()
    if flags.aborted or flags.paused:
        following, said = ("roll-back", "aborted") if flags.aborted else ("hold", "paused")
        return _answer(following, weight, f"{said} by {flags.by or 'an operator'}")
    item = read_scale(ports, writer.run, application)
    scales = not item.large_enough and ports.environment.shift.scale and moving.planned.scale
    lag = _lagging_secrets(moving, weight)
    if not (scales or lag):
        if item.since is not None:
            write_scale(ports, writer, _over(item))
        return _answer("go-on", weight)
    look = _Look(moving, _noted(moving, item) if scales else _begun(moving, item))
    holds, waits = look.decided() if scales else ([], [])
    if scales and not (holds or waits):
        look.item = msgspec.structs.replace(look.item, large_enough=True)
    spent, deadline = ports.now - (look.item.since or ports.now), ports.environment.shift.scale_deadline
    if waits and spent > deadline:
        holds.append(f"green is not as large as blue after {deadline} s: {' | '.join(waits)}")
    if lag and spent > deadline:
        holds.append(f"{lag}; the first weight has waited for {deadline} s; resume when they are current")
    if holds:
        write_scale(ports, writer, _over(look.item))
        return _answer("hold", weight, " | ".join(holds))
    if lag:
        write_scale(ports, writer, look.item)
        waits.append(f"{lag}; the first weight waits")
    if waits:
        return {**_answer("wait", weight, " | ".join(waits)), "retry_after_seconds": next_look(spent)}
    write_scale(ports, writer, _over(look.item))
    return _answer("go-on", weight)


def _lagging_secrets(moving: Moving, weight: int) -> str:
    """Which secrets of the application keep it from a weight; one that was in force is only written once more."""
    if weight == moving.item.weight or not moving.ports.environment.secret_sync.secrets:
        return ""
    from norikae.secret_sync.gate import behind  # noqa: PLC0415 - without secrets nobody pays for it

    clusters = (moving.blue, moving.green)
    namespaces = {one.namespace for cluster in clusters for one in _ingresses(moving, cluster)}
    return behind(moving.ports, clusters, namespaces)


def _over(item: ScaleItem) -> ScaleItem:
    """Whoever comes here again, because the application was held, begins a wait of its own."""
    return msgspec.structs.replace(item, since=None, was_held=True)


def _answer(following: str, weight: int, reason: str = "") -> Answer:
    return {"next": following, "weight": weight, "waiting_for": reason}


def _noted(moving: Moving, item: ScaleItem) -> ScaleItem:
    """What blue has is noted once for each wait, while it still serves everything."""
    if item.since is not None:
        return item
    sizes = item.sizes
    if not (sizes and moving.item.weight):
        found = workloads_on(moving, moving.blue)
        # While blue's nodes are drained some of its pods are on their way; then what it wants is what it has.
        disturbed = is_disturbed(moving.ports, moving.blue)
        counts = [(one, max(one.ready, one.replicas) if disturbed else one.ready) for one in found]
        sizes = tuple(Size(one.resource, one.namespace, one.name, count) for one, count in counts if count)
    return _begun(moving, msgspec.structs.replace(item, sizes=sizes))


def _begun(moving: Moving, item: ScaleItem) -> ScaleItem:
    """The wait has a beginning, so that it has an end."""
    if item.since is not None:
        return item
    deadline = moving.ports.environment.shift.scale_deadline
    since = moving.ports.now - (max(0, deadline - RENEWED) if item.was_held else 0)
    return write_scale(moving.ports, moving.writer, msgspec.structs.replace(item, since=since))


def workloads_on(moving: Moving, cluster: str) -> tuple[Workload, ...]:
    """What serves the application in a cluster."""
    ingresses = _ingresses(moving, cluster)
    return workloads_of(moving.ports.kubernetes(cluster), ingresses) if ingresses else ()


def _ingresses(moving: Moving, cluster: str) -> tuple[IngressRef, ...]:
    found = find_applications(moving.ports.kubernetes(cluster).list(INGRESSES))
    return next((one.ingresses for one in found if one.name == moving.planned.name), ())


class _Look:
    """One look at every workload of an application on green."""

    def __init__(self, moving: Moving, item: ScaleItem) -> None:
        self.moving, self.item = moving, item

    def decided(self) -> tuple[list[str], list[str]]:
        """What holds and what is waited for; fields that have to be raised are raised on the way."""
        holds: list[str] = []
        waits: list[str] = []
        if not self.item.sizes:
            return holds, waits
        found = {one.key: one for one in workloads_on(self.moving, self.moving.green)}
        for size in self.item.sizes:
            # A workload that green does not have is not ours to judge: no weight is set before its targets are healthy.
            if workload := found.get(self._on_green(size)):
                self._decide(workload, size.ready, holds, waits)
        return holds, waits

    def _on_green(self, size: Size) -> tuple[str, str, str]:
        blue, green = self.moving.blue, self.moving.green
        return size.resource, size.namespace.replace(blue, green), size.name.replace(blue, green)

    def _decide(self, workload: Workload, wanted: int, holds: list[str], waits: list[str]) -> None:
        green = self.moving.green
        before = self._overridden(workload)
        reverted = ""
        if before and _value(workload) < before.now:
            reverted = why_reverted(self.moving, workload, before)
        decision = decide(workload, wanted, cluster=green, reverted=reverted)
        match decision.action:
            case "hold":
                holds.append(decision.reason)
                if before and reverted:  # it is as it was already, so nothing has to be taken back
                    self.item = without(self.item, before)
            case "raise":
                change = Override(
                    *(green, decision.resource, workload.namespace, decision.name, decision.field),
                    was=decision.was,
                    now=wanted,
                )
                self.item = override(self.moving.ports, self.moving.writer, self.item, change)
                waits.append(decision.reason)
            case "wait":
                waits.append(decision.reason)
            case "enough":
                waits += self._unregistered(workload, wanted)

    def _overridden(self, workload: Workload) -> Override | None:
        names = {workload.name, workload.autoscaler.name if workload.autoscaler else workload.name}
        return next(
            (
                one
                for one in self.item.overrides
                if one.cluster == self.moving.green and one.namespace == workload.namespace and one.name in names
            ),
            None,
        )

    def _unregistered(self, workload: Workload, wanted: int) -> list[str]:
        """Target groups of pods in which not every pod is healthy yet: a pod is ready before it is registered."""
        if not workload.replicas:
            return []
        groups = [
            group
            for balancer, resource in workload.behind
            for group in self.moving.ports.load_balancers.health(balancer, (resource,))
        ]
        return [
            f"{group.target_group} has {group.healthy} healthy targets, {wanted} are needed"
            for group in groups
            if group.of_pods and group.healthy < wanted
        ]


def _value(workload: Workload) -> int:
    return workload.autoscaler.lowest if workload.autoscaler else workload.replicas
