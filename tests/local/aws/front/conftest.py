from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.simulator import AwsError, Simulator
from local.kernel import Kernel

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
FUNCTION = f"arn:aws:iam::{ACCOUNT}:role/set-weights"


class Zones(Simulator):
    """A Route 53 with one operation, to see what the front does around a simulator."""

    service: ClassVar[str] = "route53"

    def __init__(self) -> None:
        self.callers: list[str] = []

    def get_change(self, **request: Any) -> dict[str, Any]:
        self.callers.append(self.caller.name)
        if request["Id"] == "C0BAD":
            raise AwsError("NoSuchChange", "A change with the specified change ID does not exist.")
        if request["Id"] == "C0DEFECT":
            raise ZeroDivisionError("a defect")
        return {"ChangeInfo": {"Id": request["Id"], "Status": "INSYNC", "SubmittedAt": "2026-11-24T01:00:00Z"}}


class World:
    def __init__(self, seed: int = 1, *simulators: Simulator, account: str = ACCOUNT) -> None:
        self.kernel = Kernel(seed=seed)
        self.identities = Identities(account)
        self.zones = Zones()
        self.front = Front(self.kernel, [self.zones, *simulators], self.identities, account, REGION)
        self.front.start()

    def role(self, *statements: dict[str, Any], arn: str = FUNCTION) -> str:
        iam = self.front.client("iam")
        name = arn.rsplit("/", 1)[-1]
        iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        if statements:
            document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
            iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document)
        return arn


@pytest.fixture
def world() -> Iterator[World]:
    built = World()
    yield built
    built.front.stop()
