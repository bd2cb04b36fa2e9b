"""What a person may ask of secret sync; it needs no run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.errors import BadRequestError
from norikae.secret_sync.letter import Sweep
from norikae.secret_sync.survey import live_clusters

if TYPE_CHECKING:
    from norikae.ports import Ports

Answer = dict[str, Any]


def sweep_secrets(ports: Ports, cluster: str) -> Answer:
    """Every secret that the clusters name is looked at, and carried where it is not current.

    Args:
        ports: the world.
        cluster: one only; "" for all that live.

    Raises:
        BadRequestError: no secrets are carried, or the cluster is neither blue nor green.
    """
    _refuse_without_secrets(ports, "sweep-secrets")
    live = live_clusters(ports)
    if cluster and cluster not in live:
        there_are = ", ".join(live) or "none"
        raise BadRequestError(
            f"command: cluster: {cluster} is neither blue nor green by the record; there are: {there_are}"
        )
    ports.letters.send((Sweep(why="operator", cluster=cluster),))
    return {"sent": "sweep", "clusters": [cluster] if cluster else list(live)}


def redrive_secrets(ports: Ports) -> Answer:
    """What is among the dead letters about secrets is tried once more.

    Raises:
        BadRequestError: no secrets are carried.
        RefusedError: an earlier redrive still runs.
    """
    _refuse_without_secrets(ports, "redrive-secrets")
    return {"sent": "dead letters", "task": ports.letters.redrive()}


def _refuse_without_secrets(ports: Ports, verb: str) -> None:
    if not ports.environment.secret_sync.secrets:
        raise BadRequestError(
            f"command: {verb}: this environment carries no secrets; name them in secret_sync.secrets of the "
            "environment file and deploy"
        )
