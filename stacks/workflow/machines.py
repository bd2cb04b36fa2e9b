"""The state machines, from the ASL files beside this module."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stacks.resources import Resources

HERE = Path(__file__).parent
SYNC_RULE = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
"""The rule by which ``.sync`` hears of its child (Step Functions guide, "IAM policies for nested workflows")."""


def machine_name(environment: str, kind: str) -> str:
    """The name of a state machine; it is known before the machine, so that functions can be told its ARN."""
    return f"norikae-{environment}-{kind}"


def substitutions(definition: str) -> list[str]:
    """The keys that an ASL text wants to have replaced, each once."""
    return sorted(set(re.findall(r"\$\{([A-Za-z]+)\}", definition)))


class Machines(Construct):
    """Every machine with its role and its logs.

    Execution data stays out of the logs. The machines are encrypted by the key that AWS owns: what an execution holds
    is ids, weights and reasons, and with our key everybody who opens an execution in the console would need it.

    Args:
        environment: the environment's name.
        functions: by construct identifier, such as ``SetWeights``.
        key: encrypts the logs.
        log_retention: how long they are kept.
        at: the environment's resources.
    """

    def __init__(
        self,
        scope: Construct,
        identifier: str,
        *,
        environment: str,
        functions: Mapping[str, lambda_.IFunction],
        key: kms.IKey,
        log_retention: logs.RetentionDays,
        at: Resources,
    ) -> None:
        super().__init__(scope, identifier)
        self._environment, self._functions = environment, functions
        self._key, self._log_retention, self._at = key, log_retention, at
        self.shift = self._machine("Shift")
        self.upgrade = self._machine("Upgrade", started={"ShiftMachine": self.shift})
        self.adopt = self._machine("Adopt")
        self.clean_green = self._machine("Clean green")
        self.drain = self._machine("Drain")

    def _machine(self, kind: str, *, started: Mapping[str, sfn.StateMachine] | None = None) -> sfn.StateMachine:
        """One machine, allowed to call exactly what its file names."""
        file = kind.lower().replace(" ", "-")
        definition = (HERE / f"{file}.asl.json").read_text()
        children = started or {}
        arns = {name: child.state_machine_arn for name, child in children.items()}
        called = {name: self._functions[name] for name in substitutions(definition) if name not in arns}
        name = machine_name(self._environment, file)
        identifier = kind.title().replace(" ", "")
        role = self._role(kind)
        machine = sfn.StateMachine(
            self,
            identifier,
            state_machine_name=name,
            comment=f"norikae {self._environment}: {kind.lower()}",
            definition_body=sfn.DefinitionBody.from_string(definition),
            definition_substitutions={**arns, **{key: function.function_arn for key, function in called.items()}},
            role=role,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=logs.LogGroup(
                    self,
                    f"{identifier}Logs",
                    # Names that begin so share one resource policy (CloudWatch Logs guide, "vended logs").
                    log_group_name=f"/aws/vendedlogs/states/{name}",
                    encryption_key=self._key,
                    retention=self._log_retention,
                    removal_policy=cdk.RemovalPolicy.RETAIN,
                ),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
        )
        if called:
            arns_called = [function.function_arn for function in called.values()]
            role.add_to_principal_policy(
                iam.PolicyStatement(sid="Invoke", actions=["lambda:InvokeFunction"], resources=arns_called)
            )
        if children:
            self._let_start_shifts(role)
        return machine

    def _role(self, kind: str) -> iam.Role:
        trust = iam.ServicePrincipal(
            "states.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self._at.account}}
        )
        description = f"norikae {self._environment}: state machine {kind.lower()}"
        return iam.Role(self, f"{kind.title().replace(' ', '')}Role", assumed_by=trust, description=description)

    def _let_start_shifts(self, role: iam.Role) -> None:
        """What ``startExecution.sync:2`` needs; the CDK only grants it for chains that are written in code."""
        shift = self._at.shift_machine
        executions = f"{shift.replace(':stateMachine:', ':execution:')}:*"
        rule = self._at.arn("events", f"rule/{SYNC_RULE}")
        for sid, actions, resource in (
            ("StartShift", ["states:StartExecution"], shift),
            ("FollowShift", ["states:DescribeExecution", "states:StopExecution"], executions),
            ("HearOfShift", ["events:DescribeRule", "events:PutRule", "events:PutTargets"], rule),
        ):
            role.add_to_principal_policy(iam.PolicyStatement(sid=sid, actions=actions, resources=[resource]))
