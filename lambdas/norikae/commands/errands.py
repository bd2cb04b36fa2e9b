"""What needs no run: a machine of its own, or whoever reads the queue of secrets, does it and tells how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.errors import RefusedError
from norikae.upgrade.identity import EXECUTION_NAME_LIMIT
from norikae.upgrade.state import ClustersItem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from norikae.commands.model import Command, Verb
    from norikae.ports import Ports

Answer = dict[str, Any]


def adopt(ports: Ports, command: Command) -> Answer:
    """An execution lets norikae into the cluster that serves, or takes that back."""
    cluster = command.cluster or ports.environment.clusters.adopt
    request = {"cluster": cluster, "undo": command.command == "unadopt", "by": command.by, "reason": command.reason}
    name = f"{command.command}-{cluster}-{ports.now:.0f}"[:EXECUTION_NAME_LIMIT]
    ports.executions.start(ports.settings.need("adopt_machine"), name, request)
    return {"started": name, "cluster": cluster}


def clean_green(ports: Ports, command: Command) -> Answer:
    """An execution removes green.

    Raises:
        RefusedError: there is none, and none is named.
    """
    clusters = ports.table.environment("CLUSTERS", ClustersItem)
    cluster = command.cluster or (clusters.green if clusters else "")
    if not cluster:
        raise RefusedError("there is no green by the record; name the cluster that is to be removed")
    request = {"cluster": cluster, "by": command.by, "reason": command.reason}
    name = f"{command.command}-{cluster}-{ports.now:.0f}"[:EXECUTION_NAME_LIMIT]
    ports.executions.start(ports.settings.need("clean_machine"), name, request)
    return {"started": name, "cluster": cluster}


def sweep(ports: Ports, command: Command) -> Answer:
    """Every secret that the clusters name is looked at."""
    from norikae.secret_sync.by_hand import sweep_secrets  # noqa: PLC0415 - other errands pay nothing for it

    return sweep_secrets(ports, command.cluster)


def redrive(ports: Ports, _: Command) -> Answer:
    """What was laid aside about secrets is tried once more."""
    from norikae.secret_sync.by_hand import redrive_secrets  # noqa: PLC0415 - as above

    return redrive_secrets(ports)


ERRANDS: Mapping[Verb, Callable[[Ports, Command], Answer]] = {
    "adopt": adopt,
    "unadopt": adopt,
    "clean-green": clean_green,
    "sweep-secrets": sweep,
    "redrive-secrets": redrive,
}
