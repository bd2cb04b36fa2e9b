"""Operators in a whole world: Pod Identity gives them their role, IAM judges them, and the front counts their calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.cluster.charts import render_chart
from local.cluster.git import GitRepositories, Repository
from local.pod_roles import READERS, associate_pods, give_pods_their_roles
from local.world import World
from stacks.environment_file import load
from tests.local.cluster.building import GITOPS
from tests.local.secrets.safe import external_secret, store

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME, ROLE = "demo-1-33", "demo-secret-operators"


@pytest.fixture
def world() -> Iterator[World]:
    """A cluster with External Secrets and the roles of the demo."""
    with World(load(Path("environments/demo.yaml")), GitRepositories({})) as world:
        agent = "eks-pod-identity-agent"
        subnets = list(world.environment.network.subnets)
        world.eks.adopt(NAME, "1.33", role_arn="arn:aws:iam::123456789012:role/blue", subnets=subnets, addons=[agent])
        world.clusters[NAME].controllers.add_node("node-0", labels={"role": "system"})
        associate_pods(world, NAME)
        give_pods_their_roles(world, NAME)
        repository, api = Repository.load(GITOPS), world.clusters[NAME].api
        files = repository.files(repository.resolve("main"), "platform/external-secrets")
        for namespace in ("external-secrets", "shop"):
            api.create("namespaces", {"metadata": {"name": namespace}})
        for one in render_chart(files, [("cluster", NAME)], release="external-secrets", namespace="external-secrets"):
            if api.catalog.of_kind(one["apiVersion"], one["kind"])[0].namespaced:
                one["metadata"]["namespace"] = "external-secrets"
            api.apply(one, manager="argocd")
        world.client("secretsmanager").create_secret(Name="prod/db", SecretString=json.dumps({"password": "one"}))
        api.apply(store(), manager="people")
        api.apply(external_secret(refreshInterval="10m"), manager="people")
        world.kernel.run(120)
        yield world


def reads(world: World) -> list[tuple[str, str | None]]:
    """Who has read a value, and what was answered."""
    calls = [one for one in world.front.calls if one.operation == "GetSecretValue"]
    return [(one.principal.name, one.error_code) for one in calls]


def data(world: World) -> dict[str, str]:
    found: dict[str, str] = world.clusters[NAME].api.get("secrets", "db", "shop")["data"]
    return found


def test_it_reads_with_its_own_role_and_every_poll_is_a_call(world: World) -> None:
    assert "external-secrets" in READERS
    assert data(world) == {"password": "b25l"}
    assert reads(world) == [(ROLE, None)]
    world.client("secretsmanager").put_secret_value(SecretId="prod/db", SecretString=json.dumps({"password": "two"}))
    world.kernel.run(1200)
    assert data(world) == {"password": "dHdv"}
    assert reads(world) == [(ROLE, None)] * 3


def test_without_the_right_it_is_refused_and_says_so(world: World) -> None:
    world.client("iam").delete_role_policy(RoleName=ROLE, PolicyName="read-secrets")
    world.kernel.run(700)
    assert set(reads(world)[1:]) == {(ROLE, "AccessDeniedException")}
    (condition,) = world.clusters[NAME].api.get("externalsecrets.external-secrets.io", "db", "shop")["status"][
        "conditions"
    ]
    assert condition["reason"] == "SecretSyncedError"
    assert data(world) == {"password": "b25l"}


def test_a_call_takes_nobody_elses_time(world: World) -> None:
    before = world.kernel.seconds()
    world.kernel.run(600)
    assert world.kernel.seconds() == before + 600
