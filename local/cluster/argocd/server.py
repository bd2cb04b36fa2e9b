"""argocd-server: Argo CD's own HTTP API, as much of it as reads the manifests of an Application needs.

Sources: ``server/server.go`` (Authenticate, getToken, the content types), ``server/application/application.go``
(GetManifests, getApplicationEnforceRBAC), ``server/account/account.go``, ``server/session/session.go``, and
grpc-gateway (``HTTPStatusFromCode``, ``{"error", "code", "message"}``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from local.cluster.argocd.accounts import Accounts, SessionError, looks_like_a_token
from local.cluster.argocd.application import APPLICATIONS, NAMESPACE, PROJECTS, SpecError
from local.cluster.argocd.policy import policy_of
from local.cluster.argocd.revisions import Revisions, has_several
from local.cluster.argocd.sites import SiteError, Sites
from local.cluster.argocd.targets import RepoServer, TargetError
from local.cluster.informer import Informer, key_of
from local.cluster.objects import Json
from local.kubernetes.errors import ApiError, outside
from local.kubernetes.wire import Answer

if TYPE_CHECKING:
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer
    from local.kubernetes.services import Asked

SERVICE = "argocd-server"
_REPO_SERVER, _DEPLOYMENTS = "argocd-repo-server", "deployments.apps"
_STARTS_AFTER = 3.0
VERSION = "v3.4.2"
COOKIE = "argocd.token"
_INVALID, _NOT_FOUND, _DENIED, _UNKNOWN, _INTERNAL, _UNAVAILABLE, _UNAUTHENTICATED = 3, 5, 7, 2, 13, 14, 16
_STATUS = {_INVALID: 400, _NOT_FOUND: 404, _DENIED: 403, _UNAVAILABLE: 503, _UNAUTHENTICATED: 401}
_CODES = {"Unavailable": _UNAVAILABLE, "Internal": _INTERNAL, "NotFound": _NOT_FOUND}
_DESC = re.compile(r"rpc error: code = (\w+) desc")
HIDDEN = "++++++++"


class GrpcError(Exception):
    """An answer that is an error, by its gRPC code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class _Call:
    """A request with what its path says."""

    asked: Asked
    names: tuple[str, ...]
    query: dict[str, list[str]]

    def option(self, name: str) -> str:
        return self.query.get(name, [""])[-1]

    def body(self) -> Json:
        try:
            found = json.loads(self.asked.body or b"{}")
        except ValueError as error:
            raise GrpcError(_INVALID, f"invalid character in request body: {error}") from error
        return found if isinstance(found, dict) else {}


