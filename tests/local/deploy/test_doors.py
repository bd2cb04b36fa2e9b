"""From a chat's request to what a function does with it, and from a topic to people: every gate on the way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.deploy.conftest import REGION
from tests.local.deploy.test_deploy import EXTENSION, TRUST

if TYPE_CHECKING:
    from tests.local.deploy.conftest import Account

CODE = {
    "hear": """
        import http.client, json, os, urllib.parse
        def handler(event, context):
            port = int(os.environ["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"])
            connection = http.client.HTTPConnection("localhost", port)
            path = "/secretsmanager/get?" + urllib.parse.urlencode({"secretId": os.environ["SECRET"]})
            headers = {"X-Aws-Parameters-Secrets-Token": os.environ["AWS_SESSION_TOKEN"]}
            connection.request("GET", path, headers=headers)
            key = json.loads(connection.getresponse().read())["SecretString"]
            if event["headers"].get("X-Key") != key:
                return {"statusCode": 401}
            import boto3
            said = json.loads(event["body"])
            boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=said["text"],
                                             MessageGroupId="slack/C1", MessageDeduplicationId=said["key"])
            return {"statusCode": 200, "body": ""}
        """,
    "answer": """
        import boto3, json, os
        def handler(event, context):
            for one in event["Records"]:
                asked = json.dumps({"line": one["body"]})
                answer = boto3.client("lambda").invoke(FunctionName=os.environ["COMMAND"], Payload=asked)
                boto3.client("sns").publish(TopicArn=os.environ["TOPIC"], Message=answer["Payload"].read().decode())
            return {"batchItemFailures": []}
        """,
    "command": "def handler(event, context): return {'done': event['line']}",
    "notify": """
        import json
        def handler(event, context):
            for one in event["Records"]:
                print(json.loads(one["body"])["Message"])
            return {"batchItemFailures": []}
        """,
}


def arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


def ref(name: str) -> dict[str, Any]:
    return {"Ref": name}


def made_of(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def function(name: str, may: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A function and its role."""
    policy = {"PolicyName": "may", "PolicyDocument": {"Version": "2012-10-17", "Statement": may}}
    title = name.capitalize()
    return {
        f"{title}Role": made_of("IAM::Role", AssumeRolePolicyDocument=TRUST, Policies=[policy] if may else []),
        title: made_of(
            "Lambda::Function",
            Code={"S3Bucket": "assets", "S3Key": "abc.zip"},
            Handler=f"handlers.workflow.{name}.handler",
            Role=arn(f"{title}Role"),
            Timeout=20,
            Runtime="python3.13",
            Architectures=["arm64"],
            **more,
        ),
    }


