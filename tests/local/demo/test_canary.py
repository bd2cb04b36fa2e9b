"""A value of a secret is found wherever somebody has put it, in whatever form, and named without being shown."""

from __future__ import annotations

import base64
import gzip
import json
import urllib.parse
from typing import TYPE_CHECKING

import pytest

from local.aws.loopback import HttpRequest
from local.canary import Canary, word
from local.chat.conversation import Line
from local.cluster.git import GitRepositories
from local.demo.canary_watch import CanaryWatch
from local.demo.sink_watch import search
from local.kernel import Kernel
from local.team_secrets import SECRETS, TeamSecrets, keep
from local.world import World
from stacks.environment_file import load
from tests.local.cluster.building import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORD = word(Kernel(seed=1).stream("story"))
CANARY = Canary.of(WORD)
REGION, ACCOUNT = "ap-northeast-1", "123456789012"
CLUSTER = "demo-1-33"


def coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz", "ü/"])
def test_it_is_found_in_every_form(before: str) -> None:
    value = f'{before}{WORD}/+ü"\n'
    packed = gzip.compress(value.encode())

    for form in (
        value,
        value.encode(),
        json.dumps({"password": value}),
        urllib.parse.quote(value, safe=""),
        coded(value),
        coded(value).rstrip("="),
        base64.urlsafe_b64encode(value.encode()).decode(),
        json.dumps({"data": {"password": coded(value)}}),
        coded(json.dumps({"data": {"password": coded(value)}})),
        value.encode().hex(),
        packed,
        f"body: {base64.b64encode(packed).decode()}, and more",
        repr(value.encode()),
    ):
        assert CANARY.is_in(form)


def test_it_is_not_found_where_it_is_not() -> None:
    other = word(Kernel(seed=1).stream("another story"))
    for text in (other, coded(other), "", b"\x1f\x8b\x08 not gzip", "H4sIAAAAAAAAAAAAAAAAAAAAAAAAAA", WORD[:-1]):
        assert not CANARY.is_in(text)
    with pytest.raises(ValueError, match="letters and digits"):
        Canary.of("short")


class Leaky:
    """A world with the teams' secrets, a cluster that has them, and somebody who writes their values elsewhere."""

    def __init__(self) -> None:
        self.world = World(load(PROJECT / "environments/demo.yaml"), GitRepositories({}))
        self.secrets = TeamSecrets(self.world)
        self.secrets.create()
        self.watch = CanaryWatch(self.world, self.secrets.canary)
        self.world.eks.adopt(CLUSTER, "1.33", role_arn=f"arn:aws:iam::{ACCOUNT}:role/blue", subnets=["a", "c"])
        self.api = self.world.clusters[CLUSTER].api
        self.world.kernel.run(10)
        self.value: str = self.world.client("secretsmanager").get_secret_value(SecretId=SECRETS[0].name)["SecretString"]
        keep(self.api, SECRETS[0], SECRETS[0].data(self.value))

    def found(self) -> list[tuple[str, str]]:
        search(self.world, self.watch)
        return list(self.watch.leaks)


@pytest.fixture
def leaky() -> Iterator[Leaky]:
    made = Leaky()
    yield made
    made.world.close()


def test_values_in_secrets_and_in_their_owners_calls_are_where_they_should_be(leaky: Leaky) -> None:
    leaky.world.client("secretsmanager").put_secret_value(SecretId=SECRETS[0].name, SecretString=leaky.value)

    assert leaky.found() == []
    check = leaky.watch.check()
    assert check.holds
    assert check.detail.startswith("1 Secrets have them")


def test_a_search_that_finds_no_value_even_in_secrets_proves_nothing() -> None:
    world = World(load(PROJECT / "environments/demo.yaml"), GitRepositories({}))
    watch = CanaryWatch(world, CANARY)
    search(world, watch)
    world.close()

    assert not watch.check().holds


def _log(leaky: Leaky) -> None:
    leaky.world.runtime.logs["carry_secrets"].append(json.dumps({"message": coded(leaky.value)}))


def _table(leaky: Leaky) -> None:
    table = leaky.world.client("dynamodb")
    table.create_table(
        TableName="runs",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    table.put_item(TableName="runs", Item={"pk": {"S": "SECRET#1"}, "seen": {"M": {"value": {"S": leaky.value}}}})
    leaky.world.front.calls.clear()


def _bucket(leaky: Leaky) -> None:
    s3 = leaky.world.client("s3")
    s3.create_bucket(Bucket="evidence", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket="evidence", Key="run/report.json.gz", Body=gzip.compress(leaky.value.encode()))
    leaky.world.front.calls.clear()


def _topic(leaky: Leaky) -> None:
    sns = leaky.world.client("sns")
    arn = sns.create_topic(Name="told")["TopicArn"]
    sns.publish(TopicArn=arn, Message=json.dumps({"reason": leaky.value}))
    leaky.world.front.calls.clear()


def _queue(leaky: Leaky) -> None:
    sqs = leaky.world.client("sqs")
    url = sqs.create_queue(QueueName="secrets-dead-letters")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=leaky.value)
    leaky.world.front.calls.clear()


