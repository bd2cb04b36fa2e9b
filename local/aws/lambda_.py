# ruff: noqa: N803 - the members of the API are spelled as AWS spells them
"""AWS Lambda's Invoke and its event sources, in front of moto's registry of functions."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import lambda_backends
from moto.sqs.exceptions import QueueDoesNotExist

from local.aws import in_process
from local.aws.event_sources import LARGEST_BATCH, MOST_BATCHES, EventSource, Pollers
from local.aws.lambda_rights import check_destinations, check_function, lacking
from local.aws.queues import queue_of
from local.aws.simulator import AwsError, Simulator
from local.runtime.function import unqualified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from local.kernel import Kernel, Steps
    from local.runtime import LambdaRuntime, Outcome

CONFIGURED_BATCHES = range(2, 1001)
"""What MaximumConcurrency of an event source mapping may be (API reference, ScalingConfig)."""
_LOG = logging.getLogger(__name__)

RETRY_SECONDS = (60.0, 120.0)
"""When an asynchronous event is tried again ("How Lambda handles errors and retries with asynchronous invocation")."""


class LambdaSimulator(Simulator):
    """Invocations.

    Args:
        kernel: the world's clock.
        runtime: runs the handlers.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
        dead_letter: takes what no attempt could deliver: the function's ARN, the event, its last outcome, how often
            it was tried; by default the function's ``OnFailure`` destination gets it, or its dead-letter queue.
        authorize: whether a role may do something with a resource; by default it may.
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
        dead_letter: Callable[[str, Any, Outcome, int], None] | None = None,
        authorize: Callable[[str, str, str], bool] = lambda *_: True,
    ) -> None:
        self._kernel, self._runtime = kernel, runtime
        self._prefix = f"arn:aws:lambda:{region}:{account}:function:"
        self._dead_letter = dead_letter or self._bury
        self._authorize = authorize
        self.pollers = Pollers(kernel, runtime.invoke)

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
            return {"StatusCode": 204, "Payload": b""}
        if InvocationType == "Event":
            self._kernel.after(self._kernel.seconds() - self._kernel.env.now, lambda: self.deliver(arn, event))
            return {"StatusCode": 202, "Payload": b""}
        return _answer(self._run(arn, event), Qualifier)

    def create_event_source_mapping(
        self,
        *,
        EventSourceArn: str,
        FunctionName: str,
        BatchSize: int = LARGEST_BATCH,
        MaximumBatchingWindowInSeconds: int = 0,
        ScalingConfig: Mapping[str, int] = MappingProxyType({}),
        FunctionResponseTypes: Sequence[str] = (),
        Enabled: bool = True,
        **outside: Any,
    ) -> dict[str, Any]:
        """Let an SQS queue start a function.

        Raises:
            AwsError: ``InvalidParameterValueException`` as Lambda has it, ``ResourceConflictException``; 501 for other
                sources and members.
        """
        if MaximumBatchingWindowInSeconds:
            outside["MaximumBatchingWindowInSeconds"] = MaximumBatchingWindowInSeconds
        if outside or not Enabled or EventSourceArn.split(":")[2] != "sqs":
            raise AwsError("NotImplemented", f"an event source {EventSourceArn} with {sorted(outside)}", 501)
        arn, most = self._arn(FunctionName), ScalingConfig.get("MaximumConcurrency", MOST_BATCHES)
        if reason := _beyond(EventSourceArn, BatchSize, most) or self._unfit(EventSourceArn, arn):
            raise AwsError("InvalidParameterValueException", reason, extra={"Type": "User"})
        if any((one.queue, one.function) == (EventSourceArn, arn) for one in self.pollers.sources.values()):
            raise AwsError("ResourceConflictException", "The event source mapping already exists", 409)
        uuid, reports = self._kernel.uuid("lambda/event-sources"), bool(FunctionResponseTypes)
        source = EventSource(uuid, EventSourceArn, arn, BatchSize, reports, most)
        self.pollers.add(source)
        return {
            "UUID": source.uuid,
            "EventSourceArn": source.queue,
            "FunctionArn": source.function,
            "BatchSize": source.batch,
            "MaximumBatchingWindowInSeconds": 0,
            **({"ScalingConfig": dict(ScalingConfig)} if ScalingConfig else {}),
            "FunctionResponseTypes": list(FunctionResponseTypes),
            "State": "Creating",
        }

    def screen(self, name: str, params: Mapping[str, Any]) -> None:
        """Refuse a function whose role lacks what Lambda looks for when it takes it; moto keeps the rest.

        Raises:
            AwsError: ``InvalidParameterValueException``, ``ResourceNotFoundException``.
        """
        if name == "CreateFunction":
            check_function(params["Role"], params, self._authorize)
        elif name == "UpdateFunctionConfiguration":
            known = self._runtime.functions[self._arn(params["FunctionName"])]
            kept = {"DeadLetterConfig": {"TargetArn": known.dead_letter}} if "Role" in params else {}
            check_function(params.get("Role", known.role_arn), {**kept, **params}, self._authorize)
        elif name in {"PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig"}:
            known = self._runtime.functions[self._arn(params["FunctionName"])]
            check_destinations(known.role_arn, params.get("DestinationConfig", {}), self._authorize)

    def _unfit(self, queue: str, function: str) -> str:
        """Why Lambda does not take messages of a queue to a function; empty when it does."""
        known = self._runtime.functions[function]
        try:
            hidden = int(queue_of(queue).visibility_timeout)
        except QueueDoesNotExist:
            return f"Error occurred while ReceiveMessage. SQS Error Code: NonExistentQueue: {queue}"
        if hidden < known.timeout:
            limit = f"Function timeout: {known.timeout:.0f} seconds"
            return f"Queue visibility timeout: {hidden} seconds is less than {limit}"
        for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
            if not self._authorize(known.role_arn, f"sqs:{action}", queue):
                return f"The provided execution role does not have permissions to call {action} on SQS"
        return ""

    def _arn(self, name: str) -> str:
        arn = unqualified(name if name.startswith("arn:") else self._prefix + name.rpartition("function:")[2])
        if arn not in self._runtime.functions:
            raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", 404, {"Type": "User"})
        return arn

    def _run(self, arn: str, event: Any) -> Outcome:
        """Run a function for a handler, whose time passes meanwhile, or for the operator, whose time does not."""
        if self._runtime.busy:
            return self._runtime.call(arn, event)
        with self._kernel.timeless():
            return self._runtime.call(arn, event)

    def deliver(self, arn: str, event: Any) -> None:
        """Hand an event to a function asynchronously: up to three attempts, then its dead-letter queue."""
        self._kernel.process(self._delivery(unqualified(arn), event))

    def _delivery(self, arn: str, event: Any) -> Steps:
        attempts, most = 0, _invoke_config(arn).get("MaximumRetryAttempts", len(RETRY_SECONDS))
        for pause in (*RETRY_SECONDS[:most], None):
            outcome: Outcome = yield self._kernel.process(self._runtime.invoke(arn, event))
            attempts += 1
            if not outcome.failed:
                return
            if pause is not None:
                yield self._kernel.env.timeout(pause)
        self._dead_letter(arn, event, outcome, attempts)

    def _bury(self, arn: str, event: Any, outcome: Outcome, attempts: int) -> None:
        """Give an undeliverable event to whoever is to get it ("Capturing records of asynchronous invocations").

        Lambda sends with the function's own role; what that may not do is lost (the same page, "Execution role").
        """
        now, destination = self._kernel.utcnow(), _invoke_config(arn).get("DestinationConfig", {}).get("OnFailure", {})
        registered = _Undertaker(arn, self._runtime.functions[arn].dead_letter, destination.get("Destination"))
        for place, message, attributes in registered.letters(event, outcome, attempts, now):
            if refused := lacking(self._runtime.functions[arn].role_arn, place, self._authorize):
                action = f"{refused[1].lower()}:{refused[0]}"
                _LOG.warning("a dead letter of %s is lost: its role may not %s to %s", arn, action, place)
            elif place.split(":")[2] == "sqs":
                in_process.send(place, message, now=now, attributes=attributes)
            elif place.split(":")[2] == "sns":
                in_process.publish(place, message, now=now)
            else:
                msg = f"a destination of {arn} is outside the scope of this simulator: {place}"
                raise NotImplementedError(msg)


