# ruff: noqa: N803 - the members of the API are spelled as AWS spells them
"""AWS Lambda's Invoke, in front of moto's registry of functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.simulator import AwsError, Simulator
from local.runtime.function import unqualified

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kernel import Kernel, Steps
    from local.runtime import LambdaRuntime, Outcome

RETRY_SECONDS = (60.0, 120.0)
"""When an asynchronous event is tried again ("How Lambda handles errors and retries with asynchronous invocation")."""


class LambdaSimulator(Simulator):
    """Invocations.

    Args:
        kernel: the world's clock.
        runtime: runs the handlers.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
        dead_letter: takes what no attempt could deliver: the function's name, the event, its last outcome, how often
            it was tried; by default nothing happens, as for a function without queue or destination.
    """

    service: ClassVar[str] = "lambda"
    falls_through: ClassVar[bool] = True

    def __init__(
        self,
        kernel: Kernel,
        *,
        runtime: LambdaRuntime,
        account: str,
        region: str,
        dead_letter: Callable[[str, Any, Outcome, int], None] = lambda _function, _event, _outcome, _attempts: None,
    ) -> None:
        self._kernel, self._runtime = kernel, runtime
        self._prefix = f"arn:aws:lambda:{region}:{account}:function:"
        self._dead_letter = dead_letter

    def invoke(
        self,
        *,
        FunctionName: str,
        InvocationType: str = "RequestResponse",
        Payload: Any = b"",
        LogType: str = "None",
        Qualifier: str = "$LATEST",
        **outside: Any,
    ) -> dict[str, Any]:
        """Run a function now and answer what it answered; or take the event and run it soon; or only check.

        Raises:
            AwsError: ``ResourceNotFoundException``, ``InvalidRequestContentException``; 501 for other members.
        """
        if outside or LogType != "None":
            raise AwsError(
                "NotImplemented", f"Invoke with {[*outside, 'LogType']} is outside the simulator's scope", 501
            )
        arn = self._arn(FunctionName)
        event = _parsed(Payload)
        if InvocationType == "DryRun":
            return {"StatusCode": 204}
        if InvocationType == "Event":
            self._kernel.after(self._kernel.seconds() - self._kernel.env.now, lambda: self.deliver(arn, event))
            return {"StatusCode": 202}
        return _answer(self._run(arn, event), Qualifier)

    def _arn(self, name: str) -> str:
        arn = unqualified(name if name.startswith("arn:") else self._prefix + name.rpartition("function:")[2])
        if arn not in self._runtime.functions:
            raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", 404, {"Type": "User"})
        return arn

    def _run(self, arn: str, event: Any) -> Outcome:
        """Run a function for a handler, whose time passes meanwhile, or for the operator, whose time does not."""
        before, nested = self._kernel.seconds(), self._runtime.busy
        outcome = self._runtime.call(arn, event)
        if not nested:
            self._kernel.elapse(before - self._kernel.seconds())
        return outcome

    def deliver(self, arn: str, event: Any) -> None:
        """Hand an event to a function asynchronously: up to three attempts, then its dead-letter queue."""
        self._kernel.process(self._delivery(unqualified(arn), event))

    def _delivery(self, arn: str, event: Any) -> Steps:
        attempts = 0
        for pause in (*RETRY_SECONDS, None):
            outcome: Outcome = yield self._kernel.process(self._runtime.invoke(arn, event))
            attempts += 1
            if not outcome.failed:
                return
            if pause is not None:
                yield self._kernel.env.timeout(pause)
        self._dead_letter(arn, event, outcome, attempts)


def _parsed(payload: Any) -> Any:
    body = payload.read() if hasattr(payload, "read") else payload
    text = body.decode() if isinstance(body, bytes) else body
    try:
        return json.loads(text) if text else {}
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise AwsError("InvalidRequestContentException", message, extra={"Type": "User"}) from error


def _answer(outcome: Outcome, qualifier: str) -> dict[str, Any]:
    body = outcome.error() if outcome.failed else outcome.payload
    answer = {"StatusCode": 200, "ExecutedVersion": qualifier, "Payload": json.dumps(body).encode()}
    return answer | ({"FunctionError": "Unhandled"} if outcome.failed else {})