def allow(resource: Any, *actions: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def queue(name: str, reader: str, **properties: Any) -> dict[str, Any]:
    mapping = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
    return {
        name: made_of("SQS::Queue", VisibilityTimeout=120, KmsMasterKeyId=arn("Key"), **properties),
        f"{name}Feed": made_of(
            "Lambda::EventSourceMapping", EventSourceArn=arn(name), FunctionName=ref(reader), **mapping
        ),
    }


def template() -> dict[str, Any]:
    use = allow(arn("Key"), "kms:GenerateDataKey", "kms:Decrypt")
    read = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
    by_sns = {"Principal": {"Service": "sns.amazonaws.com"}}
    own = {"Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}}
    uri = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Hear.Arn}/invocations"}
    integration = {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri}
    post = {"RestApiId": ref("Api"), "HttpMethod": "POST", "AuthorizationType": "NONE", "Integration": integration}
    key_policy = {
        "Version": "2012-10-17",
        "Statement": [allow("*", "kms:*") | own, allow("*", "kms:GenerateDataKey", "kms:Decrypt") | by_sns],
    }
    root = {"Fn::GetAtt": "Api.RootResourceId"}
    hear = {"SECRET": ref("Secret"), "QUEUE": ref("Chats")}
    return {
        "Key": made_of("KMS::Key", KeyPolicy=key_policy),
        "Secret": made_of("SecretsManager::Secret", SecretString="signing key"),
        "Topic": made_of("SNS::Topic", KmsMasterKeyId=ref("Key")),
        **queue("Chats", "Answer", FifoQueue=True),
        **queue("People", "Notify"),
        "Open": made_of(
            "SQS::QueuePolicy",
            Queues=[ref("People")],
            PolicyDocument={"Statement": [allow(arn("People"), "sqs:SendMessage") | by_sns]},
        ),
        "Subscribed": made_of("SNS::Subscription", TopicArn=ref("Topic"), Protocol="sqs", Endpoint=arn("People")),
        **function(
            "hear",
            [allow(ref("Secret"), "secretsmanager:GetSecretValue"), allow(arn("Chats"), "sqs:SendMessage"), use],
            Layers=[f"{EXTENSION}-Arm64:4"],
            Environment={"Variables": hear},
        ),
        **function(
            "answer",
            [
                allow(arn("Chats"), *read),
                allow(arn("Command"), "lambda:InvokeFunction"),
                allow(ref("Topic"), "sns:Publish"),
                use,
            ],
            Environment={"Variables": {"COMMAND": ref("Command"), "TOPIC": ref("Topic")}},
        ),
        **function("command", []),
        **function("notify", [allow(arn("People"), *read), use]),
        "Api": made_of("ApiGateway::RestApi", Name="chat", EndpointConfiguration={"Types": ["REGIONAL"]}),
        "Slack": made_of(
            "ApiGateway::Resource",
            RestApiId=ref("Api"),
            ParentId=root,
            PathPart="slack",
        ),
        "Post": made_of("ApiGateway::Method", ResourceId=ref("Slack"), **post),
        "Deployed": made_of("ApiGateway::Deployment", RestApiId=ref("Api")) | {"DependsOn": "Post"},
        "Live": made_of("ApiGateway::Stage", RestApiId=ref("Api"), DeploymentId=ref("Deployed"), StageName="live"),
        "Permission": made_of(
            "Lambda::Permission",
            Action="lambda:InvokeFunction",
            FunctionName=ref("Hear"),
            Principal="apigateway.amazonaws.com",
            SourceArn={"Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/live/POST/slack"},
        ),
    }


class Chat:
    """Somebody who speaks to the API of a stack."""

    def __init__(self, account: Account) -> None:
        self.account = account
        account.code = CODE
        made = account.deploy(template())
        self.url = f"https://{made.ids['Api']}.execute-api.{REGION}.amazonaws.com/live/slack"
        self.notify = made.ids["Notify"]

    def request(self, text: str, key: str, signed: str = "signing key") -> Any:
        body = json.dumps({"text": text, "key": key}).encode()
        return self.account.kernel.process(self.account.gateway.arrives("POST", self.url, {"X-Key": signed}, body))

    def says(self, text: str, key: str, signed: str = "signing key") -> int:
        return int(self.account.kernel.run(self.request(text, key, signed)).status)

    def told(self, seconds: float) -> list[str]:
        self.account.kernel.run(seconds)
        return self.account.runtime.logs[self.notify]


@pytest.fixture
def chat(account: Account) -> Chat:
    return Chat(account)


def test_a_word_in_a_chat_becomes_a_deed_and_people_are_told(chat: Chat) -> None:
    assert chat.says("status", "t-1") == 200
    assert chat.told(10) == ['{"done": "status"}']
    assert chat.account.front.failures == []


def test_a_forged_word_gets_no_further_than_the_ear(chat: Chat) -> None:
    assert chat.says("start", "t-1", signed="guessed") == 401
    assert chat.told(60) == []
    assert len(chat.account.runtime.invocations) == 1


def test_a_hundred_copies_at_once_are_one_deed(chat: Chat) -> None:
    kernel = chat.account.kernel
    every = [chat.request("start", "t-1") for _ in range(100)]
    kernel.run(kernel.env.all_of(every))
    assert {one.value.status for one in every} == {200}
    assert chat.told(120) == ['{"done": "start"}']
