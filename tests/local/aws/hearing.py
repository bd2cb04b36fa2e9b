"""A function that a queue starts, behind the front."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.lambda_ import LambdaSimulator
from local.aws.topics import SnsSimulator
from local.kernel import Kernel
from local.runtime import LambdaRuntime

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hear"


def arn_of(queue: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"


class Hearing:
    """A function ``hear`` and queues."""

    def __init__(self, folder: Path, code: str) -> None:
        self.kernel, self.permitted = Kernel(), True
        identities = Identities(ACCOUNT)
        self.runtime = LambdaRuntime(self.kernel, identities=identities, region=REGION)
        self.functions = LambdaSimulator(
            self.kernel, runtime=self.runtime, account=ACCOUNT, region=REGION, authorize=lambda *_: self.permitted
        )
        self.front = Front(self.kernel, [self.functions, SnsSimulator()], identities, ACCOUNT, REGION)
        self.runtime.front_url = self.front.start()
        self.sqs, self.client = self.front.client("sqs"), self.front.client("lambda")
        (folder / "own_code.py").write_text(textwrap.dedent(code))
        self.runtime.register(FUNCTION, folder, "own_code.handler", {}, 30, f"arn:aws:iam::{ACCOUNT}:role/hear")

    def queue(self, name: str, **attributes: str) -> str:
        url: str = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url

    def maps(self, queue: str, **more: Any) -> dict[str, Any]:
        members = {"EventSourceArn": arn_of(queue), "FunctionName": "hear"} | more
        made: dict[str, Any] = self.client.create_event_source_mapping(
            FunctionResponseTypes=["ReportBatchItemFailures"], **members
        )
        return made

    def heard(self, seconds: float) -> list[str]:
        self.kernel.run(seconds)
        return self.runtime.logs["hear"]

    def left(self, url: str) -> list[str]:
        found = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in found]

    def close(self) -> None:
        self.runtime.close()
        self.front.stop()
