"""IAM, STS and Pod Identity by boto3: a service account of a new cluster opens the role that blue's opened."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from local.aws.eks import EksSimulator
from local.aws.front import Fault, Front
from local.aws.iam_quotas import IamSimulator
from local.aws.identities import Identities
from local.aws.simulator import AwsError
from local.aws.sts import StsSimulator
from local.aws.web_identity import Issuers
from local.kernel import Kernel
from local.kubernetes import ApiServer
from local.kubernetes.endpoint import serve
from local.kubernetes.users import MASTERS, User
from norikae.adapters.aws.eks import EksClusters
from norikae.adapters.aws.identity import AwsIdentity
from norikae.adapters.kubernetes.client import KubernetesClient
from norikae.cluster import trust
from norikae.cluster.green import GreenCluster
from norikae.cluster.identity import ensure_identity, forget_cluster
from norikae.errors import AwsRefusedError, ConflictError, RefusedError, TransientError, UnreachableError
from tests.unit.fakes.demo import demo_environment
from tests.unit.fakes.identity import BLUE_ISSUER, PODS, admitting, policy, role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.aws.eks.records import EksCluster
    from local.aws.front import Call
    from local.kubernetes.endpoint import Endpoint
    from norikae.upgrade.progress import Progress

ACCOUNT, REGION, CLUSTER = "123456789012", "ap-northeast-1", "demo-1-35-a"
CHAT, FILES = role("chat"), role("files")
BLUE = "demo-1-33"
TAGS = {"norikae:environment": "demo", "norikae:cluster": CLUSTER}


class Account:
    """An account with a cluster whose service accounts ask for roles."""

    def __init__(self) -> None:
        self.kernel = Kernel(seed=5)
        self.endpoints: list[Endpoint] = []
        self.issuers = Issuers(self.kernel.now)
        identities = Identities(ACCOUNT)
        self.eks = EksSimulator(
            self.kernel, account=ACCOUNT, region=REGION, identities=identities, on_active=self._serve
        )
        self.iam = IamSimulator(ACCOUNT)
        simulators = [self.eks, self.iam, StsSimulator(identities, self.issuers)]
        self.front = Front(self.kernel, simulators, identities, ACCOUNT, REGION)
        self.front.start()
        self.identity = AwsIdentity(*(self.front.client(service) for service in ("iam", "sts", "eks")))
        self.role("cluster", {**PODS, "Principal": {"Service": "eks.amazonaws.com"}})
        self.blue = self.eks.adopt(BLUE, "1.33", role_arn=role("cluster"), subnets=["a", "b"]).issuer
        made = self.eks.adopt(CLUSTER, "1.35", role_arn=role("cluster"), subnets=["a", "b"])
        self.issuer = made.issuer
        self.provider = trust.provider_arn(CHAT, made.issuer)

    def _serve(self, cluster: EksCluster) -> tuple[str, str]:
        draw = random.Random(7)  # noqa: S311 - a seeded world
        self.api = ApiServer(name=cluster.name, version=cluster.version, now=self.kernel.now, random=draw)
        self.api.token_issuer = self.issuers.open(cluster.issuer, random.Random(8))  # noqa: S311 - a seeded world
        self.endpoint = serve(self.api, lock=self.kernel.lock, authenticate=lambda _: User("me", (MASTERS,)))
        self.endpoints.append(self.endpoint)
        self.api.create("namespaces", {"metadata": {"name": "chat"}})
        self.api.create("serviceaccounts", {"metadata": {"name": "api"}}, namespace="chat")
        return self.endpoint.url, self.endpoint.ca_pem

    def close(self) -> None:
        for endpoint in self.endpoints:
            endpoint.close()
        self.front.stop()

    def role(self, name: str, *statements: dict[str, Any]) -> None:
        """A role that somebody made."""
        document = json.dumps(policy(*statements), indent=2)
        self.front.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)

    def token(self, audience: str = trust.AUDIENCE, account: str = "api") -> str:
        """What the API server gives who asks for a token of a service account."""
        return self.kubernetes().service_account_token(account, "chat", audience)

    def kubernetes(self) -> KubernetesClient:
        """A client of the cluster's API."""
        return KubernetesClient(endpoint=self.endpoint.url, ca_pem=self.endpoint.ca_pem, token=lambda: "mine")

    def trusts_green(self) -> None:
        """IAM knows the issuer, and the role admits the service account."""
        self.identity.create_provider(self.issuer, trust.AUDIENCE, TAGS)
        self.role("chat", admitting(self.issuer, "chat:api"))


@pytest.fixture
def account() -> Iterator[Account]:
    made = Account()
    yield made
    made.close()
    assert made.front.failures == []


