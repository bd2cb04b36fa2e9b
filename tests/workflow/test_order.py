"""A canary moves first and alone; when it goes back nothing else begins, and a person decides."""

from __future__ import annotations

import pytest

from local.demo.scenarios import Scenario
from tests.workflow.test_moving import item
from tests.workflow.upgrades import Upgrade

pytestmark = pytest.mark.scenario

CANARY, OTHER, GREEN = "notify-push", "files-upload", "demo-1-35-a"


@pytest.mark.long
@pytest.mark.xdist_group("order")
def test_nothing_follows_a_canary_that_goes_back() -> None:
    scenario = Scenario("story", "", "partial", bad=CANARY, canary=CANARY)
    with Upgrade(CANARY, OTHER, scenario=scenario, loses=True) as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Hold partial run")
        upgrade.run(5)
        assert item(upgrade, CANARY).outcome == "rolled-back"
        assert item(upgrade, OTHER).outcome == "held"
        assert upgrade.weights(OTHER) == {upgrade.blue: 100}
        assert not item(upgrade, OTHER).steps, "it has never had a weight on green"
        assert item(upgrade, OTHER).reason.startswith(
            f"{CANARY} moves first (shift.canary) and is rolled-back: http-5xx"
        )
        upgrade.command(command="shift", application=OTHER, by="mio")
        upgrade.run(30)
        upgrade.run_to_end(upgrade.children()[-1])
        assert upgrade.weights(OTHER) == {upgrade.blue: 0, GREEN: 100}, "unless somebody means it"
        upgrade.command(command="abort", by="mio")
        upgrade.run_to_end(run)
        assert upgrade.weights(OTHER) == {upgrade.blue: 100}
        assert upgrade.report()["order"] == [[CANARY], [OTHER]]
