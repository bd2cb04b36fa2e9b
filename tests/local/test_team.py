"""A team commits and syncs by hand, in one cluster or in two."""

import pytest

from local.kernel import Kernel
from local.team import Team
from tests.local.cluster.building import Argo, config_map, web


@pytest.fixture
def kernel() -> Kernel:
    return Kernel(seed=7)


@pytest.fixture
def argo(kernel: Kernel) -> Argo:
    argo = Argo(kernel, {"shop/web.yaml": web(), "shop/settings.yaml": config_map("settings", colour="blue")})
    argo.application()
    argo.sync()
    argo.run_until_phase("Succeeded")
    kernel.run(30)
    return argo


def test_a_hotfix_is_a_commit_that_is_synced_by_hand(argo: Argo, kernel: Kernel) -> None:
    team = Team("team-shop", argo.repository)
    commit = team.hotfix("shop/settings.yaml", lambda text: text.replace("blue", "green"), "shop", [argo.api])
    kernel.run(5)
    argo.run_until_phase("Succeeded")
    assert argo.state()["syncResult"]["revision"] == commit == argo.repository.resolve("main")
    assert argo.state()["operation"]["initiatedBy"] == {"username": "team-shop"}
    assert argo.api.get("configmaps", "settings", "default")["data"] == {"colour": "green"}


def test_a_commit_alone_changes_no_cluster_until_somebody_looks(argo: Argo, kernel: Kernel) -> None:
    team = Team("team-shop", argo.repository)
    team.commit({"shop/settings.yaml": None})
    kernel.run(60)
    assert argo.summary()[0] == "Synced"
    team.refresh(argo.api, ["shop"])
    kernel.run(5)
    assert argo.summary()[0] == "OutOfSync"
