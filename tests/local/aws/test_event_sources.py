"""A FIFO queue starts a function: in order, one batch of a group at a time, again after the visibility timeout."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.lambda_ import LambdaSimulator
from local.kernel import Kernel
from local.runtime import LambdaRuntime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hear"
HEAR = """
    import time
    def handler(event, context):
        bodies = [one["body"] for one in event["Records"]]
        print(",".join(bodies))
        time.sleep(5)
        if "die" in bodies:
            raise ValueError("no")
        if "nonsense" in bodies:
            return {"batchItemFailures": [{"itemIdentifier": None}]}
        wrong = next((place for place, body in enumerate(bodies) if body == "wrong"), len(bodies))
        return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in event["Records"][wrong:]]}
    """


class Ringing:
    """A queue, its dead letters, and a function that takes five seconds for each batch."""

    def __init__(self, folder: Path) -> None:
        self.kernel = Kernel()
        identities = Identities(ACCOUNT)
        self.runtime = LambdaRuntime(self.kernel, identities=identities, region=REGION)
        self.permitted = True
        self.functions = LambdaSimulator(
            self.kernel, runtime=self.runtime, account=ACCOUNT, region=REGION, authorize=lambda *_: self.permitted
        )
        self.front = Front(self.kernel, [self.functions], identities, ACCOUNT, REGION)
        self.runtime.front_url = self.front.start()
        self.sqs, self.client = self.front.client("sqs"), self.front.client("lambda")
        self.dead, dead = self.queue("dead.fifo")
        letters = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 2})
        self.url, self.arn = self.queue("bell.fifo", RedrivePolicy=letters)
        (folder / "own_code.py").write_text(textwrap.dedent(HEAR))
        role = f"arn:aws:iam::{ACCOUNT}:role/hear"
        self.runtime.register(FUNCTION, folder, "own_code.handler", {}, 30, role)

    def queue(self, name: str, **more: str) -> tuple[str, str]:
        attributes = {"FifoQueue": "true", "VisibilityTimeout": "180", **more}
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url, f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"

    def mapped(self, **more: Any) -> dict[str, Any]:
        members = {"EventSourceArn": self.arn, "FunctionName": "hear"} | more
        made: dict[str, Any] = self.client.create_event_source_mapping(
            FunctionResponseTypes=["ReportBatchItemFailures"], **members
        )
        return made

    def says(self, *bodies: str, group: str = "Z1") -> None:
        for body in bodies:
            self.sqs.send_message(
                QueueUrl=self.url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=f"{group}{body}"
            )

    def heard(self, seconds: float) -> list[str]:
        self.kernel.run(seconds)
        return self.runtime.logs["hear"]

    def left(self, url: str) -> list[str]:
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in found]


@pytest.fixture
def ringing(tmp_path: Path) -> Iterator[Ringing]:
    made = Ringing(tmp_path)
    yield made
    made.runtime.close()
    made.front.stop()


def test_what_comes_while_a_batch_is_handled_waits_and_comes_together(ringing: Ringing) -> None:
    ringing.mapped()
    ringing.says("one")
    assert ringing.heard(1) == ["one"]
    ringing.says("two", "three")
    ringing.says("other", group="Z2")
    assert ringing.heard(1) == ["one", "other"], "another group does not wait"
    assert ringing.heard(30) == ["one", "other", "two,three"]
    assert ringing.left(ringing.url) == []


def test_a_batch_has_ten_messages_at_most(ringing: Ringing) -> None:
    ringing.says(*(str(number) for number in range(12)))
    ringing.mapped()
    assert ringing.heard(30) == ["0,1,2,3,4,5,6,7,8,9", "10,11"]


def test_a_batch_that_fails_comes_again_after_the_visibility_timeout_and_then_is_dead(ringing: Ringing) -> None:
    ringing.mapped()
    ringing.says("die")
    ringing.heard(10)
    ringing.says("after")
    assert ringing.heard(160) == ["die"], "its group waits for it"
    assert ringing.heard(30) == ["die", "die,after"]
    assert ringing.heard(400) == ["die", "die,after", "after"]
    assert ringing.left(ringing.dead) == ["die"]


def test_only_what_the_function_names_comes_again(ringing: Ringing) -> None:
    ringing.mapped()
    ringing.says("good", "wrong", "behind")
    ringing.heard(100)
    assert ringing.heard(100)[-1] == "wrong,behind" or ringing.runtime.logs["hear"][-1] == "wrong"


def test_an_answer_that_names_no_message_means_all_of_them(ringing: Ringing) -> None:
    ringing.mapped()
    ringing.says("nonsense")
    ringing.heard(100)
    assert ringing.heard(150) == ["nonsense", "nonsense"]


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"BatchSize": 11}, "batch size"),
        ({"EventSourceArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:nowhere.fifo"}, "NonExistentQueue"),
    ],
)
def test_what_lambda_does_not_take_is_refused(ringing: Ringing, more: dict[str, Any], text: str) -> None:
    with pytest.raises(ClientError, match=text):
        ringing.mapped(**more)


def test_a_queue_that_shows_messages_before_the_function_ends_is_refused(ringing: Ringing) -> None:
    ringing.sqs.set_queue_attributes(QueueUrl=ringing.url, Attributes={"VisibilityTimeout": "29"})
    with pytest.raises(ClientError, match="29 seconds is less than Function timeout: 30 seconds"):
        ringing.mapped()


def test_a_role_that_may_not_receive_is_refused(ringing: Ringing) -> None:
    ringing.permitted = False
    with pytest.raises(ClientError, match="does not have permissions to call ReceiveMessage"):
        ringing.mapped()


def test_a_mapping_is_made_once(ringing: Ringing) -> None:
    assert ringing.mapped()["BatchSize"] == 10
    with pytest.raises(ClientError, match="already exists"):
        ringing.mapped()
