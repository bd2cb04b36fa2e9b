"""The whole way of Argo CD over the wire: installed, pinned, synced in waves, in the embedded world's cluster."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from local.cluster.cluster import KubernetesCluster
from local.cluster.git import GitRepositories, Repository
from local.kernel import Kernel
from local.kubernetes import ApiServer, User
from local.kubernetes.endpoint import serve
from norikae.adapters.kubernetes.client import KubernetesClient
from norikae.argocd.applications import APPLICATIONS, pinned_revision
from norikae.argocd.ensure import Around, ensure_argo_cd
from norikae.argocd.home import home_of
from norikae.argocd.manifests import target_manifests
from norikae.argocd.restore import restore
from norikae.argocd.sync import SyncRun
from norikae.argocd.waves import sync_applications, sync_platform
from norikae.errors import RefusedError
from tests.adapters.looking import until_ready
from tests.unit.argocd.test_install import FakeSecrets
from tests.unit.fakes.demo import REPOSITORY, demo_environment
from tests.unit.fakes.eks import FakeEks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from norikae.cluster.ports import Json
    from norikae.upgrade.progress import Progress

ENVIRONMENT = demo_environment()
INSTALL: list[Json] = [
    obj
    for obj in yaml.safe_load_all(Path("environments/demo/argocd.yaml").read_text(encoding="utf-8"))
    if obj is not None
]
NAME = "demo-1-35-a"
HOME = home_of(ENVIRONMENT.argocd, NAME)

CHILD = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: %(name)s
  namespace: argocd
spec:
  project: default
  source:
    repoURL: %(repository)s
    path: apps/%(name)s
    targetRevision: "{{ .Values.revision }}"
    helm:
      parameters:
        - {name: cluster, value: "{{ .Values.cluster }}"}
  destination:
    server: https://kubernetes.default.svc
    namespace: %(name)s
  syncPolicy:
    syncOptions: [CreateNamespace=true]
"""

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: 2
  selector: {matchLabels: {app: "{{ .Release.Name }}"}}
  template:
    metadata: {labels: {app: "{{ .Release.Name }}"}}
    spec:
      containers:
        - {name: main, image: "registry.example.com/app:{{ .Values.tag }}"}
"""


INGRESS = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .Release.Name }}
  annotations: {argocd.argoproj.io/sync-wave: "-1"}
spec:
  rules:
    - host: web.example.com
      http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}
"""


def gitops(*names: str) -> dict[str, str]:
    files = {"clusters/Chart.yaml": "apiVersion: v2\nname: clusters\nversion: 1.0.0\n", "clusters/values.yaml": "{}\n"}
    for name in names:
        files[f"clusters/templates/{name}.yaml"] = CHILD % {"name": name, "repository": REPOSITORY}
        files[f"apps/{name}/Chart.yaml"] = f"apiVersion: v2\nname: {name}\nversion: 1.0.0\n"
        files[f"apps/{name}/values.yaml"] = 'tag: "1"\n'
        files[f"apps/{name}/templates/deployment.yaml"] = DEPLOYMENT
    return files


