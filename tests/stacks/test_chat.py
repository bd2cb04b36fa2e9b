"""How people in chats reach norikae, and how messages reach them, in the synthesized template."""

from __future__ import annotations

import json
import re
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from local.assembly import assembly
from stacks.chat import ChatApi
from stacks.permissions import FUNCTIONS
from tests.stacks.conftest import WHOLE, read
from tests.stacks.template import Template

KEYS = "arn:aws:kms:ap-northeast-1:123456789012:key/*"
EXTENSION = "{{resolve:ssm:/aws/service/aws-parameters-and-secrets-lambda-extension/arm64/latest}}"
ACL = "arn:aws:wafv2:ap-northeast-1:123456789012:regional/webacl/chats/1a2b"


def test_the_api_has_one_method_for_each_chat_and_nothing_else(template: Template) -> None:
    paths = {made["PathPart"] for made in template.of("AWS::ApiGateway::Resource").values()}
    methods = [made["HttpMethod"] for made in template.of("AWS::ApiGateway::Method").values()]
    assert paths == {"slack", "chatwork"}
    assert methods == ["POST", "POST"]


def test_the_stage_limits_requests_before_they_cost_an_invocation(template: Template) -> None:
    (limits,) = template.only("AWS::ApiGateway::Stage")["MethodSettings"]
    assert (limits["ResourcePath"], limits["HttpMethod"]) == ("/*", "*")
    assert (limits["ThrottlingRateLimit"], limits["ThrottlingBurstLimit"]) == (20, 40)
    assert limits["DataTraceEnabled"] is False, "bodies and headers would be in the log"


def test_only_the_stage_of_the_api_may_invoke_an_ear(template: Template) -> None:
    permissions = template.of("AWS::Lambda::Permission").values()
    of_api = [one for one in permissions if one["Principal"] == "apigateway.amazonaws.com"]
    ends = {one["SourceArn"]["Fn::Join"][1][-1] for one in of_api}
    assert ends == {"/POST/slack", "/POST/chatwork"}


def test_an_ear_has_its_key_from_the_extension_and_no_variable(template: Template) -> None:
    for chat in ("HearSlack", "HearChatwork"):
        made = template.function(chat)
        assert made["Layers"] == [EXTENSION]
        assert made["Architectures"] == ["arm64"]
        assert "{{resolve" not in str(made["Environment"])


def test_what_people_say_is_answered_in_order_and_what_fails_alarms(template: Template) -> None:
    name, queue = template.queue("ChatQueue")
    answer = next(row for row in FUNCTIONS if row.name == "answer_chat")
    assert queue["FifoQueue"] is True
    assert queue["VisibilityTimeout"] >= answer.timeout
    assert template.reader_of(name)["BatchSize"] == 1
    dead = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    assert "ApproximateNumberOfMessagesVisible" in template.alarms_on(dead)
    assert "ApproximateAgeOfOldestMessage" in template.alarms_on(name)


def test_a_request_that_an_ear_could_not_take_alarms_though_its_function_did_not_fail(template: Template) -> None:
    (alarm,) = [one for one in template.of("AWS::CloudWatch::Alarm").values() if one["MetricName"] == "5XXError"]
    assert (alarm["Namespace"], alarm["Threshold"]) == ("AWS/ApiGateway", 1)
    assert alarm["Dimensions"] == [{"Name": "ApiName", "Value": "norikae-demo-chat"}]


def test_an_alarm_is_called_as_the_runbook_calls_it(template: Template) -> None:
    """Its name is what people read in a chat; each is there once."""
    names = [one["AlarmName"].removeprefix("norikae-demo-") for one in template.of("AWS::CloudWatch::Alarm").values()]
    rows = re.findall(r"^\| alarms? (.+?) \|", Path("docs/runbook.md").read_text(), re.MULTILINE)
    called = {name for row in rows for name in re.findall(r"`([A-Za-z_]+)`", row)}
    assert "answer_chatDeadLetters" in called
    assert called <= set(names)
    assert len(names) == len(set(names))


