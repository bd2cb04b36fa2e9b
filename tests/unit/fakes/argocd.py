"""A Kubernetes API whose cluster runs Argo CD: its API server knows tokens, and says what Git has."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from norikae.errors import CredentialsExpiredError, RefusedError, UnreachableError
from tests.unit.fakes.kubernetes import FakeKubernetes

Json = dict[str, Any]
KEY = b"a signing key that argocd-server made"
SERVER = "https:argocd-server:443"


def workload(kind: str, name: str) -> Json:
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": {"replicas": 1}}


def config(name: str, **data: str) -> Json:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


INSTALL: list[Json] = [
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "applications.argoproj.io"},
    },
    config("argocd-cm", url="https://argocd.example.com"),
    config("argocd-rbac-cm", **{"policy.csv": "g, sre, role:admin\n"}),
    workload("Deployment", "argocd-server"),
    workload("StatefulSet", "controller"),
]
"""As small an install manifest as norikae takes."""


class FakeArgoCd(FakeKubernetes):
    """``FakeKubernetes`` with an argocd-server behind its proxy.

    ``rendered`` is what Git has, by application and revision ("" for the application's own).
    """

    def __init__(self, *objects: Json) -> None:
        self.rendered: dict[tuple[str, str], list[Json]] = {}
        self.asked: list[str] = []
        self.server = SERVER
        self.account_tokens: dict[str, str] = {}
        super().__init__(*objects)

    def starts(self) -> None:
        """argocd-server starts: it makes its signing key (util/settings InitializeSettings)."""
        self.put(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "argocd-secret", "namespace": "argocd"},
                "data": {"server.secretkey": base64.b64encode(KEY).decode()},
            }
        )

    def apply(self, obj: Mapping[str, Any], *, dry_run: bool = False, force: bool = True) -> Json:
        """Apply, and answer with the object as it is stored, as an API server does."""
        applied = super().apply(obj, dry_run=dry_run, force=force)
        if dry_run:
            return applied
        stored = self.objects[self._key(applied)]
        stored["metadata"].setdefault("uid", f"uid of {stored['metadata']['name']}")
        return copy.deepcopy(stored)

    def proxied(self, service: str, namespace: str, path: str, *, cookie: str = "") -> bytes:
        self._reach()
        if service != self.server:
            raise UnreachableError(f'no endpoints available for service "{service}"')
        self.asked.append(path)
        user = self.user(cookie.removeprefix("argocd.token="))
        parts = urlsplit(path)
        if parts.path == "/api/v1/session/userinfo":
            known = {"loggedIn": True, "username": user, "iss": "argocd"} if user else {}
            return json.dumps(known).encode()
        if not user:
            raise CredentialsExpiredError("was answered 401: no session information")
        name = parts.path.removeprefix("/api/v1/applications/").removesuffix("/manifests")
        revisions = parse_qs(parts.query)
        revision = (revisions.get("revision") or revisions.get("revisions") or [""])[0]
        if (name, revision) not in self.rendered:
            raise RefusedError(f"was answered 400: {name} has no {revision}")
        return json.dumps({"manifests": [json.dumps(one) for one in self.rendered[name, revision]]}).encode()

    def user(self, token: str) -> str:
        """Whose token it is, as SessionManager.Parse finds out; "" when it does not count."""
        if token in self.account_tokens:
            return self.account_tokens[token]
        secret = self.objects.get(("secrets", "argocd", "argocd-secret"))
        text, _, signature = token.rpartition(".")
        if secret is None or not text:
            return ""
        key = base64.b64decode(secret["data"]["server.secretkey"])
        wanted = base64.urlsafe_b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode().rstrip("=")
        claims = claims_of(token)
        name, _, capability = claims["sub"].partition(":")
        listed = json.loads(base64.b64decode(secret["data"].get(f"accounts.{name}.tokens", "")) or "[]")
        declared = self.objects.get(("configmaps", "argocd", "argocd-cm"), {}).get("data", {})
        counts = (
            signature == wanted
            and claims["iss"] == "argocd"
            and capability == "apiKey" == declared.get(f"accounts.{name}")
            and claims["jti"] in {one["id"] for one in listed}
        )
        return name if counts else ""


def claims_of(token: str) -> Json:
    """The claims of a JSON Web Token."""
    body = token.split(".")[1]
    found: Json = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found
