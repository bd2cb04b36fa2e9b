"""How long things take in a cluster."""

from __future__ import annotations

from dataclasses import dataclass

Bounds = tuple[float, float]
"""The shortest and the longest time, in seconds; each case is drawn from a seeded stream."""


@dataclass(frozen=True)
class Paces:
    """How long things take in a cluster, in seconds.

    Args:
        boot: between a kubelet's registration and Ready; CNI and kube-proxy start in this time.
        start: between a pod's binding and the start of its containers.
        probe: between the start and the first passed readiness probe, besides ``initialDelaySeconds``.
        stop: between a container's SIGTERM and its end.
        disruption_lag: between a change of a pod and the status of its budget, which the disruption controller writes.
        detach: between the end of a volume's last pod on a node and the end of its VolumeAttachment.
        attach: between the binding of a pod and the attachment of its free volumes.
    """

    boot: Bounds = (15.0, 35.0)
    start: Bounds = (2.0, 6.0)
    probe: Bounds = (2.0, 8.0)
    stop: Bounds = (0.5, 3.0)
    disruption_lag: Bounds = (0.1, 0.5)
    detach: Bounds = (2.0, 6.0)
    attach: Bounds = (1.0, 3.0)
