"""What applications follow is remembered by name, and given back exactly."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.argocd.tracks import syncs_by_itself, tracks, with_track
from tests.unit.fakes.demo import SHA, application

CHART = {"repoURL": "https://charts.example.com", "chart": "web", "targetRevision": "1.2.3"}


def following(name: str, revision: str | None, **more: Any) -> dict[str, Any]:
    app = application(name, **more)
    app["spec"]["source"] = {**app["spec"]["source"], "targetRevision": revision}
    return app


def several(revision: str) -> dict[str, Any]:
    app = following("web", revision)
    app["spec"]["sources"] = [CHART, app["spec"].pop("source")]
    return app


def test_the_root_and_everything_below_it_are_remembered() -> None:
    apps = {
        "root": following("root", "main", children=("web", "api")),
        "web": several("main"),
        "api": following("api", None),
        "other": following("other", "v1"),
    }
    assert tracks(apps, "root") == {"root": "main", "web": "1.2.3 main", "api": "HEAD"}


def test_a_pinned_application_goes_back_to_its_branch() -> None:
    assert with_track(following("web", SHA), "main") == {"spec": {"source": {"targetRevision": "main"}}}
    patch = with_track(several(SHA), "1.2.3 main")
    assert patch is not None
    assert [one["targetRevision"] for one in patch["spec"]["sources"]] == ["1.2.3", "main"]
    assert patch["spec"]["sources"][0] == CHART


def test_an_application_that_follows_it_already_is_left() -> None:
    assert with_track(following("web", "main"), "main") is None
    assert with_track(following("web", None), "HEAD") is None


def test_an_application_whose_sources_changed_is_left_as_git_renders_it() -> None:
    assert with_track(several(SHA), "main") is None


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, False),
        ({"automated": {}}, True),
        ({"automated": {"prune": True}}, True),
        ({"automated": {"enabled": True}}, True),
        ({"automated": {"enabled": False, "selfHeal": True}}, False),
        ({"automated": None}, False),
    ],
)
def test_who_syncs_without_being_asked(policy: dict[str, Any], *, expected: bool) -> None:
    app = application("web")
    app["spec"]["syncPolicy"] = policy
    assert syncs_by_itself(app) is expected
