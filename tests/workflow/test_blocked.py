"""A run that must not start ends before anything of it exists."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local.demo.brownfield import set_identifier
from local.demo.scenarios import SCENARIOS, Scenario
from tests.workflow.upgrades import RUN, Upgrade

if TYPE_CHECKING:
    from local.aws.front import Call

pytestmark = pytest.mark.scenario

LOOKS = ("Describe", "List", "Get", "BatchGet", "Query", "AssumeRole")
OURS = {"dynamodb", "s3", "sns", "sqs"}
"""Where norikae writes what it found: its table, its evidence, its topic, its queues."""


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


@pytest.mark.xdist_group("blocked")
def test_names_that_external_dns_owns_are_not_taken_by_a_controller_that_is_to_own_them() -> None:
    """``dns.owner: controller`` in a world that has always had weighted records of external-dns."""
    with Upgrade("files-upload", scenario=Scenario("story", "", "refused", dns="brownfield")) as upgrade:
        host, batches = "files-upload.demo.example.com", len(upgrade.world.route53.history)
        run = upgrade.start()
        assert upgrade.run_to_end(run) == "FAILED"
        assert run.error == "UpgradeRefused"
        blocking = [one for one in findings(upgrade) if one["severity"] == "blocker"]
        assert {(one["check"], one["subject"]) for one in blocking} == {("dns-ownership", host), ("external-dns", host)}
        (owned,) = (one for one in blocking if "it has an owner" in one["text"])
        assert f"TXT a-{host} (heritage external-dns, owner {upgrade.blue})" in owned["text"]
        assert f"TXT a-{host} {set_identifier(upgrade.blue)}, aaaa-{host}" in owned["remedy"]
        (wanted,) = (one for one in blocking if "wants a weighted record" in one["text"])
        assert repr(set_identifier(upgrade.blue)) in wanted["text"]
        assert upgrade.world.route53.weights_of(host) == {set_identifier(upgrade.blue): 100}
        assert len(upgrade.world.route53.history) == batches
        assert upgrade.lease().holder == ""