def _event(leaky: Leaky) -> None:
    leaky.world.events.emit({"detail-type": "told", "detail": {"text": urllib.parse.quote(leaky.value)}})


def _execution(leaky: Leaky) -> None:
    states, iam = leaky.world.client("stepfunctions"), leaky.world.client("iam")
    role = iam.create_role(RoleName="machine", AssumeRolePolicyDocument='{"Statement": []}')["Role"]["Arn"]
    definition = json.dumps({"StartAt": "S", "States": {"S": {"Type": "Pass", "End": True}}})
    arn = states.create_state_machine(name="pass", definition=definition, roleArn=role)["stateMachineArn"]
    states.start_execution(stateMachineArn=arn, name="run", input=json.dumps({"value": leaky.value}))
    leaky.world.kernel.run(10)
    leaky.world.front.calls.clear()


def _call(leaky: Leaky) -> None:
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        leaky.world.client("dynamodb").get_item(TableName="none", Key={"pk": {"S": leaky.value}})


def _function_writes_back(leaky: Leaky) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/carry"
    leaky.world.runtime.register(f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:carry", PROJECT, "x.y", {}, 30.0, role)
    leaky.world.client("iam").create_role(RoleName="carry", AssumeRolePolicyDocument='{"Statement": []}')
    client = leaky.world.front.client("secretsmanager", role)
    with pytest.raises(Exception, match="AccessDenied"):
        client.put_secret_value(SecretId=SECRETS[0].name, SecretString=leaky.value)


def _annotation(leaky: Leaky) -> None:
    body = {"metadata": {"annotations": {"norikae.dev/secret-hash": leaky.value}}}
    leaky.api.patch("secrets", SECRETS[0].target, SECRETS[0].namespace, body, manager="norikae-secrets")


def _config_map(leaky: Leaky) -> None:
    config = {"metadata": {"name": "settings", "namespace": "default"}, "data": {"password": leaky.value}}
    leaky.api.create("configmaps", config, manager="test")
    leaky.api.delete("configmaps", "settings", "default")  # it was there for a moment only


def _parameter(leaky: Leaky) -> None:
    leaky.world.client("ssm").put_parameter(Name="/norikae/last", Value=leaky.value, Type="String")
    leaky.world.front.calls.clear()


def _log_group(leaky: Leaky) -> None:
    logs, place = leaky.world.client("logs"), {"logGroupName": "/aws/vendedlogs/states", "logStreamName": "one"}
    logs.create_log_group(logGroupName=place["logGroupName"])
    logs.create_log_stream(**place)
    at = int(leaky.world.kernel.now() * 1000)
    logs.put_log_events(**place, logEvents=[{"timestamp": at, "message": coded(leaky.value)}])
    leaky.world.front.calls.clear()


def _chat(leaky: Leaky) -> None:
    line = Line(leaky.world.kernel.now(), "slack", "C01", "#ops", "norikae", f"the password is {leaky.value}")
    leaky.world.conversation.add(line)


def _asks_chat(leaky: Leaky) -> None:
    form = urllib.parse.urlencode({"body": leaky.value}).encode()
    leaky.world.chatwork.answer(HttpRequest("POST", "/v2/rooms/1/messages", {}, form))


def _defect(leaky: Leaky) -> None:
    leaky.world.front.failures.append(f"ValueError: {leaky.value}")


@pytest.mark.parametrize(
    ("leak", "sink", "where"),
    [
        (_log, "function logs", "carry_secrets"),
        (_table, "tables", "runs SECRET#1"),
        (_bucket, "buckets", "evidence/run/report.json.gz"),
        (_topic, "topics", "told"),
        (_queue, "queues", "secrets-dead-letters"),
        (_event, "events", "told"),
        (_execution, "executions", "run"),
        (_call, "AWS calls", "dynamodb:GetItem"),
        (_function_writes_back, "AWS calls", "carry secretsmanager:PutSecretValue"),
        (_annotation, "annotations of Secrets", f"{CLUSTER} chat/chat-api-db"),
        (_config_map, "clusters", f"{CLUSTER} configmaps default/settings"),
        (_parameter, "parameters", "/norikae/last"),
        (_log_group, "log groups", "/aws/vendedlogs/states one"),
        (_chat, "chats", "slack #ops"),
        (_asks_chat, "requests to chats", "POST api.chatwork.com/v2/rooms/1/messages"),
        (_defect, "failures of the world", "0"),
    ],
)
def test_a_leak_is_found_in_each_kind_of_sink(
    leaky: Leaky, leak: Callable[[Leaky], None], sink: str, where: str
) -> None:
    leak(leaky)

    found = leaky.found()

    assert sink in {kind for kind, _ in found}
    assert all(kind == sink and where in place for kind, place in found if kind != "events" or sink == kind)
    check = leaky.watch.check()
    assert not check.holds
    assert not leaky.secrets.canary.is_in(check.detail), "what was found is not shown"


def test_a_report_that_has_a_value_is_found(leaky: Leaky) -> None:
    leaky.watch.read({"report.html": f"<p>{leaky.value}</p>", "report.json": "{}"})

    assert list(leaky.watch.leaks) == [("reports", "report.html")]
