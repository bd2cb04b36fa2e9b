"""A team chooses gates of its own: they let its application go on, until its own alarm sends it back."""

from __future__ import annotations

import pytest

from local.team import Team
from norikae.upgrade.state import AppItem
from tests.workflow.upgrades import RUN, Upgrade

pytestmark = pytest.mark.scenario

INGRESS = "apps/chat-api/templates/ingress.yaml"
PROBE = "norikae.dev/probe: /healthz"
GATES = "target-health,latency,served-share,cloudwatch-alarm,argocd-health,http-probe"
ALARM = "chat-api-failures"


@pytest.mark.long
@pytest.mark.xdist_group("gates")
def test_an_alarm_of_the_team_sends_its_application_back_after_its_other_gates_have_passed() -> None:
    with Upgrade("chat-api") as upgrade:
        team = Team("team-chat", upgrade.world.git.at(upgrade.world.environment.argocd.repository))
        blue = upgrade.world.clusters[upgrade.blue].api
        chosen = f"{PROBE}\n    norikae.dev/gates: {GATES}"
        team.hotfix(INGRESS, lambda text: text.replace(PROBE, chosen), "chat-api", [blue])
        upgrade.run(60)
        upgrade.world.client("cloudwatch").put_metric_alarm(
            AlarmName=ALARM,
            Namespace="Chat",
            MetricName="Failed",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=3.0,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )
        run = upgrade.start()
        assert upgrade.run_until(run, "Shift applications")
        upgrade.run(30)
        (shift,) = upgrade.children()
        while upgrade.weights("chat-api")[upgrade.blue] > 75:
            assert upgrade.run_until(shift, "Set weights"), "every gate has passed so far"
            upgrade.run(5)
        now = upgrade.world.kernel.now()
        for minute in range(3):
            upgrade.world.cloudwatch.put("Chat", "Failed", {}, now + 60 * minute, 9.0)
        assert upgrade.run_until(shift, "Roll back application")
        upgrade.run_to_end(shift)
        item = upgrade.table().read(RUN, "APP#chat-api", AppItem)
        assert item is not None
        assert (item.outcome, item.critical) == ("rolled-back", False)
        assert f"cloudwatch-alarm: {ALARM} ALARM" in item.reason
        assert upgrade.weights("chat-api")[upgrade.blue] == 100
