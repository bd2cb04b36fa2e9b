"""What Amazon Q Developer in chat reads of the second topic is exactly what was made for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from norikae.adapters.aws.q_topic import AmazonQTopic
from norikae.adapters.aws.topic import SUBJECT_LIMIT
from norikae.environment import Notify
from norikae.errors import AwsRefusedError
from norikae.notify.amazon_q import custom_notification
from norikae.notify.message import Message

if TYPE_CHECKING:
    from .conftest import Cloud

TOLD = Message(
    id="sns-1", environment="demo", event="contested", severity="page", run="demo-1-35-0001", text="billing: 競合"
)


def test_the_message_arrives_with_no_key_more(cloud: Cloud) -> None:
    sns, sqs = cloud.client("sns"), cloud.client("sqs")
    queue = sqs.create_queue(QueueName="amazon-q")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name="norikae-demo-amazon-q")["TopicArn"]
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    policy = {"Statement": [{**statement, "Principal": {"Service": "sns.amazonaws.com"}}]}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    notification = custom_notification(TOLD, Notify(amazon_q=True))
    AmazonQTopic(sns, topic).tell(f"🔴 billing\n{'x' * 200}", notification)
    (received,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    body = json.loads(received["Body"])
    assert json.loads(body["Message"]) == notification
    assert body["Subject"].startswith("norikae 🔴 billing x")
    assert len(body["Subject"]) == SUBJECT_LIMIT


def test_a_topic_that_is_not_there_is_refused_in_the_words_of_aws(cloud: Cloud) -> None:
    topic = AmazonQTopic(cloud.client("sns"), "arn:aws:sns:ap-northeast-1:123456789012:gone")
    with pytest.raises(AwsRefusedError, match="NotFound"):
        topic.tell("billing", custom_notification(TOLD, Notify(amazon_q=True)))
