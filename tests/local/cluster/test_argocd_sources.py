"""Applications with several sources: one revision for each, and what they render counts as one."""

import json

import pytest

from local.cluster.argocd.application import APPLICATIONS, NAMESPACE
from local.kernel import Kernel
from tests.local.cluster.building import URL, Argo, Json, config_map
from tests.local.cluster.test_argocd_server import MANIFESTS, Server


@pytest.fixture
def several(argo: Argo, kernel: Kernel) -> Argo:
    """Two folders of one repository, the second one with a revision of its own."""
    argo.repository.commit("main", {"more/more.yaml": config_map("more", size="1")})
    argo.repository.commit("stable", {"more/more.yaml": config_map("more", size="0")})
    sources = [
        {"repoURL": URL, "path": "shop", "targetRevision": "main"},
        {"repoURL": URL, "path": "more", "targetRevision": "stable"},
    ]
    argo.application(sources=sources)
    kernel.run(5)
    return argo


def commits(argo: Argo) -> list[str]:
    return [argo.repository.resolve("main"), argo.repository.resolve("stable")]


def size(argo: Argo) -> str:
    found: str = argo.api.get("configmaps", "more", "default")["data"]["size"]
    return found


def test_each_source_is_compared_at_its_own_revision(several: Argo) -> None:
    sync = several.status()["sync"]
    assert (sync["revisions"], "revision" in sync) == (commits(several), False)
    assert len(sync["comparedTo"]["sources"]) == 2
    assert "source" not in sync["comparedTo"]
    assert [one["name"] for one in several.status()["resources"]] == ["more", "settings", "web"]


def test_a_sync_may_pin_one_source_and_leave_the_other_at_its_own(several: Argo) -> None:
    first = several.repository.resolve("main")
    several.repository.commit("main", {"more/more.yaml": config_map("more", size="2")})
    several.sync(revisions=[first, ""])
    several.run_until_phase("Succeeded")
    assert several.state()["syncResult"]["revisions"] == [first, several.repository.resolve("stable")]
    assert len(several.state()["syncResult"]["sources"]) == 2
    assert size(several) == "0"


def test_of_an_object_in_two_sources_the_later_one_counts(several: Argo, kernel: Kernel) -> None:
    several.repository.commit("main", {"shop/more.yaml": config_map("more", size="9")})
    several.refresh()
    kernel.run(5)
    several.sync()
    several.run_until_phase("Succeeded")
    kernel.run(30)
    assert (size(several), several.summary()) == ("0", ("Synced", "Healthy"))


def test_a_source_that_fails_is_named_by_its_position(several: Argo, kernel: Kernel) -> None:
    sources = several.app()["spec"]["sources"]
    sources[1]["targetRevision"] = "v9"
    several.api.patch(APPLICATIONS, "shop", NAMESPACE, {"spec": {"sources": sources}}, manager="kubectl")
    kernel.run(5)
    assert "for source 2 of 2: " in several.status()["conditions"][0]["message"]


def test_automated_sync_tries_a_set_of_commits_once(several: Argo, kernel: Kernel) -> None:
    body: Json = {"spec": {"syncPolicy": {"automated": {}}}}
    several.api.patch(APPLICATIONS, "shop", NAMESPACE, body, manager="kubectl")
    several.refresh()
    several.run_until_phase("Succeeded")
    assert several.state()["operation"]["sync"]["revisions"] == commits(several)
    several.api.delete("configmaps", "more", "default")
    kernel.run(60)
    assert several.summary()[0] == "OutOfSync"


def test_argocd_server_renders_the_sources_at_the_positions_that_are_asked_for(several: Argo) -> None:
    server = Server(several)
    token = server.reader()
    main = several.repository.resolve("main")
    _, told = server.ask(f"{MANIFESTS}?revisions={main}&sourcePositions=2", token)
    found = {one["metadata"]["name"]: one for one in map(json.loads, told["manifests"])}
    assert (sorted(found), found["more"]["data"]) == (["more", "settings", "web"], {"size": "1"})
    status, told = server.ask(f"{MANIFESTS}?revisions={main}&sourcePositions=3", token)
    assert (status, told["message"]) == (500, "source position is out of range")


@pytest.mark.parametrize("may_miss", [False, True])
def test_a_values_file_that_is_away_is_an_error_unless_it_may_be(argo: Argo, kernel: Kernel, *, may_miss: bool) -> None:
    chart = {
        "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
        "chart/values.yaml": "size: 1\n",
        "chart/values-blue.yaml": "size: 2\n",
        "chart/templates/more.yaml": config_map("more", size="{{ .Values.size }}"),
    }
    argo.repository.commit("main", chart)
    helm = {"valueFiles": ["values-blue.yaml", "values-green.yaml"], "ignoreMissingValueFiles": may_miss}
    argo.application(path="chart", source={"helm": helm})
    kernel.run(5)
    if may_miss:
        argo.sync()
        argo.run_until_phase("Succeeded")
        assert size(argo) == "2"
    else:
        (condition,) = argo.status()["conditions"]
        assert condition["type"] == "ComparisonError"
        assert "open values-green.yaml: no such file or directory" in condition["message"]
