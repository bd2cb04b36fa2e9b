"""Tasks that invoke a function: by its ARN, or through the integration ``lambda:invoke``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.aws.step_functions import errors
from local.aws.step_functions.errors import StateError
from local.aws.step_functions.payload import dumps
from local.aws.step_functions.tokens import output_of
from local.aws.step_functions.waiting import Deadline

if TYPE_CHECKING:
    from local.aws.step_functions.tokens import Waiting
    from local.aws.step_functions.visit import Visit
    from local.kernel import Steps
    from local.runtime.outcome import Outcome

_INCLUDED = {"truncated": False}


def function_task(visit: Visit) -> Steps:
    """Invoke the function that ``Resource`` names and give what it answered.

    Raises:
        StateError: the function failed, by the name of its error, or was too slow.
    """
    payload, deadline = visit.effective(), Deadline.of(visit)
    resource = visit.state["Resource"]
    branch = visit.branch
    branch.record(
        "LambdaFunctionScheduled",
        {
            "resource": resource,
            "input": dumps(payload),
            "inputDetails": _INCLUDED,
            "timeoutInSeconds": deadline.seconds,
        },
    )
    branch.record("LambdaFunctionStarted")
    try:
        outcome = yield from _invoked(visit, resource, payload, deadline)
    except StateError as error:
        kind = "LambdaFunctionTimedOut" if error.error == errors.TIMEOUT else "LambdaFunctionFailed"
        branch.record(kind, {"error": error.error, "cause": error.cause})
        raise
    branch.record("LambdaFunctionSucceeded", {"output": dumps(outcome.payload), "outputDetails": _INCLUDED})
    return outcome.payload


def invoke_task(visit: Visit) -> Steps:
    """Invoke a function through the integration, and wait for its task token if the resource says so.

    Raises:
        StateError: as ``function_task``; or the name that SendTaskFailure gave; or a missed heartbeat.
    """
    deadline = Deadline.of(visit)
    resource = visit.state["Resource"].rpartition("lambda:")[2]
    labels = {"resourceType": "lambda", "resource": resource}
    waiting = _token(visit) if resource.endswith(".waitForTaskToken") else None
    parameters = visit.effective()
    _scheduled(visit, labels, parameters, deadline)
    try:
        answer = yield from _integrated(visit, labels, parameters, waiting, deadline)
    except StateError as error:
        kind = "TaskTimedOut" if error.error in (errors.TIMEOUT, errors.HEARTBEAT) else "TaskFailed"
        visit.branch.record(kind, {**labels, "error": error.error, "cause": error.cause})
        raise
    finally:
        if waiting:
            visit.run.integrations.tokens.close(waiting)
    visit.branch.record("TaskSucceeded", {**labels, "output": dumps(answer), "outputDetails": _INCLUDED})
    return answer


def _token(visit: Visit) -> Waiting:
    tokens = visit.run.integrations.tokens
    waiting = tokens.issue(visit.run.draw)
    visit.scope.context["Task"] = {"Token": waiting.token}
    visit.branch.cleanups.append(lambda: tokens.close(waiting))
    return waiting


def _scheduled(visit: Visit, labels: dict[str, str], parameters: Any, deadline: Deadline) -> None:
    details = {
        **labels,
        "region": visit.run.integrations.region,
        "parameters": dumps(parameters),
        "timeoutInSeconds": deadline.seconds,
        "heartbeatInSeconds": deadline.heartbeat,
    }
    visit.branch.record("TaskScheduled", details)
    visit.branch.record("TaskStarted", labels)


def _integrated(
    visit: Visit, labels: dict[str, str], parameters: Any, waiting: Waiting | None, deadline: Deadline
) -> Steps:
    payload = parameters.get("Payload", {})
    if isinstance(payload, str):
        payload = json.loads(payload)
    outcome = yield from _invoked(visit, _arn(visit, parameters["FunctionName"]), payload, deadline)
    answer = _response(outcome, visit)
    if waiting is None:
        return answer
    visit.branch.record("TaskSubmitted", {**labels, "output": dumps(answer), "outputDetails": _INCLUDED})
    answer = yield from deadline.answered(visit, waiting)
    return output_of(answer)


def _arn(visit: Visit, name: str) -> str:
    here = visit.run.integrations
    return name if name.startswith("arn:") else f"arn:aws:lambda:{here.region}:{here.account}:function:{name}"


def _invoked(visit: Visit, arn: str, payload: Any, deadline: Deadline) -> Steps:
    run = visit.run
    if not run.integrations.authorize(run.execution.role_arn, "lambda:InvokeFunction", arn):
        raise StateError("Lambda.AWSLambdaException", _denied(run.execution.role_arn, "lambda:InvokeFunction", arn))
    invocation = run.kernel.process(run.integrations.invoke(arn, payload))
    outcome: Outcome = yield from deadline.reached(visit, invocation)
    if outcome.refused:
        raise StateError(outcome.error_type, outcome.error_message)
    if outcome.failed:
        raise StateError(outcome.error_type, dumps(outcome.error()))
    return outcome


def _denied(role: str, action: str, resource: str) -> str:
    return (
        f"User: {role} is not authorized to perform: {action} on resource: {resource} because no identity-based "
        f"policy allows the {action} action (Service: Lambda, Status Code: 403)"
    )


def _response(outcome: Outcome, visit: Visit) -> dict[str, Any]:
    moment = visit.run.kernel.utcnow().strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = {
        "Content-Type": "application/json",
        "Date": moment,
        "X-Amz-Executed-Version": "$LATEST",
        "x-amzn-Remapped-Content-Length": "0",
        "x-amzn-RequestId": outcome.request_id,
    }
    return {
        "ExecutedVersion": "$LATEST",
        "Payload": outcome.payload,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": outcome.request_id},
        "StatusCode": 200,
    }
