"""IAM, KMS, secrets and parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.deploy.properties import document
from local.deploy.template import DeployError
from local.deploy.values import Made

if TYPE_CHECKING:
    from local.deploy.properties import Place, Properties


def role(place: Place, given: Properties) -> Made:
    """``AWS::IAM::Role``."""
    iam = place.clients("iam")
    name = given.name(place, "RoleName", longest=64)
    made = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=document(given.need("AssumeRolePolicyDocument")),
        Tags=given.get("Tags", []),
        **given.pick("Path", "Description", "MaxSessionDuration", "PermissionsBoundary"),
    )["Role"]
    for policy in given.get("Policies", []):
        text = document(policy["PolicyDocument"])
        iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=text)
    for arn in given.get("ManagedPolicyArns", []):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    return Made(name, {"Arn": made["Arn"], "RoleId": made["RoleId"]})


def policy(place: Place, given: Properties) -> Made:
    """``AWS::IAM::Policy`` of roles."""
    _only_roles(given)
    name, text = given.need("PolicyName"), document(given.need("PolicyDocument"))
    for one in given.need("Roles"):
        place.clients("iam").put_role_policy(RoleName=one, PolicyName=name, PolicyDocument=text)
    return Made(name)


def managed_policy(place: Place, given: Properties) -> Made:
    """``AWS::IAM::ManagedPolicy`` of roles."""
    _only_roles(given)
    iam = place.clients("iam")
    arn = iam.create_policy(
        PolicyName=given.name(place, "ManagedPolicyName", longest=128),
        PolicyDocument=document(given.need("PolicyDocument")),
        **given.pick("Path", "Description"),
    )["Policy"]["Arn"]
    for one in given.get("Roles", []):
        iam.attach_role_policy(RoleName=one, PolicyArn=arn)
    return Made(arn, {"PolicyArn": arn})


def _only_roles(given: Properties) -> None:
    if given.get("Users") or given.get("Groups"):
        msg = f"{given.logical}: the materialiser knows policies of roles only"
        raise DeployError(msg)


def instance_profile(place: Place, given: Properties) -> Made:
    """``AWS::IAM::InstanceProfile``."""
    iam = place.clients("iam")
    name = given.name(place, "InstanceProfileName", longest=128)
    made = iam.create_instance_profile(InstanceProfileName=name, **given.pick("Path"))["InstanceProfile"]
    for one in given.need("Roles"):
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=one)
    return Made(name, {"Arn": made["Arn"]})


def key(place: Place, given: Properties) -> Made:
    """``AWS::KMS::Key``."""
    kms = place.clients("kms")
    made = kms.create_key(
        Policy=document(given.need("KeyPolicy")),
        Tags=[{"TagKey": name, "TagValue": value} for name, value in given.tags().items()],
        **given.pick("Description", "KeyUsage", "KeySpec", "MultiRegion"),
    )["KeyMetadata"]
    if given.get("EnableKeyRotation"):
        kms.enable_key_rotation(KeyId=made["KeyId"])
    given.get("PendingWindowInDays")  # matters only when the stack is deleted
    return Made(made["KeyId"], {"Arn": made["Arn"], "KeyId": made["KeyId"]})


def alias(place: Place, given: Properties) -> Made:
    """``AWS::KMS::Alias``."""
    name = given.need("AliasName")
    place.clients("kms").create_alias(AliasName=name, TargetKeyId=given.need("TargetKeyId"))
    return Made(name)


def parameter(place: Place, given: Properties) -> Made:
    """``AWS::SSM::Parameter``."""
    name, value, kind = given.name(place, "Name", longest=1011), given.need("Value"), given.need("Type")
    place.clients("ssm").put_parameter(Name=name, Value=value, Type=kind, **given.pick("Description", "Tier"))
    return Made(name, {"Type": kind, "Value": value})


def secret(place: Place, given: Properties) -> Made:
    """``AWS::SecretsManager::Secret``, with its value given or generated."""
    client = place.clients("secretsmanager")
    value = given.get("SecretString")
    generate = given.get("GenerateSecretString")
    if generate is not None:
        if "SecretStringTemplate" in generate:
            msg = f"{given.logical}: the materialiser does not fill SecretStringTemplate"
            raise DeployError(msg)
        value = client.get_random_password(**generate)["RandomPassword"]
    arn = client.create_secret(
        Name=given.name(place, "Name", longest=512),
        **given.pick("Description", "KmsKeyId", "Tags"),
        **({} if value is None else {"SecretString": value}),
    )["ARN"]
    return Made(arn, {"Id": arn})
