"""Whether a resource's own policy lets an AWS service do something to it.

Sources: IAM guide, "Policy evaluation logic" (a deny wins; a service principal needs an allow of the resource);
EventBridge guide, "Using resource-based policies" (SQS, and the key of an encrypted queue).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.kms.models import kms_backends

from local.aws.iam.conditions import holds, wildcard

if TYPE_CHECKING:
    from local.aws.iam.conditions import Context

EVENTS = "events.amazonaws.com"
KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
"""What a service needs of the key with which a queue is encrypted."""


def lets(policy: str | None, *, service: str, action: str, resource: str, source: str) -> bool:
    """Whether a resource's policy allows an action to a service that acts for another resource.

    Args:
        policy: the policy's text; without one nothing is allowed.
        service: such as ``events.amazonaws.com``.
        action: such as ``sqs:SendMessage``.
        resource: ARN of what it is done to.
        source: ARN of what the service does it for.

    Raises:
        UnmodelledPolicyError: a condition that cannot be judged here.
    """
    context: Context = {
        "aws:sourcearn": [source],
        "aws:sourceaccount": [source.split(":")[4]],
        "aws:securetransport": ["true"],
        "aws:principalisawsservice": ["true"],
        "aws:principalservicename": [service],
    }
    statements = _listed(json.loads(policy).get("Statement", [])) if policy else []
    effects = {one["Effect"] for one in statements if _applies(one, service, action, resource, context)}
    return "Allow" in effects and "Deny" not in effects


def key_lets(key: str, *, service: str, account: str, region: str, source: str) -> bool:
    """Whether a KMS key lets a service send to a queue that it encrypts; a key of AWS's own has no policy to do so.

    Args:
        key: the queue's ``KmsMasterKeyId``: id, ARN or alias.
        service: such as ``events.amazonaws.com``.
        account: of the key.
        region: of the key.
        source: ARN of what the service does it for.
    """
    backend = kms_backends[account][region]
    if "alias/" in key and not backend.alias_exists(backend.get_alias_name(key)):
        return False
    found = backend.keys.get(backend.any_id_to_key_id(key))
    return found is not None and all(
        lets(found.policy, service=service, action=action, resource=found.arn, source=source) for action in KEY_ACTIONS
    )


def _applies(statement: dict[str, Any], service: str, action: str, resource: str, context: Context) -> bool:
    principal = statement.get("Principal", {})
    services = _listed(principal.get("Service", [])) if isinstance(principal, dict) else []
    everybody = principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS", [])))
    if service not in services and not everybody:
        return False
    if not any(wildcard(one.lower(), action.lower()) for one in _listed(statement.get("Action", []))):
        return False
    if not any(wildcard(one, resource) for one in _listed(statement.get("Resource", resource))):
        return False
    return holds(statement.get("Condition", {}), context)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
