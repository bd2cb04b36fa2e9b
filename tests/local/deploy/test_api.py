"""A REST API from a template: what CDK writes for one, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.deploy import DeployError
from tests.local.deploy.conftest import REGION
from tests.local.deploy.test_deploy import FUNCTION, ROLE

if TYPE_CHECKING:
    from tests.local.deploy.conftest import Account

LOG_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "apigateway.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


def template(**changes: Any) -> dict[str, Any]:
    """Resources of an API with ``POST /slack``; ``Stage={...}`` changes properties of that resource."""
    api = {"Ref": "Api"}
    function = {"Fn::GetAtt": ["Hear", "Arn"]}
    uri = ["arn:aws:apigateway:", {"Ref": "AWS::Region"}, ":lambda:path/2015-03-31/functions/", function]
    properties: dict[str, dict[str, Any]] = {
        "Api": {
            "Name": "chat",
            "Description": "where chats are heard",
            "EndpointConfiguration": {"Types": ["REGIONAL"]},
            "BinaryMediaTypes": ["*/*"],
            "Tags": [{"Key": "norikae", "Value": "demo"}],
        },
        "Slack": {"RestApiId": api, "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "slack"},
        "Validator": {"RestApiId": api, "ValidateRequestParameters": True, "ValidateRequestBody": False},
        "Post": {
            "RestApiId": api,
            "ResourceId": {"Ref": "Slack"},
            "HttpMethod": "POST",
            "AuthorizationType": "NONE",
            "ApiKeyRequired": False,
            "RequestParameters": {"method.request.header.X-Slack-Signature": True},
            "RequestValidatorId": {"Ref": "Validator"},
            "Integration": {
                "Type": "AWS_PROXY",
                "IntegrationHttpMethod": "POST",
                "TimeoutInMillis": 10000,
                "Uri": {"Fn::Join": ["", [*uri, "/invocations"]]},
            },
        },
        "Deployment": {"RestApiId": api, "Description": "what is here"},
        "Stage": {
            "RestApiId": api,
            "DeploymentId": {"Ref": "Deployment"},
            "StageName": "live",
            "MethodSettings": [
                {
                    "ResourcePath": "/*",
                    "HttpMethod": "*",
                    "ThrottlingRateLimit": 0.1,
                    "ThrottlingBurstLimit": 3,
                    "LoggingLevel": "ERROR",
                    "DataTraceEnabled": False,
                    "MetricsEnabled": True,
                }
            ],
            "AccessLogSetting": {
                "DestinationArn": {"Fn::GetAtt": ["Log", "Arn"]},
                "Format": "$context.requestId $context.status",
            },
            "TracingEnabled": False,
        },
        "Account": {"CloudWatchRoleArn": {"Fn::GetAtt": ["LogRole", "Arn"]}},
        "Log": {"LogGroupName": "/norikae/gate", "RetentionInDays": 90},
        "LogRole": {"AssumeRolePolicyDocument": LOG_TRUST},
        "Permission": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": function,
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/${Stage}/POST/slack"},
        },
    }
    types = {
        **{name: f"AWS::ApiGateway::{name}" for name in ("Deployment", "Stage", "Account")},
        "Api": "AWS::ApiGateway::RestApi",
        "Slack": "AWS::ApiGateway::Resource",
        "Post": "AWS::ApiGateway::Method",
        "Validator": "AWS::ApiGateway::RequestValidator",
        "Log": "AWS::Logs::LogGroup",
        "LogRole": "AWS::IAM::Role",
        "Permission": "AWS::Lambda::Permission",
    }
    made: dict[str, Any] = {
        name: {"Type": types[name], "Properties": members | changes.get(name, {})}
        for name, members in properties.items()
    }
    made["Deployment"]["DependsOn"] = ["Post", "Slack"]
    made["Stage"]["DependsOn"] = ["Account"]
    made["Role"], made["Hear"] = ROLE, {**FUNCTION, "Properties": FUNCTION["Properties"] | {"Environment": {}}}
    return made


def test_an_api_answers_with_its_function_and_keeps_what_its_stage_is_set_to(account: Account) -> None:
    made = account.deploy(template())
    url = f"https://{made.ids['Api']}.execute-api.{REGION}.amazonaws.com/{made.ids['Stage']}/slack"

    def says(**headers: str) -> tuple[int, Any]:
        arrives = account.gateway.arrives("POST", url, headers, b"hello")
        answer = account.kernel.run(account.kernel.process(arrives))
        return answer.status, json.loads(answer.body)

    assert says()[0] == 400, "the header that the method needs is missing"
    assert says(**{"X-Slack-Signature": "v0"}) == (502, {"message": "Internal server error"}), "no proxy answer"
    [invocation] = account.runtime.invocations
    assert invocation.function == made.ids["Hear"]
    assert [says()[0] for _ in range(3)][-1] == 429
    lines = account.gateway.apis[made.ids["Api"]].stages["live"].log
    assert [line.split()[1] for line in lines] == ["400", "502", "400", "429", "429"]
    assert account.front.failures == []


@pytest.mark.parametrize(
    ("name", "change", "text"),
    [
        ("Api", {"Policy": {}}, "does not know Policy of Api"),
        ("Api", {"EndpointConfiguration": {"Types": ["PRIVATE"]}}, "NotImplemented"),
        ("Post", {"AuthorizationType": "AWS_IAM"}, "NotImplemented"),
        ("Post", {"Integration": {"Type": "AWS_PROXY", "Credentials": "x"}}, "Credentials in Integration of Post"),
        ("Post", {"MethodResponses": []}, "does not know MethodResponses of Post"),
        ("Stage", {"MethodSettings": [{"CachingEnabled": True}]}, "CachingEnabled in MethodSettings of Stage"),
        ("Stage", {"CacheClusterEnabled": True}, "does not know CacheClusterEnabled"),
        ("Deployment", {"StageName": "live"}, "does not know StageName of Deployment"),
        ("LogRole", {"AssumeRolePolicyDocument": {"Statement": []}}, "does not have required permissions"),
    ],
)
def test_what_is_not_modelled_is_an_error(name: str, change: dict[str, Any], text: str, account: Account) -> None:
    with pytest.raises(DeployError, match=text):
        account.deploy(template(**{name: change}))


def test_a_firewall_is_not_modelled(account: Account) -> None:
    properties = {"ResourceArn": "arn", "WebACLArn": "arn"}
    with pytest.raises(DeployError, match="does not know the type AWS::WAFv2::WebACLAssociation"):
        account.deploy({"Wall": {"Type": "AWS::WAFv2::WebACLAssociation", "Properties": properties}})


def test_a_deployment_that_does_not_wait_for_its_methods_has_none(account: Account) -> None:
    resources = template()
    del resources["Deployment"]["DependsOn"]
    with pytest.raises(DeployError, match="doesn't contain any methods"):
        account.deploy({name: resources[name] for name in ("Api", "Deployment", "Slack")})
