"""An adoption that was stopped, or failed, in the middle: the role that adopts is nobody's admin any more."""

from typing import Any

import msgspec

from norikae.errors import TransientError
from norikae.notify.tell import tell
from norikae.ports import Ports
from norikae.upgrade.adopted import AdoptionItem
from norikae.upgrade.identity import Writer

Answer = dict[str, Any]

LAST_LOOK_SECONDS = 120
"""A look that was under way when its execution was stopped goes on until its function's timeout, and may let in."""


def recover_adoption(ports: Ports, execution: str, status: str, stopped_at: float) -> Answer:
    """The adopting role is let in no longer, the adoption says why it stopped, and the environment is free.

    Args:
        ports: the world.
        execution: ARN of the execution of the machine ``adopt``.
        status: how it ended.
        stopped_at: when, in seconds since the epoch.

    Raises:
        TransientError: its last look may still be under way; the asynchronous retry takes away what that let in.
    """
    lease = ports.table.lease("")
    holder = lease.holder if lease else ""
    if holder != execution and _machine(holder) == _machine(execution):
        return {"outcome": "nothing-to-recover"}  # a further adoption needs the role, and lets it out itself
    for cluster in _clusters(ports):
        ports.eks.delete_access_entry(cluster, ports.settings.need("adopter"))
    if lease is None or holder != execution:
        return {"outcome": "nothing-to-recover"}
    if ports.now - stopped_at < LAST_LOOK_SECONDS:
        raise TransientError("the last look of the adoption may still be under way")
    reason = f"the execution was {status.lower()}; ask again"
    item = ports.table.environment("ADOPTION", AdoptionItem)
    if item is not None and item.execution == execution and not item.outcome:
        refused = msgspec.structs.replace(item, outcome="refused", reason=reason)
        ports.table.write_environment(Writer(lease.run, 1, lease.token), "ADOPTION", refused)
    text = f"{lease.run} was {status.lower()}: nobody is admin"
    facts: dict[str, Any] = {"execution": execution, "status": status, "clusters": _clusters(ports)}
    tell(ports, "adoption-recovered", text, severity="action", **facts)
    ports.table.release("", execution)
    return {"outcome": "refused"}


def _clusters(ports: Ports) -> list[str]:
    hub = ports.environment.argocd.hub
    return [ports.environment.clusters.adopt, *([hub.cluster] if hub else [])]


def _machine(execution: str) -> str:
    return execution.rpartition(":")[0]
