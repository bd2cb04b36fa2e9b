"""Every pod of blue that acts as an AWS role has to reach it from green, too."""

from __future__ import annotations

from typing import Any

from norikae.cluster import trust
from norikae.cluster.eks_port import Cluster
from norikae.preflight.checks.irsa import check
from norikae.preflight.ground import Ground
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.demo import NOW, demo_environment
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.grounds import FakeInsights
from tests.unit.fakes.identity import BLUE_ISSUER, GREEN_ISSUER, PODS, FakeIdentity, admitting, policy, role
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.ports import FakeBalancers, FakeDns, FakeLocks

BLUE, GREEN = "demo-1-33", "demo-1-35-a"
CHAT, FILES = role("chat"), role("files")
DECLARED = {"namespace": "files", "service_account": "upload", "role": FILES}


def account(namespace: str, name: str, acts_as: str, **annotations: str) -> dict[str, Any]:
    found = {"eks.amazonaws.com/role-arn": acts_as, **annotations}
    metadata = {"name": name, "namespace": namespace, "annotations": found}
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}


def found(
    identity: FakeIdentity, *accounts: dict[str, Any], irsa: tuple[str, ...] = (), declared: tuple[Any, ...] = ()
) -> list[tuple[str, str, str]]:
    ground = Ground(
        environment=demo_environment(irsa_roles=list(irsa), pod_identity=list(declared)),
        blue_name=BLUE,
        version="1.35",
        eks=FakeEks(Cluster(BLUE, "1.33", "ACTIVE", issuer=BLUE_ISSUER)),
        kubernetes=FakeKubernetes(*accounts),
        names=FakeDns(),
        locks=FakeLocks(),
        insights=FakeInsights(),
        subnets=FakeCompute(),
        trust=identity,
        balancers=FakeBalancers(),
        now=NOW,
        green_name=GREEN,
    )
    return [(finding.severity, finding.subject, finding.text) for finding in check(ground)]


def test_a_role_that_norikae_may_extend_is_fine() -> None:
    identity = FakeIdentity({CHAT: policy(admitting(BLUE_ISSUER, "chat:api"))})
    assert found(identity, account("chat", "api", CHAT), irsa=(CHAT,)) == []


def test_a_service_account_that_is_ready_for_pod_identity_is_fine() -> None:
    identity = FakeIdentity({FILES: policy(PODS)})
    assert found(identity, account("files", "upload", FILES), declared=(DECLARED,)) == []


def test_neither_is_a_blocker() -> None:
    (finding,) = found(FakeIdentity(), account("chat", "api", CHAT))
    assert finding == (
        "blocker",
        "service account chat/api",
        f"it acts as {CHAT}, which trusts the issuer of {BLUE} and not green's",
    )


def test_a_declared_role_has_to_trust_pod_identity() -> None:
    identity = FakeIdentity({FILES: policy({**PODS, "Action": "sts:AssumeRole"})})
    assert found(identity, declared=(DECLARED,)) == [
        ("blocker", f"role {FILES}", "it does not let pods.eks.amazonaws.com do sts:AssumeRole and sts:TagSession")
    ]


def test_a_role_that_does_not_exist_is_a_blocker() -> None:
    assert [text for _, _, text in found(FakeIdentity(), irsa=(CHAT,), declared=(DECLARED,))] == [
        "it does not exist",
        "it does not exist",
    ]


def test_a_role_without_a_statement_of_blues_has_nothing_to_copy() -> None:
    ((severity, subject, text),) = found(FakeIdentity({CHAT: policy(PODS)}), irsa=(CHAT,))
    assert (severity, subject) == ("blocker", f"role {CHAT}")
    assert text.endswith(f"{BLUE_ISSUER.removeprefix('https://')}, so there is none to copy for green")


def test_a_trust_policy_that_would_get_too_long_is_found_before_anything_is_built() -> None:
    identity = FakeIdentity({CHAT: policy(admitting(BLUE_ISSUER, *(f"chat:api-{n:02}" for n in range(24))))})
    ((severity, _, text),) = found(identity, irsa=(CHAT,))
    blue, green = trust.provider_arn(CHAT, BLUE_ISSUER), trust.provider_arn(CHAT, GREEN_ISSUER)
    sid = trust.sid_of("ap-northeast-1", GREEN)
    length = trust.length(trust.extended(identity.policies[CHAT], blue, green, sid))
    assert (severity, text) == (
        "blocker",
        f"with green's statements its trust policy has {length} characters, more than the quota of 2048",
    )


def test_pod_identity_that_blue_has_and_nobody_declared_is_a_blocker() -> None:
    identity = FakeIdentity()
    identity.associate(BLUE, "files", "upload", FILES, {"a": "b"}, "token")
    assert found(identity) == [
        (
            "blocker",
            "service account files/upload",
            f"on {BLUE} it acts as {FILES} by Pod Identity, on green it would not",
        )
    ]


def test_another_role_on_green_is_said() -> None:
    identity = FakeIdentity({FILES: policy(PODS)})
    assert found(identity, account("files", "upload", CHAT), declared=(DECLARED,)) == [
        ("warning", "service account files/upload", f"on {BLUE} it acts as {CHAT}, on green as {FILES}")
    ]


def test_tokens_for_another_audience_are_a_blocker() -> None:
    identity = FakeIdentity({CHAT: policy(admitting(BLUE_ISSUER, "chat:api"))})
    mine = account("chat", "api", CHAT, **{"eks.amazonaws.com/audience": "mine"})
    ((severity, _, text),) = found(identity, mine, irsa=(CHAT,))
    assert (severity, text) == (
        "blocker",
        "its tokens are for the audience mine; IAM is told sts.amazonaws.com only for green's issuer",
    )


def test_a_service_account_that_blue_does_not_let_in_either_is_a_warning() -> None:
    identity = FakeIdentity({CHAT: policy(admitting(BLUE_ISSUER, "chat:api"))})
    ((severity, subject, _),) = found(identity, account("chat", "web", CHAT), irsa=(CHAT,))
    assert (severity, subject) == ("warning", "service account chat/web")
