"""What Git has for an application is asked of the Argo CD that will sync it, as its own account."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from norikae.argocd.manifests import target_manifests
from norikae.errors import NotFoundError, RefusedError, UnreachableError
from tests.unit.fakes.argocd import FakeArgoCd, config
from tests.unit.fakes.demo import SHA, application, demo_environment

ARGOCD = demo_environment().argocd
WEB = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}


def keeping(token: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "norikae-argocd-token", "namespace": "argocd"},
        "data": {"token": base64.b64encode(token.encode()).decode()},
    }


def placed(name: str, **data: str) -> dict[str, Any]:
    made = config(name, **data)
    made["metadata"]["namespace"] = "argocd"
    return made


def green(*objects: dict[str, Any]) -> FakeArgoCd:
    api = FakeArgoCd(application("web"), keeping("good"), *objects)
    api.account_tokens["good"] = "norikae"
    api.rendered["web", SHA] = api.rendered["web", ""] = [WEB]
    return api


def test_the_manifests_of_a_commit() -> None:
    api = green()
    assert target_manifests(api, ARGOCD, "web", SHA) == [WEB]
    assert api.asked == [f"/api/v1/applications/web/manifests?revision={SHA}"]


def test_without_a_commit_the_application_says_which() -> None:
    api = green()
    assert target_manifests(api, ARGOCD, "web", "") == [WEB]
    assert api.asked == ["/api/v1/applications/web/manifests"]


def test_of_several_sources_those_from_the_repository_get_the_commit() -> None:
    api = green()
    app = application("web")
    chart = {"repoURL": "https://charts.example.com", "chart": "web", "targetRevision": "1.2.3"}
    app["spec"]["sources"] = [chart, app["spec"].pop("source")]
    api.put(app)
    assert target_manifests(api, ARGOCD, "web", SHA) == [WEB]
    assert api.asked == [f"/api/v1/applications/web/manifests?revisions={SHA}&sourcePositions=2"]


def test_an_argocd_server_without_tls_below_a_path() -> None:
    api = green(placed("argocd-cmd-params-cm", **{"server.insecure": "true", "server.rootpath": "/argo/"}))
    api.server = "argocd-server:80"
    with pytest.raises(RefusedError):  # the fake knows no path prefix; it only tells what was asked
        target_manifests(api, ARGOCD, "web", SHA)
    assert api.asked == [f"/argo/api/v1/applications/web/manifests?revision={SHA}"]


def test_a_token_that_does_not_count_any_more_sends_people_to_the_next_attempt() -> None:
    api = green()
    api.account_tokens.clear()
    with pytest.raises(RefusedError, match=r"does not take the token of account norikae.*start the next attempt"):
        target_manifests(api, ARGOCD, "web", SHA)


@pytest.mark.parametrize("data", [{}, {"token": "not base64"}])
def test_a_token_that_is_not_there_does_too(data: dict[str, str]) -> None:
    api = green()
    api.put({**keeping(""), "data": data})
    with pytest.raises(NotFoundError, match=r"norikae-argocd-token has no token.*start the next attempt"):
        target_manifests(api, ARGOCD, "web", SHA)


def test_an_application_that_does_not_exist_cannot_be_rendered() -> None:
    with pytest.raises(NotFoundError, match="there is no application argocd/api to render"):
        target_manifests(green(), ARGOCD, "api", SHA)


def test_what_argocd_server_refuses_is_told_in_its_words() -> None:
    with pytest.raises(RefusedError, match="was answered 400: web has no"):
        target_manifests(green(), ARGOCD, "web", "0" * 40)


def test_an_argocd_server_without_pods_is_worth_another_try() -> None:
    api = green()
    api.server = "somewhere else"
    with pytest.raises(UnreachableError, match="no endpoints available"):
        target_manifests(api, ARGOCD, "web", SHA)
