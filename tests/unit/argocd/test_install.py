"""Argo CD comes to an empty cluster in an order that works, and brings a pinned root that syncs nothing by itself."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from norikae.argocd.applications import APPLICATIONS, pinned_revision
from norikae.argocd.ensure import Around, ensure_argo_cd
from norikae.argocd.home import home_of
from norikae.errors import NotFoundError, RefusedError, SettingsError
from tests.unit.fakes.argocd import FakeArgoCd, claims_of, config, workload
from tests.unit.fakes.demo import NOW, OTHER_SHA, REPOSITORY, SHA, application, demo_environment
from tests.unit.fakes.eks import FakeEks
from tests.unit.fakes.kubernetes import FakeKubernetes

if TYPE_CHECKING:
    from norikae.environment import ArgoCd
    from norikae.upgrade.progress import Progress

ARGOCD = demo_environment().argocd
NAME = "demo-1-35-a"
DAY = 86400


def of(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **more}


INSTALL = [
    of("Deployment", "argocd-repo-server", spec={"replicas": 1}),
    workload("Deployment", "argocd-server"),
    config("argocd-cm", url="https://argocd.example.com"),
    config("argocd-rbac-cm", **{"policy.csv": "g, sre, role:admin\n"}),
    of("ClusterRole", "argocd-application-controller"),
    of("CustomResourceDefinition", "applications.argoproj.io"),
    of("CustomResourceDefinition", "appprojects.argoproj.io"),
    of("StatefulSet", "argocd-application-controller", spec={"replicas": 1}),
    of("ServiceAccount", "argocd-application-controller"),
]


class FakeSecrets:
    """Secrets Manager in a dictionary."""

    def __init__(self, **values: dict[str, str]) -> None:
        self.values = values

    def read(self, name: str) -> dict[str, str]:
        if name not in self.values:
            raise NotFoundError(f"Secrets Manager has no secret {name}, which the environment file names")
        return self.values[name]


def green(*rendered: dict[str, Any]) -> FakeArgoCd:
    """An empty cluster, and what Git has for its root application."""
    api = FakeArgoCd()
    api.rendered |= {("root", SHA): list(rendered), ("root", OTHER_SHA): list(rendered)}
    return api


def look(
    api: FakeArgoCd,
    revision: str = SHA,
    *,
    argocd: ArgoCd = ARGOCD,
    secrets: FakeSecrets | None = None,
    install: list[dict[str, Any]] | None = None,
    now: float = NOW,
) -> Progress:
    around = Around(FakeEks(), lambda: secrets or FakeSecrets(), lambda: install or INSTALL, now)
    return ensure_argo_cd(api, argocd, home_of(argocd, NAME), revision, around)


def installed(api: FakeArgoCd | None = None, **more: Any) -> FakeArgoCd:
    """Looks until Argo CD is there, with controllers that do their part in between."""
    api = api or green()
    for _ in range(5):
        look(api, **more)
        api.establish()
        api.run_workloads()
        if ("secrets", "argocd", "argocd-secret") not in api.objects:
            api.starts()
    assert look(api, **more).ready
    return api


def token_of(api: FakeArgoCd) -> str:
    kept = api.get("secrets", "norikae-argocd-token", "argocd")
    assert kept is not None
    return base64.b64decode(kept["data"]["token"]).decode()


def test_argo_cd_is_installed_in_an_order_that_works() -> None:
    api = green()
    assert look(api).waiting_for.startswith("the API server to serve applications.argoproj.io")
    api.establish()
    assert look(api).waiting_for == "Argo CD was just applied and starts"
    assert "argocd-repo-server is not looked at" in look(api).waiting_for
    api.run_workloads()
    assert look(api).waiting_for == "argocd-server to write server.secretkey into Secret argocd-secret"
    api.starts()
    assert look(api).waiting_for == "argocd-server to notice its new token"
    assert look(api).ready
    assert api.writes == [
        "apply Namespace argocd",
        "apply CustomResourceDefinition applications.argoproj.io",
        "apply CustomResourceDefinition appprojects.argoproj.io",
        "apply ClusterRole argocd-application-controller",
        "apply ServiceAccount argocd-application-controller",
        "apply ConfigMap argocd-cm",
        "apply ConfigMap argocd-rbac-cm",
        "apply Deployment argocd-repo-server",
        "apply Deployment argocd-server",
        "apply StatefulSet argocd-application-controller",
        "patch secrets argocd-secret",
        "apply Secret norikae-argocd-token",
        "apply AppProject default",
        "apply Application root",
    ]


def test_the_root_is_pinned_and_knows_its_cluster() -> None:
    root = installed().get(APPLICATIONS, "root", "argocd")
    assert root is not None
    assert root["spec"]["source"]["targetRevision"] == SHA
    assert root["spec"]["source"]["helm"]["parameters"] == [
        {"name": "cluster", "value": "demo-1-35-a"},
        {"name": "revision", "value": SHA},
        {"name": "automated", "value": "false"},
    ]
    assert "syncPolicy" not in root["spec"]


def test_an_installed_argo_cd_is_only_looked_at() -> None:
    api = installed()
    before = list(api.writes)
    assert look(api).ready
    assert api.writes == before


def test_another_commit_moves_the_pin_of_the_root() -> None:
    api = installed()
    look(api, OTHER_SHA)
    root = api.get(APPLICATIONS, "root", "argocd")
    assert root is not None
    assert root["spec"]["source"]["targetRevision"] == OTHER_SHA


def test_a_crash_among_the_workloads_is_repaired() -> None:
    api = installed()
    del api.objects["statefulsets.apps", "argocd", "argocd-application-controller"]
    assert look(api).waiting_for == "Argo CD was just applied and starts"


@pytest.mark.parametrize(
    ("install", "text"),
    [
        ([of("Namespace", "argocd")], "has no Deployment, StatefulSet or DaemonSet"),
        ([workload("StatefulSet", "argocd-application-controller")], "has no Deployment argocd-server"),
    ],
)
def test_a_manifest_that_does_not_do_is_a_mistake(install: list[dict[str, Any]], text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        look(green(), install=install)


def test_an_application_that_would_sync_by_itself_is_seen_before_the_root_is_synced() -> None:
    eager = application("web")
    eager["spec"]["syncPolicy"]["automated"] = {"prune": True}
    asleep = application("api")
    asleep["spec"]["syncPolicy"]["automated"] = {"enabled": False}
    with pytest.raises(RefusedError, match=r"renders web with automated sync.*parameter `automated`"):
        installed(green(eager, asleep))


def test_a_root_that_syncs_by_itself_is_somebody_elses() -> None:
    api = installed()
    api.objects[APPLICATIONS, "argocd", "root"]["spec"]["syncPolicy"] = {"automated": {}}
    with pytest.raises(RefusedError, match="already there and syncs by itself"):
        look(api)


# The account and its token


def test_the_account_stands_beside_what_the_environment_configured() -> None:
    api = installed()
    assert api.objects["configmaps", "argocd", "argocd-cm"]["data"] == {
        "url": "https://argocd.example.com",
        "accounts.norikae": "apiKey",
    }
    assert api.objects["configmaps", "argocd", "argocd-rbac-cm"]["data"] == {
        "policy.csv": "g, sre, role:admin\n",
        "policy.norikae.csv": "g, norikae, role:readonly\n",
    }


def test_the_token_is_one_that_argocd_server_takes_for_as_long_as_a_run_may_last() -> None:
    api = installed()
    assert api.user(token_of(api)) == "norikae"
    claims = claims_of(token_of(api))
    assert (claims["iss"], claims["sub"], claims["iat"]) == ("argocd", "norikae:apiKey", int(NOW))
    assert claims["exp"] - claims["iat"] == 90 * DAY


def test_a_token_that_gets_old_is_followed_by_a_new_one_and_ends() -> None:
    api = installed()
    first = token_of(api)
    assert look(api, now=NOW + 28 * DAY).ready
    assert look(api, now=NOW + 30 * DAY).waiting_for == "argocd-server to notice its new token"
    assert look(api, now=NOW + 30 * DAY).ready
    assert (api.user(first), api.user(token_of(api))) == ("", "norikae")


def test_a_rotated_signing_key_makes_a_new_token() -> None:
    api = installed()
    secret = api.objects["secrets", "argocd", "argocd-secret"]
    secret["data"]["server.secretkey"] = base64.b64encode(b"another key").decode()
    assert not look(api).ready
    assert look(api).ready
    assert api.user(token_of(api)) == "norikae"


def test_a_crash_between_registering_and_keeping_the_token_is_repaired() -> None:
    api = installed()
    del api.objects["secrets", "argocd", "norikae-argocd-token"]
    assert not look(api, now=NOW + 1).ready
    assert look(api, now=NOW + 2).ready


def test_a_token_that_is_no_text_is_made_anew() -> None:
    api = installed()
    secret = api.objects["secrets", "argocd", "norikae-argocd-token"]
    secret["data"]["token"] = base64.b64encode(b"\xff.\xfe.\xfd").decode()
    assert not look(api).ready
    assert look(api).ready


def test_a_token_whose_id_somebody_removed_is_made_anew() -> None:
    api = installed()
    del api.objects["secrets", "argocd", "argocd-secret"]["data"]["accounts.norikae.tokens"]
    assert not look(api).ready
    assert look(api).ready


def test_an_account_that_argocd_server_does_not_know_yet_is_waited_for() -> None:
    api = installed()
    del api.objects["configmaps", "argocd", "argocd-cm"]["data"]["accounts.norikae"]
    assert look(api).waiting_for == "argocd-server to take the token of norikae's account"


def test_a_secret_that_is_not_base64_is_named_without_its_value() -> None:
    api = installed()
    api.objects["secrets", "argocd", "argocd-secret"]["data"]["server.secretkey"] = "s3cr3t!"
    with pytest.raises(RefusedError, match=r"Secret argocd-secret: data\.server\.secretkey is not base64") as refusal:
        look(api)
    assert "s3cr3t" not in str(refusal.value)


# Credentials of the repository

WITH_SECRET = msgspec.structs.replace(ARGOCD, repository_secret="norikae/git")
GIT = {"username": "norikae", "password": "hunter2"}


def test_repository_credentials_come_from_secrets_manager() -> None:
    secrets = FakeSecrets(**{"norikae/git": GIT})
    api = installed(argocd=WITH_SECRET, secrets=secrets)
    kept = api.objects["secrets", "argocd", "norikae-repository"]
    assert kept["metadata"]["labels"] == {"argocd.argoproj.io/secret-type": "repository"}
    assert {key: base64.b64decode(value).decode() for key, value in kept["data"].items()} == {
        "type": "git",
        "url": REPOSITORY,
        **GIT,
    }


def test_rotated_credentials_reach_the_cluster_and_equal_ones_are_left() -> None:
    secrets = FakeSecrets(**{"norikae/git": GIT})
    api = installed(argocd=WITH_SECRET, secrets=secrets)
    before = list(api.writes)
    assert look(api, argocd=WITH_SECRET, secrets=secrets).ready
    assert api.writes == before
    secrets.values["norikae/git"] = {**GIT, "password": "hunter3"}
    assert look(api, argocd=WITH_SECRET, secrets=secrets).ready
    assert api.writes[len(before) :] == ["apply Secret norikae-repository"]


def test_credentials_that_argo_cd_does_not_know_are_refused_by_their_keys() -> None:
    secrets = FakeSecrets(**{"norikae/git": {"user": "norikae", "password": "hunter2"}})
    with pytest.raises(RefusedError, match="norikae/git has user, which is no field of a repository") as refusal:
        installed(argocd=WITH_SECRET, secrets=secrets)
    assert "hunter2" not in str(refusal.value)


def test_a_secret_that_is_not_there_is_named() -> None:
    with pytest.raises(NotFoundError, match="Secrets Manager has no secret norikae/git"):
        installed(argocd=WITH_SECRET, secrets=FakeSecrets())


# The commit that green is pinned to


def test_green_is_pinned_to_the_commit_that_blue_is_compared_with() -> None:
    assert pinned_revision(FakeKubernetes(application("root")), "argocd") == SHA


def test_a_blue_without_a_commit_cannot_be_copied() -> None:
    with pytest.raises(NotFoundError, match="argocd/root"):
        pinned_revision(FakeKubernetes(), "argocd")
    with pytest.raises(RefusedError, match="compared with nothing"):
        pinned_revision(FakeKubernetes(application("root", sync={})), "argocd")
