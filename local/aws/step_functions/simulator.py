# ruff: noqa: A002, N803 - the members of the API are spelled as AWS spells them
"""The API of AWS Step Functions, Standard workflows, in the world's virtual time."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from local.aws.simulator import AwsError
from local.aws.step_functions import status
from local.aws.step_functions.errors import StateError
from local.aws.step_functions.execution import Execution, Order
from local.aws.step_functions.integrations import Integrations
from local.aws.step_functions.machines import StateMachines, check_name
from local.aws.step_functions.paging import page
from local.aws.step_functions.payload import LIMIT
from local.aws.step_functions.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.kernel import Kernel, Steps


TOKENS_LIVE, TOKENS_KEPT = timedelta(minutes=15), 10
"""Client tokens of RedriveExecution (API reference): the last ten, for a quarter of an hour."""


def _allow(_role: str, _action: str, _resource: str) -> bool:
    return True


class StepFunctionsSimulator(StateMachines):
    """State machines and their executions.

    Args:
        kernel: the world's clock.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
        invoke: runs a Lambda function: ARN and payload to a process whose value is an ``Outcome``.
        emit: takes "Step Functions Execution Status Change" events for delivery.
        authorize: whether a machine's role may do an action on a resource.
    """

    def __init__(
        self,
        kernel: Kernel,
        *,
        account: str,
        region: str,
        invoke: Callable[[str, Any], Steps],
        emit: Callable[[dict[str, Any]], None],
        authorize: Callable[[str, str, str], bool] = _allow,
    ) -> None:
        super().__init__(kernel, account=account, region=region, authorize=authorize)
        self._emit = emit
        self.executions: dict[str, Execution] = {}
        self._redrives: dict[str, dict[str, datetime]] = {}
        self._tokens = Tokens(kernel)
        self._integrations = Integrations(invoke, self._start, self._stop, authorize, self._tokens, account, region)

    @property
    def task_tokens(self) -> tuple[str, ...]:
        """Every task token that was ever given out."""
        return self._tokens.given_out()

    def describe_state_machine_for_execution(self, *, executionArn: str, includedData: str = "") -> dict[str, Any]:
        """The machine as it was when the execution started."""
        del includedData
        return self._execution(executionArn).machine.for_execution()

    def start_execution(
        self,
        *,
        stateMachineArn: str,
        name: str | None = None,
        input: str = "{}",
        traceHeader: str = "",
    ) -> dict[str, Any]:
        """Start an execution; the same name and input again, while it runs, give the same execution.

        Raises:
            AwsError: ``InvalidName``, ``InvalidExecutionInput``, ``ExecutionAlreadyExists``,
                ``StateMachineDoesNotExist``, ``StateMachineDeleting``.
        """
        del traceHeader
        execution = self._start(stateMachineArn, name, input)
        return {"executionArn": execution.arn, "startDate": execution.started}

    def _start(self, machine_arn: str, name: str | None, text: str) -> Execution:
        machine = self._machine(machine_arn)
        if machine.status == "DELETING":
            raise AwsError("StateMachineDeleting", f"State Machine is deleting: '{machine_arn}'")
        if name is None:
            name = self._kernel.uuid(f"states/{machine.name}")
        check_name(name)
        _check_input(text)
        arn = self._arn("execution", f"{machine.name}:{name}")
        known = self.executions.get(arn)
        if known is not None:
            if known.status == "RUNNING" and known.input == text:
                return known
            raise AwsError("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")
        draw = self._kernel.stream(f"states/{arn}")
        order = Order(machine, name, arn, text)
        execution = Execution(self._kernel, order, integrations=self._integrations, emit=self._changed, draw=draw)
        self.executions[arn] = execution
        return execution

    def _changed(self, execution: Execution) -> None:
        event = status.change(
            execution,
            identifier=self._kernel.uuid("states/events"),
            account=self._account,
            region=self._region,
            now=self._kernel.utcnow(),
        )
        self._emit(event)
        self._sweep(execution.machine.arn)

    def describe_execution(self, *, executionArn: str, includedData: str = "") -> dict[str, Any]:
        """Where an execution stands."""
        del includedData
        execution = self._execution(executionArn)
        return execution.description() | status.redrive(self._not_redrivable(execution))

    def redrive_execution(self, *, executionArn: str, clientToken: str = "") -> dict[str, Any]:
        """Restart an execution that did not succeed from where it stood; the same token again changes nothing.

        Raises:
            AwsError: ``ExecutionDoesNotExist``; ``ExecutionNotRedrivable`` with the reason.
        """
        execution = self._execution(executionArn)
        tokens, now = self._redrives.setdefault(executionArn, {}), self._kernel.utcnow()
        known = tokens.get(clientToken) if clientToken else None
        if known is not None and now - known <= TOKENS_LIVE:
            return {"redriveDate": known}
        reason = self._not_redrivable(execution)
        if reason:
            raise AwsError("ExecutionNotRedrivable", f"Execution: '{executionArn}' is not redrivable. Reason: {reason}")
        execution.redrive()
        tokens[clientToken] = now
        for old in list(tokens)[:-TOKENS_KEPT]:
            del tokens[old]
        return {"redriveDate": now}

    def _not_redrivable(self, execution: Execution) -> str:
        machine = self.machines.get(execution.machine.arn)
        if machine is None or machine.status == "DELETING":
            return "State machine is in DELETING status"
        return status.not_redrivable(execution, self._kernel.utcnow())

    def list_executions(
        self,
        *,
        stateMachineArn: str | None = None,
        statusFilter: str = "",
        maxResults: int = 100,
        nextToken: str | None = None,
        mapRunArn: str = "",
        redriveFilter: str = "",
    ) -> dict[str, Any]:
        """The executions of a machine, the latest first."""
        if stateMachineArn is None or mapRunArn:
            raise AwsError("NotImplemented", "Map runs are outside the scope of this simulator", 501)
        self._machine(stateMachineArn)
        lines = [
            one.summary()
            for one in reversed(self.executions.values())
            if one.machine.arn == stateMachineArn
            and statusFilter in ("", one.status)
            and redriveFilter in ("", "REDRIVEN" if one.redrives else "NOT_REDRIVEN")
        ]
        return page("executions", lines, maxResults, nextToken)

    def get_execution_history(
        self,
        *,
        executionArn: str,
        maxResults: int = 100,
        reverseOrder: bool = False,
        nextToken: str | None = None,
        includeExecutionData: bool = True,
    ) -> dict[str, Any]:
        """The events of an execution."""
        events = self._execution(executionArn).history.events
        events = events[::-1] if reverseOrder else list(events)
        answer = page("events", events, maxResults, nextToken)
        if not includeExecutionData:
            answer["events"] = [_without_data(event) for event in answer["events"]]
        return answer

    def stop_execution(
        self, *, executionArn: str, error: str | None = None, cause: str | None = None
    ) -> dict[str, Any]:
        """End an execution as ABORTED at once; one that has ended stays as it is."""
        execution = self._execution(executionArn)
        execution.stop(error, cause)
        return {"stopDate": execution.stopped}

    def _stop(self, arn: str, cause: str) -> None:
        self.executions[arn].stop(None, cause)

    def send_task_success(self, *, taskToken: str, output: str) -> dict[str, Any]:
        """Let a waiting task succeed.

        Raises:
            AwsError: ``InvalidOutput``, ``InvalidToken``, ``TaskDoesNotExist``, ``TaskTimedOut``.
        """
        try:
            value = json.loads(output)
        except ValueError as error:
            raise AwsError("InvalidOutput", f"Invalid Output: '{error}'") from error
        self._tokens.answer(taskToken, value)
        return {}

    def send_task_failure(self, *, taskToken: str, error: str = "", cause: str = "") -> dict[str, Any]:
        """Let a waiting task fail with an error that Retry and Catch see."""
        self._tokens.answer(taskToken, StateError(error, cause))
        return {}

    def send_task_heartbeat(self, *, taskToken: str) -> dict[str, Any]:
        """Tell a waiting task that its worker lives."""
        self._tokens.beat(taskToken)
        return {}

    def _runs(self, arn: str) -> bool:
        return any(one.status == "RUNNING" for one in self.executions.values() if one.machine.arn == arn)

    def _execution(self, arn: str) -> Execution:
        if arn not in self.executions:
            raise AwsError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        return self.executions[arn]


def _check_input(text: str) -> None:
    if len(text.encode()) > LIMIT:
        message = (
            "1 validation error detected: Value at 'input' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LIMIT}"
        )
        raise AwsError("ValidationException", message)
    try:
        json.loads(text)
    except ValueError as error:
        raise AwsError("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{error}'") from error


def _without_data(event: dict[str, Any]) -> dict[str, Any]:
    def bare(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {
            key: one for key, one in value.items() if key not in ("input", "output", "parameters", "cause", "error")
        }

    return {key: bare(value) for key, value in event.items()}
