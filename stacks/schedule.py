"""What starts upgrades by themselves: EventBridge Scheduler, one schedule for each of the environment file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from stacks.queues import encrypted_queue

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_lambda as lambda_

    from norikae.environment import Environment, Scheduled

SCHEDULER = "scheduler.amazonaws.com"
DUE = "<aws.scheduler.scheduled-time>"
"""Scheduler writes the time there for which an occurrence was due (its guide, "Adding context attributes")."""
LATE = 3600
"""Seconds for which Scheduler tries to hand an occurrence over; later nobody expects an upgrade to begin."""
ATTEMPTS = 185
"""The most that Scheduler takes (API reference, RetryPolicy); the hour ends it sooner."""


class Schedules(Construct):
    """The schedules in a group of their own, the role by which they start the function, and their dead letters.

    Args:
        environment: whose schedules these are; it has one at least.
        key: encrypts the dead letters.
        starter: the function that starts an upgrade.
    """

    def __init__(
        self, scope: Construct, identifier: str, *, environment: Environment, key: kms.IKey, starter: lambda_.IFunction
    ) -> None:
        super().__init__(scope, identifier)
        self._timezone, self._starter = environment.windows.timezone, starter
        self.dead_letters = encrypted_queue(self, "DeadLetters", key=key, kept=cdk.Duration.days(14))
        name = group_name(environment.environment)
        self.role = self._role(name, key)
        self.group = scheduler.CfnScheduleGroup(self, "Group", name=name)
        self.schedules = [self._schedule(one) for one in environment.schedule]

    def _role(self, group: str, key: kms.IKey) -> iam.Role:
        """What Scheduler may do for this group: start the one function, and bury what it could not hand over.

        Scheduler sends dead letters with this role, too, so the key's policy need not name it (guide, "Configuring a
        schedule's dead-letter queue"; SQS guide, "Key management").
        """
        stack = cdk.Stack.of(self)
        here = {
            "StringEquals": {"aws:SourceAccount": stack.account},
            # Of the group and of no single schedule (guide, "Confused deputy prevention").
            "ArnEquals": {"aws:SourceArn": stack.format_arn(service="scheduler", resource=f"schedule-group/{group}")},
        }
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(SCHEDULER, conditions=here),
            description=f"EventBridge Scheduler for the schedules of {group}",
        )
        through = {"StringEquals": {"kms:ViaService": f"sqs.{stack.region}.amazonaws.com"}}
        for statement in (
            iam.PolicyStatement(sid="Start", actions=["lambda:InvokeFunction"], resources=[self._starter.function_arn]),
            iam.PolicyStatement(sid="Bury", actions=["sqs:SendMessage"], resources=[self.dead_letters.queue_arn]),
            iam.PolicyStatement(
                sid="Key", actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key.key_arn], conditions=through
            ),
        ):
            role.add_to_principal_policy(statement)
        return role

    def _schedule(self, one: Scheduled) -> scheduler.CfnSchedule:
        """One schedule; it comes within the minute that the file says."""
        verb = "plan" if one.dry_run else "start"
        schedule = scheduler.CfnSchedule(
            self,
            one.name,
            name=one.name,
            group_name=self.group.ref,
            description=f"norikae: {verb} {one.version or 'the version of the environment file'}",
            schedule_expression=one.at,
            schedule_expression_timezone=self._timezone,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
            state="ENABLED",
            target=scheduler.CfnSchedule.TargetProperty(
                arn=self._starter.function_arn,
                role_arn=self.role.role_arn,
                input=json.dumps({"schedule": one.name, "at": DUE}),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_event_age_in_seconds=LATE, maximum_retry_attempts=ATTEMPTS
                ),
                dead_letter_config=scheduler.CfnSchedule.DeadLetterConfigProperty(arn=self.dead_letters.queue_arn),
            ),
        )
        schedule.node.add_dependency(self.role)  # its rights are there before it is due for the first time
        return schedule


def schedules(
    scope: Construct, identifier: str, *, environment: Environment, key: kms.IKey, starter: lambda_.IFunction | None
) -> Schedules | None:
    """The schedules of an environment file; nothing at all when it has none.

    Args:
        scope: whose part they are.
        identifier: their name there.
        environment: whose they are.
        key: encrypts their dead letters.
        starter: the function that starts an upgrade, where the stack has it.
    """
    if not environment.schedule or starter is None:
        return None
    return Schedules(scope, identifier, environment=environment, key=key, starter=starter)


def group_name(environment: str) -> str:
    """The name of the schedule group of an environment."""
    return f"norikae-{environment}"
