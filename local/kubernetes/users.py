"""Who asks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    """An authenticated caller, as the authenticator names it."""

    name: str
    groups: tuple[str, ...] = ()


MASTERS = "system:masters"

SYSTEM = User("system:kube-controller-manager", (MASTERS,))
"""The cluster's own controllers; they may do everything."""
