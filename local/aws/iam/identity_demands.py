"""The permissions that calls of IAM and STS need.

Source: Service Authorization Reference, "AWS Identity and Access Management" and "AWS Security Token Service".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.iam.conditions import TAGS, UnmodelledPolicyError

if TYPE_CHECKING:
    from local.aws.iam.conditions import Context
    from local.aws.iam.demands import Derived, Place
    from local.aws.protocol import Operation

_FREE = frozenset({"GetCallerIdentity", "AssumeRoleWithWebIdentity"})
"""GetCallerIdentity needs no permission; a web identity is judged by the trust policy alone (STS API reference)."""


def sts(operation: Operation, _: Place) -> Derived:
    """The action on the role that is assumed."""
    if operation.name in _FREE:
        return []
    return [(f"sts:{operation.name}", operation.params.get("RoleArn", "*"), {})]


def iam(operation: Operation, place: Place) -> Derived:
    """The action on a role or an OIDC provider; what lists, or tells of the account, takes no resource."""
    params, action = operation.params, f"iam:{operation.name}"
    if "RoleName" in params:
        return [(action, f"arn:aws:iam::{place.account}:role/{params['RoleName']}", {})]
    if "OpenIDConnectProviderArn" in params or operation.name == "CreateOpenIDConnectProvider":
        return _provider(operation, place)
    if not operation.name.startswith(("Describe", "List", "Get")):
        raise UnmodelledPolicyError(f"the embedded world cannot judge permissions for {action}")
    return [(action, "*", {})]


def _provider(operation: Operation, place: Place) -> Derived:
    params = operation.params
    issuer = str(params.get("Url", "")).removeprefix("https://")
    arn = params.get("OpenIDConnectProviderArn") or f"arn:aws:iam::{place.account}:oidc-provider/{issuer}"
    tags = {tag["Key"]: tag["Value"] for tag in params.get("Tags", [])}
    context: Context = {family: [] for family in TAGS}
    context |= {f"aws:requesttag/{key.lower()}": [value] for key, value in tags.items()}
    context |= {f"aws:resourcetag/{key.lower()}": [value] for key, value in (place.facts.tags(arn) or {}).items()}
    if tags:
        context["aws:tagkeys"] = list(tags)
    found: Derived = [(f"iam:{operation.name}", arn, context)]
    if tags and operation.name == "CreateOpenIDConnectProvider":
        found.append(("iam:TagOpenIDConnectProvider", arn, dict(context)))
    return found
