"""argocd-server through the API server's proxy: who may ask, and what it tells."""

import base64
import json
from typing import Any

import pytest

from local.cluster.argocd.application import APPLICATIONS, NAMESPACE
from local.kernel import Kernel
from local.kubernetes import User
from local.kubernetes.verbs import Verbs
from local.kubernetes.wire import Request
from tests.local.cluster.building import Argo, config_map

Json = dict[str, Any]

SERVER = "/api/v1/namespaces/argocd/services/https:argocd-server:443/proxy"
MANIFESTS = "/api/v1/applications/shop/manifests"
SECRET = """apiVersion: v1
kind: Secret
metadata: {name: keys}
data: {a: c2VjcmV0}
stringData: {b: secret}
"""


class Server:
    """argocd-server as somebody with access to the cluster reaches it."""

    def __init__(self, argo: Argo) -> None:
        self.argo = argo
        self._verbs = Verbs(argo.api, lambda _: User("admin", ("system:masters",)))

    def ask(self, path: str, token: str = "", *, service: str = SERVER) -> tuple[int, Any]:
        headers = {"Authorization": "Bearer kubernetes", "Cookie": f"argocd.token={token}"}
        answer = self._verbs.answer(Request("GET", service + path, headers))
        return answer.code, answer.content

    def send(self, method: str, path: str, body: Json, token: str = "", **headers: str) -> tuple[int, Any]:
        told = {"Authorization": "Bearer kubernetes", "Cookie": f"argocd.token={token}"}
        told |= {"Content-Type": "application/json"} | headers
        answer = self._verbs.answer(Request(method, SERVER + path, told, json.dumps(body).encode()))
        return answer.code, answer.content

    def manifests(self, token: str, revision: str = "") -> dict[str, Json]:
        status, told = self.ask(f"{MANIFESTS}?revision={revision}" if revision else MANIFESTS, token)
        assert status == 200, told
        return {one["kind"]: one for one in map(json.loads, told["manifests"])}

    def configure(self, config_map: str, **data: str) -> None:
        body = {"data": {name.replace("__", "."): value for name, value in data.items()}}
        self.argo.api.patch("configmaps", config_map, NAMESPACE, body, manager="kubectl")

    def secret(self, name: str) -> dict[str, str]:
        found = self.argo.api.get("secrets", name, NAMESPACE)
        return {key: base64.b64decode(value).decode() for key, value in found["data"].items()}

    def admin(self) -> str:
        password = self.secret("argocd-initial-admin-secret")["password"]
        token: str = self.send("POST", "/api/v1/session", {"username": "admin", "password": password})[1]["token"]
        return token

    def reader(self, **body: Any) -> str:
        """A token of an account that may read."""
        self.configure("argocd-cm", accounts__norikae="apiKey")
        self.configure("argocd-rbac-cm", policy__norikae__csv="g, norikae, role:readonly")
        token: str = self.send("POST", "/api/v1/account/norikae/token", body, self.admin())[1]["token"]
        return token


@pytest.fixture
def server(argo: Argo, kernel: Kernel) -> Server:
    argo.application()
    kernel.run(10)
    return Server(argo)


def refusal(code: int, text: str) -> Json:
    return {"error": text, "code": code, "message": text}


def test_the_manifests_of_a_revision_can_be_asked_for(server: Server) -> None:
    token, repository = server.reader(), server.argo.repository
    first = repository.resolve("main")
    repository.commit("main", {"shop/settings.yaml": config_map("settings", colour="green")})
    before, after = server.manifests(token, first), server.manifests(token)
    assert (before["ConfigMap"]["data"], after["ConfigMap"]["data"]) == ({"colour": "blue"}, {"colour": "green"})


