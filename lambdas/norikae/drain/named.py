"""The machine of a node that a person named."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from norikae.errors import NotFoundError
from norikae.upgrade.ports import read_clusters

if TYPE_CHECKING:
    from norikae.drain.interruption import Interruption
    from norikae.ports import Ports


def with_instance(ports: Ports, said: Interruption) -> Interruption | None:
    """The same with the instance of its node; None when no cluster of the environment has such a node.

    Args:
        ports: the world.
        said: with the node's name, and the cluster if the person named one: else blue and green are asked.
    """
    known = read_clusters(ports.table, ports.environment.clusters.adopt)
    for cluster in dict.fromkeys((said.cluster,) if said.cluster else (known.blue, known.green)):
        try:
            node = ports.yard(cluster).node(said.node) if cluster else None
        except NotFoundError:  # green is not built yet
            continue
        if node is not None and node.instance:
            return replace(said, instance=node.instance, cluster=cluster)
    return None
