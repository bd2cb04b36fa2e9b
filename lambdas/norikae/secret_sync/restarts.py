"""Whose consumers are asked to restart after a secret was carried: one cluster after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.secret_sync.letter import Restart
from norikae.upgrade.ports import read_clusters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.ports import Ports
    from norikae.secret_sync.delivery import Delivery
    from norikae.secret_sync.look import Looked


def ask_for_restarts(ports: Ports, done: Sequence[tuple[Looked, Mapping[str, Delivery]]]) -> int:
    """One letter is in the queue for every namespace with Secrets that replaced a version; how many namespaces.

    It depends on what the Secrets are, not on who wrote them: until a delivery of the version is written down, after
    this, that has every target current, each look sends the letters again. A write whose answer was lost did happen, so
    a failure says nothing, and it stays unsaid after a refusal. Restarting what has been restarted does nothing.

    Args:
        ports: the world.
        done: what became of each secret of a batch, with the deliveries before, by cluster.
    """
    changed: dict[str, dict[str, set[str]]] = {}
    for looked, known in done:
        for one in looked.outcomes:
            before = known.get(one.cluster)
            is_new = before is None or not one.version or before.version != one.version or before.state != "current"
            was_written = (one.cluster, one.target.namespace, one.secret) in looked.wrote
            if one.secret and (is_new or was_written):
                changed.setdefault(one.cluster, {}).setdefault(one.target.namespace, set()).add(one.secret)
    if not changed:
        return 0
    clusters = read_clusters(ports.table, ports.environment.clusters.adopt)
    order = [name for name in (clusters.green, clusters.blue) if name in changed]
    for number, cluster in enumerate(order):
        letters = [
            Restart(cluster, namespace, tuple(sorted(names)), after=tuple(order[:number]))
            for namespace, names in sorted(changed[cluster].items())
        ]
        ports.letters.send(letters, after_seconds=ports.environment.secret_sync.restart_apart if number else 0)
    return sum(len(changed[cluster]) for cluster in order)
