"""A task token is found wherever somebody has put it, except where it has to be: in the table, and on the way there."""

from __future__ import annotations

import base64
import json
import textwrap
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.chat.conversation import Line
from local.chat.slack_app import App
from local.cluster.git import GitRepositories
from local.demo.sink_watch import search
from local.demo.token_watch import token_watch
from local.world import World
from stacks.environment_file import load
from tests.local.cluster.building import PROJECT

REGION, ACCOUNT = "ap-northeast-1", "123456789012"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:ask"
CODE = """
    def handler(event, context):
        if event["careless"]:
            print("asked, and will be answered with", event["token"])
        return {}
"""
MAY_INVOKE = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
POLICY = {"Version": "2012-10-17", "Statement": [MAY_INVOKE]}


class Waiting:
    """A world in which a state machine waits for an answer, and the token is in the table."""

    def __init__(self, folder: Path, *, careless: bool = False) -> None:
        self.world = World(load(PROJECT / "environments/demo.yaml"), GitRepositories({}))
        self.watch = token_watch(self.world)
        (folder / "own_code.py").write_text(textwrap.dedent(CODE))
        role = f"arn:aws:iam::{ACCOUNT}:role/ask"
        self.world.runtime.register(FUNCTION, folder, "own_code.handler", {}, 30.0, role)
        self._start(careless=careless)
        (self.token,) = self.world.step_functions.task_tokens
        self._write_down()

    def _start(self, *, careless: bool) -> None:
        iam, states = self.world.client("iam"), self.world.client("stepfunctions")
        role = iam.create_role(RoleName="machine", AssumeRolePolicyDocument='{"Statement": []}')["Role"]["Arn"]
        iam.put_role_policy(RoleName="machine", PolicyName="invoke", PolicyDocument=json.dumps(POLICY))
        ask = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": FUNCTION, "Payload": {"token.$": "$$.Task.Token", "careless": careless}},
            "End": True,
        }
        definition = json.dumps({"StartAt": "Ask", "States": {"Ask": ask}})
        arn = states.create_state_machine(name="ask", definition=definition, roleArn=role)["stateMachineArn"]
        states.start_execution(stateMachineArn=arn, name="run-a1")
        self.world.kernel.run(10)

    def _write_down(self) -> None:
        table = self.world.client("dynamodb")
        table.create_table(
            TableName="runs",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        self.keep("RUN#1", "APPROVAL#plan")

    def keep(self, *key: str) -> None:
        """An item has the token."""
        pk, sk = key
        item = {"pk": {"S": pk}, "sk": {"S": sk}, "token": {"S": self.token}}
        self.world.client("dynamodb").put_item(TableName="runs", Item=item)

    def found(self) -> list[tuple[str, str]]:
        search(self.world, self.watch)
        return list(self.watch.leaks)


@pytest.fixture
def waiting(tmp_path: Path) -> Iterator[Waiting]:
    made = Waiting(tmp_path)
    yield made
    made.world.close()


def test_the_way_into_the_table_and_back_is_no_leak(waiting: Waiting) -> None:
    key = {"pk": {"S": "RUN#1"}, "sk": {"S": "APPROVAL#plan"}}
    waiting.world.client("dynamodb").get_item(TableName="runs", Key=key)
    waiting.world.client("stepfunctions").send_task_success(taskToken=waiting.token, output="{}")
    waiting.world.kernel.run(5)

    assert waiting.found() == []
    check = waiting.watch.check()
    assert check.holds, check
    assert check.detail.startswith("1 were given out")


def test_a_search_in_a_world_without_tokens_proves_nothing() -> None:
    world = World(load(PROJECT / "environments/demo.yaml"), GitRepositories({}))
    watch = token_watch(world)
    search(world, watch)
    world.close()

    assert not watch.check().holds


def test_a_function_that_prints_its_token_is_found(tmp_path: Path) -> None:
    careless = Waiting(tmp_path, careless=True)

    assert careless.found() == [("function logs", "ask")]
    careless.world.close()


def _line(waiting: Waiting, text: str) -> None:
    world = waiting.world
    world.conversation.add(Line(world.kernel.now(), "chatwork", "1", "upgrades", "norikae", text))


def _chat(waiting: Waiting) -> None:
    _line(waiting, f"approve with {waiting.token}")


def _half(waiting: Waiting) -> None:
    _line(waiting, waiting.token[100:])


def _coded(waiting: Waiting) -> None:
    _line(waiting, base64.b64encode(json.dumps({"t": waiting.token}).encode()).decode())


def _button(waiting: Waiting) -> None:
    """Slack sends back what was in the button, as a form writes it, to whoever listens."""
    world = waiting.world
    world.slack.install(App.drawn(world.kernel.stream("app"), team="T01", url="https://x.example.com/slack"))
    world.slack.users["U1"] = "ken"
    world.slack.open_channel("C1", "ops", {"U1"})
    world.kernel.run(world.kernel.process(world.slack.command("U1", "C1", urllib.parse.quote(waiting.token))))
    world.conversation.lines.clear()


def _other_item(waiting: Waiting) -> None:
    waiting.keep("THREAD#1", "slack/C1/plan")


def _topic(waiting: Waiting) -> None:
    sns = waiting.world.client("sns")
    arn = sns.create_topic(Name="told")["TopicArn"]
    sns.publish(TopicArn=arn, Message=json.dumps({"reason": waiting.token}))
    waiting.world.front.calls.clear()


def _queue(waiting: Waiting) -> None:
    sqs = waiting.world.client("sqs")
    url = sqs.create_queue(QueueName="chat-dead-letters")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=waiting.token)


def _output(waiting: Waiting) -> None:
    states = waiting.world.client("stepfunctions")
    states.send_task_success(taskToken=waiting.token, output=json.dumps({"token": waiting.token}))
    waiting.world.kernel.run(5)


@pytest.mark.parametrize(
    ("leak", "sinks"),
    [
        (_chat, {"chats"}),
        (_half, {"chats"}),
        (_coded, {"chats"}),
        (_button, {"requests of chats"}),
        (_other_item, {"tables", "AWS calls"}),
        (_topic, {"topics"}),
        (_queue, {"queues", "AWS calls"}),
        (_output, {"executions", "events"}),
    ],
)
def test_a_leak_is_found_in_each_kind_of_sink(
    waiting: Waiting, leak: Callable[[Waiting], None], sinks: set[str]
) -> None:
    leak(waiting)

    assert {sink for sink, _ in waiting.found()} == sinks
    check = waiting.watch.check()
    assert not check.holds
    assert waiting.token not in check.detail, "what was found is not shown"


def test_a_report_that_has_a_token_is_found(waiting: Waiting) -> None:
    waiting.watch.read({"report.html": f"<p>{waiting.token}</p>", "report.json": "{}"})

    assert list(waiting.watch.leaks) == [("reports", "report.html")]
