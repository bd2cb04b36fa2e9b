"""How norikae reaches people: one topic, to which a chat, a mailbox or a pager subscribes."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct


class Notifications(Construct):
    """The environment's topic; encrypted, only reachable by TLS, and open to alarms of this account alone.

    Args:
        environment: the environment's name, which readers see as the sender.
        key: encrypts what waits for delivery; its policy lets CloudWatch use it for this account.
    """

    def __init__(self, scope: Construct, identifier: str, *, environment: str, key: kms.IKey) -> None:
        super().__init__(scope, identifier)
        self.topic = sns.Topic(self, "Topic", display_name=f"norikae {environment}", master_key=key, enforce_ssl=True)
        alarms = cdk.Stack.of(self).format_arn(
            service="cloudwatch", resource="alarm", resource_name="*", arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME
        )
        # An alarm may act on a topic of another account, so the service alone proves nothing (SNS guide, "Example cases
        # for Amazon SNS access control"); grant_publish would let it in for everybody, to the key, too.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Alarms",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"ArnLike": {"aws:SourceArn": alarms}},
            )
        )
