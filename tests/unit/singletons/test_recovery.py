"""An upgrade that dies after a hand-off leaves nothing that runs twice, and a later attempt takes it from there."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.environment import OnStop
from norikae.errors import TransientError
from norikae.preflight.checks import applications_ready
from norikae.preflight.ground import Ground
from norikae.singletons.hand_off import hand_off_singletons
from norikae.singletons.ledger import suspended_on_blue
from norikae.upgrade.recovery import recover
from tests.unit.fakes.demo import NOW, application
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.singletons import NIGHTLY, HandOff, cron_job
from tests.unit.fakes.story import APP, BLUE, PARENT, WRITER

WEEKLY = msgspec.structs.replace(NIGHTLY, name="weekly", application="")
STOPPED = {"detail": {"executionArn": PARENT, "status": "ABORTED"}}


def handed_off(policy: str) -> HandOff:
    story = HandOff(NIGHTLY, WEEKLY)
    on_stop = OnStop(upgrade="roll-back" if policy == "roll-back" else "hold")
    story.ports.environment = msgspec.structs.replace(story.ports.environment, on_stop=on_stop)
    for name in ("nightly", "weekly"):
        story.blue.put(cron_job(name))
        story.green.put(cron_job(name, suspend=True))
    story.moved()
    for application_name in (APP, APP, "", ""):
        hand_off_singletons(story.ports, WRITER, application_name)
    assert [story.running(one) for one in (NIGHTLY, WEEKLY)] == [["green"], ["green"]]
    return story


def test_a_stopped_upgrade_that_rolls_back_brings_everything_back_in_three_looks() -> None:
    """Lambda invokes it three times: once, and twice again."""
    story = handed_off("roll-back")
    for _ in range(2):
        with pytest.raises(TransientError, match="not in force yet"):
            recover(story.ports, STOPPED)
    assert recover(story.ports, STOPPED)["outcome"] == "rolled-back"
    assert [story.running(one) for one in (NIGHTLY, WEEKLY)] == [["blue"], ["blue"]]
    assert story.weights() == {BLUE: 100}


def test_what_does_not_come_back_is_told_and_the_environment_is_free() -> None:
    story = handed_off("roll-back")
    del story.blue.objects["cronjobs.batch", "shop", "weekly"]
    for _ in range(2):
        with pytest.raises(TransientError):
            recover(story.ports, STOPPED)
    assert recover(story.ports, STOPPED)["outcome"] == "held"
    assert story.ports.topic.told[-1][1]["applications"]["singletons"].startswith("held: CronJob shop/weekly is not on")
    assert story.ports.table.lease("").holder == ""


def test_a_stopped_upgrade_that_holds_leaves_them_on_green() -> None:
    story = handed_off("hold")
    assert recover(story.ports, STOPPED)["outcome"] == "held"
    assert story.running() == ["green"]


def test_the_preflight_of_the_next_attempt_knows_what_was_suspended() -> None:
    story = handed_off("hold")
    app = application("shop")
    app["status"]["health"]["status"] = "Suspended"
    app["status"]["resources"] = [
        {"group": "batch", "kind": "CronJob", "namespace": "shop", "name": name, "status": "Synced"}
        for name in ("nightly", "weekly")
    ]
    blue = FakeKubernetes(application("root", children=("shop",)), app)
    nothing: Any = None
    ground = Ground(
        environment=story.ports.environment,
        blue_name=BLUE,
        version="1.35",
        eks=story.ports.eks,
        kubernetes=blue,
        names=story.ports.dns,
        locks=story.ports.locks,
        insights=nothing,
        subnets=nothing,
        trust=nothing,
        balancers=nothing,
        now=NOW,
        suspended=suspended_on_blue(story.ports, story.plan),
    )
    assert list(applications_ready.check(ground)) == []
