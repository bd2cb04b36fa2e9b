# ruff: noqa: A002, N803 - the members of the API are spelled as AWS spells them
"""The part of the API that is about state machines themselves."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.simulator import AwsError, Simulator
from local.aws.step_functions import definition as definitions
from local.aws.step_functions.machine import Machine
from local.aws.step_functions.paging import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kernel import Kernel

_BAD_NAME = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LONGEST_NAME = 80
_MANAGED_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
_STORED = ("loggingConfiguration", "tracingConfiguration", "encryptionConfiguration")


class StateMachines(Simulator):
    """State machines: create, change, read, tag, delete.

    Args:
        kernel: the world's clock.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
        authorize: whether a machine's role may do an action on a resource.
    """

    service: ClassVar[str] = "stepfunctions"

    def __init__(
        self, kernel: Kernel, *, account: str, region: str, authorize: Callable[[str, str, str], bool]
    ) -> None:
        self._kernel = kernel
        self._account, self._region = account, region
        self._authorize = authorize
        self.machines: dict[str, Machine] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def _arn(self, kind: str, name: str) -> str:
        return f"arn:aws:states:{self._region}:{self._account}:{kind}:{name}"

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
        check_name(name)
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
        if arn in self.machines and self.machines[arn].status == "DELETING" and not self._runs(arn):
            del self.machines[arn]

    def _runs(self, arn: str) -> bool:
        """Whether an execution of a machine is running."""
        raise NotImplementedError

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


def _tags(tags: list[dict[str, str]] | None) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in tags or []}


def check_name(name: str) -> None:
    """AWS's rules for names (StartExecution, API reference)."""
    if not name or len(name) > _LONGEST_NAME or _BAD_NAME.search(name):
        raise AwsError("InvalidName", f"Invalid Name: '{name}'")
