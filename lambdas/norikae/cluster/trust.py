"""Trust policies as plain documents: what lets a cluster's service accounts in, what to append, what to take out.

Sources: EKS user guide, "Assign IAM roles to Kubernetes service accounts" (the provider's ARN, the condition keys
``<issuer>:sub`` and ``<issuer>:aud``) and "Learn how EKS Pod Identity grants pods access to AWS services"
(``pods.eks.amazonaws.com`` needs sts:AssumeRole and sts:TagSession); IAM user guide, "IAM JSON policy elements".
"""

from __future__ import annotations

import hashlib
import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Json = dict[str, Any]

AUDIENCE = "sts.amazonaws.com"
PODS = "pods.eks.amazonaws.com"
POD_IDENTITY_ACTIONS = ("sts:AssumeRole", "sts:TagSession")
WEB_IDENTITY_ACTION = "sts:AssumeRoleWithWebIdentity"
SUBJECT_TESTS = ("StringEquals", "StringLike")


def subject(namespace: str, service_account: str) -> str:
    """What a service account is called in its tokens."""
    return f"system:serviceaccount:{namespace}:{service_account}"


def provider_arn(role: str, issuer: str) -> str:
    """The ARN of the IAM provider of an issuer in the account of a role.

    Args:
        role: ARN of a role; partition and account are its.
        issuer: the issuer, with or without ``https://``.
    """
    _, partition, _, _, account, _ = role.split(":", 5)
    return f"arn:{partition}:iam::{account}:oidc-provider/{issuer.removeprefix('https://')}"


def sid_of(region: str, cluster: str) -> str:
    """The Sid of the statements that norikae appends for a cluster; a further one has a number behind it.

    A Sid has letters and digits only, so a hash keeps names apart that differ in their dashes; roles are global, so the
    region is in it.
    """
    words = "".join(part[:1].upper() + part[1:] for part in cluster.replace("_", "-").split("-"))
    return f"Norikae{words}{hashlib.sha256(f'{region}/{cluster}'.encode()).hexdigest()[:8]}"


def statements(document: Mapping[str, Any]) -> list[Json]:
    """The statements of a policy, which may also be a single one."""
    return _listed(document.get("Statement", []))


def for_issuer(document: Mapping[str, Any], provider: str) -> list[Json]:
    """The statements that let the service accounts of an issuer in, by the ARN of its provider."""
    return [
        one
        for one in statements(document)
        if one.get("Effect") == "Allow"
        and isinstance(one.get("Principal"), dict)
        and provider in _listed(one["Principal"].get("Federated", []))
        and _allows(one, WEB_IDENTITY_ACTION)
    ]


def extended(document: Mapping[str, Any], blue: str, green: str, sid: str) -> Json:
    """The same document with a copy of each of blue's statements for green, as the last ones.

    All other statements stay as they are, in their order. What norikae appended before for the same cluster is
    replaced, and nothing is appended that the document says already.

    Args:
        document: the trust policy.
        blue: ARN of the provider of blue's issuer.
        green: ARN of the provider of green's issuer.
        sid: the Sid of green's statements.
    """
    kept = [one for one in statements(document) if not _is_ours(one, sid)]
    said = [_without_sid(one) for one in kept]
    copies: list[Json] = []
    for one in for_issuer({"Statement": kept}, blue):
        copy = {**_renamed(_without_sid(one), blue, green), "Principal": {"Federated": green}}
        if copy not in said and copy not in copies:
            copies.append(copy)
    ours = [{"Sid": f"{sid}{number or ''}", **copy} for number, copy in enumerate(copies)]
    return _with(document, [*kept, *ours])


def without(document: Mapping[str, Any], sid: str) -> Json:
    """The same document without what norikae appended under a Sid."""
    return _with(document, [one for one in statements(document) if not _is_ours(one, sid)])


def admits(document: Mapping[str, Any], provider: str, namespace: str, service_account: str) -> bool:
    """Whether a service account of an issuer is named, or matched by a pattern, in a statement for that issuer."""
    name = subject(namespace, service_account)
    patterns = list(_subjects(document, provider))
    return any(name == pattern or (like and fnmatchcase(name, _as_glob(pattern))) for pattern, like in patterns)


def exact_subjects(document: Mapping[str, Any], provider: str) -> frozenset[str]:
    """The service accounts of an issuer that are named without a wildcard, as tokens call them."""
    return frozenset(
        pattern for pattern, like in _subjects(document, provider) if not (like and set(pattern) & set("*?"))
    )


def trusts_pods(document: Mapping[str, Any]) -> bool:
    """Whether EKS Pod Identity may assume a role and tag the session."""
    allowed: set[str] = set()
    for one in statements(document):
        principal = one.get("Principal")
        services = _listed(principal.get("Service", [])) if isinstance(principal, dict) else []
        if one.get("Effect") == "Allow" and PODS in services:
            allowed |= {action for action in POD_IDENTITY_ACTIONS if _allows(one, action)}
    return allowed == set(POD_IDENTITY_ACTIONS)


def length(document: Mapping[str, Any]) -> int:
    """The characters of a policy that count: IAM does not count white space (IAM user guide, "IAM and STS quotas")."""
    return sum(not character.isspace() for character in text_of(document))


def text_of(document: Mapping[str, Any]) -> str:
    """A policy as it is sent: in its own order, without white space between its parts."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False)


def _subjects(document: Mapping[str, Any], provider: str) -> Iterator[tuple[str, bool]]:
    """Every accepted subject, and whether ``*`` and ``?`` are wildcards in it; a statement without any admits all."""
    key = f"{provider.partition(':oidc-provider/')[2]}:sub"
    for one in for_issuer(document, provider):
        conditions = one.get("Condition", {})
        found = [
            (str(value), test == "StringLike")
            for test in SUBJECT_TESTS
            for name, values in conditions.get(test, {}).items()
            if name.lower() == key.lower()
            for value in _listed(values)
        ]
        yield from found or [("*", True)]


def _as_glob(pattern: str) -> str:
    """IAM's pattern as one of a shell, where brackets would mean something."""
    return pattern.replace("[", "[[]")


def _allows(statement: Mapping[str, Any], action: str) -> bool:
    return any(fnmatchcase(action.lower(), str(one).lower()) for one in _listed(statement.get("Action", [])))


def _is_ours(statement: Mapping[str, Any], sid: str) -> bool:
    said = str(statement.get("Sid", ""))
    return said.startswith(sid) and (said == sid or said.removeprefix(sid).isdigit())


def _without_sid(statement: Mapping[str, Any]) -> Json:
    return {key: value for key, value in statement.items() if key != "Sid"}


def _renamed(statement: Json, blue: str, green: str) -> Json:
    """The statement with green's issuer where blue's was: in the provider's ARN and in the condition keys."""
    old, new = (arn.partition(":oidc-provider/")[2] for arn in (blue, green))
    renamed: Json = json.loads(text_of(statement).replace(old, new))
    return renamed


def _with(document: Mapping[str, Any], wanted: list[Json]) -> Json:
    if wanted == statements(document):
        return dict(document)
    return {**document, "Statement": wanted}


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - IAM's JSON allows one or many of anything
    return list(value) if isinstance(value, list) else [value]
