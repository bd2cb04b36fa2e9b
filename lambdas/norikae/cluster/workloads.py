"""Whether a workload runs as its object asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from norikae.cluster.ports import Json


def unready_reason(workload: Json) -> str:
    """Why a Deployment, StatefulSet or DaemonSet is not complete; empty when it is.

    The rules are those of ``kubectl rollout status``: the controller has seen the newest generation, and as many
    updated and available pods run as are wanted (kubectl ``polymorphichelpers/rollout_status.go``).
    """
    metadata, status = workload["metadata"], workload.get("status", {})
    what = f"{workload.get('kind', 'workload').lower()} {metadata['name']}"
    if status.get("observedGeneration", 0) < metadata.get("generation", 1):
        return f"{what} is not looked at by its controller yet"
    if workload.get("kind") == "DaemonSet":
        wanted = status.get("desiredNumberScheduled", 0)
        updated, available = status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)
    else:
        wanted = workload.get("spec", {}).get("replicas", 1)
        updated = status.get("updatedReplicas", 0)
        # A StatefulSet's availableReplicas came later than its readyReplicas; either says that pods serve.
        available = status.get("availableReplicas", status.get("readyReplicas", 0))
    if updated < wanted:
        return f"{what} has {updated} of {wanted} pods updated"
    if available < wanted:
        return f"{what} has {available} of {wanted} pods available"
    return ""


def node_is_ready(node: Json) -> bool:
    """Whether the kubelet says that the node is Ready."""
    return condition(node, "Ready") == "True"


def condition(obj: Json, kind: str) -> str:
    """The status of a condition ("True", "False", "Unknown"); "" when the object has none of that kind."""
    for found in obj.get("status", {}).get("conditions") or []:
        if found.get("type") == kind:
            return str(found.get("status", ""))
    return ""
