"""What has to be so after secrets have rotated in the middle of a shift, and whether it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.demo.checks import Check
from local.team_secrets import SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from local.aws.route53.zone import AppliedBatch
    from local.demo.rotation import Carried
    from norikae.traffic.applications import Application

RACE_SECONDS = 30
"""From a look at secrets to the write that it lets pass: what became current within it could not have been known."""


@dataclass(frozen=True, slots=True)
class Step:
    """A weight of green that was raised.

    Args:
        application: whose.
        at: when, in seconds since the epoch.
        weight: to how much.
    """

    application: str
    at: float
    weight: int


def steps(history: Iterable[AppliedBatch], hosts: Mapping[str, str], blue: frozenset[str]) -> list[Step]:
    """Every time that more weight went to green.

    Args:
        history: what Route 53 applied, oldest first.
        hosts: public name to application.
        blue: the set identifiers that are blue's.
    """
    found: dict[tuple[str, float], Step] = {}
    known: dict[tuple[str, str], int] = {}
    for batch in history:
        for change in batch.changes:
            record = change.record
            name, green = record.name.rstrip("."), record.identifier
            if name not in hosts or not green or green in blue or record.weight is None:
                continue
            before = known.get((name, green), 0)
            known[name, green] = weight = 0 if change.action == "DELETE" else record.weight
            if weight > before:
                found[hosts[name], batch.time] = Step(hosts[name], batch.time, weight)
    return list(found.values())


def rotation_checks(
    seen: Carried, taken: Sequence[Step], applications: Sequence[Application], *, everything: bool
) -> list[Check]:
    """What has to be so.

    Args:
        seen: what was seen of secrets.
        taken: the steps of the shift.
        applications: all of them.
        everything: whether every secret had to rotate, with events lost and a cluster unreachable.
    """
    found = [_arrived(seen, everything=everything), _gated(seen, taken, applications)]
    return [*found, _troubled(seen)] if everything else found


def _arrived(seen: Carried, *, everything: bool) -> Check:
    name = f"{'every secret' if everything else 'a secret'} rotated during the shift, and every cluster got it"
    missing = [f"{one.secret} on {cluster}" for one in seen.rotated for cluster in one.wanted - one.arrived.keys()]
    slowest = max((seconds for one in seen.rotated for seconds in one.arrived.values()), default=0.0)
    both = sum(len(one.wanted) > 1 for one in seen.rotated)
    names = {one.secret for one in seen.rotated}
    all_of_them = names == seen.current.keys() if everything else bool(names)
    detail = f"{len(names)} rotated, {both} of them in use on two clusters, the slowest was there after {slowest:.1f} s"
    return Check(name, all_of_them and both > 0 and not missing, "; ".join(missing) or detail)


def _gated(seen: Carried, taken: Sequence[Step], applications: Sequence[Application]) -> Check:
    spaces = {one.name: {ingress.namespace for ingress in one.ingresses} for one in applications}
    wrong = [text for step in taken for text in _lagging(seen, step, spaces[step.application])]
    detail = "; ".join(wrong) or f"{len(taken)} steps"
    return Check("no step was taken while a secret of the application lagged", bool(taken) and not wrong, detail)


def _lagging(seen: Carried, step: Step, spaces: set[str]) -> Iterator[str]:
    for (name, cluster), held in seen.held.items():
        secret = next(one for one in SECRETS if one.name == name)
        if secret.namespace not in spaces:
            continue
        due = max((number for at, number in seen.current[name] if at <= step.at - RACE_SECONDS), default=0)
        has = [0, *(number for at, number in held if at <= step.at)][-1]
        if has < due:
            yield f"{step.application} went to {step.weight} % while {name} was behind on {cluster}"


def _troubled(seen: Carried) -> Check:
    detail = f"{seen.lost} events lost, {seen.doubled} doubled, {seen.unreachable or 'no cluster'} unreachable"
    return Check("events were lost and doubled, and a cluster could not be reached", _is_troubled(seen), detail)


def _is_troubled(seen: Carried) -> bool:
    return bool(seen.lost and seen.doubled and seen.unreachable)
