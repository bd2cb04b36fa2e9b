"""Pods on green get the AWS roles of blue's pods, one move at a time, and IAM forgets a cluster that goes."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.cluster import trust
from norikae.cluster.eks_port import Cluster
from norikae.cluster.green import GreenCluster
from norikae.cluster.identity import ensure_identity, forget_cluster
from norikae.errors import NotFoundError, RefusedError
from tests.unit.fakes.demo import demo_environment
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.identity import BLUE_ISSUER, GREEN_ISSUER, PODS, FakeIdentity, admitting, policy, role
from tests.unit.fakes.kubernetes import FakeKubernetes

BLUE, NAME = "demo-1-33", "demo-1-35-a"
GREEN = GreenCluster(NAME, "1.35", "run-1")
CHAT, FILES = role("chat"), role("files")
PROVIDER = trust.provider_arn(CHAT, GREEN_ISSUER)
SID = trust.sid_of("ap-northeast-1", NAME)
POD_IDENTITY = [{"namespace": "files", "service_account": "upload", "role": FILES}]


class Story:
    """Two clusters that are ACTIVE, and an IAM."""

    def __init__(self, *, irsa: tuple[str, ...] = (CHAT,), pod_identity: Any = POD_IDENTITY) -> None:
        self.environment = demo_environment(irsa_roles=list(irsa), pod_identity=pod_identity)
        self.identity = FakeIdentity({CHAT: policy(admitting(BLUE_ISSUER, "chat:api")), FILES: policy(PODS)})
        self.eks = FakeEks(
            Cluster(BLUE, "1.33", "ACTIVE", issuer=BLUE_ISSUER), Cluster(NAME, "1.35", "ACTIVE", issuer=GREEN_ISSUER)
        )
        self.api = FakeKubernetes()

    def looks(self, limit: int = 10) -> list[str]:
        """Look until everything is there; what it waited for, in order."""
        waited: list[str] = []
        for _ in range(limit):
            progress = ensure_identity(self.identity, self.eks, lambda _: self.api, self.environment, GREEN, BLUE)
            if progress.ready:
                return waited
            waited.append(progress.waiting_for)
        raise AssertionError(waited)

    def forgets(self, limit: int = 5) -> list[str]:
        waited: list[str] = []
        for _ in range(limit):
            progress = forget_cluster(self.identity, self.environment, NAME)
            if progress.ready:
                return waited
            waited.append(progress.waiting_for)
        raise AssertionError(waited)


def test_everything_comes_in_its_order_and_says_so() -> None:
    story = Story()
    assert story.looks() == [
        "Pod Identity of files/upload takes effect",
        f"IAM gets to know the OIDC issuer of {NAME}",
        "the trust policies of chat take effect",
        f"the right to ask {NAME} for tokens takes effect",
    ]
    assert story.identity.asked == ["associate files/upload", f"trust issuer {GREEN_ISSUER}", "trust chat"]
    assert story.looks() == []


def test_the_issuer_is_tagged_from_the_beginning() -> None:
    story = Story()
    story.looks()
    tags = {"norikae:environment": "demo", "norikae:run": "run-1", "norikae:cluster": NAME}
    assert story.identity.known[PROVIDER].tags == tags
    assert story.identity.known[PROVIDER].audiences == {"sts.amazonaws.com"}


def test_only_the_service_accounts_that_are_named_may_be_asked_for_tokens() -> None:
    story = Story()
    story.looks()
    rights = story.api.get("clusterroles.rbac.authorization.k8s.io", "norikae-verify-tokens")
    assert rights is not None
    assert rights["rules"] == [
        {"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"], "resourceNames": ["api"]}
    ]


def test_nothing_is_asked_for_when_nothing_is_declared() -> None:
    story = Story(irsa=(), pod_identity=[])
    assert story.looks() == []
    assert (story.identity.asked, story.api.writes) == ([], [])


def test_an_association_with_another_role_is_changed_and_a_foreign_one_stays() -> None:
    story = Story(irsa=())
    story.identity.associate(NAME, "files", "upload", role("wrong"), {"a": "b"}, "token")
    story.identity.associate(NAME, "tools", "shell", role("tool"), {"a": "b"}, "token")
    story.looks()
    found = {one.service_account: one.role for one in story.identity.associations(NAME)}
    assert found == {"upload": FILES, "shell": role("tool")}


def test_an_issuer_that_somebody_registered_without_our_audience_gets_it_and_stays_theirs() -> None:
    story = Story()
    story.identity.create_provider(GREEN_ISSUER, "somebody", {})
    story.looks()
    assert story.identity.known[PROVIDER].audiences == {"somebody", "sts.amazonaws.com"}
    story.forgets()
    assert PROVIDER in story.identity.known


def test_a_change_that_was_lost_is_made_again() -> None:
    story = Story()
    before = story.identity.policies[CHAT]
    story.looks()
    story.identity.policies[CHAT] = before  # somebody wrote back what they had read before
    assert story.looks() == ["the trust policies of chat take effect"]


def test_nothing_is_written_before_every_role_can_be_extended() -> None:
    story = Story(irsa=(CHAT, role("gone")))
    with pytest.raises(NotFoundError, match="there is no role arn:aws:iam::123456789012:role/gone"):
        story.looks()
    assert "trust chat" not in story.identity.asked


def test_a_role_that_does_not_trust_blue_is_refused_with_the_remedy() -> None:
    story = Story(irsa=(FILES,))
    with pytest.raises(
        RefusedError, match=r"has no statement for .*B1B1, so there is none to copy for demo-1-35-a; add"
    ):
        story.looks()


def test_a_trust_policy_that_would_get_too_long_is_refused() -> None:
    story = Story()
    story.identity.limit = 400
    with pytest.raises(RefusedError, match="would have"):
        story.looks()
    assert trust.statements(story.identity.policies[CHAT]) == [admitting(BLUE_ISSUER, "chat:api")]


def test_a_cluster_without_an_issuer_is_refused() -> None:
    story = Story()
    story.eks.clusters[BLUE] = Cluster(BLUE, "1.33", "ACTIVE")
    with pytest.raises(NotFoundError, match="cluster demo-1-33 has no OIDC issuer"):
        story.looks()


def test_iam_forgets_what_norikae_made_and_nothing_else() -> None:
    story = Story()
    before = dict(story.identity.policies)
    story.identity.create_provider(BLUE_ISSUER, "sts.amazonaws.com", {"norikae:environment": "demo"})
    story.looks()
    assert story.forgets() == [
        f"the trust policies of chat forget {NAME}",
        f"IAM forgets the OIDC issuer of {NAME}",
    ]
    assert story.identity.policies == before
    assert list(story.identity.known) == [trust.provider_arn(CHAT, BLUE_ISSUER)]
    assert story.forgets() == []


def test_iam_forgets_a_cluster_that_is_long_gone() -> None:
    story = Story()
    story.looks()
    del story.eks.clusters[NAME]
    story.forgets()
    assert (story.identity.known, story.forgets()) == ({}, [])


def test_a_role_that_is_gone_is_no_reason_to_keep_a_cluster() -> None:
    story = Story()
    story.looks()
    del story.identity.policies[CHAT]
    assert story.forgets() == [f"IAM forgets the OIDC issuer of {NAME}"]


def test_the_last_statement_of_a_policy_is_not_taken_away() -> None:
    story = Story()
    story.identity.policies[CHAT] = policy(admitting(GREEN_ISSUER, "chat:api", sid=SID))
    with pytest.raises(RefusedError, match="has statements for demo-1-35-a only"):
        story.forgets()
