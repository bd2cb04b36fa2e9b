"""The permissions on a key that a sender needs when what it sends to is encrypted with a customer managed key.

Sources: SQS guide, "Key management" (a producer needs kms:GenerateDataKey and kms:Decrypt); SNS guide, "Key management"
(the same for a publisher); KMS guide, "kms:ViaService".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.kms.models import kms_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

if TYPE_CHECKING:
    from local.aws.iam.conditions import Context
    from local.aws.iam.demands import Derived, Place

_VERBS = ("GenerateDataKey", "Decrypt")


def key_of_queue(arn: str, place: Place) -> Derived:
    """What a sender to a queue needs besides the right to send."""
    found: Any = sqs_backends[place.account][place.region].queues.get(arn.rpartition(":")[2])
    return _use(found.kms_master_key_id if found else None, "sqs", place)


def key_of_topic(arn: str, place: Place) -> Derived:
    """What a publisher to a topic needs besides the right to publish."""
    found = sns_backends[place.account][place.region].topics.get(arn)
    return _use(found.kms_master_key_id if found else None, "sns", place)


def _use(key: str | None, service: str, place: Place) -> Derived:
    """Use of a key by way of a service; AWS's own keys let everybody in the account."""
    if not key or "alias/aws/" in key:
        return []
    backend = kms_backends[place.account][place.region]
    found = backend.keys.get(backend.any_id_to_key_id(key))
    if found is None:
        return []
    context: Context = {"kms:viaservice": [f"{service}.{place.region}.amazonaws.com"]}
    return [(f"kms:{verb}", found.arn, dict(context)) for verb in _VERBS]
