"""The AssumeRole probe: a service account of green that does not get its role keeps green from carrying traffic."""

from __future__ import annotations

from typing import Any

from norikae.cluster.assume import token_rights, unassumable
from tests.unit.fakes.demo import demo_environment
from tests.unit.fakes.identity import BLUE_ISSUER, GREEN_ISSUER, FakeIdentity, admitting, policy, role
from tests.unit.fakes.kubernetes import FakeKubernetes

CHAT, OTHER = role("chat"), role("other")
ENVIRONMENT = demo_environment(irsa_roles=[CHAT])


def account(name: str, acts_as: str = CHAT, **annotations: str) -> dict[str, Any]:
    found = {"eks.amazonaws.com/role-arn": acts_as, **annotations} if acts_as else dict(annotations)
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": name, "namespace": "chat", "annotations": found},
    }


def trusting(*statements: dict[str, Any]) -> FakeIdentity:
    return FakeIdentity({CHAT: policy(*statements)})


def probed(identity: FakeIdentity, *accounts: dict[str, Any]) -> list[str]:
    return list(unassumable(identity, FakeKubernetes(*accounts), ENVIRONMENT, GREEN_ISSUER))


def test_a_token_of_green_opens_the_role() -> None:
    identity = trusting(admitting(GREEN_ISSUER, "chat:api"))
    assert probed(identity, account("api")) == []
    assert identity.assumed == [(CHAT, "token of chat/api for sts.amazonaws.com")]


def test_the_audience_of_the_service_account_counts() -> None:
    identity = trusting(admitting(GREEN_ISSUER, "chat:api"))
    probed(identity, account("api", **{"eks.amazonaws.com/audience": "mine"}))
    assert identity.assumed == [(CHAT, "token of chat/api for mine")]


def test_a_refusal_is_told_in_the_words_of_aws() -> None:
    identity = trusting(admitting(GREEN_ISSUER, "chat:api"))
    identity.refusals[CHAT] = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    (text,) = probed(identity, account("api"))
    assert text == (
        f"service account chat/api cannot assume {CHAT}: sts:AssumeRoleWithWebIdentity was refused with AccessDenied: "
        "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    )


def test_a_role_that_does_not_trust_green_is_named_without_asking() -> None:
    identity = trusting(admitting(BLUE_ISSUER, "chat:api"))
    (text,) = probed(identity, account("api"))
    assert text.startswith(f"service account chat/api: the trust policy of {CHAT} does not admit it from ")
    assert identity.assumed == []


def test_a_role_that_is_gone_is_named() -> None:
    assert probed(FakeIdentity(), account("api")) == [f"service account chat/api: there is no role {CHAT}"]


def test_who_is_admitted_by_a_wildcard_is_not_probed() -> None:
    identity = trusting(admitting(GREEN_ISSUER, "chat:*", test="StringLike"))
    assert probed(identity, account("api")) == []
    assert identity.assumed == []


def test_other_roles_and_accounts_without_any_are_not_asked() -> None:
    identity = trusting(admitting(GREEN_ISSUER, "chat:api"))
    assert probed(identity, account("web", OTHER), account("plain", "")) == []
    assert identity.assumed == []


def test_no_right_is_made_when_nobody_is_named() -> None:
    assert token_rights({CHAT: policy(admitting(GREEN_ISSUER, "*", test="StringLike"))}, GREEN_ISSUER) == ()