class ArgoCdServer:
    """The backend of the Service ``argocd-server``.

    Args:
        kernel: the clock.
        api: the cluster in which Argo CD runs.
        informer: the shared cache.
        repo_server: renders.
        sites: the clusters that Applications are for.
    """

    def __init__(
        self, kernel: Kernel, api: ApiServer, informer: Informer, repo_server: RepoServer, sites: Sites
    ) -> None:
        self.accounts = Accounts(kernel, api)
        self._kernel, self._api, self._informer, self._repo_server = kernel, api, informer, repo_server
        self._sites = sites
        self._routes: list[tuple[str, re.Pattern[str], Callable[[_Call], Json | str]]] = [
            ("GET", re.compile(r"/healthz"), lambda _: "ok"),
            ("GET", re.compile(r"/api/version"), lambda _: {"Version": VERSION}),
            ("POST", re.compile(r"/api/v1/session"), self._log_in),
            ("GET", re.compile(r"/api/v1/session/userinfo"), self._user_info),
            ("GET", re.compile(r"/api/v1/account/([^/]+)"), self._get_account),
            ("POST", re.compile(r"/api/v1/account/([^/]+)/token"), self._create_token),
            ("DELETE", re.compile(r"/api/v1/account/([^/]+)/token/([^/]+)"), self._delete_token),
            ("GET", re.compile(r"/api/v1/applications/([^/]+)/manifests"), self._manifests),
        ]
        api.backends[NAMESPACE, SERVICE] = self.answer
        informer.listen(self._changed)

    def _changed(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        del before
        if event == "ADDED" and resource == _DEPLOYMENTS and key_of(obj) == (NAMESPACE, SERVICE):
            self._kernel.after(_STARTS_AFTER, self._start)

    def _start(self) -> None:
        """What argocd-server makes when it starts: its key, the admin's password, the default project."""
        if self._informer.is_closed or self._informer.get(_DEPLOYMENTS, (NAMESPACE, SERVICE)) is None:
            return
        try:
            self.accounts.initialise()
            self._make_default_project()
        except ApiError:  # something that it needs is not there yet: it crashes, and is started again
            self._kernel.after(_STARTS_AFTER, self._start)

    def _make_default_project(self) -> None:
        if self._informer.get(PROJECTS, (NAMESPACE, "default")) is None:
            everything = {"group": "*", "kind": "*"}
            spec = {"sourceRepos": ["*"], "destinations": [{"server": "*", "namespace": "*"}]}
            spec["clusterResourceWhitelist"] = [everything]
            made = {"apiVersion": "argoproj.io/v1alpha1", "kind": "AppProject", "spec": spec}
            made["metadata"] = {"name": "default", "namespace": NAMESPACE}
            self._api.create(PROJECTS, made, manager=SERVICE)

    def answer(self, asked: Asked) -> Answer:
        """The answer to one request."""
        parameters = self._settings("argocd-cmd-params-cm")
        is_plain = parameters.get("server.insecure") == "true"
        if asked.scheme == "https" and is_plain:
            why = "error trying to reach service: tls: first record does not look like a TLS handshake"
            raise ApiError(503, "ServiceUnavailable", why)
        if asked.scheme == "http" and not is_plain:
            where = f"https://{asked.headers.get('Host', SERVICE)}{asked.target}"
            return Answer(307, f'<a href="{where}">Temporary Redirect</a>.\n', {"Location": where})
        return self._routed(asked, "/" + parameters.get("server.rootpath", "").strip("/"))

    def _routed(self, asked: Asked, root: str) -> Answer:
        split = urlsplit(asked.target)
        if root != "/" and not split.path.startswith(root + "/"):
            return Answer(404, "404 page not found\n")
        path = split.path if root == "/" else split.path.removeprefix(root)
        for method, pattern, handle in self._routes:
            found = pattern.fullmatch(path)
            if found and asked.method == method:
                if method != "GET" and asked.headers.get("Content-Type") != "application/json":
                    return Answer(415, "Invalid content type\n")
                return self._handled(handle, _Call(asked, tuple(map(unquote, found.groups())), parse_qs(split.query)))
        raise outside(f"{asked.method} {path} of argocd-server")

    @staticmethod
    def _handled(handle: Callable[[_Call], Json | str], call: _Call) -> Answer:
        try:
            return Answer(200, handle(call))
        except GrpcError as error:
            told = {"error": error.message, "code": error.code, "message": error.message}
            return Answer(_STATUS.get(error.code, 500), told)

    # Sessions and accounts.

    def _caller(self, call: _Call) -> str:
        token = _token(call.asked.headers.get("Cookie", ""))
        if not token:
            raise GrpcError(_UNAUTHENTICATED, "no session information")
        try:
            return self.accounts.holder(token)
        except SessionError as error:
            raise GrpcError(_UNAUTHENTICATED, f"invalid session: {error}") from error

    def _allows(self, caller: str, resource: str, action: str, what: str) -> bool:
        return policy_of(self._settings("argocd-rbac-cm")).allows(caller, resource, action, what)

    def _log_in(self, call: _Call) -> Json:
        body = call.body()
        if not body.get("username"):
            raise GrpcError(_UNAUTHENTICATED, "no credentials supplied")
        try:
            return {"token": self.accounts.log_in(str(body["username"]), str(body.get("password", "")))}
        except SessionError as error:
            raise GrpcError(_UNAUTHENTICATED, str(error)) from error

    def _user_info(self, call: _Call) -> Json:
        try:
            return {"loggedIn": True, "username": self._caller(call), "iss": "argocd"}
        except GrpcError:
            return {}

    def _get_account(self, call: _Call) -> Json:
        self._check_account(call, "get")
        try:
            account = self.accounts.account(call.names[0])
        except SessionError as error:
            message = f"failed to get account {call.names[0]}: rpc error: code = NotFound desc = {error}"
            raise GrpcError(_NOT_FOUND, message) from error
        found: Json = {"name": account.name, "enabled": account.enabled, "capabilities": list(account.capabilities)}
        tokens = sorted(account.tokens, key=lambda one: -one["iat"])
        found["tokens"] = [
            {"id": one["id"], "issuedAt": str(one["iat"]), "expiresAt": str(one.get("exp", 0))} for one in tokens
        ]
        return found

    def _create_token(self, call: _Call) -> Json:
        self._check_account(call, "update")
        body = call.body()
        try:
            seconds = int(body.get("expiresIn") or 0)
            return {"token": self.accounts.create_token(call.names[0], str(body.get("id", "")), seconds)}
        except SessionError as error:
            raise GrpcError(_UNKNOWN, f"failed to update account with new token: {error}") from error

    def _delete_token(self, call: _Call) -> Json:
        self._check_account(call, "update")
        name, token_id = call.names
        if not self.accounts.delete_token(name, token_id):
            text = f"failed to delete account {name}: rpc error: code = NotFound desc = "
            raise GrpcError(_NOT_FOUND, f"{text}token with id '{token_id}' does not exist")
        return {}

    def _check_account(self, call: _Call, action: str) -> None:
        """An account may always see and change itself."""
        caller, name = self._caller(call), call.names[0]
        if caller != name and not self._allows(caller, "accounts", action, name):
            why = f"permission denied: accounts, {action}, {name}, sub: {caller}"
            raise GrpcError(_DENIED, f"permission denied for account {name} with action {action}: {why}")

    # Applications.

    def _manifests(self, call: _Call) -> Json:
        caller, name = self._caller(call), call.names[0]
        app, project = self._informer.get(APPLICATIONS, (NAMESPACE, name)), call.option("project")
        known = (app or {"spec": {"project": project}})["spec"].get("project") or "default"
        # Who may not see an Application does not learn whether it is there; nor does who does not name its project.
        if not self._allows(caller, "applications", "get", f"{known}/{name}") or (app is None and not project):
            raise GrpcError(_DENIED, "permission denied")
        if app is None or project not in {"", known}:
            raise GrpcError(_NOT_FOUND, f'applications.argoproj.io "{name}" not found')
        try:
            made = self._rendered(app, _asked(call, app))
        except TargetError as error:
            raise _generation_error(error) from error
        return {"manifests": [json.dumps(_hidden(one), separators=(",", ":")) for one in made]}

    def _rendered(self, app: Json, revisions: Revisions) -> list[Json]:
        repo_server = self._informer.get(_DEPLOYMENTS, (NAMESPACE, _REPO_SERVER)) or {}
        if not (repo_server.get("status") or {}).get("readyReplicas"):
            raise TargetError('rpc error: code = Unavailable desc = connection error: desc = "connection refused"')
        try:
            self._sites.of(app)  # the versions that it serves are handed to the chart
        except SpecError as error:
            raise GrpcError(_UNKNOWN, f"error getting application cluster config: {error}") from error
        except SiteError as error:
            raise GrpcError(_UNKNOWN, f"error getting server version: {error}") from error
        return self._repo_server.manifests(app, revisions)

    def _settings(self, config_map: str) -> dict[str, str]:
        try:
            return dict(self._api.get("configmaps", config_map, NAMESPACE).get("data") or {})
        except ApiError:
            return {}


def _asked(call: _Call, app: Json) -> Revisions:
    """The revision of a single source, or those of the positions (from 1) that the query names."""
    if not has_several(app):
        return (call.option("revision"),)
    found = [""] * len(app["spec"]["sources"])
    asked = call.query.get("revisions", [])
    for position, revision in zip(call.query.get("sourcePositions", []), asked, strict=False):
        if not 1 <= int(position) <= len(found):
            raise GrpcError(_UNKNOWN, "source position is out of range")
        found[int(position) - 1] = revision
    return tuple(found)


def _token(cookies: str) -> str:
    """The token among a request's cookies; Authorization has ended at the Kubernetes API server."""
    found = SimpleCookie(cookies).get(COOKIE)
    return found.value if found is not None and looks_like_a_token(found.value) else ""


def _generation_error(error: TargetError) -> GrpcError:
    text = str(error.__cause__ or error)
    text = text if text.startswith("rpc error:") else f"rpc error: code = Unknown desc = {text}"
    code = _DESC.match(text)
    return GrpcError(_CODES.get(code[1] if code else "", _UNKNOWN), f"error generating manifests: {text}")


def _hidden(manifest: Json) -> Json:
    """A manifest as it goes out: of a Secret only the names of its values (gitops-engine ``diff.HideSecretData``)."""
    if manifest["kind"] != "Secret" or manifest["apiVersion"] != "v1":
        return manifest
    names = {**(manifest.get("data") or {}), **(manifest.get("stringData") or {})}
    rest = {key: value for key, value in manifest.items() if key not in {"data", "stringData"}}
    return rest | ({"data": dict.fromkeys(names, HIDDEN)} if names else {})