def test_manifests_are_tracked_but_have_no_namespace_that_git_does_not_give(server: Server) -> None:
    found = server.manifests(server.reader())["Deployment"]["metadata"]
    assert found["annotations"] == {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:default/web"}
    assert "namespace" not in found


def test_values_of_secrets_are_hidden(server: Server) -> None:
    server.argo.repository.commit("main", {"shop/keys.yaml": SECRET})
    found = server.manifests(server.reader())["Secret"]
    assert found["data"] == {"a": "++++++++", "b": "++++++++"}
    assert "stringData" not in found


def test_the_servers_first_start_makes_a_key_a_password_and_the_default_project(server: Server) -> None:
    assert len(base64.b64decode(server.secret("argocd-secret")["server.secretkey"])) == 32
    assert server.ask("/api/v1/session/userinfo", server.admin())[1]["username"] == "admin"
    server.argo.api.delete("secrets", "argocd-initial-admin-secret", NAMESPACE)
    assert server.ask("/api/version") == (200, {"Version": "v3.4.2"})


def test_a_token_is_refused_without_a_session(server: Server) -> None:
    assert server.ask(MANIFESTS) == (401, refusal(16, "no session information"))
    assert server.ask(MANIFESTS, "no-token") == (401, refusal(16, "no session information"))
    assert server.ask("/api/v1/session/userinfo") == (200, {})


def test_a_token_counts_while_its_id_is_noted(server: Server) -> None:
    token = server.reader(id="first")
    assert server.ask(MANIFESTS, token)[0] == 200
    assert server.send("POST", "/api/v1/account/norikae/token", {"id": "first"}, server.admin())[0] == 500
    assert server.send("DELETE", "/api/v1/account/norikae/token/first", {}, server.admin()) == (200, {})
    why = "invalid session: account norikae does not have token with id first"
    assert server.ask(MANIFESTS, token) == (401, refusal(16, why))


def test_a_token_ends_with_its_time_its_key_and_its_account(server: Server, kernel: Kernel) -> None:
    token = server.reader(expiresIn=3600)
    server.configure("argocd-cm", accounts__norikae="login")
    why = "invalid session: account norikae does not have 'apiKey' capability"
    assert server.ask(MANIFESTS, token)[1]["message"] == why
    server.configure("argocd-cm", accounts__norikae="apiKey", accounts__norikae__enabled="false")
    assert server.ask(MANIFESTS, token)[1]["message"] == "invalid session: account norikae is disabled"
    kernel.run(3601)
    why = "invalid session: token has invalid claims: token is expired"
    assert server.ask(MANIFESTS, token)[1]["message"] == why
    body = {"data": {"server.secretkey": base64.b64encode(b"another").decode()}}
    server.argo.api.patch("secrets", "argocd-secret", NAMESPACE, body, manager="kubectl")
    why = "invalid session: token signature is invalid: signature is invalid"
    assert server.ask(MANIFESTS, token)[1]["message"] == why


def test_who_may_not_see_an_application_does_not_learn_whether_it_is_there(server: Server) -> None:
    token = server.reader()
    nobody = "/api/v1/applications/nobody/manifests"
    assert server.ask(nobody, token) == (403, refusal(7, "permission denied"))
    assert server.ask(f"{nobody}?project=default", token)[0] == 404
    server.configure("argocd-rbac-cm", policy__norikae__csv="p, norikae, applications, get, other/*, allow")
    assert server.ask(MANIFESTS, token) == (403, refusal(7, "permission denied"))
    server.configure("argocd-rbac-cm", policy__default="role:readonly")
    assert server.ask(MANIFESTS, token)[0] == 200
    server.configure("argocd-rbac-cm", policy__csv="p, role:readonly, applications, get, */*, deny")
    assert server.ask(MANIFESTS, token)[0] == 403


def test_an_account_makes_tokens_for_itself_only(server: Server) -> None:
    token = server.reader()
    assert server.send("POST", "/api/v1/account/norikae/token", {}, token)[0] == 200
    server.configure("argocd-cm", accounts__other="apiKey")
    assert server.send("POST", "/api/v1/account/other/token", {}, token)[0] == 403
    assert len(server.ask("/api/v1/account/norikae", token)[1]["tokens"]) == 2


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_wrong_password_gives_no_session(server: Server, password: str) -> None:
    status, told = server.send("POST", "/api/v1/session", {"username": "admin", "password": password})
    assert (status, told["code"]) == (401, 16)
    assert server.send("POST", "/api/v1/session", {}, **{"Content-Type": "text/plain"})[0] == 415


def test_what_cannot_be_rendered_is_told_in_the_repo_servers_words(server: Server) -> None:
    token = server.reader()
    status, told = server.ask(f"{MANIFESTS}?revision=v9", token)
    why = "error generating manifests: rpc error: code = Unknown desc = unable to resolve 'v9' to a commit SHA"
    assert (status, told) == (500, refusal(2, why))


def test_without_a_repo_server_nothing_is_rendered(server: Server, kernel: Kernel) -> None:
    token = server.reader()
    server.argo.api.patch("deployments.apps", "argocd-repo-server", NAMESPACE, {"spec": {"replicas": 0}}, manager="jo")
    kernel.run(60)
    status, told = server.ask(MANIFESTS, token)
    assert (status, told["code"]) == (503, 14)


def test_a_server_whose_pods_are_gone_does_not_answer(server: Server, kernel: Kernel) -> None:
    server.argo.api.patch("deployments.apps", "argocd-server", NAMESPACE, {"spec": {"replicas": 0}}, manager="jo")
    kernel.run(60)
    status, told = server.ask("/api/version")
    assert (status, told["message"]) == (503, 'no endpoints available for service "argocd-server"')


def test_plain_http_is_redirected_unless_the_server_is_insecure(server: Server) -> None:
    plain = SERVER.replace("https:argocd-server:443", "argocd-server:80")
    assert server.ask("/api/version", service=plain)[0] == 307
    server.configure("argocd-cmd-params-cm", server__insecure="true", server__rootpath="/argo")
    assert server.ask("/argo/api/version", service=plain) == (200, {"Version": "v3.4.2"})
    assert server.ask("/api/version", service=plain)[0] == 404
    assert "first record does not look like a TLS handshake" in server.ask("/argo/api/version")[1]["message"]


def test_what_the_model_does_not_know_is_said_loudly(server: Server) -> None:
    status, told = server.ask("/api/v1/applications")
    assert (status, told["reason"]) == (501, "NotImplemented")
    assert server.argo.api.get(APPLICATIONS, "shop", NAMESPACE)["spec"]["project"] == "default"