class Green:
    """A cluster with nodes and nothing on it, and norikae's client of it."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.repository = Repository(gitops("load-balancers", "dns", "web", "api"))
        self.revision = self.repository.resolve("main")
        self.api = ApiServer(name=NAME, version="1.35", now=self.kernel.now, random=random.Random(1))  # noqa: S311 - repeatable
        git = GitRepositories({REPOSITORY: self.repository})
        self.cluster = KubernetesCluster(self.kernel, self.api, git=git)
        for number in range(3):
            self.cluster.add_node(f"ip-10-0-0-{number}")
        admin = User("admin", ("system:masters",))
        self.endpoint = serve(self.api, lock=self.kernel.lock, authenticate=lambda _: admin)
        self.client = KubernetesClient(endpoint=self.endpoint.url, ca_pem=self.endpoint.ca_pem, token=lambda: "admin")

    def until_ready(self, look: Callable[[], Progress], looks: int = 40) -> list[str]:
        """Look again when the move says so; what it waited for."""
        return until_ready(self.kernel, look, looks)

    def install(self) -> list[str]:
        return self.until_ready(self.look)

    def look(self) -> Progress:
        around = Around(FakeEks(), FakeSecrets, lambda: INSTALL, self.kernel.now())
        return ensure_argo_cd(self.client, ENVIRONMENT.argocd, HOME, self.revision, around)

    def sync(self, attempt: int = 1, looks: int = 40) -> list[str]:
        return [*self.sync_platform(attempt, looks), *self._waves(sync_applications, attempt, looks)]

    def sync_platform(self, attempt: int = 1, looks: int = 40) -> list[str]:
        return self._waves(sync_platform, attempt, looks)

    def _waves(self, waves: Callable[..., Progress], attempt: int, looks: int) -> list[str]:
        run = SyncRun("run-1", attempt, self.revision, since=self.kernel.now())
        return self.until_ready(
            lambda: waves(self.client, ENVIRONMENT, HOME, run, lambda _: True, self.kernel.now()), looks
        )

    def application(self, name: str) -> dict[str, Any]:
        return self.api.get(APPLICATIONS, name, "argocd")


@pytest.fixture
def green() -> Iterator[Green]:
    built = Green()
    yield built
    built.endpoint.close()


def test_argo_cd_comes_up_and_every_application_is_synced_to_the_pin(green: Green) -> None:
    green.install()
    assert green.cluster.argocd.is_active
    green.sync()
    assert pinned_revision(green.client, "argocd") == green.revision
    for name in ("load-balancers", "dns", "web", "api"):
        assert green.application(name)["status"]["health"]["status"] == "Healthy"
        assert len(green.cluster.ready_pods(name, {"app": name})) == 2
    finished = {name: green.application(name)["status"]["operationState"]["finishedAt"] for name in ("dns", "web")}
    assert finished["dns"] < finished["web"]


def test_a_second_attempt_finds_everything_done(green: Green) -> None:
    green.install()
    green.sync()
    assert green.install() == []
    assert green.sync(attempt=2) == []


def test_a_manifest_that_the_cluster_refuses_ends_the_attempt_and_the_next_one_heals_it(green: Green) -> None:
    good = DEPLOYMENT
    wrong = DEPLOYMENT.replace("  replicas: 2\n", "  replicas: -1\n")
    green.revision = green.repository.commit("main", {"apps/web/templates/deployment.yaml": wrong})
    green.install()
    with pytest.raises(RefusedError, match="application web is Failed"):
        green.sync()
    green.revision = green.repository.commit("main", {"apps/web/templates/deployment.yaml": good})
    green.install()
    green.sync(attempt=2)
    assert green.application("web")["status"]["health"]["status"] == "Healthy"


def test_argocd_server_says_what_git_has_before_anything_is_synced(green: Green) -> None:
    green.install()
    rendered = target_manifests(green.client, ENVIRONMENT.argocd, "root", green.revision)
    assert sorted(obj["metadata"]["name"] for obj in rendered) == ["api", "dns", "load-balancers", "web"]
    assert {obj["spec"]["source"]["targetRevision"] for obj in rendered} == {green.revision}


def test_a_commit_that_is_not_synced_yet_can_be_looked_at(green: Green) -> None:
    green.install()
    green.sync()
    changed = {"apps/web/templates/deployment.yaml": DEPLOYMENT.replace("replicas: 2", "replicas: 3")}
    newer = green.repository.commit("main", changed)
    (deployment,) = target_manifests(green.client, ENVIRONMENT.argocd, "web", newer)
    assert deployment["spec"]["replicas"] == 3
    (deployment,) = target_manifests(green.client, ENVIRONMENT.argocd, "web", green.revision)
    assert deployment["spec"]["replicas"] == 2


def test_an_application_that_git_syncs_by_itself_is_seen_before_the_first_sync(green: Green) -> None:
    eager = CHILD.replace("    syncOptions:", "    automated: {prune: true}\n    syncOptions:")
    files = {"clusters/templates/web.yaml": eager % {"name": "web", "repository": REPOSITORY}}
    green.revision = green.repository.commit("main", files)
    with pytest.raises(RefusedError, match="renders web with automated sync"):
        green.install()
    assert green.cluster.argocd.app("web") is None


def test_automation_that_heeds_the_parameter_waits_until_the_revisions_are_restored(green: Green) -> None:
    heeding = CHILD.replace(
        "    syncOptions:", "    automated: {prune: true, enabled: {{ .Values.automated }}}\n    syncOptions:"
    )
    files = {
        "clusters/values.yaml": "automated: true\n",
        "clusters/templates/web.yaml": heeding % {"name": "web", "repository": REPOSITORY},
    }
    green.revision = green.repository.commit("main", files)
    green.install()
    green.sync()
    assert green.application("web")["spec"]["syncPolicy"]["automated"] == {"prune": True, "enabled": False}
    wanted = dict.fromkeys(("root", "load-balancers", "dns", "web", "api"), "main")
    run = SyncRun("run-1", 1, "", since=green.kernel.now())
    green.until_ready(lambda: restore(green.client, ENVIRONMENT.argocd, HOME, wanted, {"prune": True}, run))
    assert green.application("web")["spec"]["syncPolicy"]["automated"] == {"prune": True, "enabled": True}
    for name in wanted:
        assert green.application(name)["spec"]["source"]["targetRevision"] == "main"
    assert green.application("root")["spec"]["syncPolicy"]["automated"] == {"prune": True}


def test_a_sync_that_runs_forever_is_ended_and_tried_again_after_the_hold(green: Green) -> None:
    # No load balancer controller gives the Ingress an address, and the next wave waits for it.
    files = {"apps/web/templates/ingress.yaml": INGRESS}
    green.revision = green.repository.commit("main", files)
    green.install()
    with pytest.raises(RefusedError, match=r"within argocd\.application_deadline .*web: .*Running"):
        green.sync(looks=100)
    green.kernel.run(30)
    state = green.application("web")["status"]["operationState"]
    assert (state["phase"], state["message"]) == ("Failed", "Operation terminated")
    run = SyncRun("run-1", 1, green.revision, since=green.kernel.now(), turn=1)
    sync_applications(green.client, ENVIRONMENT, HOME, run, lambda _: True, green.kernel.now())
    green.kernel.run(5)
    assert green.application("web")["status"]["operationState"]["operation"]["info"][0]["value"] == "run-1/1.1"
