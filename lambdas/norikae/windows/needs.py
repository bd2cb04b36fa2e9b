"""How long what follows may take in the worst case: what an opening has to have room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.traffic.history import whole_bake

if TYPE_CHECKING:
    from norikae.environment import Dns, Environment, Shift

STEP = "a step of a shift"


def step_seconds(shift: Shift, dns: Dns, *, bake_seconds: int, reverts_after: int = 0) -> int:
    """How long a weight may take from its write to the verdict: propagation, bake, looks without a verdict, one poll.

    Args:
        shift: its poll and its limit of looks without a verdict.
        dns: how long a change may be PENDING.
        bake_seconds: what the team or the environment wishes.
        reverts_after: seconds after which every external-dns has undone what it undoes; a bake lasts as long.
    """
    bake = max(whole_bake(bake_seconds, shift, dns), reverts_after)
    return dns.propagation_deadline + bake + (shift.thresholds.inconclusive_limit + 1) * shift.poll


def phase_seconds(environment: Environment) -> dict[str, int]:
    """The same for each phase that changes something, by its name.

    Shifts check each of their steps themselves. The watch over blue before its deletion changes nothing, so only the
    deletion counts.
    """
    clusters, argocd = environment.clusters, environment.argocd
    return {
        "ensure-green-cluster": clusters.build_deadline,
        "ensure-argo-cd": 2 * argocd.sync_deadline,  # and the platform after it
        "sync-applications": argocd.sync_deadline,
        "shift-applications": _first_step(environment),
        "decommission-blue": clusters.delete_deadline,
    }


def needs_of(environment: Environment) -> dict[str, int]:
    """Everything that is checked before it begins, by its name, in seconds."""
    return {**phase_seconds(environment), STEP: _first_step(environment)}


def _first_step(environment: Environment) -> int:
    shift = environment.shift
    return step_seconds(shift, environment.dns, bake_seconds=shift.bake)
