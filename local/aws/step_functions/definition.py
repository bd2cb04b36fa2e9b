"""Whether a definition is a state machine: fields, types, paths and the graph.

The texts follow AWS's (``SCHEMA_VALIDATION_FAILED``, ``MISSING_TRANSITION_TARGET``). What AWS runs and this simulator
does not is refused too, but as a 501, so that nobody takes it for a mistake of the machine.
Source: Amazon States Language specification; "Supported fields" of each state in the Developer Guide.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.aws.simulator import AwsError
from local.aws.step_functions import fields, tasks
from local.aws.step_functions.graph import graph_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIMIT = 1024 * 1024


def parsed(text: str) -> dict[str, Any]:
    """The definition as a dictionary.

    Raises:
        AwsError: ``InvalidDefinition`` with every fault, or 501 for what is outside the simulator's scope.
    """
    try:
        definition = json.loads(text)
    except ValueError as error:
        raise AwsError(
            "InvalidDefinition", f"Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: {error}'"
        ) from error
    if not isinstance(definition, dict) or len(text) > _LIMIT:
        raise AwsError("InvalidDefinition", "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION'")
    _in_scope(definition)
    faults = list(found(definition))
    if faults:
        raise AwsError("InvalidDefinition", f"Invalid State Machine Definition: '{', '.join(faults)}'")
    return definition


def found(definition: dict[str, Any]) -> Iterator[str]:
    """Every fault of a definition."""
    yield from fields.unknown(definition, fields.MACHINE, "/")
    yield from _flow(definition, "")


def _flow(flow: Any, at: str) -> Iterator[str]:
    if not isinstance(flow, dict) or not isinstance(flow.get("States"), dict) or not flow["States"]:
        yield f"SCHEMA_VALIDATION_FAILED: A non-empty object States is required at {at}/States"
        return
    for name, state in flow["States"].items():
        yield from _state(name, state, f"{at}/States/{name}")
    if all(isinstance(state, dict) for state in flow["States"].values()):
        yield from graph_faults(flow, at)


def _state(name: str, state: Any, at: str) -> Iterator[str]:
    if not isinstance(state, dict) or state.get("Type") not in fields.STATES:
        yield f"SCHEMA_VALIDATION_FAILED: Unknown or missing Type at {at}/Type"
        return
    if len(name) > fields.LONGEST_NAME:
        yield f"SCHEMA_VALIDATION_FAILED: The state name is longer than {fields.LONGEST_NAME} characters at {at}"
    yield from fields.state_faults(state, at)
    for inner, where in _inner(state, at):
        yield from _flow(inner, where)


def _inner(state: dict[str, Any], at: str) -> Iterator[tuple[Any, str]]:
    if state["Type"] == "Parallel":
        for number, branch in enumerate(state.get("Branches") or []):
            yield branch, f"{at}/Branches[{number}]"
    if state["Type"] == "Map":
        key = "ItemProcessor" if "ItemProcessor" in state else "Iterator"
        if key in state:
            yield state[key], f"{at}/{key}"


def _states(flow: Any) -> Iterator[dict[str, Any]]:
    """Every state of a flow and of the flows inside it, as far as the shape allows."""
    states = flow.get("States") if isinstance(flow, dict) else None
    for state in states.values() if isinstance(states, dict) else ():
        if isinstance(state, dict) and "Type" in state:
            yield state
            for inner, _ in _inner(state, ""):
                yield from _states(inner)


def integrations(definition: dict[str, Any]) -> set[str]:
    """The resources of every Task."""
    return {state["Resource"] for state in _states(definition) if state["Type"] == "Task"}


def _in_scope(definition: dict[str, Any]) -> None:
    for part in (definition, *_states(definition)):
        if part.get("QueryLanguage", "JSONPath") != "JSONPath" or "Assign" in part:
            _refuse("JSONata and variables")
        processor = part.get("ItemProcessor")
        if isinstance(processor, dict) and processor.get("ProcessorConfig", {}).get("Mode", "INLINE") != "INLINE":
            _refuse("Map in DISTRIBUTED mode")
        if "Credentials" in part:
            _refuse("Credentials of a Task")
        resource = part.get("Resource")
        if part.get("Type") == "Task" and isinstance(resource, str) and not tasks.supported(resource):
            _refuse(f"the resource {resource}")
        parameters = part.get("Parameters")
        kind = parameters.get("InvocationType") if isinstance(parameters, dict) else None
        if kind not in (None, "RequestResponse"):
            _refuse("an asynchronous lambda:invoke")


def _refuse(what: str) -> None:
    raise AwsError("NotImplemented", f"{what} is outside the scope of the Step Functions simulator", 501)
