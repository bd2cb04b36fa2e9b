"""What people read, and what is kept for those who read it later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from norikae.adapters.aws.evidence import S3Evidence
from norikae.adapters.aws.topic import SUBJECT_LIMIT, SnsTopic
from norikae.errors import AwsRefusedError

from .conftest import REGION

if TYPE_CHECKING:
    from .conftest import Cloud


class Readers:
    """People who subscribed to the topic with a queue."""

    def __init__(self, cloud: Cloud) -> None:
        sns, self.sqs = cloud.client("sns"), cloud.client("sqs")
        self.queue = self.sqs.create_queue(QueueName="people")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topic = sns.create_topic(Name="norikae-demo")["TopicArn"]
        statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
        policy = {"Statement": [{**statement, "Principal": {"Service": "sns.amazonaws.com"}}]}
        self.sqs.set_queue_attributes(QueueUrl=self.queue, Attributes={"Policy": json.dumps(policy)})
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        self.topic = SnsTopic(sns, topic, "demo")

    def mail(self) -> tuple[str, dict[str, Any]]:
        """Subject and message of the next mail."""
        (received,) = self.sqs.receive_message(QueueUrl=self.queue)["Messages"]
        body = json.loads(received["Body"])
        return body["Subject"], json.loads(body["Message"])


@pytest.fixture
def readers(cloud: Cloud) -> Readers:
    return Readers(cloud)


def test_a_message_says_whose_it_is(readers: Readers) -> None:
    readers.topic.tell("billing: moved", {"event": "application-moved", "weight": 100})
    subject, message = readers.mail()
    assert subject == "norikae demo: billing: moved"
    assert message == {"environment": "demo", "event": "application-moved", "weight": 100}


def test_a_long_subject_is_cut_and_the_message_is_whole(readers: Readers) -> None:
    text = "the check could not be made " * 20
    readers.topic.tell(text, {"text": text})
    subject, message = readers.mail()
    assert len(subject) == SUBJECT_LIMIT
    assert message["text"] == text


def test_a_subject_is_one_line(readers: Readers) -> None:
    readers.topic.tell("RefusedError: first\nsecond\r\n\tthird\x1b\x00fourth", {})
    assert readers.mail()[0] == "norikae demo: RefusedError: first second third fourth"


def test_words_of_every_language_arrive(readers: Readers) -> None:
    readers.topic.tell("billing: 保留", {"reason": "確認待ち"})
    assert readers.mail() == ("norikae demo: billing: 保留", {"environment": "demo", "reason": "確認待ち"})


@pytest.fixture
def bucket(cloud: Cloud) -> Any:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="evidence", CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3


def test_a_document_is_kept_as_readable_json_and_says_where(bucket: Any) -> None:
    where = S3Evidence(bucket, "evidence").keep("run-1/plan.json", {"run": "run-1", "groups": [["billing"]]})
    assert where == "s3://evidence/run-1/plan.json"
    kept = bucket.get_object(Bucket="evidence", Key="run-1/plan.json")
    assert kept["ContentType"] == "application/json"
    body = kept["Body"].read().decode()
    assert json.loads(body) == {"run": "run-1", "groups": [["billing"]]}
    assert body.splitlines()[1].startswith('  "groups"')


def test_the_same_document_is_the_same_bytes(bucket: Any) -> None:
    evidence = S3Evidence(bucket, "evidence")
    evidence.keep("a.json", {"b": 1, "a": 2})
    evidence.keep("b.json", {"a": 2, "b": 1})
    first, second = (bucket.get_object(Bucket="evidence", Key=key)["Body"].read() for key in ("a.json", "b.json"))
    assert first == second


def test_a_bucket_that_is_not_there_is_refused_in_the_words_of_aws(bucket: Any) -> None:
    with pytest.raises(AwsRefusedError, match="NoSuchBucket"):
        S3Evidence(bucket, "elsewhere").keep("run-1/plan.json", {})
