"""The objects that the stories are about, and a clock that the test moves."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from local.kubernetes import ApiError, ApiServer

Json = dict[str, Any]

NOON = 1_795_521_600.0
"""2026-11-24T12:00:00Z."""


class Clock:
    """Virtual time, in the test's hand."""

    def __init__(self) -> None:
        self.seconds = NOON

    def __call__(self) -> float:
        return self.seconds


class Refusal:
    """What the server said no with."""

    error: ApiError

    @property
    def said(self) -> tuple[int, str, str]:
        return self.error.code, self.error.reason, self.error.message


@contextmanager
def refused() -> Iterator[Refusal]:
    """The block must be refused."""
    refusal = Refusal()
    with pytest.raises(ApiError) as caught:
        yield refusal
    refusal.error = caught.value


def server(version: str = "1.33", clock: Clock | None = None) -> ApiServer:
    return ApiServer(name=f"demo-{version}", version=version, now=clock or Clock(), random=random.Random(7))  # noqa: S311 - a seeded world


def deployment(name: str = "web", *, image: str = "web:1", replicas: int = 2) -> Json:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop", "labels": {"app": name}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "web", "image": image, "ports": [{"containerPort": 8080}]}]},
            },
        },
    }


def pod(name: str = "web-1", *, node: str = "node-1", labels: dict[str, str] | None = None) -> Json:
    return {
        "metadata": {"name": name, "namespace": "shop", "labels": labels or {"app": "web"}},
        "spec": {"nodeName": node, "containers": [{"name": "web", "image": "web:1"}]},
    }


def config(name: str = "settings", **data: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "shop"},
        "data": data or {"colour": "blue"},
    }


def definition(*, status: bool = True, schema: Json | None = None) -> Json:
    """A CustomResourceDefinition of Widgets."""
    version: Json = {"name": "v1", "served": True, "storage": True}
    if status:
        version["subresources"] = {"status": {}}
    if schema:
        version["schema"] = {"openAPIV3Schema": schema}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget", "shortNames": ["wd"]},
            "versions": [version],
        },
    }


def widget(name: str = "one", **spec: Any) -> Json:
    return {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": spec or {"size": 1},
    }
