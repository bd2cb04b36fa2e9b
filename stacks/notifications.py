"""How norikae reaches people: one topic, to which a chat, a mailbox or a pager subscribes."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct


class Notifications(Construct):
    """The environment's topic; encrypted, and only reachable by TLS.

    Args:
        environment: the environment's name, which readers see as the sender.
        key: encrypts what waits for delivery.
    """

    def __init__(self, scope: Construct, identifier: str, *, environment: str, key: kms.IKey) -> None:
        super().__init__(scope, identifier)
        self.topic = sns.Topic(self, "Topic", display_name=f"norikae {environment}", master_key=key, enforce_ssl=True)
        self.topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
