from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from local.aws.eventbridge import EventBridgeSimulator, Targets
from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.secrets import SecretsSimulator
from local.kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/function"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:secrets"


class Region:
    """Secrets Manager of one region, and a queue that gets all its events."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        identities = Identities(ACCOUNT)
        targets = Targets(function=lambda *_: None, machine=lambda *_: None)
        self.bus = EventBridgeSimulator(self.kernel, account=ACCOUNT, region=REGION, targets=targets)
        self.secrets = SecretsSimulator(self.kernel, account=ACCOUNT, region=REGION, says=self.bus.says)
        self.front = Front(self.kernel, [self.bus, self.secrets], identities, ACCOUNT, REGION)
        self.front.start()
        self.client = self.front.client("secretsmanager")
        self._hear()

    def _hear(self) -> None:
        statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
        policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": QUEUE}]}
        self._sqs = self.front.client("sqs")
        self._url = self._sqs.create_queue(QueueName="secrets", Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
        events = self.front.client("events")
        events.put_rule(Name="secrets", EventPattern=json.dumps({"source": ["aws.secretsmanager"]}))
        events.put_targets(Rule="secrets", Targets=[{"Id": "1", "Arn": QUEUE}])

    def heard(self, kind: str = "Secret Label Updated", seconds: float = 120) -> list[dict[str, Any]]:
        """The events of a kind that have come since the last time."""
        self.kernel.run(seconds)
        found: list[dict[str, Any]] = []
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", []):
            for one in messages:
                found.append(json.loads(one["Body"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=one["ReceiptHandle"])
        return [one for one in found if one["detail-type"] == kind]

    def create(self, name: str = "prod/db", value: str = "one", **more: Any) -> str:
        arn: str = self.client.create_secret(Name=name, SecretString=value, **more)["ARN"]
        return arn

    def stages(self, name: str = "prod/db") -> dict[str, str]:
        """The versions by label."""
        found = self.client.describe_secret(SecretId=name)["VersionIdsToStages"]
        return {stage: version for version, stages in found.items() for stage in stages}

    def as_function(self, *statements: dict[str, Any]) -> Any:
        """A client of a role that may do what the statements say."""
        iam = self.front.client("iam")
        iam.create_role(RoleName="function", AssumeRolePolicyDocument="{}")
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_role_policy(RoleName="function", PolicyName="inline", PolicyDocument=document)
        return self.front.client("secretsmanager", ROLE)


@pytest.fixture
def region() -> Iterator[Region]:
    made = Region()
    yield made
    assert not made.front.failures
    made.front.stop()


def refused(act: Callable[..., Any], **request: Any) -> tuple[str, str]:
    """The code and the text of a refusal."""
    with pytest.raises(ClientError) as caught:
        act(**request)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
