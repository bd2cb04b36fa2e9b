"""How a running execution reaches what is outside of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    import simpy

    from local.aws.step_functions.tokens import Tokens
    from local.kernel import Steps


class Child(Protocol):
    """An execution that another one started."""

    arn: str
    finished: simpy.Event

    def description(self) -> dict[str, Any]:
        """What DescribeExecution answers."""


@dataclass(frozen=True)
class Integrations:
    """How a running execution reaches what is outside of it.

    Args:
        invoke: runs a function as a process whose value is an ``Outcome``.
        start: starts another execution: machine ARN, name or nothing, input text.
        stop: stops an execution: ARN, cause.
        authorize: whether a role may do an action on a resource.
        tokens: the task tokens of the world.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
    """

    invoke: Callable[[str, Any], Steps]
    start: Callable[[str, str | None, str], Child]
    stop: Callable[[str, str], None]
    authorize: Callable[[str, str, str], bool]
    tokens: Tokens
    account: str
    region: str
