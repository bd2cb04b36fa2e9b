"""Makes the resources of a synthesized assembly by API calls, as CloudFormation would."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local.deploy import api, compute, identity, messaging, scheduling, storage
from local.deploy.order import ordered
from local.deploy.properties import Place, Properties
from local.deploy.template import DeployError, Template, templates
from local.deploy.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from local.deploy.values import Made
    from local.runtime import LambdaRuntime

_MAKERS: dict[str, Callable[[Place, Properties], Made]] = {
    "AWS::ApiGateway::Account": api.account,
    "AWS::ApiGateway::Deployment": api.deployment,
    "AWS::ApiGateway::Method": api.method,
    "AWS::ApiGateway::RequestValidator": api.request_validator,
    "AWS::ApiGateway::Resource": api.resource,
    "AWS::ApiGateway::RestApi": api.rest_api,
    "AWS::ApiGateway::Stage": api.stage,
    "AWS::CloudWatch::Alarm": messaging.alarm,
    "AWS::DynamoDB::GlobalTable": storage.global_table,
    "AWS::DynamoDB::Table": storage.table,
    "AWS::EC2::SecurityGroup": compute.security_group,
    "AWS::Events::Rule": messaging.rule,
    "AWS::IAM::InstanceProfile": identity.instance_profile,
    "AWS::IAM::ManagedPolicy": identity.managed_policy,
    "AWS::IAM::Policy": identity.policy,
    "AWS::IAM::Role": identity.role,
    "AWS::KMS::Alias": identity.alias,
    "AWS::KMS::Key": identity.key,
    "AWS::Lambda::Alias": compute.alias,
    "AWS::Lambda::EventInvokeConfig": compute.event_invoke_config,
    "AWS::Lambda::EventSourceMapping": compute.event_source_mapping,
    "AWS::Lambda::Function": compute.function,
    "AWS::Lambda::Permission": compute.permission,
    "AWS::Lambda::Version": compute.version,
    "AWS::Logs::LogGroup": storage.log_group,
    "AWS::S3::Bucket": storage.bucket,
    "AWS::S3::BucketPolicy": storage.bucket_policy,
    "AWS::SNS::Subscription": messaging.subscription,
    "AWS::SNS::Topic": messaging.topic,
    "AWS::SNS::TopicPolicy": messaging.topic_policy,
    "AWS::SQS::Queue": messaging.queue,
    "AWS::SQS::QueuePolicy": messaging.queue_policy,
    "AWS::SSM::Parameter": identity.parameter,
    "AWS::Scheduler::Schedule": scheduling.schedule,
    "AWS::Scheduler::ScheduleGroup": scheduling.schedule_group,
    "AWS::SecretsManager::Secret": identity.secret,
    "AWS::StepFunctions::StateMachine": compute.state_machine,
}
SKIPPED = {"AWS::CDK::Metadata": "counts constructs for the CDK team; it makes nothing"}
"""Types that are left out, with the reason."""


@dataclass
class Deployment:
    """What was made.

    Args:
        outputs: the stacks' outputs by name.
        ids: the physical id of each resource, by logical id.
        functions: function ARNs by the module of their handler, such as ``set_weights``.
        machines: state machine ARNs by name.
        skipped: logical ids that were left out, with the reason.
    """

    outputs: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    machines: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)


def deploy(
    assembly: Path,
    clients: Callable[[str], Any],
    *,
    runtime: LambdaRuntime,
    account: str = "123456789012",
    region: str = "ap-northeast-1",
) -> Deployment:
    """Make every resource of every stack of a cloud assembly.

    Args:
        assembly: the folder that ``cdk synth`` wrote.
        clients: a boto3 client of the operator by service name.
        runtime: gets the functions.
        account: for the pseudo parameters.
        region: for the pseudo parameters.

    Raises:
        DeployError: an unknown type, property or function of the template, or AWS's refusal with the logical id.
    """
    cached = functools.lru_cache(maxsize=None)(clients)
    deployment = Deployment()
    for template in templates(assembly):
        _Stack(template, Place(cached, runtime, template.assets, template.name, account, region)).make(deployment)
    return deployment


class _Stack:
    """Makes one stack."""

    def __init__(self, template: Template, place: Place) -> None:
        self._template, self._place = template, place
        pseudo = {
            "AWS::AccountId": place.account,
            "AWS::Partition": "aws",
            "AWS::Region": place.region,
            "AWS::StackId": place.arn("cloudformation", f"stack/{template.name}/local"),
            "AWS::StackName": template.name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        parameters = {
            name: parameter["Default"]
            for name, parameter in template.body.get("Parameters", {}).items()
            if "Default" in parameter
        }
        self._values = Values(pseudo | parameters, template.body.get("Conditions", {}))

    def make(self, deployment: Deployment) -> None:
        for logical in ordered(self._template.resources):
            resource = self._template.resources[logical]
            kind = resource["Type"]
            if kind in SKIPPED:
                deployment.skipped[logical] = SKIPPED[kind]
            elif "Condition" in resource and not self._values.holds(resource["Condition"]):
                deployment.skipped[logical] = f"the condition {resource['Condition']} does not hold"
            else:
                self._make(logical, kind, resource, deployment)
        for name, output in self._template.body.get("Outputs", {}).items():
            deployment.outputs[name] = self._values.resolve(output["Value"])

    def _make(self, logical: str, kind: str, resource: dict[str, Any], deployment: Deployment) -> None:
        if kind not in _MAKERS:
            msg = f"the materialiser does not know the type {kind} of {logical}"
            raise DeployError(msg)
        given = Properties(logical, kind, self._values.resolve(resource.get("Properties", {})))
        try:
            made = _MAKERS[kind](self._place, given)
        except ClientError as error:
            msg = f"{logical} ({kind}) was refused: {error}"
            raise DeployError(msg) from error
        given.done()
        self._values.made[logical] = made
        deployment.ids[logical] = made.ref
        if kind == "AWS::Lambda::Function":
            deployment.functions[given.need("Handler").split(".")[-2]] = made.attributes["Arn"]
        if kind == "AWS::StepFunctions::StateMachine":
            deployment.machines[made.attributes["Name"]] = made.ref
