"""DynamoDB and S3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.deploy.properties import camel, document
from local.deploy.template import DeployError
from local.deploy.values import Made

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.deploy.properties import Place, Properties


def table(place: Place, given: Properties) -> Made:
    """``AWS::DynamoDB::Table``."""
    members = given.pick(
        "BillingMode",
        "ProvisionedThroughput",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
        "StreamSpecification",
        "DeletionProtectionEnabled",
        "Tags",
    )
    if "StreamSpecification" in members:
        members["StreamSpecification"] |= {"StreamEnabled": True}
    return _table(place, given, members, given.get("PointInTimeRecoverySpecification"))


def global_table(place: Place, given: Properties) -> Made:
    """``AWS::DynamoDB::GlobalTable`` with the one replica of this region."""
    replicas = given.need("Replicas")
    if [replica["Region"] for replica in replicas] != [place.region]:
        msg = f"{given.logical}: the materialiser knows one replica, in {place.region}"
        raise DeployError(msg)
    members = given.pick("BillingMode", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")
    replica = replicas[0]
    if "DeletionProtectionEnabled" in replica:
        members["DeletionProtectionEnabled"] = replica["DeletionProtectionEnabled"]
    return _table(place, given, members, replica.get("PointInTimeRecoverySpecification"))


def _table(place: Place, given: Properties, members: dict[str, Any], recovery: dict[str, Any] | None) -> Made:
    client = place.clients("dynamodb")
    encryption = given.get("SSESpecification")
    if encryption:
        known = ("SSEEnabled", "SSEType", "KMSMasterKeyId")
        members["SSESpecification"] = {
            key.replace("SSEEnabled", "Enabled"): value for key, value in encryption.items() if key in known
        }
    made = client.create_table(
        TableName=given.name(place, "TableName", longest=255),
        AttributeDefinitions=given.need("AttributeDefinitions"),
        KeySchema=given.need("KeySchema"),
        **members,
    )["TableDescription"]
    if recovery:
        client.update_continuous_backups(TableName=made["TableName"], PointInTimeRecoverySpecification=recovery)
    if given.get("TimeToLiveSpecification"):
        client.update_time_to_live(
            TableName=made["TableName"], TimeToLiveSpecification=given.get("TimeToLiveSpecification")
        )
    attributes = {"Arn": made["TableArn"], "StreamArn": made.get("LatestStreamArn", "")}
    return Made(made["TableName"], {name: value for name, value in attributes.items() if value})


def bucket(place: Place, given: Properties) -> Made:
    """``AWS::S3::Bucket``."""
    s3 = place.clients("s3")
    name = given.name(place, "BucketName", longest=63, lower=True)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": place.region})
    encryption = given.get("BucketEncryption")
    if encryption:
        rules = [
            {_API_SPELLING.get(key, key): value for key, value in rule.items()}
            for rule in encryption["ServerSideEncryptionConfiguration"]
        ]
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    if given.get("VersioningConfiguration"):
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=given.get("VersioningConfiguration"))
    if given.get("PublicAccessBlockConfiguration"):
        blocks = given.get("PublicAccessBlockConfiguration")
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=blocks)
    if given.get("OwnershipControls"):
        s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=given.get("OwnershipControls"))
    if given.get("LifecycleConfiguration"):
        rules = [_lifecycle(rule) for rule in given.get("LifecycleConfiguration")["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    if given.get("Tags"):
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": given.get("Tags")})
    host = f"{name}.s3.{place.region}.amazonaws.com"
    return Made(name, {"Arn": f"arn:aws:s3:::{name}", "RegionalDomainName": host})


_API_SPELLING = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}


def _lifecycle(rule: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"ID": rule["Id"]} if "Id" in rule else {}
    made |= {"Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    simple: dict[str, Callable[[Any], dict[str, Any]]] = {
        "ExpirationInDays": lambda days: {"Expiration": {"Days": days}},
        "NoncurrentVersionExpiration": lambda given: {"NoncurrentVersionExpiration": given},
        "AbortIncompleteMultipartUpload": lambda given: {"AbortIncompleteMultipartUpload": given},
    }
    for key, value in rule.items():
        if key in simple:
            made |= simple[key](value)
        elif key not in ("Id", "Status", "Prefix"):
            msg = f"the materialiser does not know {key} of a bucket's lifecycle rule"
            raise DeployError(msg)
    return made


def bucket_policy(place: Place, given: Properties) -> Made:
    """``AWS::S3::BucketPolicy``, without the statements that deny unencrypted transport.

    The embedded world counts as encrypted, and moto applies a Deny without looking at its conditions.

    Raises:
        DeployError: a Deny with any other condition.
    """
    name, policy = given.need("Bucket"), given.need("PolicyDocument")
    statements = [one for one in policy["Statement"] if not _about_transport(one)]
    if any(one["Effect"] == "Deny" and "Condition" in one for one in statements):
        msg = f"{given.logical}: moto cannot judge a conditional Deny of a bucket policy"
        raise DeployError(msg)
    if statements:
        text = document(policy | {"Statement": statements})
        place.clients("s3").put_bucket_policy(Bucket=name, Policy=text)
    return Made(name)


def _about_transport(statement: dict[str, Any]) -> bool:
    keys = {key for block in statement.get("Condition", {}).values() for key in block}
    return statement["Effect"] == "Deny" and bool(keys) and keys <= {"aws:SecureTransport", "s3:TlsVersion"}


def log_group(place: Place, given: Properties) -> Made:
    """``AWS::Logs::LogGroup``."""
    logs = place.clients("logs")
    name = given.name(place, "LogGroupName", longest=512)
    members = camel(given.pick("KmsKeyId", "LogGroupClass"))
    logs.create_log_group(logGroupName=name, **members, **({"tags": given.tags()} if given.tags() else {}))
    if given.get("RetentionInDays"):
        logs.put_retention_policy(logGroupName=name, retentionInDays=given.get("RetentionInDays"))
    return Made(name, {"Arn": place.arn("logs", f"log-group:{name}:*")})
