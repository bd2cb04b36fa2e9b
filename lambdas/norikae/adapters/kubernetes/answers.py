"""What the API server's answer to an eviction or a deletion means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from norikae.adapters.kubernetes.status import SERVER_ERROR, Details, status_in
from norikae.drain.ports import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

Said = Literal["going", "gone", "budget", "slow-down", "two-budgets", "leaving", "forbidden", "failed"]
FIRST_REFUSAL = 300
BUDGET, TERMINATING = "DisruptionBudget", "NamespaceTerminating"
"""Causes in ``details.causes[].reason`` (``policy/v1`` types.go, ``core/v1`` types.go)."""
TWO_BUDGETS = "more than one PodDisruptionBudget"
"""The only sign of it: the status has neither reason nor cause (``pkg/registry/core/pod/storage/eviction.go``)."""


def answer_of(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """What became of asking for one pod's end.

    A 429 with the cause DisruptionBudget is a budget's, also when it says when to come again because the budget's
    controller has not seen its last change; without that cause it is API Priority and Fairness. A 409 means that the
    name belongs to another pod by now.

    Args:
        status: of the answer.
        headers: of the answer.
        body: a Status object, or any text when something in between answered.
    """
    if status < FIRST_REFUSAL:
        return Answer("going")
    read = status_in(body)
    details = read.details or Details()
    causes = {cause.reason for cause in details.causes or ()}
    return Answer(_said(status, causes, read.message), _seconds(headers, details), read.message)


def _said(status: int, causes: set[str], message: str) -> Said:
    match status:
        case 404 | 409:
            return "gone"
        case 429:
            return "budget" if BUDGET in causes else "slow-down"
        case 403:
            return "leaving" if TERMINATING in causes else "forbidden"
        case 500 if TWO_BUDGETS in message:
            return "two-budgets"
        case _ if status >= SERVER_ERROR:
            return "failed"
        case _:
            return "forbidden"


def _seconds(headers: Mapping[str, str], details: Details) -> float:
    """``Retry-After`` in seconds; a date in it counts as nothing said."""
    said = headers.get("Retry-After", "")
    return float(said) if said.isdigit() else details.retry_after_seconds
