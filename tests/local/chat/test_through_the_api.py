"""What people say gets through API Gateway to a function, which can prove that it is theirs, byte for byte."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.assembly import environment_file
from local.chat.office import Office
from local.cluster.git import GitRepositories
from local.world import World
from stacks.environment_file import load

from .test_office import CHANGES

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:hear"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
CODE = """
    import base64, hashlib, hmac, json, os, time

    def handler(event, context):
        headers = {name.lower(): value for name, value in event["headers"].items()}
        body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else event["body"].encode()
        if "x-slack-signature" in headers:
            stamp = headers["x-slack-request-timestamp"]
            code = hmac.new(os.environ["SLACK"].encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
            proven = "v0=" + code.hexdigest() == headers["x-slack-signature"] and abs(time.time() - int(stamp)) < 2
        else:
            code = hmac.new(base64.b64decode(os.environ["CHATWORK"]), body, hashlib.sha256).digest()
            signed = base64.b64encode(code).decode()
            query = event["queryStringParameters"]["chatwork_webhook_signature"]
            proven = signed == headers["x-chatworkwebhooksignature"] == query
        said = {"text": "proven " + event["path"]}
        return {"statusCode": 200 if proven else 401, "body": json.dumps(said) if proven else ""}
"""


class Connected:
    """A world whose chats send to one function by way of an API."""

    def __init__(self, folder: Path) -> None:
        self.world = World(load(environment_file("demo", CHANGES)), GitRepositories({}))
        self.office = Office(self.world)
        self._function(folder)
        url = self._api()
        self.office.connect(f"{url}/slack", f"{url}/chatwork")

    def _function(self, folder: Path) -> None:
        trust = json.dumps(TRUST)
        role = self.world.client("iam").create_role(RoleName="hear", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        functions = self.world.client("lambda")
        named = {"FunctionName": "hear", "Role": role, "Runtime": "python3.13", "Handler": "own_code.handler"}
        functions.create_function(**named, Code={"ZipFile": b"stands for the code"})
        functions.add_permission(
            FunctionName="hear",
            StatementId="gateway",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
        )
        (folder / "own_code.py").write_text(textwrap.dedent(CODE))
        assert self.world.slack.app is not None
        keys = {"SLACK": self.world.slack.app.signing_key, "CHATWORK": self.world.chatwork.webhooks[0].token}
        self.world.runtime.register(FUNCTION, folder, "own_code.handler", keys, 30.0, role)

    def _api(self) -> str:
        client = self.world.client("apigateway")
        made = client.create_rest_api(name="chat", endpointConfiguration={"types": ["REGIONAL"]})
        uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
        for part in ("slack", "chatwork"):
            path = client.create_resource(restApiId=made["id"], parentId=made["rootResourceId"], pathPart=part)
            named = {"restApiId": made["id"], "resourceId": path["id"], "httpMethod": "POST"}
            client.put_method(**named, authorizationType="NONE")
            client.put_integration(**named, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
        live = client.create_deployment(restApiId=made["id"])["id"]
        client.create_stage(restApiId=made["id"], stageName="live", deploymentId=live)
        return f"https://{made['id']}.execute-api.{REGION}.amazonaws.com/live"


@pytest.fixture(scope="module")
def connected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    made = Connected(tmp_path_factory.mktemp("bundle"))
    yield made
    made.world.close()


def test_a_slash_command_is_proven_and_answered_within_its_time(connected: Connected) -> None:
    world = connected.world
    sent = world.kernel.run(connected.office.in_slack("ken").say("hold 運用 because it's <late> & more"))

    assert sent.status == 200, sent
    assert 0 < sent.seconds < 3
    line = world.conversation.lines[-1]
    assert (line.to, line.text) == ("ken", "proven /slack")


def test_a_webhook_is_proven(connected: Connected) -> None:
    connected.office.in_chatwork("taro").say("hold 運用 [x]")
    connected.world.kernel.run(5)

    assert [sent.status for sent in connected.world.chatwork.sent] == [200]


def test_an_app_with_another_key_is_refused_and_says_so(connected: Connected) -> None:
    world = connected.world
    assert world.slack.app is not None
    right = world.slack.app
    world.slack.install(type(right).drawn(world.kernel.stream("forger"), team=right.team, url=right.url))

    sent = world.kernel.run(connected.office.in_slack("ken").say("start"))

    assert sent.status == 401
    assert "http_client_error" in world.conversation.lines[-1].text
    world.slack.install(right)
