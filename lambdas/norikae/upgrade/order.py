"""In which order applications move: the canary alone, then by number, and what is called before what calls it; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.errors import RefusedError
from norikae.traffic.applications import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.traffic.applications import Application
    from norikae.upgrade.plan import PlannedApplication

AFTER = PREFIX + "after"


def in_groups(
    applications: Sequence[tuple[Application, PlannedApplication]], known: Sequence[Application], canary: str = ""
) -> tuple[tuple[PlannedApplication, ...], ...]:
    """Groups of which each begins when the one before is done, names in alphabetical order inside a group.

    Args:
        applications: those of the run.
        known: all that Ingresses declare; an application that this run leaves where it is may be named as well.
        canary: the one that moves first, alone; "" for none.

    Raises:
        RefusedError: an annotation names nobody, leads in a circle or against ``norikae.dev/order``; or the canary does
            not exist, or is to move after others. The text names Ingress, annotation and remedy.
    """
    chosen, planned = {found.name: found for found, _ in applications}, {one.name: one for _, one in applications}
    everybody = {one.name for one in known}
    for found in chosen.values():
        _refuse_wrong_names(found, chosen, everybody)
    first = _first(chosen, everybody, canary)
    rest = {name: found for name, found in chosen.items() if name not in first}
    ranks = {name: (found.order, _depth(found, rest, ())) for name, found in rest.items()}
    groups = [first] if first else []
    groups += [[name for name in sorted(ranks) if ranks[name] == rank] for rank in sorted(set(ranks.values()))]
    return tuple(tuple(planned[name] for name in group) for group in groups)


def _first(chosen: Mapping[str, Application], everybody: set[str], canary: str) -> list[str]:
    if canary and canary not in everybody:
        raise RefusedError(
            f"shift.canary names {canary!r}, which no Ingress declares; there are: {', '.join(sorted(everybody))}"
        )
    if canary in chosen and (after := [one for one in chosen[canary].after if one in chosen]):
        raise _wrong(chosen[canary], f"lets it move after {', '.join(after)}", "take it away, or another shift.canary")
    return [canary] if canary in chosen else []


def _refuse_wrong_names(found: Application, chosen: Mapping[str, Application], everybody: set[str]) -> None:
    if unknown := sorted(set(found.after) - everybody):
        text = f"names {', '.join(unknown)}, which no Ingress declares"
        raise _wrong(found, text, f"there are: {', '.join(sorted(everybody))}")
    for name in found.after:
        if name in chosen and chosen[name].order > found.order:
            text = f"names {name}, whose {PREFIX}order {chosen[name].order} lets it move later than {found.order}"
            raise _wrong(found, text, "give both the same order")


def _depth(found: Application, chosen: Mapping[str, Application], above: tuple[str, ...]) -> int:
    """How many groups of its own number come before it."""
    if found.name in above:
        circle = " after ".join((*above[above.index(found.name) :], found.name))
        raise _wrong(found, f"leads in a circle: {circle}", "take one of them away")
    before = [chosen[name] for name in found.after if name in chosen and chosen[name].order == found.order]
    return max((1 + _depth(one, chosen, (*above, found.name)) for one in before), default=0)


def _wrong(found: Application, what: str, remedy: str) -> RefusedError:
    ingress = found.ingresses[0]
    return RefusedError(f"Ingress {ingress.namespace}/{ingress.name}: annotation {AFTER} {what}; {remedy}")
