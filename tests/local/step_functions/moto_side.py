"""Runs machines on moto's own interpreter, in a process of its own: machines as JSON in, results as JSON out."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import boto3
from moto import mock_aws
from moto.awslambda.models import LambdaFunction

ROLE = "arn:aws:iam::123456789012:role/machine"
REGION = "ap-northeast-1"


def function(event: Any) -> tuple[Any, bool]:
    """The one function of these tests: echoes, or fails with the error that the event names."""
    if isinstance(event, dict) and "fail" in event:
        return {"errorType": event["fail"], "errorMessage": "as asked"}, True
    return {"echo": event}, False


def _invoke(_self: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
    answer, failed = function(json.loads(event) if isinstance(event, str) else event)
    return json.dumps(answer), failed, ""


def _functions() -> None:
    trust = json.dumps(
        {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda"}, "Action": "sts:AssumeRole"}]}
    )
    boto3.client("iam", REGION).create_role(RoleName="machine", AssumeRolePolicyDocument=trust)
    boto3.client("lambda", REGION).create_function(
        FunctionName="echo",
        Role=ROLE,
        Handler="a.b",
        Runtime="python3.13",
        Code={"ZipFile": b"PK\x05\x06" + b"\0" * 18},
    )


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except ValueError:
        return text  # moto leaves the quotes of a string output away


def main() -> None:
    """Start everything at once, and wait until everything has ended."""
    setattr(LambdaFunction, "_invoke_lambda", _invoke)  # noqa: B010 - mypy forbids the plain assignment
    stories = json.load(sys.stdin)
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        _functions()
        client = boto3.client("stepfunctions", REGION)
        started = {}
        for number, story in enumerate(stories):
            name = f"m{number}"
            text = json.dumps(story["definition"])
            arn = client.create_state_machine(name=name, definition=text, roleArn=ROLE)["stateMachineArn"]
            text = json.dumps(story["input"])
            started[story["name"]] = client.start_execution(stateMachineArn=arn, name="run", input=text)["executionArn"]
        results = {}
        deadline = time.monotonic() + 60
        while started and time.monotonic() < deadline:
            for name, arn in list(started.items()):
                found = client.describe_execution(executionArn=arn)
                if found["status"] != "RUNNING":
                    results[name] = [found["status"], _parsed(found.get("output")), found.get("error")]
                    del started[name]
            time.sleep(0.05)
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
