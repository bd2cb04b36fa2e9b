"""A whole invocation in a Python that has the standard library and norikae's own code, and nothing else to import."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.chat.beside import CHATWORK, SLACK, Beside, beside

from .signing import CHATWORK_TOKEN, SLACK_KEY, chatwork, said, slack, slash

Json = dict[str, Any]
LAMBDAS = Path(__file__).parents[3] / "lambdas"
INVOKED = """
import importlib, json, os, sys, time
event = json.load(sys.stdin)
time.time = lambda: 1795834800.0
handler = importlib.import_module(f"handlers.chat.hear_{sys.argv[1]}").handler
answer = handler(event, None)
print(json.dumps({"answer": answer, "modules": sorted(sys.modules)}))
"""
HEAVY = ("boto3", "botocore", "aws_lambda_powertools", "msgspec", "typing", "dataclasses", "norikae.wiring")
FORGED = {
    "slack": slack(slash(), key="another"),
    "chatwork": chatwork(said(), "YW5vdGhlcg=="),
}
TRUE = {"slack": slack(slash()), "chatwork": chatwork(said())}


@pytest.fixture
def lambda_extension() -> Iterator[Beside]:
    with beside() as running:
        running.secrets[SLACK] = json.dumps({"token": "xoxb-1", "signing_key": SLACK_KEY})
        running.secrets[CHATWORK] = json.dumps({"token": "t", "webhook_token": CHATWORK_TOKEN})
        yield running


def invoke(door: str, event: Json, variables: dict[str, str]) -> tuple[Json, list[str], list[Json]]:
    """The answer of an ear in a fresh process, what was imported for it, and what it logged."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", INVOKED, door],
        input=json.dumps(event),
        env={"PYTHONPATH": str(LAMBDAS), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *lines, last = [json.loads(line) for line in done.stdout.splitlines()]
    return last["answer"], last["modules"], lines


@pytest.mark.parametrize("door", FORGED)
def test_a_forged_request_is_refused_with_the_standard_library_alone(door: str, lambda_extension: Beside) -> None:
    answer, modules, (line,) = invoke(door, FORGED[door], lambda_extension.variables)
    assert answer == {"statusCode": 401, "body": ""}
    assert [name for name in modules if name.split(".")[0] in HEAVY or name in HEAVY] == []
    assert (line["service"], line["state"], line["why"]) == ("norikae", f"hear_{door}", "another signature")
    assert len(lambda_extension.asked) == 1


@pytest.mark.parametrize("door", FORGED)
def test_what_cannot_be_true_is_refused_without_a_connection(door: str) -> None:
    answer, modules, _ = invoke(door, {"headers": {"X-Slack-Signature": "v0=1"}, "body": "x"}, {})
    assert answer["statusCode"] == 401
    assert "http.client" not in modules


@pytest.mark.parametrize("door", FORGED)
def test_without_the_extension_an_ear_says_so_in_one_line(door: str, lambda_extension: Beside) -> None:
    variables = {**lambda_extension.variables, "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": "1"}
    answer, _, (line,) = invoke(door, TRUE[door], variables)
    assert answer == {"statusCode": 503, "body": ""}
    assert (line["level"], line["error"]) == ("ERROR", "UnreachableError")
    assert "the extension on port 1 did not answer" in line["text"]
