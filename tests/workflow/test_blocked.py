"""A run that must not start ends before anything of it exists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.demo.scenarios import SCENARIOS
from tests.workflow.upgrades import RUN, Upgrade

if TYPE_CHECKING:
    from local.aws.front import Call

pytestmark = pytest.mark.scenario

LOOKS = ("Describe", "List", "Get", "BatchGet", "Query", "AssumeRole")
OURS = {"dynamodb", "s3", "sns"}
"""Where a run writes what it found: its table, its evidence, its topic."""


def created(calls: list[Call]) -> list[str]:
    """The calls that change anything but norikae's own records."""
    return [
        f"{call.service}:{call.operation}"
        for call in calls
        if call.service not in OURS and not call.operation.startswith(LOOKS)
    ]


def findings(upgrade: Upgrade) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = upgrade.evidence("findings.json")["findings"]
    return found


@pytest.mark.xdist_group("blocked")
def test_an_api_that_the_target_does_not_serve_refuses_the_run_and_nothing_is_created() -> None:
    with Upgrade(scenario=SCENARIOS["blocked"]) as upgrade:
        eks = upgrade.world.eks.clusters
        before = json.dumps([(one.tags, sorted(one.entries)) for one in eks.values()])
        calls, batches = len(upgrade.world.front.calls), len(upgrade.world.route53.history)
        run = upgrade.start({"version": "1.33"})
        assert upgrade.run_to_end(run) == "FAILED"
        assert run.error == "UpgradeRefused"
        blocking = {(one["check"], one["subject"]) for one in findings(upgrade) if one["severity"] == "blocker"}
        assert blocking == {
            ("removed-apis", "FlowSchema flowcontrol.apiserver.k8s.io/v1beta3"),
            ("insights", "Deprecated APIs removed in Kubernetes v1.32"),
        }
        assert "unknown" not in {one["severity"] for one in findings(upgrade)}
        assert upgrade.report()["outcome"] == "refused"
        assert list(eks) == [upgrade.blue] == ["demo-1-31-a"]
        assert json.dumps([(one.tags, sorted(one.entries)) for one in eks.values()]) == before
        assert created(upgrade.world.front.calls[calls:]) == []
        assert len(upgrade.world.route53.history) == batches
        assert upgrade.lease().holder == ""
        assert upgrade.told[-1].endswith(f"run {RUN}: refused")
