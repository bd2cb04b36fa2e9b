"""Where norikae remembers: one key, one table, one bucket."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

EXPIRY = "expires"
"""The attribute with the second at which an item may go; only ephemera have it."""


class State(Construct):
    """The environment's key, table and evidence bucket; all three survive the stack's deletion.

    Args:
        environment: the environment's name, for the key's alias.
    """

    def __init__(self, scope: Construct, identifier: str, *, environment: str) -> None:
        super().__init__(scope, identifier)
        self.key = kms.Key(
            self,
            "Key",
            alias=f"norikae/{environment}",
            description=f"norikae {environment}: table, evidence, notifications, queues, logs, secrets of green",
            enable_key_rotation=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="sk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=self.key,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=EXPIRY,
            deletion_protection=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        self.evidence = s3.Bucket(
            self,
            "Evidence",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            bucket_key_enabled=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            versioned=True,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        self._let_services_use_the_key()

    def _let_services_use_the_key(self) -> None:
        """Services that encrypt on their own behalf, each only for this account.

        The conditions are those of the services' guides: CloudWatch Logs gives the log group as encryption context,
        CloudWatch alarms (to SNS) and EventBridge (to SQS) give the account, and log delivery reads for Step Functions.
        """
        stack = cdk.Stack.of(self)
        logs = iam.ServicePrincipal(
            f"logs.{stack.region}.amazonaws.com",
            conditions={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": stack.format_arn(
                        service="logs",
                        resource="log-group",
                        resource_name="*",
                        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                    )
                }
            },
        )
        self.key.grant_encrypt_decrypt(logs)
        generate = {"cloudwatch": "kms:GenerateDataKey*", "events": "kms:GenerateDataKey"}
        for service, verb in generate.items():
            ours = {"StringEquals": {"aws:SourceAccount": stack.account}}
            self.key.grant(iam.ServicePrincipal(f"{service}.amazonaws.com", conditions=ours), "kms:Decrypt", verb)
