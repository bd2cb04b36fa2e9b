"""A whole upgrade whose Argo CD lives in a cluster of its own, which learns of green and forgets blue."""

from __future__ import annotations

import pytest

from local.demo.scenarios import Scenario
from norikae.cluster.adopt import HUB_GROUPS
from tests.workflow.upgrades import Upgrade

pytestmark = pytest.mark.scenario

HUB, BLUE, GREEN = "tools", "hub-1-33", "hub-1-35-a"
PLATFORM = ("aws-load-balancer-controller", "external-dns", "external-secrets", "aws-secret-operator")


def known_to_the_hub(upgrade: Upgrade) -> tuple[set[str], set[str]]:
    """The hub's Applications, and the clusters that it has Secrets for."""
    api = upgrade.world.clusters[HUB].api
    apps = {app["metadata"]["name"] for app in api.list("applications.argoproj.io", "argocd")}
    secrets = api.list("secrets", "argocd")
    labelled = [one for one in secrets if one["metadata"].get("labels", {}).get("argocd.argoproj.io/secret-type")]
    return apps, {one["metadata"]["name"] for one in labelled}


def of(cluster: str) -> set[str]:
    return {f"root-{cluster}", *(f"{cluster}-{name}" for name in (*PLATFORM, "files-upload"))}


@pytest.mark.long
@pytest.mark.xdist_group("hub")
def test_a_run_with_a_central_argo_cd_moves_everything_and_the_hub_forgets_blue() -> None:
    with Upgrade("files-upload", scenario=Scenario("hub", "", "succeeded", environment="hub")) as upgrade:
        assert known_to_the_hub(upgrade) == (of(BLUE), {f"cluster-{BLUE}"})
        run = upgrade.start()
        assert upgrade.run_to_end(run) == "SUCCEEDED", run.cause
        assert upgrade.report()["outcome"] == "succeeded"
        assert upgrade.world.cluster_states() == {HUB: "ACTIVE", GREEN: "ACTIVE"}
        assert upgrade.weights("files-upload") == {GREEN: 100}
        assert known_to_the_hub(upgrade)[0] == of(GREEN)
        # The Secret by which the hub knows an adopted cluster is its owner's; green's came with the run.
        assert known_to_the_hub(upgrade)[1] == {f"cluster-{BLUE}", f"norikae-{GREEN}"}
        assert green_has_neither_argo_cd_nor_the_rights_of_a_hub(upgrade)
        entries = upgrade.world.eks.clusters[HUB].entries
        assert [role for role, entry in entries.items() if entry.policies] == []
        assert {group for entry in entries.values() for group in entry.groups} == set(HUB_GROUPS)


def green_has_neither_argo_cd_nor_the_rights_of_a_hub(upgrade: Upgrade) -> bool:
    hub, green = (upgrade.world.clusters[name].api for name in (HUB, GREEN))
    roles = [{one["metadata"]["name"] for one in api.list("roles.rbac.authorization.k8s.io")} for api in (hub, green)]
    groups = {group for entry in upgrade.world.eks.clusters[GREEN].entries.values() for group in entry.groups}
    return (
        green.list("pods", "argocd") == []
        and ["norikae-hub" in named for named in roles] == [True, False]
        and "norikae:hub" not in groups
    )
