"""IAM, STS and Pod Identity in memory; it refuses what they refuse, and notes what it was asked for."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from norikae.cluster import trust
from norikae.cluster.identity_port import Association, Provider
from norikae.errors import AwsRefusedError, ConflictError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT = "123456789012"
ISSUERS = "https://oidc.eks.ap-northeast-1.amazonaws.com/id"
BLUE_ISSUER, GREEN_ISSUER = f"{ISSUERS}/{'B1' * 16}", f"{ISSUERS}/{'6E' * 16}"


def role(name: str) -> str:
    """The ARN of a role of the demo's account."""
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def admitting(issuer: str, *accounts: str, test: str = "StringEquals", sid: str = "") -> dict[str, Any]:
    """A statement that lets service accounts (``namespace:name``) of an issuer in, as people write it for IRSA."""
    host = issuer.removeprefix("https://")
    subjects = [f"system:serviceaccount:{account}" for account in accounts]
    return {
        **({"Sid": sid} if sid else {}),
        "Effect": "Allow",
        "Principal": {"Federated": trust.provider_arn(role("any"), issuer)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {test: {f"{host}:sub": subjects[0] if len(subjects) == 1 else subjects}},
    }


PODS = {
    "Effect": "Allow",
    "Principal": {"Service": "pods.eks.amazonaws.com"},
    "Action": ["sts:AssumeRole", "sts:TagSession"],
}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    """A trust policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


class FakeIdentity:
    """The port ``Identity`` over dictionaries."""

    def __init__(self, policies: Mapping[str, dict[str, Any]] | None = None) -> None:
        self.policies = dict(policies or {})
        self.limit = 2048
        self.known: dict[str, Provider] = {}
        self.associated: dict[str, dict[str, Association]] = {}
        self.asked: list[str] = []
        self.assumed: list[tuple[str, str]] = []
        self.refusals: dict[str, str] = {}

    def trust_policy(self, role: str) -> dict[str, Any] | None:
        return copy.deepcopy(self.policies.get(role))

    def replace_trust_policy(self, role: str, document: Mapping[str, Any]) -> None:
        if not trust.statements(document):
            raise AwsRefusedError("iam:UpdateAssumeRolePolicy", "MalformedPolicyDocument", "no statement")
        if trust.length(document) > self.limit:
            raise RefusedError(f"the trust policy of {role} would have {trust.length(document)} characters")
        self.asked.append(f"trust {role.rpartition('/')[2]}")
        self.policies[role] = json.loads(trust.text_of(document))

    def trust_policy_limit(self) -> int:
        return self.limit

    def assume(self, role: str, token: str) -> None:
        self.assumed.append((role, token))
        if role in self.refusals:
            raise AwsRefusedError("sts:AssumeRoleWithWebIdentity", "AccessDenied", self.refusals[role])

    def provider(self, arn: str) -> Provider | None:
        return self.known.get(arn)

    def providers(self, host: str) -> tuple[Provider, ...]:
        return tuple(one for one in self.known.values() if one.issuer.startswith(host))

    def create_provider(self, issuer: str, audience: str, tags: Mapping[str, str]) -> None:
        arn = trust.provider_arn(role("any"), issuer)
        if arn in self.known:
            raise ConflictError("Provider with url already exists.")
        self.asked.append(f"trust issuer {issuer}")
        self.known[arn] = Provider(arn, issuer.removeprefix("https://"), frozenset({audience}), dict(tags))

    def add_audience(self, arn: str, audience: str) -> None:
        self.asked.append(f"audience {audience}")
        self.known[arn] = replace(self.known[arn], audiences=self.known[arn].audiences | {audience})

    def delete_provider(self, arn: str) -> None:
        self.asked.append(f"forget issuer {self.known[arn].issuer}")
        del self.known[arn]

    def associations(self, cluster: str) -> tuple[Association, ...]:
        return tuple(self.associated.get(cluster, {}).values())

    def associate(
        self, cluster: str, namespace: str, service_account: str, role: str, tags: Mapping[str, str], token: str
    ) -> None:
        assert tags
        assert token
        name = f"{namespace}/{service_account}"
        if name in self.associated.setdefault(cluster, {}):
            raise ConflictError("Association already exists")
        self.asked.append(f"associate {name}")
        self.associated[cluster][name] = Association(f"a-{name}", namespace, service_account, role)

    def change_association(self, cluster: str, association: str, role: str, token: str) -> None:
        assert token
        self.asked.append(f"change {association}")
        for name, one in self.associated[cluster].items():
            if one.id == association:
                self.associated[cluster][name] = replace(one, role=role)
