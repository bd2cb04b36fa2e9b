"""The permissions on a customer managed key that whoever sends to or takes from what it encrypts needs.

Sources: SQS guide, "Key management" (a producer needs kms:GenerateDataKey and kms:Decrypt, a consumer kms:Decrypt); SNS
guide, "Key management" (a publisher needs both); KMS guide, "kms:ViaService".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.kms.models import kms_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local.aws.iam.conditions import Context
    from local.aws.iam.demands import Derived, Place

_VERBS = {
    "sqs:SendMessage": ("GenerateDataKey", "Decrypt"),
    "sqs:ReceiveMessage": ("Decrypt",),
    "sns:Publish": ("GenerateDataKey", "Decrypt"),
}


def keys_for(action: str, resource: str, place: Place) -> Derived:
    """What a role needs besides an action on a queue or topic.

    Args:
        action: such as ``sqs:SendMessage``; most need no key.
        resource: ARN of the queue or topic.
        place: where they are.
    """
    service, verbs = action.partition(":")[0], _VERBS.get(action, ())
    if not verbs:
        return []
    known: Any = (
        sqs_backends[place.account][place.region].queues.get(resource.rpartition(":")[2])
        if service == "sqs"
        else sns_backends[place.account][place.region].topics.get(resource)
    )
    return _use(known.kms_master_key_id if known else None, service, verbs, place)


def _use(key: str | None, service: str, verbs: Iterable[str], place: Place) -> Derived:
    """Use of a key by way of a service; AWS's own keys let everybody in the account."""
    if not key or "alias/aws/" in key:
        return []
    backend = kms_backends[place.account][place.region]
    found = backend.keys.get(backend.any_id_to_key_id(key))
    if found is None:
        return []
    context: Context = {"kms:viaservice": [f"{service}.{place.region}.amazonaws.com"]}
    return [(f"kms:{verb}", found.arn, dict(context)) for verb in verbs]
