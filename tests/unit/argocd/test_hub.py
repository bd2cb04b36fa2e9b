"""A central Argo CD learns of green, and forgets a cluster without touching what runs there."""

from __future__ import annotations

import base64
import json

import msgspec
import pytest

from norikae.argocd.applications import APPLICATIONS
from norikae.argocd.ensure import Around, ensure_argo_cd
from norikae.argocd.home import home_of
from norikae.argocd.hub import ensure_forgotten, refuse_generated_on_hub, with_hub
from norikae.cluster.eks_port import Cluster
from norikae.environment import Hub
from norikae.errors import RefusedError
from norikae.upgrade.progress import Progress
from tests.unit.argocd.test_install import FakeSecrets
from tests.unit.fakes.argocd import FakeArgoCd
from tests.unit.fakes.demo import NOW, SHA, application, demo_environment, namespace
from tests.unit.fakes.eks import FakeEks

ROLE = "arn:aws:iam::123456789012:role/argocd"
HUB = Hub(cluster="tools", role=ROLE, token_secret="norikae/argocd")
ARGOCD = msgspec.structs.replace(demo_environment().argocd, mode="hub", hub=HUB, root="root-{cluster}")
GREEN = "demo-1-35-a"
CLUSTER = Cluster(GREEN, "1.35", "ACTIVE", endpoint="https://green.example", ca="Y2E=")


def hub() -> FakeArgoCd:
    api = FakeArgoCd(namespace("argocd"))
    api.account_tokens["of the hub"] = "norikae"
    api.rendered[f"root-{GREEN}", SHA] = []
    return api


def look(api: FakeArgoCd, cluster: Cluster | None = CLUSTER, kept: str = "of the hub") -> Progress:
    eks = FakeEks(*([cluster] if cluster else []))
    secrets = FakeSecrets(**{"norikae/argocd": {"token": kept} if kept else {}})
    around = Around(eks, lambda: secrets, list, NOW)
    return ensure_argo_cd(api, ARGOCD, home_of(ARGOCD, GREEN), SHA, around)


def test_the_hub_learns_of_green_under_its_own_name_and_role() -> None:
    api = hub()
    assert look(api).waiting_for == f"the hub to notice {GREEN}"
    assert look(api).ready
    secret = api.objects["secrets", "argocd", f"norikae-{GREEN}"]
    value = {key: base64.b64decode(data).decode() for key, data in secret["data"].items()}
    assert secret["metadata"]["labels"] == {"argocd.argoproj.io/secret-type": "cluster"}
    assert (value["name"], value["server"]) == (GREEN, "https://green.example")
    assert json.loads(value["config"]) == {
        "awsAuthConfig": {"clusterName": GREEN, "roleARN": ROLE},
        "tlsClientConfig": {"insecure": False, "caData": "Y2E="},
    }


def test_the_secret_goes_with_the_root_application() -> None:
    api = hub()
    look(api)
    (owner,) = api.objects["secrets", "argocd", f"norikae-{GREEN}"]["metadata"]["ownerReferences"]
    root = api.objects[APPLICATIONS, "argocd", f"root-{GREEN}"]
    assert (owner["kind"], owner["name"], owner["uid"]) == ("Application", f"root-{GREEN}", root["metadata"]["uid"])


def test_the_root_lives_in_the_hub_and_is_pinned() -> None:
    api = hub()
    look(api)
    spec = api.objects[APPLICATIONS, "argocd", f"root-{GREEN}"]["spec"]
    assert spec["destination"] == {"server": "https://kubernetes.default.svc", "namespace": "argocd"}
    assert spec["source"]["targetRevision"] == SHA


def test_the_owners_token_is_copied_to_where_readers_look() -> None:
    api = hub()
    look(api)
    kept = api.objects["secrets", "argocd", "norikae-argocd-token"]
    assert base64.b64decode(kept["data"]["token"]) == b"of the hub"


def test_a_token_that_the_hub_does_not_take_is_waited_for() -> None:
    assert look(hub(), kept="stale").waiting_for == "argocd-server to take the token of norikae's account"


def test_a_secret_without_a_token_is_named() -> None:
    with pytest.raises(RefusedError, match="secret norikae/argocd has no token"):
        look(hub(), kept="")


def test_a_cluster_without_an_endpoint_is_waited_for() -> None:
    waiting = look(hub(), cluster=Cluster(GREEN, "1.35", "CREATING")).waiting_for
    assert waiting == "EKS to name the endpoint and certificate authority of the cluster"


def test_the_hubs_role_enters_green_as_admin() -> None:
    access = {"norikae:admin": ("builder",), "norikae:read": ("reader",)}
    assert with_hub(access, ARGOCD) == {"norikae:admin": ("builder", ROLE), "norikae:read": ("reader",)}
    assert with_hub(access, demo_environment().argocd) == access


def test_a_cluster_that_goes_is_forgotten_and_nothing_that_runs_there_is_deleted() -> None:
    root = application(f"root-{GREEN}", children=("web", "api"))
    web = application("web")
    web["metadata"]["finalizers"] = ["resources-finalizer.argocd.argoproj.io"]
    web["spec"]["syncPolicy"]["automated"] = {"selfHeal": True}
    other = application("other")
    api = FakeArgoCd(root, web, application("api"), other)
    home = home_of(ARGOCD, GREEN)
    assert ensure_forgotten(api, ARGOCD, home).waiting_for == "the hub to forget web, api"
    assert ensure_forgotten(api, ARGOCD, home).waiting_for == f"the hub to forget root-{GREEN}"
    assert ensure_forgotten(api, ARGOCD, home).ready
    assert api.writes == [
        f"patch {APPLICATIONS} web",
        f"delete {APPLICATIONS} argocd/web",
        f"delete {APPLICATIONS} argocd/api",
        f"delete {APPLICATIONS} argocd/root-{GREEN}",
    ]
    assert (APPLICATIONS, "argocd", "other") in api.objects


def test_what_is_deployed_to_the_cluster_without_a_root_is_forgotten_too() -> None:
    by_name, by_server, other = application("by-name"), application("by-server"), application("other")
    by_name["spec"]["destination"] = {"name": GREEN}
    by_server["spec"]["destination"] = {"server": "https://green.eks.example"}
    other["spec"]["destination"] = {"server": "https://other.eks.example"}
    api = FakeArgoCd(application(f"root-{GREEN}"), by_name, by_server, other)
    home = home_of(ARGOCD, GREEN)
    for _ in range(3):
        ensure_forgotten(api, ARGOCD, home, "https://green.eks.example")
    assert [key for key in api.objects if key[0] == APPLICATIONS] == [(APPLICATIONS, "argocd", "other")]


def test_an_application_that_an_application_set_would_bring_back_refuses_before_anything_changes() -> None:
    generated = application("web")
    generated["spec"]["destination"] = {"name": GREEN}
    generated["metadata"]["ownerReferences"] = [{"kind": "ApplicationSet", "name": "teams"}]
    api = FakeArgoCd(application(f"root-{GREEN}"), generated)
    home = home_of(ARGOCD, GREEN)
    with pytest.raises(RefusedError, match=r"web on the hub is made by ApplicationSet teams, .* preserveResources"):
        refuse_generated_on_hub(api, ARGOCD, home, "")
    with pytest.raises(RefusedError, match="which would bring it back"):
        ensure_forgotten(api, ARGOCD, home)
    assert api.writes == []
