"""Clients that stick to blue: connections are waited for, WebSockets are ended, and blue goes only after the last."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.demo.scenarios import SCENARIOS
from local.edge.habits import Habits
from local.edge.lasting import Place
from norikae.traffic.keep_alive import ATTRIBUTE, read_lowered
from norikae.traffic.restarts import RESTARTED_AT
from norikae.upgrade.no_return import is_passed
from tests.workflow.upgrades import RUN, Upgrade

pytestmark = pytest.mark.scenario

APP = "files-upload"
STICKY = replace(SCENARIOS["sticky-clients"], restarts=APP, habits=Habits(connections=30, websockets=3))


def keep_alive(upgrade: Upgrade, cluster: str) -> str:
    """For how long clients may keep a connection to a cluster's load balancer, as ELB has it."""
    balancers = upgrade.world.elb.load_balancers.values()
    (found,) = [one for one in balancers if one.tags["elbv2.k8s.aws/cluster"] == cluster]
    return found.attributes[ATTRIBUTE]


def restarted_at(upgrade: Upgrade, cluster: str) -> str:
    template = upgrade.world.clusters[cluster].api.get("deployments.apps", APP, "files")["spec"]["template"]
    return str(template["metadata"].get("annotations", {}).get(RESTARTED_AT, ""))


@pytest.mark.long
@pytest.mark.xdist_group("sticky-clients")
def test_blue_goes_only_after_the_last_connection_and_websocket_has_gone() -> None:
    with Upgrade(APP, scenario=STICKY) as upgrade:
        users = upgrade.stage.clients.lasting[APP]
        run = upgrade.start()
        assert upgrade.run_until(run, "Sync applications")
        assert keep_alive(upgrade, upgrade.blue) == "300"
        assert upgrade.run_until(run, "Shift applications")
        lowered = upgrade.world.kernel.now()
        assert upgrade.run_until(run, "Soak")
        assert lowered - 3600 > run_began(upgrade), "one old period has passed before the first weight"
        assert upgrade.world.kernel.now() - users.last_at[Place("websocket", upgrade.blue)] < 60, (
            "DNS moves no WebSocket"
        )
        assert upgrade.run_until(run, "Request decommission approval"), upgrade.command(command="status")
        assert restarted_at(upgrade, upgrade.blue)
        assert restarted_at(upgrade, "demo-1-35-a") == ""
        assert users.reconnects == 3
        assert upgrade.run_to_end(run) == "SUCCEEDED"
        report = upgrade.report()
        (point,) = [event["at"] for event in report["events"] if event["what"] == "point-of-no-return"]
        assert point - max(at for place, at in users.last_at.items() if place.cluster == upgrade.blue) >= 600
        (shown,) = report["keep_alive"]
        assert (shown["was"], shown["to"], shown["restored"] is None) == (3600, 300, False)


def run_began(upgrade: Upgrade) -> float:
    return float(upgrade.world.kernel.now() - upgrade.world.kernel.seconds())


@pytest.mark.long
@pytest.mark.xdist_group("sticky-clients")
def test_an_abort_gives_blue_its_keep_alive_back() -> None:
    with Upgrade(APP, scenario=STICKY) as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Sync applications")
        assert keep_alive(upgrade, upgrade.blue) == "300"
        upgrade.command(command="abort")
        assert upgrade.run_to_end(run) == "FAILED"
        assert keep_alive(upgrade, upgrade.blue) == "3600"
        assert not read_lowered_stands(upgrade)
        assert not is_passed(upgrade.table(), RUN)


@pytest.mark.long
@pytest.mark.thorough
@pytest.mark.xdist_group("sticky-clients")
def test_a_stop_from_the_console_gives_blue_its_keep_alive_back() -> None:
    with Upgrade(APP, scenario=STICKY) as upgrade:
        run = upgrade.start()
        assert upgrade.run_until(run, "Sync applications")
        upgrade.stop(run)
        upgrade.run(240)
        assert keep_alive(upgrade, upgrade.blue) == "3600"


def read_lowered_stands(upgrade: Upgrade) -> bool:
    class Ports:
        table = upgrade.table()

    return any(one.stands for one in read_lowered(Ports(), RUN).values())  # type: ignore[arg-type]
