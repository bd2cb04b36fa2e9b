"""A function invokes another: as whom, for how long, and what it hears of an error."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.front import Front
from local.aws.identities import Identities
from local.aws.lambda_ import LambdaSimulator
from local.kernel import Kernel
from local.runtime import LambdaRuntime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.runtime import Outcome

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
ASK = """
    import boto3, json, time
    from botocore.exceptions import ClientError
    def handler(event, context):
        began = time.time()
        try:
            name = event.pop("function", "command")
            answer = boto3.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        except ClientError as error:
            return error.response["Error"]
        said = json.loads(answer["Payload"].read())
        return {"said": said, "error": answer.get("FunctionError"), "took": round(time.time() - began, 2)}
    """
COMMAND = """
    import time
    def handler(event, context):
        time.sleep(event.get("seconds", 0))
        if event.get("fail"):
            raise ValueError("no")
        return {"heard": event, "at": time.time()}
    """


class Functions:
    """``ask`` invokes ``command``; each has a role of its own."""

    def __init__(self, folder: Path) -> None:
        self.kernel = Kernel()
        identities = Identities(ACCOUNT)
        self.runtime = LambdaRuntime(self.kernel, identities=identities, region=REGION)
        simulator = LambdaSimulator(self.kernel, runtime=self.runtime, account=ACCOUNT, region=REGION)
        self.front = Front(self.kernel, [simulator], identities, ACCOUNT, REGION)
        self.runtime.front_url = self.front.start()
        for name, code, timeout in (("ask", ASK, 30), ("command", COMMAND, 60)):
            bundle = folder / name
            bundle.mkdir()
            (bundle / "own_code.py").write_text(textwrap.dedent(code))
            self.front.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")
            role = f"arn:aws:iam::{ACCOUNT}:role/{name}"
            self.runtime.register(ARN + name, bundle, "own_code.handler", {}, timeout, role)

    def permit(self, *resources: str) -> None:
        statement = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": list(resources)}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.front.client("iam").put_role_policy(RoleName="ask", PolicyName="invoke", PolicyDocument=document)

    def ask(self, **event: Any) -> Outcome:
        found: Outcome = self.kernel.run(self.kernel.process(self.runtime.invoke(ARN + "ask", event)))
        return found

    def close(self) -> None:
        self.runtime.close()
        self.front.stop()


@pytest.fixture
def functions(tmp_path: Path) -> Iterator[Functions]:
    made = Functions(tmp_path)
    made.permit(ARN + "command")
    yield made
    made.close()


def test_the_answer_of_the_other_comes_back_and_its_time_passes_for_both(functions: Functions) -> None:
    payload = functions.ask(seconds=10, word="status").payload
    assert payload["said"]["heard"] == {"seconds": 10, "word": "status"}
    assert (payload["error"], payload["took"]) == (None, 10.52), "a cold start, a call and a sleep"
    assert functions.kernel.seconds() == pytest.approx(0.5 + 10.52)
    assert [one.function for one in functions.runtime.invocations] == ["command", "ask"]
    assert functions.front.failures == []


def test_only_the_function_that_the_role_may_invoke_is_invoked(functions: Functions) -> None:
    functions.permit(ARN + "other")
    payload = functions.ask(word="status").payload
    assert payload["Code"] == "AccessDeniedException"
    assert "lambda:InvokeFunction" in payload["Message"]
    assert [one.function for one in functions.runtime.invocations] == ["ask"]


@pytest.mark.parametrize("name", [ARN + "command", f"{ACCOUNT}:function:command", "command"])
def test_a_function_may_be_named_in_every_way(name: str, functions: Functions) -> None:
    assert functions.ask(function=name).payload["error"] is None


def test_an_error_of_the_other_is_no_error_of_the_one_that_asks(functions: Functions) -> None:
    payload = functions.ask(fail=True).payload
    assert payload["error"] == "Unhandled"
    assert (payload["said"]["errorType"], payload["said"]["errorMessage"]) == ("ValueError", "no")


def test_who_waits_longer_than_its_own_time_is_ended(functions: Functions) -> None:
    outcome = functions.ask(seconds=40)
    assert outcome.error_type == "Sandbox.Timedout"


def test_several_ask_at_the_same_time(functions: Functions) -> None:
    kernel = functions.kernel
    every = [kernel.process(functions.runtime.invoke(ARN + "ask", {"number": number})) for number in range(5)]
    kernel.run(kernel.env.all_of(every))
    outcomes: list[Any] = [one.value for one in every]
    assert [one.payload["said"]["heard"]["number"] for one in outcomes] == list(range(5))
