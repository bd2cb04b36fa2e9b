"""What the terminal's exit codes mean; the first five are those of ``make demo``."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from norikae import errors

if TYPE_CHECKING:
    from collections.abc import Mapping


class Exit(IntEnum):
    """Outcomes from 0 on, then sysexits(3), then what shells and ``timeout`` have."""

    DONE = 0
    FAILED = 1
    REFUSED = 2
    PARTIAL = 3
    ROLLED_BACK = 4
    WAITS = 5
    USAGE = 64
    UNREACHABLE = 69
    NOT_ALLOWED = 77
    TIMED_OUT = 124
    INTERRUPTED = 130


OUTCOMES = {
    "": Exit.DONE,
    "succeeded": Exit.DONE,
    "planned": Exit.DONE,
    "refused": Exit.REFUSED,
    "partial": Exit.PARTIAL,
    "rolled-back": Exit.ROLLED_BACK,
}
"""How a run ended, or that it has not; whatever else it says has failed."""
ERRORS: tuple[tuple[type[Exception], Exit], ...] = (
    (errors.BadRequestError, Exit.USAGE),
    (errors.ForbiddenError, Exit.NOT_ALLOWED),
    (errors.RefusedError, Exit.REFUSED),
    (errors.CredentialsExpiredError, Exit.NOT_ALLOWED),
    (errors.TransientError, Exit.UNREACHABLE),
    (TimeoutError, Exit.TIMED_OUT),
)
"""The first class that an error is of."""


def exit_of_answer(answer: Mapping[str, Any]) -> Exit:
    """How a run stands by the answer to ``status``: 0 while it is under way.

    A run that ended on hold has moved a part of its applications, or it has failed.
    """
    outcome = answer.get("outcome", "")
    if outcome == "held":
        moved = any(one.get("outcome") == "moved" for one in answer.get("applications", {}).values())
        return Exit.PARTIAL if moved else Exit.FAILED
    return OUTCOMES.get(outcome, Exit.FAILED)


def exit_of_error(error: Exception) -> Exit:
    """The code that an error ends with."""
    return next((code for kind, code in ERRORS if isinstance(error, kind)), Exit.FAILED)