def test_a_token_opens_the_role_that_trusts_its_issuer(account: Account) -> None:
    account.trusts_green()
    account.identity.assume(CHAT, account.token())
    (call,) = [call for call in account.front.calls if call.operation == "AssumeRoleWithWebIdentity"]
    assert json.loads(call.params["Policy"])["Statement"][0] == {"Effect": "Deny", "Action": "*", "Resource": "*"}
    assert (call.principal.arn, call.params["DurationSeconds"]) == ("", 900)


def refusal(account: Account, token: str, to: str = CHAT) -> tuple[str, str]:
    with pytest.raises(AwsRefusedError) as caught:
        account.identity.assume(to, token)
    return caught.value.code, caught.value.text


def test_without_a_provider_aws_says_so(account: Account) -> None:
    account.role("chat", admitting(account.issuer, "chat:api"))
    told = f"No OpenIDConnect provider found in your account for {account.issuer}"
    assert refusal(account, account.token()) == ("InvalidIdentityToken", told)


def test_a_token_for_somebody_else_does_not_count(account: Account) -> None:
    account.trusts_green()
    assert refusal(account, account.token("somebody")) == ("InvalidIdentityToken", "Incorrect token audience")


@pytest.mark.parametrize(
    "statement",
    [admitting(BLUE_ISSUER, "chat:api"), PODS],
    ids=["blue's only", "another kind"],
)
def test_a_role_that_does_not_trust_the_issuer_stays_shut(account: Account, statement: dict[str, Any]) -> None:
    account.identity.create_provider(account.issuer, trust.AUDIENCE, TAGS)
    account.role("chat", statement)
    told = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
    assert refusal(account, account.token()) == ("AccessDenied", told)


def test_only_the_named_service_account_gets_in(account: Account) -> None:
    account.trusts_green()
    account.api.create("serviceaccounts", {"metadata": {"name": "web"}}, namespace="chat")
    assert refusal(account, account.token(account="web"))[0] == "AccessDenied"
    assert refusal(account, account.token(), role("gone"))[0] == "AccessDenied"


def test_a_forged_token_opens_nothing(account: Account) -> None:
    account.trusts_green()
    head, claims, signature = account.token().split(".")
    assert refusal(account, f"{head}.{claims}.{signature[::-1]}")[1].startswith("Couldn't retrieve verification key")
    assert refusal(account, "no token")[1].startswith("The ID Token provided is not a valid JWT.")


def test_a_token_ends_after_ten_minutes(account: Account) -> None:
    account.trusts_green()
    token = account.token()
    account.kernel.run(601)
    with pytest.raises(Exception, match="ExpiredTokenException: Token expired"):
        account.identity.assume(CHAT, token)


def test_an_issuer_that_sts_cannot_reach_is_worth_another_attempt(account: Account) -> None:
    account.trusts_green()
    token, error = account.token(), AwsError("IDPCommunicationError", "Couldn't reach it", 400)
    account.front.faults.append(lambda call: Fault(error) if call.service == "sts" else None)
    with pytest.raises(UnreachableError, match="Couldn't reach it"):
        account.identity.assume(CHAT, token)


def test_a_trust_policy_is_read_and_written_as_it_is(account: Account) -> None:
    account.role("chat", admitting(BLUE_ISSUER, "chat:api"), {**PODS, "Sid": "日本"})
    before = account.identity.trust_policy(CHAT)
    assert before == policy(admitting(BLUE_ISSUER, "chat:api"), {**PODS, "Sid": "日本"})
    account.identity.replace_trust_policy(CHAT, policy(PODS))
    assert account.identity.trust_policy(CHAT) == policy(PODS)
    assert account.identity.trust_policy(role("gone")) is None
    assert account.identity.trust_policy("arn:aws:iam::210987654321:role/chat") is None


def test_a_trust_policy_that_is_too_long_is_refused_with_the_quota(account: Account) -> None:
    account.role("chat", PODS)
    long = policy(admitting(BLUE_ISSUER, *(f"chat:api-{number:03}" for number in range(60))))
    told = (
        rf"would have {trust.length(long)} characters: .*Cannot exceed quota for ACLSizePerRole: 2048; raise the quota"
    )
    with pytest.raises(RefusedError, match=told):
        account.identity.replace_trust_policy(CHAT, long)
    assert account.identity.trust_policy_limit() == 2048


def test_a_provider_is_tagged_found_and_forgotten(account: Account) -> None:
    account.identity.create_provider(account.issuer, trust.AUDIENCE, TAGS)
    account.identity.create_provider("https://other.example.com", trust.AUDIENCE, {})
    (found,) = account.identity.providers("oidc.eks.")
    assert (found.arn, set(found.audiences), dict(found.tags)) == (account.provider, {trust.AUDIENCE}, TAGS)
    assert found.issuer == account.issuer.removeprefix("https://")
    account.identity.add_audience(account.provider, "more")
    again = account.identity.provider(account.provider)
    assert again is not None
    assert again.audiences == {trust.AUDIENCE, "more"}
    account.identity.delete_provider(account.provider)
    account.identity.delete_provider(account.provider)
    assert account.identity.provider(account.provider) is None


