"""Condition blocks of IAM policies. What is not modelled is an error of the world, neither an allow nor a deny."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Context = dict[str, list[str]]
"""The values of each condition key in one request; a key that is absent from the request has no entry."""


class UnmodelledPolicyError(Exception):
    """A policy uses something that the embedded world does not evaluate."""


KNOWN_KEYS = frozenset(
    key.lower()
    for key in (
        *("aws:PrincipalArn", "aws:PrincipalAccount", "aws:RequestedRegion", "aws:ResourceAccount", "aws:TagKeys"),
        *("aws:SecureTransport", "aws:PrincipalType", "aws:CurrentTime", "aws:PrincipalIsAWSService"),
        *("iam:PassedToService", "cloudwatch:namespace", "dynamodb:LeadingKeys", "s3:prefix", "s3:delimiter"),
        *("s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"),
        "route53:ChangeResourceRecordSetsNormalizedRecordNames",
        "route53:ChangeResourceRecordSetsRecordTypes",
        "route53:ChangeResourceRecordSetsActions",
        *("eks:authenticationMode", "eks:bootstrapClusterCreatorAdminPermissions", "eks:bootstrapSelfManagedAddons"),
        *("eks:kubernetesVersion", "eks:supportType", "eks:deletionProtection", "eks:endpointPublicAccess"),
        *("eks:endpointPrivateAccess", "eks:publicAccessCidrs", "eks:encryptionConfigProviderKeyArns"),
        *("eks:principalArn", "eks:accessEntryType", "eks:username", "eks:kubernetesGroups", "eks:clusterName"),
        *("eks:policyArn", "eks:accessScope", "eks:namespaces"),
        *("kms:ViaService", "kms:EncryptionContext:SecretARN", "kms:GrantIsForAWSResource"),
    )
)
"""Keys whose presence in a request the front can tell."""
WEB_IDENTITY = (":aud", ":sub")
"""Ends of the keys of every OIDC issuer; those of other issuers than the token's are absent from its request."""
TAGS = ("aws:requesttag", "aws:resourcetag", "secretsmanager:resourcetag")
"""Families of keys; a request's context has the family itself, without a value, where its tags are known."""


def holds(block: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Whether every test of a condition block is true.

    Args:
        block: operator to key to value or values, as in a policy.
        context: the request's condition keys, in lower case.

    Raises:
        UnmodelledPolicyError: an operator or a key that is not evaluated here.

    Source: IAM user guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys".
    """
    return all(
        _test(operator, key, [str(v) if not isinstance(v, bool) else str(v).lower() for v in _listed(wanted)], context)
        for operator, tests in block.items()
        for key, wanted in tests.items()
    )


def _test(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    name = key.lower()
    family = name.partition("/")[0]
    known = name in KNOWN_KEYS or name in context or (family in TAGS and family in context)
    if not known and not name.endswith(WEB_IDENTITY):
        raise UnmodelledPolicyError(f"the embedded world does not know the condition key {key}")
    if any("${" in value for value in wanted):
        raise UnmodelledPolicyError(f"the embedded world does not resolve policy variables ({key}: {wanted})")
    present = context.get(name) or None  # a key that is known to have no value is not there
    quantifier, _, bare = operator.rpartition(":")
    if bare == "Null":
        return (present is None) == (wanted[0].lower() == "true")
    if_exists = bare.endswith("IfExists")
    compare, negated = _comparison(bare.removesuffix("IfExists"))

    def matches(value: str) -> bool:
        return any(compare(value, candidate) for candidate in wanted) != negated

    if quantifier == "ForAllValues":
        return all(matches(value) for value in present or [])
    if quantifier not in {"", "ForAnyValue"}:
        raise UnmodelledPolicyError(f"the embedded world does not know the condition operator {operator}")
    if present is None:
        return if_exists or (negated and not quantifier)
    return any(matches(value) for value in present) if quantifier or not negated else all(map(matches, present))


def _comparison(operator: str) -> tuple[Callable[[str, str], bool], bool]:
    found = _OPERATORS.get(operator)
    if found is None:
        raise UnmodelledPolicyError(f"the embedded world does not know the condition operator {operator}")
    return found


def wildcard(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern in which ``*`` is any text and ``?`` any character."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = ("[\\s\\S]*" if c == "*" else "[\\s\\S]" if c == "?" else re.escape(c) for c in pattern)
    return re.compile("".join(parts))


def _arn_like(value: str, pattern: str) -> bool:
    """Each of the six parts of an ARN matches on its own, so that ``*`` does not cross a colon."""
    parts, wanted = value.split(":", 5), pattern.split(":", 5)
    return len(parts) == len(wanted) and all(wildcard(w, p) for w, p in zip(wanted, parts, strict=True))


def _equal(value: str, wanted: str) -> bool:
    return value == wanted


def _equal_ignoring_case(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


def _like(value: str, wanted: str) -> bool:
    return wildcard(wanted, value)


_OPERATORS: dict[str, tuple[Callable[[str, str], bool], bool]] = {
    "StringEquals": (_equal, False),
    "StringNotEquals": (_equal, True),
    "StringEqualsIgnoreCase": (_equal_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (_equal_ignoring_case, True),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    "ArnEquals": (_arn_like, False),
    "ArnLike": (_arn_like, False),
    "ArnNotEquals": (_arn_like, True),
    "ArnNotLike": (_arn_like, True),
    "Bool": (_equal_ignoring_case, False),
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
