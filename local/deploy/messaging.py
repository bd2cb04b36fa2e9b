"""SNS, SQS, EventBridge rules and CloudWatch alarms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local.deploy.properties import document
from local.deploy.template import DeployError
from local.deploy.values import Made

if TYPE_CHECKING:
    from local.deploy.properties import Place, Properties


def topic(place: Place, given: Properties) -> Made:
    """``AWS::SNS::Topic``."""
    attributes = given.pick("DisplayName", "KmsMasterKeyId", "FifoTopic", "ContentBasedDeduplication")
    name = given.name(place, "TopicName", longest=256)
    sns = place.clients("sns")
    arn = sns.create_topic(Name=name, Attributes=_texts(attributes), Tags=given.get("Tags", []))["TopicArn"]
    for line in given.get("Subscription", []):
        sns.subscribe(TopicArn=arn, Protocol=line["Protocol"], Endpoint=line["Endpoint"])
    return Made(arn, {"TopicArn": arn, "TopicName": name})


def topic_policy(place: Place, given: Properties) -> Made:
    """``AWS::SNS::TopicPolicy``."""
    text = document(given.need("PolicyDocument"))
    for arn in given.need("Topics"):
        place.clients("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text)
    return Made(f"{place.stack}-{given.logical}")


def subscription(place: Place, given: Properties) -> Made:
    """``AWS::SNS::Subscription``."""
    attributes = given.pick("RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy")
    arn = place.clients("sns").subscribe(
        TopicArn=given.need("TopicArn"),
        Protocol=given.need("Protocol"),
        Endpoint=given.need("Endpoint"),
        Attributes=_texts(attributes),
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Made(arn, {"Arn": arn})


def queue(place: Place, given: Properties) -> Made:
    """``AWS::SQS::Queue``."""
    attributes = given.pick(
        "DelaySeconds",
        "KmsMasterKeyId",
        "KmsDataKeyReusePeriodSeconds",
        "MaximumMessageSize",
        "MessageRetentionPeriod",
        "ReceiveMessageWaitTimeSeconds",
        "RedrivePolicy",
        "SqsManagedSseEnabled",
        "VisibilityTimeout",
        "FifoQueue",
        "ContentBasedDeduplication",
    )
    suffix = ".fifo" if attributes.get("FifoQueue") else ""
    name = given.name(place, "QueueName", longest=80 - len(suffix)).removesuffix(suffix) + suffix
    made = place.clients("sqs").create_queue(QueueName=name, Attributes=_texts(attributes), tags=given.tags())
    arn = place.arn("sqs", name)
    return Made(made["QueueUrl"], {"Arn": arn, "QueueName": name, "QueueUrl": made["QueueUrl"]})


def queue_policy(place: Place, given: Properties) -> Made:
    """``AWS::SQS::QueuePolicy``."""
    text = document(given.need("PolicyDocument"))
    for url in given.need("Queues"):
        place.clients("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
    return Made(f"{place.stack}-{given.logical}")


def _texts(attributes: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in attributes.items()}


def rule(place: Place, given: Properties) -> Made:
    """``AWS::Events::Rule`` on the default bus, with its targets."""
    if given.get("EventBusName", "default") != "default":
        msg = f"{given.logical}: the materialiser knows rules of the default bus only"
        raise DeployError(msg)
    events = place.clients("events")
    name = given.name(place, "Name", longest=64)
    members = given.pick("Description", "RoleArn", "ScheduleExpression", "State", "Tags")
    if given.get("EventPattern") is not None:
        members["EventPattern"] = document(given.get("EventPattern"))
    arn = events.put_rule(Name=name, **members)["RuleArn"]
    targets = given.get("Targets", [])
    if targets:
        answer = events.put_targets(Rule=name, Targets=targets)
        if answer["FailedEntryCount"]:
            msg = f"{given.logical}: {answer['FailedEntries']}"
            raise DeployError(msg)
    return Made(name, {"Arn": arn})


def alarm(place: Place, given: Properties) -> Made:
    """``AWS::CloudWatch::Alarm``."""
    name = given.name(place, "AlarmName", longest=255)
    members = given.pick(
        "ActionsEnabled",
        "AlarmActions",
        "AlarmDescription",
        "ComparisonOperator",
        "DatapointsToAlarm",
        "Dimensions",
        "EvaluateLowSampleCountPercentile",
        "EvaluationPeriods",
        "ExtendedStatistic",
        "InsufficientDataActions",
        "MetricName",
        "Metrics",
        "Namespace",
        "OKActions",
        "Period",
        "Statistic",
        "Tags",
        "Threshold",
        "ThresholdMetricId",
        "TreatMissingData",
        "Unit",
    )
    place.clients("cloudwatch").put_metric_alarm(AlarmName=name, **members)
    return Made(name, {"Arn": place.arn("cloudwatch", f"alarm:{name}")})
