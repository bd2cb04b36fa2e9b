"""One visit of one state: its data on the way in and on the way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.aws.step_functions import errors, paths
from local.aws.step_functions.errors import HistoryFullError, StateError
from local.aws.step_functions.payload import Scope, dumps, limited

if TYPE_CHECKING:
    from local.aws.step_functions.branch import Branch
    from local.aws.step_functions.run import Run

_LOCATED = (errors.RUNTIME, errors.PARAMETER_PATH, errors.RESULT_PATH, errors.INTRINSIC)


@dataclass(frozen=True, eq=False)
class Visit:
    """One visit of one state.

    Args:
        run: the execution's interpreter.
        branch: the line of states that visits.
        name: the state's name.
        state: its definition.
        data: its raw input.
        scope: what its paths can see.
        entered: the number of the event that recorded the entry.
    """

    run: Run
    branch: Branch
    name: str
    state: dict[str, Any]
    data: Any
    scope: Scope
    entered: int

    def selected(self) -> Any:
        """The input after ``InputPath``."""
        return self.scope.select(self.state.get("InputPath", "$"), self.data)

    def effective(self) -> Any:
        """The input after ``InputPath`` and ``Parameters``."""
        selected = self.selected()
        if "Parameters" not in self.state:
            return selected
        return limited(self.scope.fill(self.state["Parameters"], selected), f"The state/task '{self.name}'")

    def number(self, field: str, data: Any) -> float | None:
        """The seconds or the count of a field or of its ``...Path`` twin.

        Raises:
            StateError: the path does not lead to a whole number that is zero or more.
        """
        if f"{field}Path" not in self.state:
            value: float | None = self.state.get(field)
            return value
        path = self.state[f"{field}Path"]
        found = self.scope.select(path, data)
        if isinstance(found, bool) or not isinstance(found, int) or found < 0:
            cause = f"The {field}Path parameter does not reference a positive integer value: {path} == {dumps(found)}"
            raise StateError(errors.RUNTIME, cause)
        return found

    def completed(self, result: Any) -> Any:
        """The output of a state with a result: ``ResultSelector``, ``ResultPath``, ``OutputPath``."""
        limited(result, f"The state/task '{self.state.get('Resource', self.name)}'")
        if "ResultSelector" in self.state:
            result = self.scope.fill(self.state["ResultSelector"], result)
        return self.output(self.placed(result, self.state.get("ResultPath", "$")))

    def placed(self, result: Any, path: str | None) -> Any:
        """The raw input with a result at a path.

        Raises:
            StateError: ``States.ResultPathMatchFailure``.
        """
        if path is None:
            return self.data
        try:
            return paths.write(path, self.data, result)
        except paths.PathError as error:
            cause = f"Unable to apply step \"ResultPath\" with value '{path}' to input: {error}"
            raise StateError(errors.RESULT_PATH, cause) from error

    def output(self, data: Any) -> Any:
        """The data after ``OutputPath``, if it fits into 256 KiB."""
        return limited(self.scope.select(self.state.get("OutputPath", "$"), data), f"The state/task '{self.name}'")

    def located(self, error: StateError) -> StateError:
        """The error, naming this state as AWS does when the state itself is at fault."""
        here = "An error occurred while executing the state "
        if error.error not in _LOCATED or isinstance(error, HistoryFullError) or error.cause.startswith(here):
            return error
        return StateError(error.error, f"{here}'{self.name}' (entered at the event id #{self.entered}). {error.cause}")
