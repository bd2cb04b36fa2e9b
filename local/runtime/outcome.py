"""What came of one invocation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a function, or the error that took its place.

    Args:
        payload: what the handler returned, as JSON values.
        error_type: the Python class of the handler's exception, ``Sandbox.Timedout``, ``Runtime.ExitError``, or
            ``Lambda.<code>`` when Lambda itself refused; empty on success.
        error_message: the text of the error.
        trace: the handler's stack, outermost first.
        request_id: the id that the handler saw as ``aws_request_id``.
    """

    payload: Any = None
    error_type: str = ""
    error_message: str = ""
    trace: tuple[str, ...] | None = None
    request_id: str = ""

    @property
    def failed(self) -> bool:
        """Whether an error took the place of the answer."""
        return bool(self.error_type)

    @property
    def refused(self) -> bool:
        """Whether Lambda refused before any code ran."""
        return self.error_type.startswith("Lambda.")

    def error(self) -> dict[str, Any]:
        """The JSON that Lambda answers in place of a payload ("Lambda function errors in Python", Lambda guide)."""
        if self.trace is None:
            return {"errorType": self.error_type, "errorMessage": self.error_message}
        return {
            "errorMessage": self.error_message,
            "errorType": self.error_type,
            "requestId": self.request_id,
            "stackTrace": list(self.trace),
        }
