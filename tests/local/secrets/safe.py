"""Secrets Manager in the test's hand, and a cluster whose people use operators of secrets."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from local.aws.simulator import AwsError
from local.cluster.charts import documents, render_chart
from local.cluster.git import Repository
from local.kernel import Kernel
from local.secrets.operators import SecretOperators
from tests.local.cluster.building import GITOPS, PROJECT, cluster_named

Json = dict[str, Any]
REGION = "ap-northeast-1"
SECRET = "prod/db"


class Safe:
    """Secrets by name: versions, and which of them is current."""

    def __init__(self) -> None:
        self.versions: dict[str, dict[str, str | bytes]] = {}
        self.current: dict[str, str] = {}
        self.calls: list[tuple[str, str]] = []
        self.refusal: AwsError | None = None
        self.roles: dict[tuple[str, str], str] = {}

    def put(self, name: str, version: str, value: str | bytes | Json) -> None:
        """A new version, which becomes current."""
        text = json.dumps(value) if isinstance(value, dict) else value
        self.versions.setdefault(name, {})[version] = text
        self.current[name] = version

    def role(self, namespace: str, account: str) -> str:
        if (namespace, account) not in self.roles:
            raise AwsError("NoCredentialProviders", "no IAM role", 400)
        return self.roles[namespace, account]

    def value(self, role: str, secret: str, **version: str) -> Json:
        assert role
        self.calls.append((secret, next(iter(version.values()))))
        if self.refusal:
            raise self.refusal
        found = version.get("VersionId") or self.current.get(secret, "")
        if found not in self.versions.get(secret, {}):
            raise AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.", 400)
        value = self.versions[secret][found]
        member = "SecretBinary" if isinstance(value, bytes) else "SecretString"
        return {"VersionId": found, member: value}


class People:
    """A cluster, its operators, and what people apply."""

    def __init__(self) -> None:
        self.kernel, self.safe = Kernel(seed=3), Safe()
        self.cluster = cluster_named(self.kernel, "demo-1-33", nodes=0)
        self.cluster.add_node("node-0", labels={"role": "system"})
        self.kernel.run(60)
        self.api = self.cluster.api
        self.operators = SecretOperators(self.kernel, self.cluster, self.safe, REGION)
        self.api.create("namespaces", {"metadata": {"name": "shop"}})

    def install(self, chart: str) -> None:
        """A chart of the demo's platform."""
        repository = Repository.load(GITOPS)
        files = repository.files(repository.resolve("main"), f"platform/{chart}")
        self.api.create("namespaces", {"metadata": {"name": chart}})
        self.safe.roles[chart, chart] = "arn:aws:iam::123456789012:role/demo-secret-operators"
        for one in render_chart(files, [("cluster", "demo-1-33")], release=chart, namespace=chart):
            namespaced = self.api.catalog.of_kind(one["apiVersion"], one["kind"])[0].namespaced
            meta = {**one["metadata"], **({"namespace": chart} if namespaced else {})}
            self.api.apply({**one, "metadata": meta}, manager="argocd")
        self.kernel.run(60)

    def install_by_hand(self, name: str) -> None:
        path = PROJECT / "local/demo/by_hand" / name
        for one in documents(name, path.read_text(encoding="utf-8")):
            self.api.apply(one, manager="kubectl")
        self.kernel.run(60)

    def apply(self, obj: Json, *, wait: float = 5) -> Json:
        applied = self.api.apply(obj, manager="people", force=True)
        self.kernel.run(wait)
        return applied

    def data(self, name: str = "db") -> dict[str, str]:
        """What a Secret says."""
        found = self.api.get("secrets", name, "shop").get("data") or {}
        return {key: base64.b64decode(text).decode() for key, text in found.items()}

    def has(self, name: str = "db") -> bool:
        return any(one["metadata"]["name"] == name for one in self.api.list("secrets", "shop"))


@pytest.fixture
def people() -> People:
    return People()


def store(name: str = "aws", **aws: Any) -> Json:
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "SecretStore",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"provider": {"aws": {"service": "SecretsManager", "region": REGION, **aws}}},
    }


def external_secret(**spec: Any) -> Json:
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": "db", "namespace": "shop", **spec.pop("meta", {})},
        "spec": {
            "secretStoreRef": {"kind": "SecretStore", "name": "aws"},
            "dataFrom": [{"extract": {"key": "prod/db"}}],
            **spec,
        },
    }


def aws_secret(version: str | None = "v1", name: str = "db", secret: str = SECRET, **spec: Any) -> Json:
    reference = {"secretId": secret, **({"versionId": version} if version else {})}
    return {
        "apiVersion": "mumoshu.github.io/v1alpha1",
        "kind": "AWSSecret",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"stringDataFrom": {"secretsManagerSecretRef": reference}, **spec},
    }
