"""Every Lambda function of the stack, made by one factory from the table in ``permissions.py``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from norikae.cluster.names import ADMIN_GROUP
from norikae.settings import to_variable
from norikae.traffic.history import LEFT_BY_THE_WRITER
from stacks import grants
from stacks.boundary import operator_role_name, permission_boundary
from stacks.cluster_grants import admins_leave, adopter_leaves
from stacks.door_boundary import door_boundary
from stacks.permissions import FUNCTIONS
from stacks.queues import encrypted_queue
from stacks.row import Row, Setting
from stacks.runtime import PYTHON

if TYPE_CHECKING:
    from aws_cdk import aws_sqs as sqs

    from norikae.environment import Environment, Network
    from stacks.bundle import Bundle
    from stacks.resources import Resources

RUNTIME = lambda_.Runtime(
    f"python{PYTHON}", lambda_.RuntimeFamily.PYTHON, supports_inline_code=True, supports_snap_start=True
)
OPERATOR_COMMAND = "operator_command"
HAND_OVER_GREEN = "hand_over_green"
WEIGHERS = "norikae:weigh"
"""The group whose members may patch Ingresses."""
DELETERS = "norikae:drain-delete"
"""The group whose members may delete pods."""
MESSENGERS = ("answer_chat",)
"""Functions whose word about who said something in a chat is believed, where the stack has them."""
CLOCKS = ("start_on_schedule", "watch_support")
"""Functions that speak for schedules, and are believed about nobody else."""
KEYS = lambda_.ParamsAndSecretsLayerVersion.from_version_arn(
    "{{resolve:ssm:/aws/service/aws-parameters-and-secrets-lambda-extension/arm64/latest}}"
)
"""The AWS Parameters and Secrets Lambda Extension: an ear has its key without loading an SDK.

