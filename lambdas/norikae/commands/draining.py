"""A person wants one node to be emptied: the queue of interruptions hears of it, and the drain does the rest."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from norikae.errors import BadRequestError
from norikae.upgrade.identity import short_hash
from norikae.upgrade.ports import read_clusters

if TYPE_CHECKING:
    from norikae.commands.model import Command
    from norikae.ports import Ports

NODE = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
"""A DNS subdomain (Kubernetes docs, "Object Names and IDs"); ids of instances look like one, too."""
SAME = 60
"""Seconds within which the same word about the same node is one event."""


def drain(ports: Ports, command: Command) -> dict[str, Any]:
    """The node has a letter in the queue of interruptions, at least once; the messages of its episode tell the rest.

    Args:
        ports: the world.
        command: with the node's name, or its instance's id.

    Raises:
        BadRequestError: it is no name, or the cluster is neither blue nor green.
    """
    if not NODE.fullmatch(command.node):
        raise BadRequestError(
            f"command: node: {command.node!r} is no name of a node; write it as kubectl get nodes shows it, or the id "
            "of its instance"
        )
    clusters = read_clusters(ports.table, ports.environment.clusters.adopt)
    known = [name for name in (clusters.blue, clusters.green) if name]
    if command.cluster and command.cluster not in known:
        there_are = ", ".join(known) or "none"
        raise BadRequestError(
            f"command: cluster: {command.cluster} is neither blue nor green by the record; there are: {there_are}"
        )
    at = datetime.fromtimestamp(int(ports.now), UTC)
    letter = {
        "source": "norikae",
        "detail-type": "Drain Node",
        "id": f"asked-{short_hash(f'{command.node}/{command.cluster}/{int(ports.now) // SAME}')}",
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "detail": {"node": command.node, "cluster": command.cluster, "by": command.by[:200]},
    }
    ports.notes.drain(letter)
    return {"asked": command.node, "clusters": [command.cluster] if command.cluster else known}
