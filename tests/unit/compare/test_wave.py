"""Green's targets against what lives on blue: what nobody expects, what the environment expects, what green refuses."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.environment import ExpectedDifference
from norikae.errors import NotFoundError, RefusedError, ThrottledError, UnreachableError
from tests.unit.fakes.story import BLUE, GREEN
from tests.unit.fakes.waves import Wave, config_map

Json = dict[str, Any]
SECRET: Json = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys", "namespace": "shop"}}
CRD: Json = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {"group": "example.com", "names": {"kind": "Widget"}},
}
WIDGET: Json = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "shop"}}


def test_a_wave_that_is_as_on_blue_has_no_differences() -> None:
    wave = Wave()
    wave.renders(config_map(LOG_LEVEL="info"))
    wave.lives(config_map(LOG_LEVEL="info"))
    assert wave.differences() == []


def test_a_value_that_somebody_changed_on_blue_by_hand_is_unexpected() -> None:
    wave = Wave()
    wave.renders(config_map(LOG_LEVEL="info"))
    wave.lives(config_map(LOG_LEVEL="debug"))
    assert wave.unexpected() == [("changed", "ConfigMap", "shop/billing", "data.LOG_LEVEL")]


def test_an_object_that_blue_does_not_have_is_unexpected() -> None:
    wave = Wave()
    wave.renders(config_map("new"))
    assert wave.unexpected() == [("only on green", "ConfigMap", "shop/new", "")]


def test_values_and_names_with_the_name_of_the_cluster_are_expected() -> None:
    wave = Wave()
    wave.renders(config_map(f"of-{GREEN}", OWNER=GREEN))
    wave.lives(config_map(f"of-{BLUE}", OWNER=BLUE))
    assert wave.unexpected() == []
    assert {one.path for one in wave.differences()} == {"data.OWNER", "metadata.name"}


def test_an_object_of_blue_that_green_lacks_is_a_deletion_beyond_the_budget() -> None:
    wave = Wave()
    wave.lives(config_map("old"))
    assert wave.unexpected() == [("only on blue", "ConfigMap", "shop/old", "")]


def test_deletions_are_expected_while_they_are_within_the_budget_and_not_one_of_them_beyond() -> None:
    wave = Wave()
    wave.lives(config_map("old"), config_map("older"))
    wave.has(deletions=2)
    assert wave.unexpected() == []
    wave.has(deletions=1)
    assert len(wave.unexpected()) == 2


def test_a_deletion_that_a_rule_names_does_not_use_the_budget() -> None:
    wave = Wave()
    wave.lives(config_map("old"), config_map("older"))
    wave.has(ExpectedDifference(why="moved elsewhere", kind="ConfigMap", name="shop/older"), deletions=1)
    assert wave.unexpected() == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"kind": "ConfigMap", "path": "data.LOG_*"}, True),
        ({"name": "shop/*"}, True),
        ({"path": "data.*"}, True),
        ({"kind": "Deployment"}, False),
        ({"name": "billing"}, False),
        ({"path": "data"}, False),
    ],
)
def test_a_rule_of_the_environment_expects_what_its_patterns_match(rule: dict[str, str], expected: bool) -> None:  # noqa: FBT001 - a column of the table
    wave = Wave()
    wave.renders(config_map(LOG_LEVEL="info"))
    wave.lives(config_map(LOG_LEVEL="debug"))
    wave.has(ExpectedDifference(why="debugging", **rule))
    assert (wave.unexpected() == []) is expected


@pytest.mark.parametrize(
    ("ignored", "expected"),
    [
        ({"kind": "ConfigMap", "jsonPointers": ["/data"]}, True),
        ({"kind": "ConfigMap", "name": "billing", "jsonPointers": ["/data/LOG_LEVEL"]}, True),
        ({"kind": "ConfigMap", "name": "other", "jsonPointers": ["/data"]}, False),
        ({"kind": "ConfigMap", "group": "apps", "jsonPointers": ["/data"]}, False),
        ({"kind": "ConfigMap", "jsonPointers": ["/data/LOG"]}, False),
    ],
)
def test_what_the_application_ignores_is_expected(ignored: Json, expected: bool) -> None:  # noqa: FBT001 - a column
    wave = Wave()
    wave.renders(config_map(LOG_LEVEL="info"))
    wave.lives(config_map(LOG_LEVEL="debug"))
    wave.green_application(ignoreDifferences=[ignored])
    assert (wave.unexpected() == []) is expected


def test_the_pin_of_a_child_application_is_expected() -> None:
    wave = Wave()
    child = wave.green.objects["applications.argoproj.io", "argocd", "billing"]
    mine = {key: child[key] for key in ("apiVersion", "kind")} | {
        "metadata": {"name": "billing", "namespace": "argocd"},
        "spec": {**child["spec"], "syncPolicy": {"automated": {"enabled": False}}},
    }
    source = {**child["spec"]["source"], "targetRevision": "main"}
    theirs = {**mine, "spec": {**mine["spec"], "source": source, "syncPolicy": {"automated": {"enabled": True}}}}
    wave.waits_for("root", phase="sync-platform")
    wave.renders(mine, app="root")
    wave.lives(theirs, app="root")
    assert wave.unexpected() == []
    assert [one.path for one in wave.differences()] == [
        "spec.source.targetRevision",
        "spec.syncPolicy.automated.enabled",
    ]


def test_secrets_are_never_read_and_that_is_said() -> None:
    wave = Wave()
    wave.renders(SECRET)
    wave.lives(SECRET)
    wave.blue.unreadable.add("Secret")
    assert wave.unexpected() == []
    assert any("never read" in note for note in wave.notes())
    assert wave.green.tried == []


def test_a_secret_that_blue_does_not_have_is_unexpected() -> None:
    wave = Wave()
    wave.renders(SECRET)
    assert wave.unexpected() == [("only on green", "Secret", "shop/keys", "")]


def test_a_kind_that_norikae_may_not_read_on_blue_is_unexpected_with_the_remedy() -> None:
    wave = Wave()
    wave.renders(config_map())
    wave.blue.unreadable.add("ConfigMap")
    (found,) = [one for one in wave.differences() if one.is_unexpected]
    assert found.what == "not comparable"
    assert "norikae.dev/aggregate-to-compare" in found.text


def test_hooks_and_objects_without_a_name_have_nothing_on_blue_to_be_compared_with() -> None:
    hook: Json = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "migrate", "namespace": "shop", "annotations": {"argocd.argoproj.io/hook": "PreSync"}},
    }
    nameless: Json = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "migrate-"}}
    wave = Wave()
    wave.renders(hook, nameless)
    assert wave.unexpected() == []
    assert wave.green.tried == ["Job migrate"]


def test_a_hook_that_blue_ran_is_no_deletion() -> None:
    wave = Wave()
    app = wave.blue.objects["applications.argoproj.io", "argocd", "billing"]
    app["status"]["resources"] = [{"kind": "Job", "group": "batch", "name": "old", "namespace": "shop", "hook": True}]
    assert wave.unexpected() == []


def test_each_object_is_tried_on_green_without_being_stored() -> None:
    wave = Wave()
    wave.renders(config_map())
    wave.lives(config_map())
    wave.differences()
    assert wave.green.tried == ["ConfigMap billing"]
    assert ("configmaps", "shop", "billing") not in wave.green.objects


def test_what_green_refuses_is_unexpected_in_the_words_of_its_api_server() -> None:
    wave = Wave()
    wave.renders(config_map())
    wave.lives(config_map())
    wave.green.denials["ConfigMap", "billing"] = RefusedError('admission webhook "policy" denied the request: no team')
    (found,) = [one for one in wave.differences() if one.is_unexpected]
    assert (found.what, found.text) == ("refused", 'admission webhook "policy" denied the request: no team')


def test_a_webhook_that_cannot_be_reached_and_fails_closed_is_a_refusal() -> None:
    wave = Wave()
    wave.renders(config_map())
    wave.lives(config_map())
    wave.green.denials["ConfigMap", "billing"] = UnreachableError("500 InternalError: failed calling webhook: refused")
    assert wave.unexpected() == [("refused", "ConfigMap", "shop/billing", "")]


def test_a_webhook_without_dry_runs_is_no_refusal() -> None:
    wave = Wave()
    wave.renders(config_map())
    wave.lives(config_map())
    wave.green.denials["ConfigMap", "billing"] = RefusedError('admission webhook "old" does not support dry run')
    assert wave.unexpected() == []


@pytest.mark.parametrize("error", [UnreachableError("connection refused"), ThrottledError("slow down")])
def test_an_api_server_that_cannot_say_now_is_asked_again(error: Exception) -> None:
    wave = Wave()
    wave.renders(config_map())
    wave.green.denials["ConfigMap", "billing"] = error  # type: ignore[assignment]
    with pytest.raises(type(error)):
        wave.differences()


def test_a_kind_that_green_does_not_serve_is_unexpected() -> None:
    wave = Wave()
    wave.renders(config_map())
    wave.lives(config_map())
    wave.green.unserved.add("ConfigMap")
    (found,) = [one for one in wave.differences() if one.is_unexpected]
    assert found.text == "green does not serve v1 ConfigMap"


def test_an_object_whose_crd_comes_with_the_wave_is_noted() -> None:
    wave = Wave()
    wave.renders(CRD, WIDGET)
    wave.green.unserved.add("Widget")
    wave.blue.unserved.add("Widget")
    assert [what for what, *_ in wave.unexpected()] == ["only on green", "only on green"]
    assert any("CRD comes with the same wave" in note for note in wave.notes())


def test_an_object_whose_namespace_nobody_makes_is_unexpected() -> None:
    wave = Wave()
    wave.renders(config_map(place="late"))
    wave.lives(config_map(place="late"))
    wave.green_application(syncPolicy={}, destination={"namespace": "late"})
    assert wave.unexpected() == [("refused", "ConfigMap", "late/billing", "")]


@pytest.mark.parametrize("by", ["manifest", "option"])
def test_an_object_whose_namespace_comes_with_the_wave_is_noted(by: str) -> None:
    wave = Wave()
    place: Json = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "late"}}
    objects = [config_map(place="late"), *([place] if by == "manifest" else [])]
    options = ["CreateNamespace=true"] if by == "option" else []
    wave.renders(*objects)
    wave.lives(*objects)
    wave.green_application(syncPolicy={"syncOptions": options}, destination={"namespace": "late"})
    assert wave.unexpected() == []
    assert any("namespace comes with the same wave" in note for note in wave.notes())


def test_a_manifest_without_a_namespace_is_in_the_one_of_its_application() -> None:
    wave = Wave()
    bare = config_map(LOG_LEVEL="info")
    del bare["metadata"]["namespace"]
    role: Json = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"}}
    wave.green_application(destination={"namespace": "shop"})
    wave.renders(bare, {**role, "metadata": {"name": "r", "namespace": "shop"}})
    wave.lives(config_map(LOG_LEVEL="info"), role)
    assert wave.differences() == []


def test_an_application_that_blue_does_not_have_is_all_new() -> None:
    wave = Wave()
    del wave.blue.objects["applications.argoproj.io", "argocd", "billing"]
    wave.renders(config_map())
    assert wave.unexpected() == [("only on green", "ConfigMap", "shop/billing", "")]


def test_an_application_that_is_not_on_green_cannot_be_compared() -> None:
    wave = Wave()
    wave.waits_for("ghost")
    with pytest.raises(NotFoundError, match="argocd/ghost to compare"):
        wave.differences()
