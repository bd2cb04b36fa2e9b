"""Which cluster serves today: the one of the record, unless the tags of living clusters tell another story."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.cluster.names import ENVIRONMENT_TAG, ROLE_TAG
from norikae.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from norikae.cluster.eks_port import Cluster, Eks
    from norikae.environment import Environment


def serving_cluster(eks: Eks, environment: Environment, recorded: str) -> Cluster:
    """The cluster that serves, by the record and by its tags.

    Args:
        eks: Amazon EKS.
        environment: whose cluster it is.
        recorded: the blue of the record, or ``clusters.adopt`` before there is one.

    Raises:
        NotFoundError: EKS does not know it.
        RefusedError: it is not tagged with the environment, or another living cluster is tagged as its blue.
    """
    blue = eks.cluster(recorded)
    if blue is None:
        raise unknown(recorded)
    owner = blue.tags.get(ENVIRONMENT_TAG)
    if owner is None:
        raise RefusedError(
            f"cluster {recorded} has no tag {ENVIRONMENT_TAG}, so norikae was never let in; "
            f'send operator_command {{"command": "adopt", "cluster": "{recorded}"}} first'
        )
    if owner != environment.environment:
        raise RefusedError(
            f"cluster {recorded} is tagged {ENVIRONMENT_TAG}={owner}, expected {environment.environment}; "
            "one cluster serves one environment"
        )
    for other in _others(eks, environment, recorded):
        if other.tags.get(ENVIRONMENT_TAG) == owner and other.tags.get(ROLE_TAG) == "blue":
            raise RefusedError(
                f"blue is {recorded} by the record, but {other.name} is tagged {ROLE_TAG}=blue; "
                "take the tag off the one that does not serve, or unadopt it"
            )
    return blue


def unknown(recorded: str) -> NotFoundError:
    """The error for a blue of the record that EKS does not know."""
    return NotFoundError(
        f"blue is {recorded} by the record, but EKS knows no such cluster; correct clusters.adopt in the "
        "environment file (docs/runbook.md, 'EKS knows no such cluster')"
    )


def _others(eks: Eks, environment: Environment, recorded: str) -> list[Cluster]:
    """The other clusters that may be of this environment, by their names; nobody else's are looked at."""
    clusters = environment.clusters
    names = [
        name
        for name in sorted(eks.cluster_names() - {recorded})
        if name == clusters.adopt or name.startswith(f"{clusters.prefix}-")
    ]
    return [found for name in names if (found := eks.cluster(name)) is not None]
