"""The states that do no work: Choice, Wait, Pass, Succeed, Fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.step_functions import choice as rules
from local.aws.step_functions import errors
from local.aws.step_functions.errors import StateError
from local.aws.step_functions.payload import dumps

if TYPE_CHECKING:
    from collections.abc import Generator

    import simpy

    from local.aws.step_functions.visit import Visit

    Move = tuple[Any, str | None]
    Moves = Generator[simpy.Event, Any, Move]


def choice(visit: Visit) -> Move:
    """Go to the first rule that holds.

    Raises:
        StateError: ``States.NoChoiceMatched``.
    """
    data = visit.selected()
    found = next((one for one in visit.state["Choices"] if rules.matches(one, data, visit.scope)), None)
    following = found["Next"] if found else visit.state.get("Default")
    if following is None:
        raise StateError(
            errors.NO_CHOICE,
            f"An error occurred while executing the state '{visit.name}' "
            f"(entered at the event id #{visit.entered}). Failed to transition out of the state. "
            "The state's choice rules did not match and no Default is specified.",
        )
    return visit.output(data), following


def wait(visit: Visit) -> Moves:
    """Let virtual time pass."""
    data = visit.selected()
    yield visit.run.timer(_seconds(visit, data))
    return visit.output(data), visit.state.get("Next")


def _seconds(visit: Visit, data: Any) -> float:
    seconds = visit.number("Seconds", data)
    if seconds is not None:
        return seconds
    value = visit.state.get("Timestamp")
    if value is None:
        value = visit.scope.select(visit.state["TimestampPath"], data)
    moment = rules.timestamp(value)
    if moment is None:
        cause = (
            "The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: "
            f"{dumps(value)}"
        )
        raise StateError(errors.RUNTIME, cause)
    return moment.timestamp() - visit.run.kernel.now()


def pass_(visit: Visit) -> Move:
    """Hand the input, or a fixed result, on."""
    data = visit.effective()
    result = visit.state.get("Result", data)
    return visit.output(visit.placed(result, visit.state.get("ResultPath", "$"))), visit.state.get("Next")


def succeed(visit: Visit) -> Move:
    """End well."""
    return visit.output(visit.selected()), None


def fail(visit: Visit) -> Move:
    """End badly.

    Raises:
        StateError: always.
    """
    data = visit.data
    raise StateError(_text(visit, "Error", data), _text(visit, "Cause", data))


def _text(visit: Visit, field: str, data: Any) -> str:
    if f"{field}Path" not in visit.state:
        return str(visit.state.get(field, ""))
    found = visit.scope.value(visit.state[f"{field}Path"], data, f"{field}Path")
    if not isinstance(found, str):
        raise StateError(errors.RUNTIME, f"The {field}Path parameter does not reference a string: {dumps(found)}")
    return found
