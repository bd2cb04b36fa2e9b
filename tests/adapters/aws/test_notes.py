"""A node that a person names is a letter in the queue, in the form in which the drain reads it."""

from __future__ import annotations

from typing import Any

from norikae.adapters.aws.notes import SqsNotes
from norikae.drain.events.table import parse
from norikae.drain.interruption import Interruption

LETTER = {
    "source": "norikae",
    "detail-type": "Drain Node",
    "id": "asked-5f2b1c77",
    "time": "2026-11-28T03:00:00Z",
    "detail": {"node": "ip-10-0-1-2", "cluster": "demo-1-33", "by": "美緒"},
}


def test_a_letter_arrives_as_it_was_sent(cloud: Any) -> None:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="interruptions")["QueueUrl"]
    SqsNotes(sqs, url).drain(LETTER)
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    asked = Interruption(
        "asked", "", 1795834800.0, "asked-5f2b1c77", detail="drain", node="ip-10-0-1-2", cluster="demo-1-33"
    )
    assert parse(message["Body"]) == (asked,)