@dataclass(frozen=True)
class _Undertaker:
    """Where the events go that a function could not take.

    Args:
        arn: of the function.
        queue: its dead-letter queue or topic, or nothing.
        destination: its OnFailure destination, or nothing.
    """

    arn: str
    queue: str | None
    destination: str | None

    def letters(
        self, event: Any, outcome: Outcome, attempts: int, now: datetime
    ) -> Iterator[tuple[str, str, dict[str, str]]]:
        """Place, message and attributes of each letter."""
        if self.queue:
            reasons = {"RequestID": outcome.request_id, "ErrorCode": "200", "ErrorMessage": outcome.error_message}
            yield self.queue, json.dumps(event), reasons
        if self.destination:
            record = {
                "version": "1.0",
                "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "requestContext": {
                    "requestId": outcome.request_id,
                    "functionArn": f"{self.arn}:$LATEST",
                    "condition": "RetriesExhausted",
                    "approximateInvokeCount": attempts,
                },
                "requestPayload": event,
                "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
                "responsePayload": outcome.error(),
            }
            yield self.destination, json.dumps(record), {}


def _invoke_config(arn: str) -> dict[str, Any]:
    """What PutFunctionEventInvokeConfig said about a function."""
    _, _, _, region, account, _, name = arn.split(":")
    try:
        function = lambda_backends[account][region].get_function(name)
    except LambdaClientError:
        return {}
    return dict(function.event_invoke_config[-1].response()) if function.event_invoke_config else {}


def _beyond(queue: str, batch: int, most: int) -> str:
    """Which limit of an event source mapping is not kept; empty when all are (API reference, its ranges)."""
    if not 1 <= batch <= LARGEST_BATCH:
        if queue.endswith(".fifo"):
            return "Unsupported source arn : batch size of a FIFO queue must be at most 10."
        return "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10"
    if most != MOST_BATCHES and most not in CONFIGURED_BATCHES:
        return f"MaximumConcurrency must be between 2 and 1000, not {most}"
    return ""


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
