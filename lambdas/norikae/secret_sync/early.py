"""Green starts with current values: whoever carries secrets hears of it before anybody there waits for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.secret_sync.letter import Sweep

if TYPE_CHECKING:
    from norikae.ports import Ports


def carry_to(ports: Ports, green: str, *, only_new: bool = False) -> None:
    """What a cluster that is about to serve wants is carried there; nothing without secrets in the environment file.

    Args:
        ports: the world.
        green: the cluster.
        only_new: only those of declarations that nobody has carried yet, for whoever asks at every look.
    """
    if ports.environment.secret_sync.secrets:
        ports.letters.send((Sweep(why="green", cluster=green, only_new=only_new),))
