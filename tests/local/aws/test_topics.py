"""A message of a topic gets into a queue, if it may, and the queue starts a function."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.aws.hearing import Hearing, arn_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TELL = """
    def handler(event, context):
        for one in event["Records"]:
            print(one["body"])
        return {"batchItemFailures": []}
    """


class Topic(Hearing):
    """A topic ``news``, and a queue ``people`` that subscribes to it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, TELL)
        self.sns = self.front.client("sns")
        self.topic: str = self.sns.create_topic(Name="news")["TopicArn"]
        self.people = self.queue("people")

    def opens(self, name: str = "people", url: str = "", **condition: Any) -> None:
        """The queue's policy lets SNS send, under a condition."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn_of(name),
            "Condition": condition or {"ArnEquals": {"aws:SourceArn": self.topic}},
        }
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.sqs.set_queue_attributes(QueueUrl=url or self.people, Attributes={"Policy": text})

    def subscribes(self, name: str = "people", **attributes: str) -> None:
        self.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn_of(name), Attributes=attributes)

    def says(self, text: str, **more: Any) -> str:
        said: str = self.sns.publish(TopicArn=self.topic, Message=text, **more)["MessageId"]
        return said


@pytest.fixture
def topic(tmp_path: Path) -> Iterator[Topic]:
    made = Topic(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("raw", [{}, {"RawMessageDelivery": "false"}])
def test_a_function_is_started_with_the_envelope(raw: dict[str, str], topic: Topic) -> None:
    topic.opens()
    topic.subscribes(**raw)
    topic.maps("people")
    topic.kernel.run(60)
    kind = {"DataType": "String", "StringValue": "run"}
    name = topic.says('{"event": "moved"}', Subject="保留", MessageAttributes={"kind": kind})
    lines = topic.heard(1)
    envelope = json.loads("\n".join(lines))
    assert (envelope["Type"], envelope["MessageId"], envelope["TopicArn"]) == ("Notification", name, topic.topic)
    assert (envelope["Subject"], envelope["Message"]) == ("保留", '{"event": "moved"}')
    assert envelope["Timestamp"] == "2026-11-24T01:01:00.000Z"
    assert envelope["MessageAttributes"] == {"kind": {"Type": "String", "Value": "run"}}
    assert topic.left(topic.people) == []
    assert topic.front.failures == []


def test_a_raw_subscription_gets_the_message_alone(topic: Topic) -> None:
    topic.opens()
    topic.subscribes(RawMessageDelivery="true")
    topic.says("hello", MessageAttributes={"kind": {"DataType": "String", "StringValue": "run"}})
    [got] = topic.sqs.receive_message(QueueUrl=topic.people, MessageAttributeNames=["All"])["Messages"]
    assert got["Body"] == "hello"
    assert got["MessageAttributes"]["kind"]["StringValue"] == "run"


def test_a_message_without_a_subject_has_none(topic: Topic) -> None:
    topic.opens()
    topic.subscribes()
    topic.says("hello")
    [body] = topic.left(topic.people)
    assert json.loads(body).keys().isdisjoint({"Subject", "MessageAttributes"})


def test_a_queue_without_a_policy_gets_nothing(topic: Topic) -> None:
    topic.subscribes()
    topic.says("hello")
    assert topic.left(topic.people) == []


def test_a_policy_for_another_topic_lets_nothing_in(topic: Topic) -> None:
    topic.opens(ArnEquals={"aws:SourceArn": topic.topic + "-of-others"})
    topic.subscribes()
    topic.says("hello")
    assert topic.left(topic.people) == []


def test_what_is_refused_goes_to_the_subscriptions_dead_letters(topic: Topic) -> None:
    dead = topic.queue("dead")
    topic.opens("dead", dead)
    topic.subscribes(RawMessageDelivery="true", RedrivePolicy=json.dumps({"deadLetterTargetArn": arn_of("dead")}))
    topic.says("hello")
    assert topic.left(topic.people) == []
    assert topic.left(dead) == ["hello"]


@pytest.mark.parametrize("permitted", [True, False])
def test_an_encrypted_queue_needs_its_key_to_let_sns_in(
    topic: Topic, caplog: pytest.LogCaptureFixture, *, permitted: bool
) -> None:
    statement = {
        "Effect": "Allow" if permitted else "Deny",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    key = topic.front.client("kms").create_key(Policy=policy)["KeyMetadata"]["Arn"]
    topic.sqs.set_queue_attributes(QueueUrl=topic.people, Attributes={"KmsMasterKeyId": key})
    topic.opens()
    topic.subscribes(RawMessageDelivery="true")
    topic.says("hello")
    assert topic.left(topic.people) == (["hello"] if permitted else [])
    assert ("policy of the key" in caplog.text) is not permitted


def test_a_filter_keeps_the_rest_away(topic: Topic) -> None:
    topic.opens()
    topic.subscribes(RawMessageDelivery="true", FilterPolicy=json.dumps({"kind": ["run"]}))
    for kind in ("run", "window"):
        topic.says(kind, MessageAttributes={"kind": {"DataType": "String", "StringValue": kind}})
    assert topic.left(topic.people) == ["run"]


@pytest.mark.parametrize("subject", ["x" * 100, "two\nlines", "bell\x07", "paragraph\u2029"])
def test_what_is_no_subject_is_not_published(subject: str, topic: Topic) -> None:
    with pytest.raises(topic.sns.exceptions.InvalidParameterException, match="Subject"):
        topic.says("hello", Subject=subject)
    topic.says("hello", Subject="保" * 99)
