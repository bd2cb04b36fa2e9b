"""Claims that end because nothing is left to be emptied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from norikae.drain.told import tell_changes

if TYPE_CHECKING:
    from norikae.drain.claim import Claim, Outcome
    from norikae.ports import Ports


def finish(ports: Ports, claim: Claim, outcome: Outcome) -> None:
    """A claim is finished and people know, without a look at its node.

    Args:
        ports: the world.
        claim: an open one, or one that ended otherwise so far; as it was read.
        outcome: how it ends.

    Raises:
        ConflictError: somebody else wrote it meanwhile.
    """
    after = msgspec.structs.replace(claim, state="finished", outcome=outcome, finished_at=ports.now)
    after = next(iter(tell_changes(ports, [after])), after)
    ports.claims.write(after, instead_of=claim)


def forget_nodes(ports: Ports, cluster: str) -> None:
    """No claim on a node of a cluster that does not exist any more is open, however far ahead it was due.

    Args:
        ports: the world.
        cluster: its name.
    """
    for claim in ports.claims.open(cluster):
        finish(ports, claim, "gone")
