"""Teams are not frozen: a hotfix that lands during a shift is synced by its team, and the step bakes once more."""

from __future__ import annotations

import pytest

from local.team import Team
from tests.workflow.upgrades import Upgrade

pytestmark = pytest.mark.scenario

CONFIG = "apps/chat-api/templates/config.yaml"


@pytest.mark.long
@pytest.mark.xdist_group("hotfix")
def test_a_hotfix_during_a_bake_makes_the_step_bake_once_more_and_the_run_ends_well() -> None:
    with Upgrade("chat-api") as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Shift applications")
        upgrade.run(30)
        (shift,) = upgrade.children()
        assert upgrade.run_until(shift, "Judge gates")
        clusters = [one.api for one in upgrade.world.clusters.values()]
        team = Team("team-chat", upgrade.world.git.at(upgrade.world.environment.argocd.repository))
        commit = team.hotfix(CONFIG, lambda text: f'{text.rstrip()}\n  RETRIES: "5"\n', "chat-api", clusters)
        assert upgrade.run_to_end(run) == "SUCCEEDED"
        anew = [event for event in upgrade.report()["events"] if event["what"] == "baked-again"]
        assert [commit in event["detail"]["synced"] for event in anew] == [True]
        (green,) = upgrade.world.clusters.values()
        app = green.api.get("applications.argoproj.io", "chat-api", "argocd")
        assert (app["spec"]["source"]["targetRevision"], app["status"]["sync"]["status"]) == ("main", "Synced")
        assert green.api.get("configmaps", "chat-api", "chat")["data"]["RETRIES"] == "5"
