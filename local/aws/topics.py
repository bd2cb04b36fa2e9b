"""From an SNS topic to the queues that subscribe to it, in place of moto's way, which asks nobody; what is no subject.

Sources: SNS API reference, Publish (subjects); guide, "Subscribing an Amazon SQS queue to an Amazon SNS topic" (the
queue's policy), "Securing Amazon SNS data" (the policy of the key of an encrypted queue), "Raw message delivery",
"Message delivery retries" (what is refused is not tried again), "Dead-letter queues", "Parsing message formats" (JSON
of HTTP/HTTPS notifications, which queues get, too).
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import unicodedata
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from moto.sns.models import Subscription
from moto.sqs.exceptions import QueueDoesNotExist
from moto.sqs.models import sqs_backends

from local.aws.queues import queue_of
from local.aws.resource_policies import key_lets, lets
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "sns.amazonaws.com"
SUBJECT_ENDS = 100
_BREAKS = ("Cc", "Zl", "Zp")
_LOG = logging.getLogger(__name__)
_moto_publish = Subscription.publish


class SnsSimulator(Simulator):
    """SNS around moto's, which takes subjects that SNS does not."""

    service: ClassVar[str] = "sns"
    falls_through: ClassVar[bool] = True

    def screen(self, name: str, params: Mapping[str, Any]) -> None:
        """Refuse a subject with a line break or control character, or with 100 characters or more.

        Raises:
            AwsError: ``InvalidParameter``.
        """
        subject = str(params.get("Subject", "")) if name == "Publish" else ""
        if len(subject) >= SUBJECT_ENDS or any(unicodedata.category(one) in _BREAKS for one in subject):
            raise AwsError("InvalidParameter", "Invalid parameter: Subject")


def deliver_by_policy() -> None:
    """From now on a subscribed queue gets a message only if its policy, and that of its key, let SNS send."""
    setattr(Subscription, "publish", _publish)  # noqa: B010 - mypy forbids the plain assignment


def _publish(
    subscription: Any,
    message: str,
    message_id: str,
    subject: str | None = None,
    message_attributes: dict[str, Any] | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
    message_structure: str | None = None,
) -> None:
    """What moto does for each subscription of a topic when a message is published."""
    ordering: dict[str, Any] = {"group_id": group_id, "deduplication_id": deduplication_id}
    if subscription.protocol != "sqs":
        named: dict[str, Any] = {
            "subject": subject,
            "message_attributes": message_attributes,
            "message_structure": message_structure,
        }
        _moto_publish(subscription, message, message_id, **named, **ordering)
        return
    matcher, attributes = subscription._filter_policy_matcher, message_attributes or {}  # noqa: SLF001 - moto's own
    if matcher is not None and not matcher.matches(message_attributes, message):
        return
    if message_structure == "json":
        message = subscription._parse_message_structure(message, "sqs")  # noqa: SLF001 - as above
    is_raw = str(subscription.attributes.get("RawMessageDelivery", "false")).lower() == "true"
    body = message if is_raw else _notification(subscription, message, message_id, subject, attributes)
    own = {name: _message_attribute(one) for name, one in attributes.items()} if is_raw else {}
    queue, topic = subscription.endpoint, subscription.topic.arn
    if reason := _refused(queue, topic):
        _LOG.warning("a message of %s did not get to %s: %s", topic, queue, reason)
        queue = json.loads(subscription.attributes.get("RedrivePolicy") or "{}").get("deadLetterTargetArn", "")
        if not queue or _refused(queue, topic):
            return  # lost, as in AWS
    _, _, _, region, account, name = queue.split(":")
    sqs_backends[account][region].send_message(name, body, message_attributes=own, **ordering, validate_group_id=False)


def _refused(queue_arn: str, topic: str) -> str:
    """Why SNS may not send to a queue; empty when it may."""
    try:
        queue = queue_of(queue_arn)
    except QueueDoesNotExist:
        return "there is no such queue"
    if not lets(queue.policy, service=SERVICE, action="sqs:SendMessage", resource=queue_arn, source=topic):
        return f"the queue's policy does not let {SERVICE} send for {topic}"
    key, (region, account) = queue.kms_master_key_id, queue_arn.split(":")[3:5]
    if key and not key_lets(key, service=SERVICE, account=account, region=region, source=topic):
        return f"the policy of the key {key} does not let {SERVICE} use it"
    return ""


def _notification(
    subscription: Any, message: str, message_id: str, subject: str | None, attributes: Mapping[str, Any]
) -> str:
    """The envelope; its signature only stands for one, as nobody checks what comes out of a queue."""
    topic = subscription.topic.arn
    host = f"https://sns.{topic.split(':')[3]}.amazonaws.com"
    said = {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": topic,
        **({"Subject": subject} if subject else {}),
        "Message": message,
        "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": "1",
        "Signature": base64.b64encode(hashlib.sha512(f"{message_id}/{message}".encode()).digest() * 4).decode(),
        "SigningCertURL": f"{host}/SimpleNotificationService-{hashlib.md5(topic.encode()).hexdigest()}.pem",  # noqa: S324 - a name
        "UnsubscribeURL": f"{host}/?Action=Unsubscribe&SubscriptionArn={subscription.arn}",
        **({"MessageAttributes": dict(attributes)} if attributes else {}),
    }
    return json.dumps(said, indent=2, ensure_ascii=False)


def _message_attribute(one: Mapping[str, Any]) -> dict[str, Any]:
    """An attribute of SNS as one of SQS, for a queue that gets messages raw."""
    member = "BinaryValue" if one["Type"].startswith("Binary") else "StringValue"
    return {"DataType": one["Type"], member: str(one["Value"]) if member == "StringValue" else one["Value"]}