def test_the_queue_of_messages_is_subscribed_to_the_topic_which_alone_may_fill_it(template: Template) -> None:
    name, _ = template.queue("MessagesQueue")
    subscription = template.only("AWS::SNS::Subscription")
    assert subscription["Endpoint"] == {"Fn::GetAtt": [name, "Arn"]}
    assert "RawMessageDelivery" not in subscription, "the envelope has the id by which copies are known"
    sending = {one["Sid"]: one for one in template.policy_of(name) if one["Effect"] == "Allow"}
    assert sending.keys() == {"Topic", "Rules"}
    assert sending["Topic"]["Principal"] == {"Service": "sns.amazonaws.com"}
    assert sending["Topic"]["Condition"] == {"ArnEquals": {"aws:SourceArn": subscription["TopicArn"]}}


def test_each_minute_the_queue_is_asked_how_far_the_run_is(template: Template) -> None:
    name, _ = template.queue("MessagesQueue")
    (rule,) = template.rules_to(name).values()
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert [target["Input"] for target in rule["Targets"]] == ['{"look": "open-run"}']


def test_a_look_that_could_not_be_sent_may_become_a_dead_letter(template: Template) -> None:
    _, queue = template.queue("MessagesQueue")
    dead = queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    senders = {one["Principal"]["Service"] for one in template.policy_of(dead) if one["Effect"] == "Allow"}
    assert senders == {"events.amazonaws.com", "sns.amazonaws.com"}


def test_sns_may_use_the_key_for_topics_of_this_account_only(template: Template) -> None:
    statements = template.only("AWS::KMS::Key")["KeyPolicy"]["Statement"]
    (sns,) = [one for one in statements if one["Principal"] == {"Service": "sns.amazonaws.com"}]
    assert sns["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert sns["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}


def test_the_outputs_say_what_the_chats_are_to_call(template: Template) -> None:
    assert {"SlackUrl", "ChatworkUrl", "AmazonQTopicArn"} <= set(template.outputs)


def test_without_a_chat_there_is_no_api_and_no_topic_without_a_reader(uncarried_template: Template) -> None:
    kinds = {one["Type"] for one in uncarried_template.resources.values()}
    assert not [kind for kind in kinds if "ApiGateway" in kind]
    assert len(uncarried_template.of("AWS::SNS::Topic")) == 1
    names = {name[:-8] for name in uncarried_template.of("AWS::Lambda::Function")}
    assert not {"FunctionsHearSlack", "FunctionsAnswerChat", "FunctionsNotifyPeople"} & names


def test_one_chat_behind_a_web_acl_has_what_it_needs_and_no_more(tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path), analytics_reporting=False)
    stack = cdk.Stack(app, "Chats")
    code = lambda_.InlineCode("def handler(event, context): pass")
    ear = lambda_.Function(stack, "Ear", runtime=lambda_.Runtime.PYTHON_3_11, handler="index.handler", code=code)
    ChatApi(stack, "ChatApi", environment="demo", ears={"chatwork": ear}, web_acl=ACL)
    app.synth()
    found = Template({"Outputs": {}, **json.loads((tmp_path / "Chats.template.json").read_text())})
    assert found.only("AWS::WAFv2::WebACLAssociation")["WebACLArn"] == ACL
    assert found.only("AWS::ApiGateway::Resource")["PathPart"] == "chatwork"


@pytest.mark.long
def test_one_chat_is_enough_where_no_secret_is_carried_and_argo_cd_needs_none() -> None:
    """Synth fails on a wildcard that nobody accepted: the key of a chat's secret is its owner's."""
    bare = {"secret_sync.secrets": [], "argocd.repository_secret": ""}
    one = Template(read(assembly("demo", {**bare, "notify": {"chatwork": WHOLE["notify"]["chatwork"]}})))
    through = [right for right in one.boundary("DoorBoundary") if right["Resource"] == KEYS]
    assert [right["Action"] for right in through] == ["kms:Decrypt"]
