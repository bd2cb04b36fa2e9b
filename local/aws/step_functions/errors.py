"""The errors that the interpreter itself raises, by the names that Retry and Catch see.

Source: "Handling errors in Step Functions workflows", AWS Step Functions Developer Guide.
"""

from __future__ import annotations

from typing import Final

ALL: Final = "States.ALL"
BRANCH_FAILED: Final = "States.BranchFailed"
DATA_LIMIT: Final = "States.DataLimitExceeded"
HEARTBEAT: Final = "States.HeartbeatTimeout"
INTRINSIC: Final = "States.IntrinsicFailure"
NO_CHOICE: Final = "States.NoChoiceMatched"
PARAMETER_PATH: Final = "States.ParameterPathFailure"
PERMISSIONS: Final = "States.Permissions"
RESULT_PATH: Final = "States.ResultPathMatchFailure"
RUNTIME: Final = "States.Runtime"
TASK_FAILED: Final = "States.TaskFailed"
TIMEOUT: Final = "States.Timeout"

_UNSEEN_BY_ALL = (DATA_LIMIT, RUNTIME)
_UNSEEN_BY_TASK_FAILED = (TIMEOUT, HEARTBEAT, *_UNSEEN_BY_ALL)


class StateError(Exception):
    """A state failed.

    Args:
        error: the name that Retry and Catch compare.
        cause: the text for people, or the JSON that a task answered.
    """

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause

    def matches(self, names: list[str]) -> bool:
        """Whether a retrier or catcher with these ``ErrorEquals`` sees this error.

        ``States.ALL`` sees neither ``States.Runtime`` nor ``States.DataLimitExceeded``; ``States.TaskFailed`` sees
        everything but time-outs; ``States.Timeout`` also sees a missed heartbeat; nothing at all sees
        ``States.Runtime``.
        """
        if self.error == RUNTIME:
            return False
        return any(self._matches(name) for name in names)

    def _matches(self, name: str) -> bool:
        if name == ALL:
            return self.error not in _UNSEEN_BY_ALL
        if name == TASK_FAILED and self.error not in _UNSEEN_BY_TASK_FAILED:
            return True
        return name == self.error or (name == TIMEOUT and self.error == HEARTBEAT)


class HistoryFullError(StateError):
    """The execution has no room for another event; nothing catches this.

    Source: "Avoid reaching the history quota", AWS Step Functions Developer Guide.
    """

    def __init__(self) -> None:
        super().__init__(RUNTIME, "The execution reached the maximum number of history events (25000).")
