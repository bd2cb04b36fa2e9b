"""What the stories of this folder are made of: manifests, clusters, a small repository, Argo CD in two lines."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.cluster.argocd.application import APPLICATIONS, NAMESPACE
from local.cluster.argocd.sites import Reach, nowhere
from local.cluster.charts import documents
from local.cluster.cluster import KubernetesCluster
from local.cluster.git import GitRepositories, Repository
from local.cluster.paces import Paces
from local.kernel import Kernel
from local.kubernetes.api import ApiServer

Json = dict[str, Any]

URL = "https://git.example.com/demo/gitops.git"
PROJECT = Path(__file__).parents[3]
INSTALL = PROJECT / "environments/demo/argocd.yaml"
DEFINITION = PROJECT / "lambdas/manifests/secret-sync.yaml"
GITOPS = PROJECT / "local/demo/gitops"


def cluster_named(
    kernel: Kernel,
    name: str,
    version: str = "1.33",
    *,
    nodes: int = 3,
    git: GitRepositories | None = None,
    reach: Reach = nowhere,
    paces: Paces = Paces(),  # noqa: B008 - a frozen value
) -> KubernetesCluster:
    """A cluster whose nodes have been Ready for a while."""
    api = ApiServer(name=name, version=version, now=kernel.now, random=kernel.stream(f"{name}/api"))
    cluster = KubernetesCluster(kernel, api, git=git or GitRepositories(), reach=reach, paces=paces)
    for number in range(nodes):
        cluster.add_node(f"node-{number}", zone="ap-northeast-1" + "acd"[number % 3], labels={"role": "worker"})
    kernel.run(60)
    return cluster


def deployment(name: str, replicas: int = 2, *, image: str = "app:1", namespace: str = "default", **spec: Any) -> Json:
    """A Deployment; keyword arguments named like fields of its pod or of itself end up there."""
    template = spec.pop("template", {})
    container = {"name": "app", "image": image, "readinessProbe": {"httpGet": {"path": "/", "port": 80}}}
    pod = {"containers": [{**container, **spec.pop("container", {})}], **spec.pop("pod", {})}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}, **template}, "spec": pod},
            **spec,
        },
    }


def budget(name: str, **spec: Any) -> Json:
    """A PodDisruptionBudget over the pods of the deployment of the same name."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"selector": {"matchLabels": {"app": name}}, **spec},
    }


def ready(cluster: KubernetesCluster, app: str, namespace: str = "default") -> int:
    """How many pods of a deployment answer."""
    return len(cluster.ready_pods(namespace, {"app": app}))


def pods_of(cluster: KubernetesCluster, app: str, namespace: str = "default") -> list[Json]:
    """The pods of a deployment as the API server has them."""
    return cluster.api.list("pods", namespace, labels=f"app={app}")


def config_map(name: str, *, wave: int | None = None, **data: str) -> str:
    """A ConfigMap as text for a repository."""
    annotations = f'\n  annotations: {{argocd.argoproj.io/sync-wave: "{wave}"}}' if wave is not None else ""
    lines = "".join(f"\n  {key}: {value!r}" for key, value in data.items()) or " {}"
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}{annotations}\ndata:{lines}\n"


def web(
    replicas: int = 1, *, image: str = "app:1", wave: int | None = None, name: str = "web", never: bool = False
) -> str:
    """A Deployment as text for a repository."""
    annotations = f'\n  annotations: {{argocd.argoproj.io/sync-wave: "{wave}"}}' if wave is not None else ""
    control = '\n      annotations: {world.norikae.dev/never-ready: "true"}' if never else ""
    return f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}{annotations}
spec:
  replicas: {replicas}
  progressDeadlineSeconds: 120
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata:
      labels: {{app: {name}}}{control}
    spec:
      containers: [{{name: app, image: "{image}"}}]
"""


class Argo:
    """Argo CD in a cluster, a repository, and what people do with both."""

    def __init__(self, kernel: Kernel, files: Mapping[str, str], *, reach: Reach = nowhere) -> None:
        self.kernel = kernel
        self.repository = Repository(files)
        self.cluster = cluster_named(kernel, "demo-1-33", git=GitRepositories({URL: self.repository}), reach=reach)
        self.api = self.cluster.api
        objects = documents(INSTALL.name, INSTALL.read_text(encoding="utf-8"))
        for obj in sorted(objects, key=lambda one: one["kind"] not in {"Namespace", "CustomResourceDefinition"}):
            self.api.apply(obj, manager="kubectl")
        self.resync_every(None)
        kernel.run(60)

    def resync_every(self, setting: str | None) -> None:
        """Argo CD is configured; without a setting it has its default of three minutes."""
        body = {"data": {"timeout.reconciliation": setting}}
        self.api.patch("configmaps", "argocd-cm", NAMESPACE, body, manager="kubectl")

    def application(self, name: str = "shop", *, path: str = "shop", revision: str = "main", **spec: Any) -> None:
        """An Application appears."""
        finalizers = spec.pop("finalizers", [])
        source = {"repoURL": URL, "path": path, "targetRevision": revision, **spec.pop("source", {})}
        destination = {"server": "https://kubernetes.default.svc", "namespace": spec.pop("namespace", "default")}
        body = {"project": "default", "source": source, "destination": destination, **spec}
        meta = {"name": name, "namespace": NAMESPACE, "finalizers": finalizers}
        app = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": meta, "spec": body}
        self.api.create(APPLICATIONS, app, manager="kubectl")

    def sync(self, name: str = "shop", *, retry: Json | None = None, note: str = "", **sync: Any) -> None:
        """Somebody patches an operation onto the Application, as ``docs/user-guide/sync-kubectl.md`` shows."""
        operation: Json = {"sync": sync, "info": [{"name": "id", "value": note}]}
        if retry is not None:
            operation["retry"] = retry
        self.api.patch(APPLICATIONS, name, NAMESPACE, {"operation": operation}, manager="kubectl")

    def terminate(self, name: str = "shop") -> None:
        """Somebody asks for the end of the running operation, as ``argocd app terminate-op`` does."""
        body = {"status": {"operationState": {"phase": "Terminating"}}}
        self.api.patch(APPLICATIONS, name, NAMESPACE, body, manager="kubectl")

    def refresh(self, name: str = "shop") -> None:
        """Somebody asks for a refresh by annotation."""
        body = {"metadata": {"annotations": {"argocd.argoproj.io/refresh": "normal"}}}
        self.api.patch(APPLICATIONS, name, NAMESPACE, body, manager="kubectl")

    def app(self, name: str = "shop") -> Json:
        """The Application now."""
        return self.api.get(APPLICATIONS, name, NAMESPACE)

    def status(self, name: str = "shop") -> Json:
        """Its status now."""
        found: Json = self.app(name).get("status", {})
        return found

    def state(self, name: str = "shop") -> Json:
        """Its operationState now."""
        found: Json = self.status(name).get("operationState", {})
        return found

    def summary(self, name: str = "shop") -> tuple[str, str]:
        """Sync and health."""
        status = self.status(name)
        return status["sync"]["status"], status["health"]["status"]

    def run_until_phase(self, phase: str, name: str = "shop", *, within: float = 600) -> None:
        """Live on until the operation is in a phase."""
        for _ in range(int(within / 0.1)):
            if self.state(name).get("phase") == phase and not (
                phase == "Running" and self.state(name).get("finishedAt")
            ):
                return
            self.kernel.run(0.1)
        raise AssertionError(f"{name} is {self.state(name)}, not {phase}")
