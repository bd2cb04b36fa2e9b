"""A CronJob of an application that moves runs each of its times in exactly one cluster, on the way there and back."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.workflow.upgrades import Upgrade

if TYPE_CHECKING:
    from local.world import World

pytestmark = pytest.mark.scenario

APP, GREEN = "files-preview", "demo-1-35-a"
SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"
LOOK_SECONDS = 5.0
PERIOD = 600


class Ticks:
    """In which clusters each time of the schedule has run."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen: dict[str, set[str]] = defaultdict(set)
        world.kernel.every(LOOK_SECONDS, self.look)

    def look(self) -> None:
        for name, cluster in self.world.clusters.items():
            for job in cluster.api.list("jobs.batch"):
                scheduled = (job["metadata"].get("annotations") or {}).get(SCHEDULED)
                if scheduled:
                    self.seen[scheduled].add(name)

    def clusters(self) -> list[set[str]]:
        """Where the times have run, in their order."""
        return [self.seen[scheduled] for scheduled in sorted(self.seen)]

    def missing(self) -> list[float]:
        """The gaps between two times that are not the period of the schedule."""
        instants = [datetime.fromisoformat(scheduled).timestamp() for scheduled in sorted(self.seen)]
        gaps = [later - earlier for earlier, later in itertools.pairwise(instants)]
        return [gap for gap in gaps if gap != PERIOD]


@pytest.mark.long
@pytest.mark.xdist_group("singletons")
def test_every_time_runs_in_exactly_one_cluster_of_an_upgrade() -> None:
    with Upgrade("chat-api", APP) as upgrade:
        ticks = Ticks(upgrade.world)
        assert upgrade.run_to_end(upgrade.start()) == "SUCCEEDED"
        assert ticks.missing() == []
        assert all(len(where) == 1 for where in ticks.clusters())
        assert ticks.clusters()[0] == {upgrade.blue}
        assert ticks.clusters()[-1] == {GREEN}
        said = [event["what"] for event in upgrade.report()["events"]]
        assert said.count("handed-off") == 1


@pytest.mark.long
@pytest.mark.xdist_group("singletons-back")
def test_every_time_runs_in_exactly_one_cluster_of_an_abort_in_the_soak() -> None:
    with Upgrade("chat-api", APP, crash_probability=0.05) as upgrade:
        ticks = Ticks(upgrade.world)
        run = upgrade.start()
        assert upgrade.run_until(run, "Wait for the soak")
        upgrade.run(2 * PERIOD)
        upgrade.command(command="abort", by="mio")
        assert upgrade.run_to_end(run) == "FAILED"
        upgrade.run(2 * PERIOD)
        assert ticks.missing() == []
        where = ticks.clusters()
        assert all(len(clusters) == 1 for clusters in where)
        assert (where[0], where[-1]) == ({upgrade.blue}, {upgrade.blue})
        assert {GREEN} in where
        assert upgrade.weights(APP) == {upgrade.blue: 100}
