"""EKS insights by boto3, against the simulator behind the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.aws.eks import EksSimulator
from local.aws.front import Front
from local.aws.identities import Identities
from local.kernel import Kernel
from local.kubernetes.audit import Outdated
from norikae.adapters.aws.insights import EksInsights
from norikae.errors import AwsRefusedError
from tests.adapters.aws.conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

BLUE = "demo-1-31"
PATH = "/apis/flowcontrol.apiserver.k8s.io/v1beta3/flowschemas"


class Account:
    """An account with one cluster, to which four clients come with an old API version."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.simulator = EksSimulator(
            self.kernel,
            account=ACCOUNT,
            region=REGION,
            identities=Identities(ACCOUNT),
            on_active=lambda cluster: (f"https://{cluster.name}", "pem"),
            outdated=lambda _: [Outdated(PATH, PATH, 32, f"client-{number}", 7) for number in range(4)],
        )
        self.front = Front(self.kernel, [self.simulator], Identities(ACCOUNT), ACCOUNT, REGION)
        self.front.start()
        self.simulator.adopt(BLUE, "1.31", role_arn="arn:role", subnets=["subnet-a", "subnet-c"])
        self.insights = EksInsights(self.front.client("eks"))


@pytest.fixture
def account() -> Iterator[Account]:
    built = Account()
    yield built
    built.front.stop()
    assert built.front.failures == []


def test_insights_come_with_the_instant_at_which_eks_looked(account: Account) -> None:
    found = {one.name: one for one in account.insights.insights(BLUE)}
    health = found["Cluster health issues"]
    assert (health.status, health.category, health.refreshed_at) == (
        "PASSING",
        "UPGRADE_READINESS",
        account.kernel.now(),
    )
    assert len(found) == 5


def test_what_does_not_pass_comes_with_who_uses_it(account: Account) -> None:
    (wrong,) = [one for one in account.insights.insights(BLUE) if one.status != "PASSING"]
    assert (wrong.name, wrong.version) == ("Deprecated APIs removed in Kubernetes v1.32", "1.32")
    assert wrong.status == "ERROR"
    named = ", ".join(f"client-{number} (7 requests in 30 days)" for number in range(3))
    assert wrong.uses == (f"{PATH} by {named} and 1 more",)


def test_insights_are_read_over_all_pages(account: Account) -> None:
    for number in range(120):
        account.simulator.put_insight(BLUE, name=f"insight {number}", status="PASSING", version="1.32")
    assert len(account.insights.insights(BLUE)) == 125


def test_a_cluster_that_eks_does_not_know_is_an_error(account: Account) -> None:
    with pytest.raises(AwsRefusedError, match="ResourceNotFoundException"):
        account.insights.insights("demo-1-30")
