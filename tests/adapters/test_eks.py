"""EKS by boto3, against the simulator of EKS behind the front: what is asked for is what comes to be."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml

from local.aws.eks import EksSimulator
from local.aws.front import Fault, Front
from local.aws.identities import Identities
from local.kernel import Kernel
from local.kubernetes import ApiServer
from local.kubernetes.endpoint import serve
from norikae.adapters.aws.eks import EksClusters
from norikae.adapters.kubernetes.connect import connect
from norikae.cluster.blue import ensure_gone
from norikae.cluster.green import ADMIN_POLICY, ClusterRoles, GreenCluster, ensure_green
from norikae.cluster.site import Site
from norikae.errors import AwsRefusedError, ConflictError, ThrottledError, UnreachableError
from tests.adapters.looking import until_ready
from tests.unit.fakes.compute import FakeCompute
from tests.unit.fakes.demo import demo_environment
from tests.unit.fakes.identity import FakeIdentity
from tests.unit.fakes.orphans import FakeOrphans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.aws.eks.records import EksCluster
    from local.aws.front import Call
    from local.kubernetes.endpoint import Endpoint
    from norikae.adapters.kubernetes.client import KubernetesClient
    from norikae.upgrade.progress import Progress

ACCOUNT, REGION = "123456789012", "ap-northeast-1"
CLUSTER_ROLE, NODE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/cluster", f"arn:aws:iam::{ACCOUNT}:role/node"
READER = f"arn:aws:iam::{ACCOUNT}:role/reader"
GREEN = GreenCluster("demo-1-35-a", "1.35", "run-1")
RBAC: list[dict[str, Any]] = list(yaml.safe_load_all(Path("lambdas/manifests/rbac.yaml").read_text(encoding="utf-8")))


@dataclass
class Account:
    """An account in which the operator builds clusters, each with an API server on the wire."""

    kernel: Kernel = field(default_factory=Kernel)
    identities: Identities = field(default_factory=lambda: Identities(ACCOUNT))
    endpoints: list[Endpoint] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.simulator = EksSimulator(
            self.kernel,
            account=ACCOUNT,
            region=REGION,
            identities=self.identities,
            on_active=self._serve,
            trusts=lambda role, _: role in {CLUSTER_ROLE, NODE_ROLE},
        )
        self.front = Front(self.kernel, [self.simulator], self.identities, ACCOUNT, REGION)
        self.front.start()
        self.client = self.front.client("eks")
        self.eks = EksClusters(self.client)
        self.site = Site(self.eks, FakeCompute(), FakeIdentity(), self.connect, FakeOrphans())

    def _serve(self, cluster: EksCluster) -> tuple[str, str]:
        api = ApiServer(name=cluster.name, version=cluster.version, now=self.kernel.now, random=random.Random(1))  # noqa: S311 - repeatable
        endpoint = serve(api, lock=self.kernel.lock, authenticate=self.simulator.authenticate(cluster.name))
        self.endpoints.append(endpoint)
        return endpoint.url, endpoint.ca_pem

    def connect(self, cluster: str) -> KubernetesClient:
        key = self.identities.admin.access_key
        session = boto3.Session(
            aws_access_key_id=key, aws_secret_access_key=self.identities.secret_key_for(key), region_name=REGION
        )
        return connect(cluster, eks=self.client, session=session)

    def ensure_green(self) -> Progress:
        roles = ClusterRoles(
            CLUSTER_ROLE, NODE_ROLE, access={"norikae:admin": [self.identities.admin.arn], "norikae:read": [READER]}
        )
        return ensure_green(self.site, demo_environment(), GREEN, roles, RBAC)

    def ensure_gone(self) -> Progress:
        return ensure_gone(self.site, demo_environment(), GREEN.name)

    def until_ready(self, look: Callable[[], Progress], looks: int = 60) -> list[str]:
        """Look again when the move says so; what it waited for."""
        return until_ready(self.kernel, look, looks)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    built = Account()
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: built.kernel.utcnow().replace(tzinfo=None))
    yield built
    for endpoint in built.endpoints:
        endpoint.close()
    built.front.stop()
    assert built.front.failures == []


def test_green_comes_to_be_and_goes_again(account: Account) -> None:
    waited = account.until_ready(account.ensure_green)
    assert "node group system is CREATING, node group worker is CREATING" in waited
    cluster = account.client.describe_cluster(name=GREEN.name)["cluster"]
    assert cluster["resourcesVpcConfig"]["endpointPublicAccess"] is False
    assert cluster["accessConfig"] == {
        "authenticationMode": "API",
        "bootstrapClusterCreatorAdminPermissions": False,
    }
    assert cluster["logging"]["clusterLogging"][0]["enabled"] is True
    assert cluster["deletionProtection"] is True
    found = account.eks.cluster(GREEN.name)
    assert found is not None
    assert (found.status, found.version, found.tags["norikae:run"]) == ("ACTIVE", "1.35", "run-1")
    group = account.client.describe_nodegroup(clusterName=GREEN.name, nodegroupName="system")["nodegroup"]
    assert (group["amiType"], group["scalingConfig"]["desiredSize"]) == ("AL2023_ARM_64_STANDARD", 2)
    account.until_ready(account.ensure_gone)
    assert account.eks.cluster(GREEN.name) is None
    assert account.eks.cluster_names() == frozenset()


def test_a_green_that_is_ready_costs_no_more_writes(account: Account) -> None:
    account.until_ready(account.ensure_green)
    account.front.calls.clear()
    assert account.ensure_green().ready
    assert {
        call.operation for call in account.front.calls if not call.operation.startswith(("Describe", "List"))
    } == set()


def test_access_entries_are_read_with_groups_and_policies(account: Account) -> None:
    account.until_ready(account.ensure_green)
    admin = account.identities.admin.arn
    entries = {entry.principal: entry for entry in account.eks.access_entries(GREEN.name, policies_of=[admin])}
    assert entries[admin].policies == {ADMIN_POLICY}
    assert entries[READER].groups == {"norikae:read"}


def adopt(account: Account, **more: Any) -> None:
    account.simulator.adopt("demo-1-33", "1.33", role_arn=CLUSTER_ROLE, subnets=["a", "c"], **more)


def test_versions_and_addons_are_read_from_the_catalogue(account: Account) -> None:
    versions = {found.version: found.status for found in account.eks.cluster_versions()}
    assert versions["1.35"] == "STANDARD_SUPPORT"
    assert "UNSUPPORTED" in versions.values()
    newest = account.eks.newest_addon_version("coredns", "1.35")
    assert newest is not None
    assert newest.startswith("v")
    assert account.eks.newest_addon_version("no-such-add-on", "1.35") is None


def test_what_does_not_exist_is_none_or_empty_or_already_gone(account: Account) -> None:
    adopt(account)
    assert account.eks.cluster("nothing") is None
    assert account.eks.node_groups("demo-1-33") == ()
    account.eks.delete_addon("demo-1-33", "nothing")
    account.eks.delete_node_group("demo-1-33", "nothing")
    account.eks.delete_cluster("nothing")


def test_a_name_that_is_taken_is_a_conflict_that_the_next_look_resolves(account: Account) -> None:
    adopt(account, addons=["vpc-cni"])
    version = account.eks.newest_addon_version("vpc-cni", "1.33")
    assert version is not None
    with pytest.raises(ConflictError, match="Addon already exists"):
        account.eks.create_addon("demo-1-33", "vpc-cni", version, "token")


def test_the_protection_against_deletion_holds_until_it_is_off(account: Account) -> None:
    adopt(account, deletion_protection=True)
    with pytest.raises(AwsRefusedError, match="deletion protection enabled"):
        account.eks.delete_cluster("demo-1-33")
    account.eks.set_deletion_protection("demo-1-33", on=False)
    account.kernel.run(600)
    account.eks.delete_cluster("demo-1-33")
    found = account.eks.cluster("demo-1-33")
    assert found is not None
    assert found.status == "DELETING"


def test_a_lost_answer_does_not_make_a_second_cluster(account: Account) -> None:
    lost = [Fault.executed_then_lost()]

    def once(call: Call) -> Fault | None:
        return lost.pop() if lost and call.operation == "CreateCluster" else None

    account.front.faults.append(once)
    with pytest.raises(UnreachableError):
        account.ensure_green()
    assert account.ensure_green().waiting_for == f"control plane {GREEN.name} is CREATING"


def test_a_throttle_is_for_the_state_machine_to_wait_out(account: Account) -> None:
    account.front.faults.append(lambda _: Fault.throttled())
    with pytest.raises(ThrottledError, match="eks:DescribeCluster"):
        account.ensure_green()


def test_the_processor_of_an_instance_type_decides_the_image(account: Account) -> None:
    account.until_ready(account.ensure_green)
    images = {
        name: account.client.describe_nodegroup(clusterName=GREEN.name, nodegroupName=name)["nodegroup"]["amiType"]
        for name in ("system", "worker")
    }
    assert images == {"system": "AL2023_ARM_64_STANDARD", "worker": "AL2023_x86_64_STANDARD"}
