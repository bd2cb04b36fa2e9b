# ruff: noqa: A002, N803 - the members of the API are spelled as AWS spells them
"""The API of AWS Step Functions, Standard workflows, in the world's virtual time."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.simulator import AwsError, Simulator
from local.aws.step_functions import definition as definitions
from local.aws.step_functions import status
from local.aws.step_functions.errors import StateError
from local.aws.step_functions.execution import Execution, Order
from local.aws.step_functions.integrations import Integrations
from local.aws.step_functions.machine import Machine
from local.aws.step_functions.paging import page
from local.aws.step_functions.payload import LIMIT
from local.aws.step_functions.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kernel import Kernel, Steps

_BAD_NAME = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LONGEST_NAME = 80
_MANAGED_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
_STORED = ("loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")


def _allow(_role: str, _action: str, _resource: str) -> bool:
    return True


class StepFunctionsSimulator(Simulator):
    """State machines and their executions.

    Args:
        kernel: the world's clock.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
        invoke: runs a Lambda function: ARN and payload to a process whose value is an ``Outcome``.
        emit: takes "Step Functions Execution Status Change" events for delivery.
        authorize: whether a machine's role may do an action on a resource.
    """

    service: ClassVar[str] = "stepfunctions"

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
        self._kernel = kernel
        self._account, self._region = account, region
        self._emit, self._authorize = emit, authorize
        self.machines: dict[str, Machine] = {}
        self.executions: dict[str, Execution] = {}
        self._tags: dict[str, dict[str, str]] = {}
        self._tokens = Tokens(kernel)
        self._integrations = Integrations(invoke, self._start, self._stop, authorize, self._tokens, account, region)

    def _arn(self, kind: str, name: str) -> str:
        return f"arn:aws:states:{self._region}:{self._account}:{kind}:{name}"

    # State machines

    def create_state_machine(
        self,
        *,
        name: str,
        definition: str,
        roleArn: str,
        type: str = "STANDARD",
        publish: bool = False,
        tags: list[dict[str, str]] | None = None,
        **settings: Any,
    ) -> dict[str, Any]:
        """Create a machine; the same call again gives the same machine.

        Raises:
            AwsError: ``InvalidName``, ``InvalidDefinition``, ``StateMachineAlreadyExists``, ``AccessDeniedException``
                when the role may not create the rule that ``.sync`` needs; 501 for Express machines and versions.
        """
        _check_name(name)
        if type != "STANDARD" or publish:
            raise AwsError(
                "NotImplemented", "Express state machines and versions are outside the scope of this simulator", 501
            )
        parsed = definitions.parsed(definition)
        arn, now = self._arn("stateMachine", name), self._kernel.utcnow()
        self._check_managed_rule(roleArn, parsed)
        stored = {key: value for key, value in settings.items() if key in _STORED}
        machine = Machine(arn, name, definition, parsed, roleArn, now, now, settings=stored)
        known = self.machines.get(arn)
        if known is None:
            self.machines[arn] = machine
            self._tags[arn] = _tags(tags)
        elif (known.text, known.role_arn) != (definition, roleArn):
            raise AwsError("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'")
        return {"stateMachineArn": arn, "creationDate": self.machines[arn].created}

    def _check_managed_rule(self, role: str, parsed: dict[str, Any]) -> None:
        """AWS checks at creation that ``.sync`` can get its events ("IAM policies for integrated services")."""
        rule = f"arn:aws:events:{self._region}:{self._account}:rule/{_MANAGED_RULE}"
        if not any(".sync" in resource for resource in definitions.integrations(parsed)):
            return
        if not all(
            self._authorize(role, f"events:{action}", rule) for action in ("PutTargets", "PutRule", "DescribeRule")
        ):
            raise AwsError("AccessDeniedException", f"'{role}' is not authorized to create managed-rule.")

    def update_state_machine(
        self,
        *,
        stateMachineArn: str,
        definition: str | None = None,
        roleArn: str | None = None,
        publish: bool = False,
        **settings: Any,
    ) -> dict[str, Any]:
        """Store a new revision; what runs already keeps the old one.

        Raises:
            AwsError: as ``create_state_machine``; ``MissingRequiredParameter``; ``StateMachineDoesNotExist``.
        """
        machine = self._machine(stateMachineArn)
        if publish:
            raise AwsError("NotImplemented", "Versions are outside the scope of this simulator", 501)
        if definition is None and roleArn is None and not settings:
            raise AwsError(
                "MissingRequiredParameter", "Either the definition, the role ARN, or a configuration must be specified"
            )
        text, role = definition or machine.text, roleArn or machine.role_arn
        parsed = definitions.parsed(text)
        self._check_managed_rule(role, parsed)
        stored = machine.settings | {key: value for key, value in settings.items() if key in _STORED}
        now, revision = self._kernel.utcnow(), self._kernel.uuid("states")
        self.machines[machine.arn] = replace(
            machine, text=text, definition=parsed, role_arn=role, updated=now, revision=revision, settings=stored
        )
        return {"updateDate": now, "revisionId": revision}

    def describe_state_machine(self, *, stateMachineArn: str, includedData: str = "") -> dict[str, Any]:
        """The machine as stored."""
        del includedData
        return self._machine(stateMachineArn).description()

    def describe_state_machine_for_execution(self, *, executionArn: str, includedData: str = "") -> dict[str, Any]:
        """The machine as it was when the execution started."""
        del includedData
        return self._execution(executionArn).machine.for_execution()

    def list_state_machines(self, *, maxResults: int = 100, nextToken: str | None = None) -> dict[str, Any]:
        """The machines by name."""
        lines = [
            {"stateMachineArn": one.arn, "name": one.name, "type": "STANDARD", "creationDate": one.created}
            for one in sorted(self.machines.values(), key=lambda one: one.name)
        ]
        return page("stateMachines", lines, maxResults, nextToken)

    def delete_state_machine(self, *, stateMachineArn: str) -> dict[str, Any]:
        """Delete the machine once nothing of it runs any more; until then it is DELETING and starts nothing."""
        machine = self.machines.get(stateMachineArn)
        if machine is not None:
            self.machines[stateMachineArn] = replace(machine, status="DELETING")
            self._sweep(stateMachineArn)
        return {}

    def _sweep(self, arn: str) -> None:
        running = any(one.status == "RUNNING" for one in self.executions.values() if one.machine.arn == arn)
        if arn in self.machines and self.machines[arn].status == "DELETING" and not running:
            del self.machines[arn]

    def validate_state_machine_definition(
        self, *, definition: str, type: str = "STANDARD", **_limits: Any
    ) -> dict[str, Any]:
        """Say what CreateStateMachine would say, without creating anything."""
        del type
        try:
            definitions.parsed(definition)
        except AwsError as error:
            if error.status != 400:  # noqa: PLR2004 - only a client's mistake is an answer
                raise
            fault = {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": error.message}
            return {"result": "FAIL", "diagnostics": [fault], "truncated": False}
        return {"result": "OK", "diagnostics": [], "truncated": False}

    # Executions

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
        _check_name(name)
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
        return self._execution(executionArn).description()

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
        if stateMachineArn is None or mapRunArn or redriveFilter:
            raise AwsError("NotImplemented", "Map runs and redrives are outside the scope of this simulator", 501)
        self._machine(stateMachineArn)
        lines = [
            one.summary()
            for one in reversed(self.executions.values())
            if one.machine.arn == stateMachineArn and statusFilter in ("", one.status)
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

    # Task tokens

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

    # Tags

    def tag_resource(self, *, resourceArn: str, tags: list[dict[str, str]]) -> dict[str, Any]:
        """Add tags to a machine."""
        self._tags_of(resourceArn).update(_tags(tags))
        return {}

    def untag_resource(self, *, resourceArn: str, tagKeys: list[str]) -> dict[str, Any]:
        """Remove tags from a machine."""
        for key in tagKeys:
            self._tags_of(resourceArn).pop(key, None)
        return {}

    def list_tags_for_resource(self, *, resourceArn: str) -> dict[str, Any]:
        """The tags of a machine."""
        return {"tags": [{"key": key, "value": value} for key, value in self._tags_of(resourceArn).items()]}

    def _tags_of(self, arn: str) -> dict[str, str]:
        if arn not in self.machines:
            raise AwsError("ResourceNotFound", f"Resource not found: '{arn}'", extra={"resourceName": arn})
        return self._tags[arn]

    def _machine(self, arn: str) -> Machine:
        if arn not in self.machines:
            raise AwsError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
        return self.machines[arn]

    def _execution(self, arn: str) -> Execution:
        if arn not in self.executions:
            raise AwsError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
        return self.executions[arn]


def _tags(tags: list[dict[str, str]] | None) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in tags or []}


def _check_name(name: str) -> None:
    """AWS's rules for names (StartExecution, API reference)."""
    if not name or len(name) > _LONGEST_NAME or _BAD_NAME.search(name):
        raise AwsError("InvalidName", f"Invalid Name: '{name}'")


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
