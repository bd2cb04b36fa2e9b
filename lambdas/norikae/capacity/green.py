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
    if item.large_enough or not (ports.environment.shift.scale and moving.planned.scale):
        return _answer("go-on", weight)
    look = _Look(moving, _noted(moving, item))
    holds, waits = look.decided()
    spent, deadline = ports.now - (look.item.since or ports.now), ports.environment.shift.scale_deadline
    if waits and spent > deadline:
        holds.append(f"green is not as large as blue after {deadline} s: {' | '.join(waits)}")
    if holds:
        _keep(look, since=None, was_held=True)  # whoever resumes begins a wait of its own
        return _answer("hold", weight, " | ".join(holds))
    if waits:
        return {**_answer("wait", weight, " | ".join(waits)), "retry_after_seconds": next_look(spent)}
    _keep(look, large_enough=True)
    return _answer("go-on", weight)


def _keep(look: _Look, **changes: object) -> None:
    write_scale(look.moving.ports, look.moving.writer, msgspec.structs.replace(look.item, **changes))


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
    deadline = moving.ports.environment.shift.scale_deadline
    since = moving.ports.now - (max(0, deadline - RENEWED) if item.was_held else 0)
    return write_scale(moving.ports, moving.writer, msgspec.structs.replace(item, sizes=sizes, since=since))


def workloads_on(moving: Moving, cluster: str) -> tuple[Workload, ...]:
    """What serves the application in a cluster."""
    kubernetes = moving.ports.kubernetes(cluster)
    found = find_applications(kubernetes.list(INGRESSES))
    mine = next((one for one in found if one.name == moving.planned.name), None)
    return workloads_of(kubernetes, mine.ingresses) if mine else ()


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
