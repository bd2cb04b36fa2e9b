"""Task states: Lambda functions and nested state machines.

Source: "Task workflow state" and "Integrating services", AWS Step Functions Developer Guide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local.aws.step_functions import errors
from local.aws.step_functions.errors import StateError
from local.aws.step_functions.lambda_task import function_task, invoke_task
from local.aws.step_functions.nested_task import nested_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.step_functions.simple import Moves
    from local.aws.step_functions.visit import Visit
    from local.kernel import Steps

_INTEGRATIONS: list[tuple[re.Pattern[str], Callable[[Visit], Steps]]] = [
    (re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:.+"), function_task),
    (re.compile(r"arn:aws[a-z-]*:states:::lambda:invoke(\.waitForTaskToken)?"), invoke_task),
    (re.compile(r"arn:aws[a-z-]*:states:::states:startExecution(\.sync(:2)?)?"), nested_task),
]


def supported(resource: str) -> bool:
    """Whether the simulator performs a task of this resource."""
    return any(pattern.fullmatch(resource) for pattern, _ in _INTEGRATIONS)


def task(visit: Visit) -> Moves:
    """Do the work and hand its result on."""
    resource = visit.state["Resource"]
    perform = next((one for pattern, one in _INTEGRATIONS if pattern.fullmatch(resource)), None)
    if perform is None:
        raise StateError(errors.RUNTIME, f"The resource {resource} is outside the scope of this simulator.")
    result = yield from perform(visit)
    visit.branch.cleanups.clear()
    return visit.completed(result), visit.state.get("Next")
