"""Whether a workload is large enough, and what would make it so; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from norikae.capacity.workloads import AUTOSCALERS, LOWEST

if TYPE_CHECKING:
    from norikae.capacity.workloads import Workload

OPT_OUT = 'norikae.dev/scale: "false" on its Ingress takes it as it is'


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows for one workload.

    Args:
        action: ``enough``, ``raise`` a field, ``wait`` for pods, or ``hold``.
        reason: why, in words; empty when it is large enough.
        resource: with ``raise``: ``plural.group`` of what has the field.
        name: with ``raise``: its name, in the workload's namespace.
        field: with ``raise``: a field of its ``spec``.
        was: with ``raise``: its value.
    """

    action: Literal["enough", "raise", "wait", "hold"]
    reason: str = ""
    resource: str = ""
    name: str = ""
    field: str = ""
    was: int = 0


def decide(workload: Workload, wanted: int, *, cluster: str, reverted: str) -> Decision:
    """What makes a workload as large as it has to be.

    Args:
        workload: as it is.
        wanted: ready pods that it needs.
        cluster: where it is, for the text.
        reverted: why a change of the field did not last, in words; empty when it did, or was not made yet.
    """
    scaler = workload.autoscaler
    lowest = scaler.lowest if scaler else workload.replicas
    # What is suspended an autoscaler leaves alone (horizontal.go, ScalingDisabled), and so do we. One that may scale
    # in does so before the traffic comes, however many pods there are now.
    if not workload.replicas or (workload.ready >= wanted and (scaler is None or lowest >= wanted)):
        return Decision("enough")
    why = f"{workload.title} on {cluster} has {workload.ready} ready pods of {wanted} that blue has"
    if lowest >= wanted:
        return Decision("wait", why)
    if scaler and scaler.highest < wanted:
        return Decision(
            "hold",
            f"{why}, and HorizontalPodAutoscaler {scaler.name} allows {scaler.highest}; raise maxReplicas in Git",
        )
    if reverted:
        return Decision("hold", f"{why}; {reverted}, or {OPT_OUT}")
    if scaler:
        return Decision("raise", why, AUTOSCALERS, scaler.name, LOWEST, scaler.lowest)
    return Decision("raise", why, workload.resource, workload.name, "replicas", workload.replicas)