CloudFormation asks AWS's public parameter for the layer of the region (Systems Manager guide, "Retrieving the latest
Lambda extension ARN version"); the CDK's own list ends in 2023 and lacks Osaka, Zurich and others.
"""
ADOPT_CLUSTER, RECOVER = "adopt_cluster", "recover"


class Functions(Construct):
    """One function, one role, one log group and, where events start it, one dead-letter queue per row.

    Args:
        environment: the values of the environment file.
        bundle: what all functions run.
        key: encrypts logs and queues.
        at: the resources that grants and settings speak of.
    """

    def __init__(
        self,
        scope: Construct,
        identifier: str,
        *,
        environment: Environment,
        bundle: Bundle,
        key: kms.IKey,
        at: Resources,
    ) -> None:
        super().__init__(scope, identifier)
        self._environment, self._key, self._at = environment, key, at
        self.rows = tuple(row for row in FUNCTIONS if row.only_with in at.parts())
        self.boundary = permission_boundary(self, at=at)
        self.door_boundary = door_boundary(self, at=at)
        self.roles = {row.name: self._role(row) for row in self.rows}
        self.access = self._access()
        for statement in admins_leave(at, self.access[ADMIN_GROUP]):
            self.roles[HAND_OVER_GREEN].add_to_principal_policy(statement)
        for statement in adopter_leaves(at, self.roles[ADOPT_CLUSTER].role_arn):
            self.roles[RECOVER].add_to_principal_policy(statement)
        self.dead_letters: dict[str, sqs.Queue] = {}
        code = lambda_.Code.from_asset(str(bundle.path), asset_hash=bundle.digest)
        self.by_name = {row.name: self._function(row, code) for row in self.rows}

    def _role(self, row: Row) -> iam.Role:
        """The function's own role with the rights of its row; its log group and its queue add theirs."""
        role = iam.Role(
            self,
            f"{row.identifier}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            permissions_boundary=self.door_boundary if row.door else self.boundary,
            description=f"norikae {self._environment.environment}: {row.title}",
            role_name=operator_role_name(self._environment.environment) if row.name == OPERATOR_COMMAND else None,
        )
        wanted = (*row.grants, grants.network) if row.placed else row.grants
        for grant in dict.fromkeys(wanted):
            for statement in grant(self._at):
                role.add_to_principal_policy(statement)
        return role

    def _access(self) -> dict[str, list[str]]:
        """Kubernetes group to the ARNs of the roles that get it by an access entry."""
        access: dict[str, list[str]] = {}
        for row in self.rows:
            for group in row.groups:
                if group == WEIGHERS and self._environment.dns.owner != "external-dns":
                    continue  # nobody tells an external-dns anything, so nobody may patch an Ingress
                if group == DELETERS and not self._environment.interruptions.bypass_budgets():
                    continue  # every pod leaves as its budgets allow, so nobody may delete one
                access.setdefault(group, []).append(self.roles[row.name].role_arn)
        return access

    def _function(self, row: Row, code: lambda_.Code) -> lambda_.Function:
        """The function of a row."""
        name = self._environment.environment
        group = logs.LogGroup(
            self,
            f"{row.identifier}Logs",
            log_group_name=f"/norikae/{name}/{row.name}",
            encryption_key=self._key,
            retention=log_retention(self._environment.retention.logs_days),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        function = lambda_.Function(
            self,
            row.identifier,
            # People call this one by hand, so it has a name that they can know.
            function_name=self._at.command_function if row.name == OPERATOR_COMMAND else None,
            description=f"norikae {name}: {row.title}",
            runtime=RUNTIME,
            architecture=lambda_.Architecture.ARM_64,
            handler=row.handler,
            code=code,
            role=self.roles[row.name],
            memory_size=row.memory,
            timeout=cdk.Duration.seconds(row.timeout),
            tracing=lambda_.Tracing.ACTIVE,
            logging_format=lambda_.LoggingFormat.JSON,
            log_group=group,
            dead_letter_queue=self._dead_letter_queue(row) if row.asynchronous else None,
            environment=self._settings(row),
            params_and_secrets=KEYS if row.keyed else None,
        )
        group.grant_write(self.roles[row.name])
        if row.placed:
            _place(function, self._environment.network)
        return function

    def _dead_letter_queue(self, row: Row) -> sqs.Queue:
        """Where an event ends that the function could not handle; an alarm watches it."""
        queue = encrypted_queue(self, f"{row.identifier}DeadLetters", key=self._key, kept=cdk.Duration.days(14))
        self.dead_letters[row.name] = queue
        return queue

    def _settings(self, row: Row) -> dict[str, str]:
        """The environment variables of a row, and those of every function."""
        known: dict[Setting, str] = {
            "NORIKAE_TABLE": self._at.table_name,
            "NORIKAE_EVIDENCE_BUCKET": self._at.bucket_name,
            "NORIKAE_TOPIC": self._at.topic,
            "NORIKAE_CLUSTER_ROLE": self._at.cluster_role,
            "NORIKAE_NODE_ROLE": self._at.node_role,
            "NORIKAE_NODE_PROFILE": self._at.node_profile,
            "NORIKAE_KEY": self._at.key,
            "NORIKAE_ROLE": self.roles[row.name].role_arn,
            "NORIKAE_ADOPTER": self.roles[ADOPT_CLUSTER].role_arn,
            "NORIKAE_ADOPT_MACHINE": self._at.adopt_machine,
            "NORIKAE_CLEAN_MACHINE": self._at.clean_machine,
            "NORIKAE_SHIFT_MACHINE": self._at.shift_machine,
            "NORIKAE_DRAIN_MACHINE": self._at.drain_machine,
            "NORIKAE_UPGRADE_MACHINE": self._at.upgrade_machine,
            "NORIKAE_INTERRUPTIONS_QUEUE": self._at.interruptions_url,
            "NORIKAE_CHAT_QUEUE": self._at.chat_queue_url,
            "NORIKAE_CHATS": json.dumps(dict(self._at.chats)),
            "NORIKAE_COMMAND_FUNCTION": self._at.command_function,
            "NORIKAE_Q_TOPIC": self._at.q_topic,
            "NORIKAE_MESSENGERS": " ".join(self.roles[name].role_arn for name in MESSENGERS if name in self.roles),
            "NORIKAE_CLOCKS": " ".join(self.roles[name].role_arn for name in CLOCKS if name in self.roles),
            "NORIKAE_BELL": self._at.bell_url,
            "NORIKAE_DIRECTLY_AFTER": str(LEFT_BY_THE_WRITER),
            "NORIKAE_SECRETS_QUEUE": self._at.secrets_queue_url,
            "NORIKAE_SECRETS_DEAD_LETTERS": self._at.secrets_dead_letters,
            "NORIKAE_ACCESS": cdk.Stack.of(self).to_json_string(to_variable(self.access)),
        }
        return {"POWERTOOLS_LOG_LEVEL": "INFO", **{one: known[one] for one in row.settings if known[one]}}


def _place(function: lambda_.Function, network: Network) -> None:
    """Put a function into the controller subnets, by id: a lookup would need an account."""
    resource = function.node.default_child
    assert isinstance(resource, lambda_.CfnFunction)  # noqa: S101 - narrows the type that jsii gives
    resource.vpc_config = lambda_.CfnFunction.VpcConfigProperty(
        subnet_ids=list(network.controller_subnets), security_group_ids=list(network.security_groups)
    )
    # The Lambda service uses the role's network rights when the function is created.
    function.node.add_dependency(function.role)


def log_retention(days: int) -> logs.RetentionDays:
    """The shortest retention that CloudWatch Logs offers and that keeps at least so many days."""
    offered = {int(word): item for item in logs.RetentionDays if (word := _DAYS.get(item.name, ""))}
    return next((offered[count] for count in sorted(offered) if count >= days), logs.RetentionDays.INFINITE)


_DAYS = {
    "ONE_DAY": "1",
    "THREE_DAYS": "3",
    "FIVE_DAYS": "5",
    "ONE_WEEK": "7",
    "TWO_WEEKS": "14",
    "ONE_MONTH": "30",
    "TWO_MONTHS": "60",
    "THREE_MONTHS": "90",
    "FOUR_MONTHS": "120",
    "FIVE_MONTHS": "150",
    "SIX_MONTHS": "180",
    "ONE_YEAR": "365",
    "THIRTEEN_MONTHS": "400",
    "EIGHTEEN_MONTHS": "545",
    "TWO_YEARS": "731",
    "FIVE_YEARS": "1827",
    "TEN_YEARS": "3653",
}
