"""Whether every transition of a definition has its target, and every state a way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def transitions(state: dict[str, Any], at: str) -> Iterator[tuple[Any, str]]:
    """Where a state may go, with the place that says so."""
    for key in ("Next", "Default"):
        if key in state:
            yield state[key], f"{at}/{key}"
    for number, rule in enumerate(state.get("Choices") or []):
        yield rule.get("Next"), f"{at}/Choices[{number}]/Next"
    for number, catcher in enumerate(state.get("Catch") or []):
        yield catcher.get("Next"), f"{at}/Catch[{number}]/Next"


def graph_faults(flow: dict[str, Any], at: str) -> Iterator[str]:
    """Missing targets, and states that nothing leads to."""
    states = flow["States"]
    start = flow.get("StartAt")
    if not isinstance(start, str) or start not in states:
        yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {start} at {at}/StartAt"
        return
    for name, state in states.items():
        for target, where in transitions(state, f"{at}/States/{name}"):
            if target not in states:
                yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {where}"
    for name in states:
        if name not in _reached(states, start):
            yield f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {at}/States/{name}'


def _reached(states: dict[str, Any], start: str) -> set[str]:
    reached, ahead = set[str](), [start]
    while ahead:
        name = ahead.pop()
        if name in reached or name not in states:
            continue
        reached.add(name)
        ahead.extend(target for target, _ in transitions(states[name], ""))
    return reached