def test_who_comes_second_reads_again(account: Account) -> None:
    account.identity.create_provider(account.issuer, trust.AUDIENCE, TAGS)
    with pytest.raises(ConflictError):
        account.identity.create_provider(account.issuer, trust.AUDIENCE, TAGS)


def test_one_provider_too_many_is_refused_in_the_words_of_aws(account: Account) -> None:
    for number in range(100):
        account.identity.create_provider(f"https://issuer-{number}.example.com", trust.AUDIENCE, {})
    with pytest.raises(AwsRefusedError, match="OpenIdConnectProvidersPerAccount: 100"):
        account.identity.create_provider(account.issuer, trust.AUDIENCE, TAGS)


def test_associations_are_made_once_read_and_changed(account: Account) -> None:
    account.role("files", PODS)
    account.role("other", PODS)
    for _ in range(2):
        account.identity.associate(CLUSTER, "files", "upload", FILES, TAGS, "token-1")
    (found,) = account.identity.associations(CLUSTER)
    assert (found.namespace, found.service_account, found.role) == ("files", "upload", FILES)
    account.identity.change_association(CLUSTER, found.id, role("other"), "token-2")
    assert [one.role for one in account.identity.associations(CLUSTER)] == [role("other")]
    with pytest.raises(ConflictError, match="Association already exists"):
        account.identity.associate(CLUSTER, "files", "upload", FILES, TAGS, "token-3")


def test_a_role_that_does_not_trust_pod_identity_is_refused(account: Account) -> None:
    account.role("files", {**PODS, "Action": "sts:AssumeRole"})
    with pytest.raises(AwsRefusedError, match=r"it must allow pods\.eks\.amazonaws\.com to do sts:AssumeRole and"):
        account.identity.associate(CLUSTER, "files", "upload", FILES, TAGS, "token-1")


class Interrupted:
    """A build of the roles of pods, and their removal, in which one call goes wrong."""

    def __init__(self, account: Account) -> None:
        self.account = account
        account.role("chat", admitting(account.blue, "chat:api"), PODS)
        account.role("files", PODS)
        self.environment = demo_environment(
            irsa_roles=[CHAT], pod_identity=[{"namespace": "files", "service_account": "upload", "role": FILES}]
        )
        self.eks = EksClusters(account.front.client("eks"))
        self.until, self.fault, self.looks = 0, Fault(), False
        account.front.faults.append(self._strike)

    def _strike(self, _: Call) -> Fault | None:
        self.until -= self.looks
        return self.fault if self.looks and self.until == 0 else None

    def goes_on(self, look: Callable[[], Progress]) -> int:
        """Look until it is done, as the state machine does; how many calls that took."""
        before, ready, self.looks = len(self.account.front.calls), False, True
        while not ready:
            assert len(self.account.front.calls) < before + 50
            with suppress(TransientError):
                ready = look().ready
        self.looks = False
        return len(self.account.front.calls) - before

    def builds(self) -> int:
        green = GreenCluster(CLUSTER, "1.35", "run-1")
        identity, kubernetes = self.account.identity, self.account.kubernetes
        return self.goes_on(
            lambda: ensure_identity(identity, self.eks, lambda _: kubernetes(), self.environment, green, BLUE)
        )

    def forgets(self) -> int:
        return self.goes_on(lambda: forget_cluster(self.account.identity, self.environment, CLUSTER))


def test_whichever_call_goes_wrong_before_or_after_its_effect_nothing_is_there_twice(account: Account) -> None:
    story = Interrupted(account)
    before = account.identity.trust_policy(CHAT)
    calls = story.builds() + story.forgets()
    operations = [call.operation for call in account.front.calls[-calls:]]
    broken = Fault(AwsError("InternalFailure", "It broke", 500)), Fault.executed_then_lost()
    for number, operation in enumerate(operations, start=1):
        for fault in broken[:1] if operation.startswith(("Get", "List", "Describe")) else broken:
            account.eks.clusters[CLUSTER].associations.clear()
            story.until, story.fault = number, fault
            story.builds()
            document = account.identity.trust_policy(CHAT)
            assert document is not None
            assert [str(one.get("Sid", ""))[:7] for one in document["Statement"]] == ["", "", "Norikae"]
            assert [one.tags["norikae:cluster"] for one in account.identity.providers("oidc.eks.")] == [CLUSTER]
            assert len(account.identity.associations(CLUSTER)) == 1
            story.forgets()
            assert account.identity.trust_policy(CHAT) == before
            assert account.identity.providers("oidc.eks.") == ()
