"""A central Argo CD in the world: it enters a cluster by EKS, or it is told why not."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from local.cluster.argocd.sites import ConnectError
from local.cluster.git import GitRepositories
from local.hub import reach_by_eks
from local.kubernetes.users import MASTERS
from local.world import World
from stacks.environment_file import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.cluster.argocd.sites import Reach

GREEN = "demo-1-35-a"
ROLE = "arn:aws:iam::123456789012:role/argocd"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A cluster into which a role may come as admin."""
    with World(load(Path("environments/demo.yaml")), GitRepositories({})) as world:
        world.eks.adopt(GREEN, "1.35", role_arn="arn:aws:iam::123456789012:role/c", subnets=[], admins=[ROLE])
        yield world


@pytest.fixture
def reach(world: World) -> Reach:
    return reach_by_eks(world.eks, world.clusters)


def config(world: World, **changes: Any) -> dict[str, Any]:
    """What norikae's Secret says of the cluster."""
    authority = base64.b64encode(world.clusters[GREEN].endpoint.ca_pem.encode()).decode()
    aws = {"clusterName": GREEN, "roleARN": ROLE} | changes.pop("aws", {})
    return {"awsAuthConfig": aws, "tlsClientConfig": {"insecure": False, "caData": authority}} | changes


def test_the_role_of_an_access_entry_comes_in_as_what_the_entry_says(world: World, reach: Reach) -> None:
    api, _, user = reach(world.clusters[GREEN].endpoint.url, config(world))
    assert api is world.clusters[GREEN].api
    assert user.name == "arn:aws:sts::123456789012:assumed-role/argocd/argocd-application-controller"
    assert MASTERS in user.groups


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"aws": {"roleARN": f"{ROLE}-other"}}, "the server has asked for the client to provide credentials"),
        ({"aws": {"clusterName": "demo-1-33"}}, "the server has asked for the client to provide credentials"),
        ({"tlsClientConfig": {"caData": "bm9ib2R5"}}, "certificate signed by unknown authority"),
        ({"bearerToken": "token"}, "bearerToken is not modelled by the embedded world"),
    ],
)
def test_who_does_not_prove_who_it_is_stays_out(world: World, reach: Reach, changes: Any, why: str) -> None:
    with pytest.raises(ConnectError, match=why):
        reach(world.clusters[GREEN].endpoint.url, config(world, **changes))


def test_a_url_behind_which_there_is_no_cluster_does_not_answer(world: World, reach: Reach) -> None:
    with pytest.raises(ConnectError, match="no such host"):
        reach("https://nobody.example.com", config(world))
