"""API versions that green would not serve block, over the whole jump, with who uses them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import yaml

from norikae.cluster.eks_port import Cluster, ClusterVersion
from norikae.cluster.versions import by_number
from norikae.environment import Hub
from norikae.preflight.checks import removed_apis
from norikae.preflight.removals import removals
from tests.unit.fakes.demo import application
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.preflight.stories import BLUE, BeforeARun

FLOW = "flowcontrol.apiserver.k8s.io"
POLICIES = "admissionregistration.k8s.io"


def written(kind: str, name: str, api_version: str, *, by: str = "kubectl", **more: Any) -> dict[str, Any]:
    """An object that somebody wrote in an API version; the API server shows it in the preferred one."""
    group = api_version.partition("/")[0]
    entry = {"manager": by, "operation": "Update", "apiVersion": api_version, **more}
    return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": name, "managedFields": [entry]}}


def annotated(obj: dict[str, Any], key: str, value: str) -> dict[str, Any]:
    obj["metadata"].setdefault("annotations", {})[key] = value
    return obj


@pytest.fixture
def story() -> BeforeARun:
    """A jump from 1.31 to 1.33."""
    story = BeforeARun(version="1.33")
    story.eks.clusters[BLUE] = Cluster(BLUE, "1.31", "ACTIVE")
    story.eks.versions = tuple(ClusterVersion(f"1.{minor}", "STANDARD_SUPPORT") for minor in range(31, 36))
    return story


def test_a_live_object_that_was_written_in_a_removed_version_blocks(story: BeforeARun) -> None:
    story.api.put(written("FlowSchema", "batch", f"{FLOW}/v1beta3", by="kubectl-create"))
    finding = story.only("removed-apis")
    assert (finding.severity, finding.subject) == ("blocker", f"FlowSchema {FLOW}/v1beta3")
    assert finding.text == (
        "it is removed in Kubernetes 1.32, so 1.33 does not serve it;"
        " it was written in this version: batch (kubectl-create)"
    )
    assert f"let its writer use apiVersion {FLOW}/v1;" in finding.remedy


def test_every_minor_of_the_jump_counts_and_none_before_it(story: BeforeARun) -> None:
    story.api.put(written("FlowSchema", "batch", f"{FLOW}/v1beta3"))
    story.api.put(written("FlowSchema", "older", f"{FLOW}/v1beta2"))  # gone since 1.29: blue could not serve it either
    story.api.put(written("ValidatingAdmissionPolicy", "images", f"{POLICIES}/v1beta1"))
    ground = story.ground()
    assert [(f.severity, f.subject) for f in story.found("removed-apis")] == [
        ("blocker", f"FlowSchema {FLOW}/v1beta3"),
        ("warning", f"ValidatingAdmissionPolicy {POLICIES}/v1beta1"),
    ]
    longer = removed_apis.check(replace(ground, version="1.35"))
    assert {finding.severity for finding in longer} == {"blocker"}


def test_what_the_target_still_serves_is_a_warning_with_the_version_that_does_not(story: BeforeARun) -> None:
    story.api.put(written("ValidatingAdmissionPolicy", "images", f"{POLICIES}/v1beta1"))
    finding = story.only("removed-apis")
    assert finding.severity == "warning"
    assert finding.text.startswith("it is removed in Kubernetes 1.34; 1.33 still serves it")


def test_an_announcement_never_blocks(story: BeforeARun) -> None:
    story.eks.versions += (ClusterVersion("1.38", "STANDARD_SUPPORT"),)
    story.version = "1.38"
    story.api.put(written("MutatingAdmissionPolicy", "sidecars", f"{POLICIES}/v1alpha1"))
    finding = story.only("removed-apis")
    assert finding.severity == "warning"
    assert finding.text.startswith("it was announced to be removed in Kubernetes 1.38")


def test_what_git_renders_in_a_removed_version_blocks(story: BeforeARun) -> None:
    rendered = {"group": FLOW, "version": "v1beta3", "kind": "FlowSchema", "name": "batch", "status": "Synced"}
    story.api.put(application("web", resources=[rendered]))
    story.api.put(written("FlowSchema", "batch", f"{FLOW}/v1beta3", by="argocd-controller"))
    finding = story.only("removed-apis")
    assert finding.severity == "blocker"
    assert finding.text.endswith("Git renders it: batch (application web)")
    assert finding.remedy == f"change it to apiVersion {FLOW}/v1 in Git and sync blue"


def test_in_a_central_argo_cd_only_the_applications_of_blue_count(story: BeforeARun) -> None:
    rendered = {"group": FLOW, "version": "v1beta3", "kind": "FlowSchema", "name": "batch", "status": "Synced"}
    hub = Hub(cluster="hub", role="arn:aws:iam::123456789012:role/argocd", token_secret="token")
    argocd = msgspec.structs.replace(story.environment.argocd, mode="hub", hub=hub, root="root-{cluster}")
    story.environment = msgspec.structs.replace(story.environment, argocd=argocd)
    central = FakeKubernetes(
        application(f"root-{BLUE}", children=("web",)),
        application("web"),
        application("of-others", resources=[rendered]),
    )
    assert list(removed_apis.check(replace(story.ground(), home_api=central))) == []
    central.put(application("web", resources=[rendered]))
    (finding,) = removed_apis.check(replace(story.ground(), home_api=central))
    assert finding.text.endswith("Git renders it: batch (application web)")


def test_an_old_annotation_alone_is_a_warning_that_says_so(story: BeforeARun) -> None:
    applied = json.dumps({"apiVersion": f"{FLOW}/v1beta3", "kind": "FlowSchema"})
    story.api.put(annotated(written("FlowSchema", "batch", f"{FLOW}/v1"), removed_apis.LAST_APPLIED, applied))
    finding = story.only("removed-apis")
    assert finding.severity == "warning"
    assert "only the last-applied annotation says so, which may be old: batch" in finding.text


@pytest.mark.parametrize("text", ["{", "[]", '"text"', "null"])
def test_an_annotation_that_is_no_object_says_nothing(story: BeforeARun, text: str) -> None:
    story.api.put(annotated(written("FlowSchema", "batch", f"{FLOW}/v1"), removed_apis.LAST_APPLIED, text))
    assert story.found("removed-apis") == []


def test_what_the_api_server_keeps_itself_is_not_the_teams(story: BeforeARun) -> None:
    kept = written("FlowSchema", "system-nodes", f"{FLOW}/v1beta3", by="api-priority-and-fairness-config-producer-v1")
    story.api.put(annotated(kept, removed_apis.UPDATED_BY_SERVER, "true"))
    story.api.put(written("FlowSchema", "batch", f"{FLOW}/v1beta3", by="kube-apiserver", subresource="status"))
    assert story.found("removed-apis") == []


def test_many_users_are_counted_after_the_first_five(story: BeforeARun) -> None:
    for number in range(7):
        story.api.put(written("FlowSchema", f"batch-{number}", f"{FLOW}/v1beta3"))
    assert story.only("removed-apis").text.endswith("batch-4 (kubectl) and 2 more")


def test_a_kind_without_a_replacement_has_to_go(story: BeforeARun) -> None:
    story.api.put(written("LeaseCandidate", "leader", "coordination.k8s.io/v1alpha1"))
    assert story.only("removed-apis").remedy == "it has no replacement; remove it"


def test_a_kind_that_may_not_be_listed_is_unknown_and_blocks(story: BeforeARun) -> None:
    story.api.refusal = 'flowschemas is forbidden: User "norikae" cannot list'
    assert ("unknown", "removed-apis") in {(f.severity, f.subject) for f in story.everything()}


def test_the_table_is_whole_and_in_order() -> None:
    table = removals()
    assert len({(one.api_version, one.kind) for one in table}) == len(table)
    assert [by_number(one.removed_in) for one in table] == sorted(by_number(one.removed_in) for one in table)
    assert all("/" in one.replacement for one in table if one.replacement)
    assert {one.planned for one in table if by_number(one.removed_in) >= (1, 38)} == {True}


def test_the_read_group_may_list_every_kind_of_the_table() -> None:
    with open("lambdas/manifests/rbac.yaml", encoding="utf-8") as file:  # noqa: PTH123 - the working directory is the root
        manifest = list(yaml.safe_load_all(file))
    (role,) = [obj for obj in manifest if obj["kind"] == "ClusterRole" and obj["metadata"]["name"] == "norikae-read"]
    listed = {
        f"{resource}.{group}" for rule in role["rules"] for group in rule["apiGroups"] for resource in rule["resources"]
    }
    assert {one.resource for one in removals() if one.resource} <= listed
    assert "secrets." not in listed
