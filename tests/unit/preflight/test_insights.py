"""What EKS itself says counts when it is news and concerns a move to another cluster."""

from __future__ import annotations

import pytest

from tests.unit.fakes.demo import NOW
from tests.unit.fakes.grounds import HOUR, FakeInsights, insight
from tests.unit.preflight.stories import BLUE, BeforeARun

APIS = "Deprecated APIs removed in Kubernetes v1.34"
HEALTH = "Cluster health issues"


@pytest.fixture
def story() -> BeforeARun:
    return BeforeARun()


def test_insights_that_pass_are_silent(story: BeforeARun) -> None:
    assert story.everything() == ()


@pytest.mark.parametrize("status", ["ERROR", "WARNING"])
def test_deprecated_apis_within_the_jump_block_also_where_aws_only_warns(story: BeforeARun, status: str) -> None:
    uses = ("/apis/flowcontrol.apiserver.k8s.io/v1beta3/flowschemas by kubectl/v1.29 (12 requests in 30 days)",)
    story.insights.found.append(insight(APIS, status, uses=uses, remedy="Update the manifests."))
    finding = story.only("insights")
    assert (finding.severity, finding.subject, finding.remedy) == ("blocker", APIS, "Update the manifests.")
    assert finding.text == f"EKS says {status}: {APIS} is {status}: {uses[0]}"


def test_deprecated_apis_behind_the_target_are_a_note(story: BeforeARun) -> None:
    story.insights.found.append(insight("Deprecated APIs removed in Kubernetes v1.37", "WARNING", version="1.37"))
    assert story.only("insights").severity == "note"


def test_an_unhealthy_cluster_blocks(story: BeforeARun) -> None:
    story.insights.found = [insight(APIS), insight(HEALTH, "ERROR", reason="2 issues", version="")]
    finding = story.only("insights")
    assert (finding.severity, finding.text) == ("blocker", "EKS says ERROR: 2 issues")
    assert "what EKS recommends" in finding.remedy


@pytest.mark.parametrize(
    "name", ["Kubelet version skew", "kube-proxy version skew", "EKS add-on version compatibility"]
)
def test_what_is_about_upgrades_in_place_is_a_note(story: BeforeARun, name: str) -> None:
    story.insights.found.append(insight(name, "ERROR", refreshed_at=None))
    assert story.only("insights").severity == "note"


def test_a_misconfiguration_is_a_warning(story: BeforeARun) -> None:
    found = insight("Hybrid node misconfiguration", "ERROR", category="MISCONFIGURATION", remedy="Correct it.")
    story.insights.found.append(found)
    finding = story.only("insights")
    assert (finding.severity, finding.remedy) == ("warning", "Correct it.")


def test_the_readiness_for_a_rollback_in_place_says_nothing_about_green(story: BeforeARun) -> None:
    story.insights.found.append(insight("Rollback readiness", "ERROR", category="ROLLBACK_READINESS"))
    assert story.everything() == ()


def test_what_eks_does_not_know_is_unknown_and_blocks_with_the_call_that_asks_again(story: BeforeARun) -> None:
    story.insights.found = [insight(APIS, "UNKNOWN", reason="no audit log"), insight(HEALTH)]
    finding = story.only("insights")
    assert (finding.severity, finding.text) == ("unknown", "EKS does not know: no audit log")
    assert finding.remedy.startswith(f"aws eks start-insights-refresh --region ap-northeast-1 --cluster-name {BLUE},")


def test_an_old_answer_is_unknown_whatever_it_says(story: BeforeARun) -> None:
    story.insights.found = [insight(APIS, refreshed_at=NOW - 37 * HOUR), insight(HEALTH, refreshed_at=NOW - 35 * HOUR)]
    finding = story.only("insights")
    assert finding.severity == "unknown"
    assert finding.text == "EKS looked 37 h ago; answers count for 36 h (preflight.insights_age)"


def test_an_insight_that_was_never_looked_at_is_unknown(story: BeforeARun) -> None:
    story.insights.found = [insight(APIS, refreshed_at=None), insight(HEALTH)]
    assert story.only("insights").text == "EKS has never looked at it"


def test_a_cluster_without_insights_is_unknown(story: BeforeARun) -> None:
    story.insights = FakeInsights(insight("Something else", category="MISCONFIGURATION"))
    finding = story.only("insights")
    assert (finding.severity, finding.text) == ("unknown", f"EKS has no upgrade insights about {BLUE}")
