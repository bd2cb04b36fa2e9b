"""Who stayed with blue after its weight was 0, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from local.demo.checks import Check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.edge.lasting import LastingUsers


class Clung(NamedTuple):
    """Users of an application by the kind of their connections.

    ``seconds`` is from blue's weight 0 to the last use of such a connection there, and ``last_at`` that instant in
    seconds since the epoch.
    """

    application: str
    kind: str
    seconds: float
    last_at: float


def who_clung(lasting: Mapping[str, LastingUsers], blue: str, left_at: Mapping[str, float]) -> tuple[Clung, ...]:
    """Whoever used blue after its weight was 0.

    Args:
        lasting: the users whose connections outlive a request, by application.
        blue: the cluster.
        left_at: when its weight was first seen at 0, by application, in seconds since the epoch.
    """
    return tuple(
        Clung(application, place.kind, at - left_at[application], at)
        for application, users in sorted(lasting.items())
        for place, at in sorted(users.last_at.items())
        if place.cluster == blue and application in left_at and at > left_at[application]
    )


def clinging_checks(
    clung: tuple[Clung, ...], kinds: frozenset[str], ended_at: float | None, quiet: float
) -> list[Check]:
    """What has to be so when clients stick: they did, and blue's end began after the last of them.

    Args:
        clung: who did.
        kinds: the kinds of connections of which somebody has to.
        ended_at: when blue's end began, in seconds since the epoch; None when it never did.
        quiet: for how many seconds nobody may have talked to blue by then.
    """
    seen = {one.kind for one in clung}
    stayed = "; ".join(f"{one.application} {one.kind} {one.seconds:.0f} s" for one in clung)
    last = max((one.last_at for one in clung), default=0.0)
    waited = None if ended_at is None else ended_at - last
    return [
        Check("clients clung to blue after its weight was 0", kinds <= seen, stayed or "nobody did"),
        Check(
            f"blue's end began {quiet:.0f} s after the last of them at the earliest",
            waited is not None and waited >= quiet,
            "it never began" if waited is None else f"{waited:.0f} s after",
        ),
    ]
