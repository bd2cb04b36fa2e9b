"""One execution at a time drains a cluster; whoever writes a claim makes sure that there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.upgrade.identity import short_hash

if TYPE_CHECKING:
    from norikae.drain.claim import Wave
    from norikae.ports import Ports

LONGEST_NAME = 80
"""Of an execution (Step Functions API reference, StartExecution)."""


def execution_name(cluster: str, wave: Wave) -> str:
    """``drain-<cluster>-<wave>``; the middle of a long cluster's name becomes its hash."""
    suffix = f"-{wave.number}"
    room = LONGEST_NAME - len("drain-") - len(suffix)
    short = cluster if len(cluster) <= room else f"{cluster[: room - 9]}-{short_hash(cluster)}"
    return f"drain-{short}{suffix}"


def poke(ports: Ports, cluster: str) -> None:
    """An execution is running that reads the cluster's claims after this call began.

    The open wave's execution is started; that it runs already is no error (same name, same input: StartExecution is
    idempotent while it runs). When it has ended without closing its wave, the next wave is opened and started.
    Its end loses nothing: it closes the wave first and reads the claims once more after that.
    """
    wave = ports.claims.wave(cluster)
    if not _start(ports, cluster, wave):
        ports.claims.close(cluster, wave)
        _start(ports, cluster, ports.claims.wave(cluster))


def _start(ports: Ports, cluster: str, wave: Wave) -> bool:
    request = {"cluster": cluster, "wave": wave.number}
    return ports.executions.start(ports.settings.need("drain_machine"), execution_name(cluster, wave), request)
