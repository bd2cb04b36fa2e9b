"""How what people are told reaches chats: a queue that is subscribed to the topic, and the function that it starts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from norikae.notify.message import LOOK
from stacks.event_queue import may_send
from stacks.queues import queue_with_dead_letters, start_by

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_lambda as lambda_

NOTIFY_SECONDS = 60
"""The reader's timeout; a chat that throttles is asked again later, not waited for."""
VISIBLE_AFTER = 90
"""Seconds until a message that failed comes again; more than the reader's timeout, as Lambda demands, by a cold start:
the time runs from the receipt, and two invocations must not show the same message."""
ATTEMPTS = 40
"""How often a message is tried before it is a dead letter: an hour, since a chat may be down for long."""
KEPT_DAYS = 4
TOGETHER = 2
"""Invocations at a time, the fewest that a mapping takes: chats allow about one message a second."""
BATCH = 10


class Messages(Construct):
    """The queue, its dead letters, its subscription, and the second topic where the environment wants one.

    A schedule asks each minute how far the run is: weights move without a message of their own.

    Args:
        environment: the environment's name.
        key: encrypts all; its policy lets SNS use it for this account's topics.
        topic: where everything is said.
        amazon_q: whether there is a topic in the form of Amazon Q Developer in chat.
        chats: whether there is a chat, in which a message shows the progress of a run.
    """

    def __init__(
        self,
        scope: Construct,
        identifier: str,
        *,
        environment: str,
        key: kms.IKey,
        topic: sns.Topic,
        amazon_q: bool,
        chats: bool,
    ) -> None:
        super().__init__(scope, identifier)
        self.queue, self.dead_letters = queue_with_dead_letters(
            self, key=key, kept=cdk.Duration.days(KEPT_DAYS), visible_after=VISIBLE_AFTER, attempts=ATTEMPTS
        )
        self.q_topic = self._q_topic(environment, key) if amazon_q else None
        self._subscribe(topic, key)
        if chats:
            self._looks()

    def starts(self, reader: lambda_.Function) -> None:
        """Let the queue start its reader."""
        start_by(self.queue, reader, self, "Reader", batch=BATCH, window=0, together=TOGETHER)

    def _subscribe(self, topic: sns.Topic, key: kms.IKey) -> None:
        """What is published is in the queue, or a dead letter when that could not be reached."""
        for queue in (self.queue, self.dead_letters):
            queue.add_to_resource_policy(
                iam.PolicyStatement(
                    sid="Topic",
                    principals=[iam.ServicePrincipal("sns.amazonaws.com")],
                    actions=["sqs:SendMessage"],
                    resources=[queue.queue_arn],
                    conditions={"ArnEquals": {"aws:SourceArn": topic.topic_arn}},
                )
            )
        # SNS guide, "Configuring server-side encryption": SNS needs the key of the queue that it sends to. The topic
        # has this key, too, so the key's policy cannot name the topic.
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Topics",
                principals=[iam.ServicePrincipal("sns.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
            )
        )
        sns.CfnSubscription(
            self,
            "Subscription",
            topic_arn=topic.topic_arn,
            protocol="sqs",
            endpoint=self.queue.queue_arn,
            redrive_policy={"deadLetterTargetArn": self.dead_letters.queue_arn},
        )

    def _looks(self) -> None:
        """A look each minute; one that was not sent is made good by the next."""
        rule = events.CfnRule(
            self,
            "Looks",
            description="Show in chats how far the run is",
            schedule_expression="rate(1 minute)",
            targets=[
                events.CfnRule.TargetProperty(
                    id="Queue",
                    arn=self.queue.queue_arn,
                    input=json.dumps(LOOK),
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self.dead_letters.queue_arn),
                    retry_policy=events.CfnRule.RetryPolicyProperty(
                        maximum_event_age_in_seconds=60, maximum_retry_attempts=0
                    ),
                )
            ],
        )
        for queue in (self.queue, self.dead_letters):
            queue.add_to_resource_policy(may_send(queue, [rule.attr_arn]))

    def _q_topic(self, environment: str, key: kms.IKey) -> sns.Topic:
        """The topic for a channel configuration of Amazon Q Developer in chat."""
        return sns.Topic(
            self, "AmazonQ", display_name=f"norikae {environment} for chats", master_key=key, enforce_ssl=True
        )
