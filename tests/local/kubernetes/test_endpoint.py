"""The wire: what a client with a token, a CA and HTTP sees."""

import json
import random
import ssl
import threading
from collections.abc import Generator, Iterator
from typing import Any

import pytest
import urllib3

from local.kubernetes import ApiError, ApiServer, Endpoint, User, serve
from local.kubernetes.certificates import issue
from local.kubernetes.routes import Route
from tests.local.kubernetes.shop import Json, config, definition, deployment, pod, server, widget

TOKENS = {
    "admin": User("admin", ("system:masters",)),
    "jo": User("jo"),
    "reader": User("reader", ("norikae:read",)),
}
SETTINGS = "/api/v1/namespaces/shop/configmaps/settings"
CONFIGMAPS = "/api/v1/namespaces/shop/configmaps"
WEB = "/apis/apps/v1/namespaces/shop/deployments/web"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"


class Client:
    """Somebody with a token."""

    def __init__(self, endpoint: Endpoint, token: str = "admin") -> None:  # noqa: S107 - a fixture token
        context = ssl.create_default_context(cadata=endpoint.ca_pem)
        self._pool = urllib3.PoolManager(ssl_context=context, retries=False, timeout=10.0)
        self._url, self._token = endpoint.url, token

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> urllib3.BaseHTTPResponse:
        told = {"Authorization": f"Bearer {self._token}", "User-Agent": "norikae/1.0"} if self._token else {}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return self._pool.request(method, self._url + path, body=content, headers=told)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Json]:
        response = self.call(method, path, body, **headers)
        return response.status, response.json()

    def watch(self, path: str) -> Generator[Json, None, None]:
        response = self._pool.request(
            "GET",
            self._url + path,
            headers={"Authorization": f"Bearer {self._token}"},
            preload_content=False,
        )
        try:
            for line in response:
                yield json.loads(line)
        finally:
            response.close()

    def close(self) -> None:
        self._pool.clear()


@pytest.fixture
def lock() -> threading.Lock:
    return threading.Lock()


@pytest.fixture
def endpoint(api: ApiServer, lock: threading.Lock) -> Iterator[Endpoint]:
    endpoint = serve(api, lock=lock, authenticate=TOKENS.get)
    yield endpoint
    endpoint.close()


@pytest.fixture
def admin(endpoint: Endpoint) -> Iterator[Client]:
    client = Client(endpoint)
    yield client
    client.close()


@pytest.fixture
def reader(endpoint: Endpoint) -> Iterator[Client]:
    client = Client(endpoint, "reader")
    yield client
    client.close()


def test_the_same_seed_gives_the_same_authority() -> None:
    first, second = (issue("demo", server().random) for _ in range(2))
    assert first == second
    assert first.ca.startswith("-----BEGIN CERTIFICATE-----")


def test_only_its_own_authority_vouches_for_a_server(endpoint: Endpoint) -> None:
    another = issue("demo-1.33", random.Random(8)).ca  # noqa: S311 - a seeded world
    client = Client(Endpoint(endpoint.url, another, endpoint.close))
    with pytest.raises(urllib3.exceptions.SSLError, match="certificate verify failed"):
        client.ask("GET", "/readyz")
    client.close()


def test_health_is_a_word(admin: Client) -> None:
    for path in ("/readyz", "/livez", "/healthz"):
        response = admin.call("GET", path)
        assert (response.status, response.data) == (200, b"ok")


def test_an_object_is_made_read_changed_and_deleted(admin: Client) -> None:
    assert admin.ask("POST", CONFIGMAPS, config())[0] == 201
    status, read = admin.ask("GET", SETTINGS)
    assert (status, read["data"], read["kind"]) == (200, {"colour": "blue"}, "ConfigMap")
    read["data"]["colour"] = "green"
    assert admin.ask("PUT", SETTINGS, read)[1]["data"] == {"colour": "green"}
    assert admin.ask("PATCH", SETTINGS, {"data": {"size": "3"}}, Content_Type=MERGE)[0] == 200
    status, done = admin.ask("DELETE", SETTINGS)
    assert (status, done["status"], done["details"]["kind"]) == (200, "Success", "configmaps")
    assert admin.ask("GET", SETTINGS)[0] == 404


def test_the_user_agent_names_the_manager(admin: Client) -> None:
    admin.ask("POST", CONFIGMAPS, config())
    patched = admin.ask("PATCH", f"{SETTINGS}?fieldManager=other", {"data": {"size": "3"}}, Content_Type=MERGE)[1]
    assert {entry["manager"] for entry in patched["metadata"]["managedFields"]} == {"norikae", "other"}


def test_lists_say_what_they_are_and_items_of_built_in_kinds_do_not(admin: Client) -> None:
    admin.ask("POST", CONFIGMAPS, config())
    status, listed = admin.ask("GET", CONFIGMAPS)
    assert (status, listed["kind"], listed["apiVersion"]) == (200, "ConfigMapList", "v1")
    assert "kind" not in listed["items"][0]
    admin.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition())
    admin.ask("POST", "/apis/example.com/v1/namespaces/shop/widgets", widget())
    widgets = admin.ask("GET", "/apis/example.com/v1/widgets")[1]
    assert (widgets["kind"], widgets["items"][0]["kind"]) == ("WidgetList", "Widget")


def test_lists_come_in_pages(admin: Client, api: ApiServer) -> None:
    for name in "abc":
        api.create("configmaps", config(name))
    first = admin.ask("GET", f"{CONFIGMAPS}?limit=2")[1]
    assert first["metadata"]["remainingItemCount"] == 1
    rest = admin.ask("GET", f"{CONFIGMAPS}?limit=2&continue={first['metadata']['continue']}")[1]
    assert [each["metadata"]["name"] for each in rest["items"]] == ["c"]
    assert "continue" not in rest["metadata"]
    selected = admin.ask("GET", f"{CONFIGMAPS}?fieldSelector=metadata.name%3Db")[1]
    assert [each["metadata"]["name"] for each in selected["items"]] == ["b"]


def test_apply_over_the_wire(admin: Client) -> None:
    path = f"{WEB}?fieldManager=norikae"
    body = deployment()
    assert admin.ask("PATCH", path, body, Content_Type=APPLY)[0] == 201
    assert admin.ask("PATCH", path, body, Content_Type=APPLY)[0] == 200
    yaml = b"apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 7\n"
    status, conflict = admin.ask("PATCH", f"{WEB}?fieldManager=other", yaml, Content_Type=APPLY)
    assert (status, conflict["details"]["causes"][0]["field"]) == (409, ".spec.replicas")
    status, forced = admin.ask("PATCH", f"{WEB}?fieldManager=other&force=true", yaml, Content_Type=APPLY)
    assert (status, forced["spec"]["replicas"]) == (200, 7)


def test_a_dry_run_over_the_wire(admin: Client) -> None:
    assert admin.ask("POST", f"{CONFIGMAPS}?dryRun=All", config())[0] == 201
    assert admin.ask("GET", SETTINGS)[0] == 404


def test_the_status_subresource_over_the_wire(admin: Client, api: ApiServer) -> None:
    api.create("deployments.apps", deployment())
    admin.ask("PATCH", f"{WEB}/status", {"status": {"replicas": 2}, "spec": {"replicas": 9}}, Content_Type=MERGE)
    read = admin.ask("GET", f"{WEB}/status")[1]
    assert (read["status"], read["spec"]["replicas"]) == ({"replicas": 2}, 2)


def test_an_eviction_over_the_wire(admin: Client, api: ApiServer) -> None:
    api.create("pods", pod())
    running = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    api.patch("pods", "web-1", "shop", {"status": running}, subresource="status")
    selector = {"matchLabels": {"app": "web"}}
    api.create(
        "poddisruptionbudgets.policy", {"metadata": {"name": "web"}, "spec": {"selector": selector}}, namespace="shop"
    )
    path = "/api/v1/namespaces/shop/pods/web-1/eviction"
    eviction: Json = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web-1"}}
    response = admin.call("POST", path, eviction)
    assert (response.status, response.headers["Retry-After"]) == (429, "10"), "its controller has not seen the budget"
    status = {"observedGeneration": 1, "disruptionsAllowed": 0}
    api.patch("poddisruptionbudgets.policy", "web", "shop", {"status": status}, subresource="status")
    response = admin.call("POST", path, eviction)
    assert (response.status, "Retry-After" in response.headers) == (429, False)
    assert response.json()["details"]["causes"][0]["reason"] == "DisruptionBudget"
    api.patch("poddisruptionbudgets.policy", "web", "shop", {"status": {"disruptionsAllowed": 1}}, subresource="status")
    eviction["deleteOptions"] = {"gracePeriodSeconds": 5, "dryRun": ["All"]}
    assert admin.ask("POST", path, eviction)[0] == 201
    eviction["deleteOptions"] = {"gracePeriodSeconds": 5}
    assert admin.ask("POST", path, eviction) == (
        201,
        {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Success",
            "code": 201,
        },
    )
    assert api.get("pods", "web-1", "shop")["metadata"]["deletionGracePeriodSeconds"] == 5


def test_deletion_over_the_wire_takes_options(admin: Client, api: ApiServer) -> None:
    uid = api.create("configmaps", config())["metadata"]["uid"]
    status, conflict = admin.ask("DELETE", SETTINGS, {"preconditions": {"uid": "x"}})
    assert (status, conflict["reason"]) == (409, "Conflict")
    assert admin.ask("DELETE", f"{SETTINGS}?dryRun=All")[0] == 200
    options = {"preconditions": {"uid": uid}, "propagationPolicy": "Foreground"}
    assert admin.ask("DELETE", SETTINGS, options)[1]["metadata"]["finalizers"] == ["foregroundDeletion"]
    api.create("pods", pod())
    assert admin.ask("DELETE", "/api/v1/namespaces/shop/pods/web-1?gracePeriodSeconds=0")[1]["kind"] == "Pod"
    api.create("configmaps", config("a"))
    admin.ask("DELETE", f"{CONFIGMAPS}?labelSelector=!app")
    assert [each["metadata"]["name"] for each in api.list("configmaps", "shop")] == ["settings"]


def test_a_namespace_is_finalized_over_the_wire(admin: Client) -> None:
    assert admin.ask("DELETE", "/api/v1/namespaces/shop")[1]["status"]["phase"] == "Terminating"
    body = {"metadata": {"name": "shop"}, "spec": {"finalizers": []}}
    assert admin.ask("PUT", "/api/v1/namespaces/shop/finalize", body)[0] == 200
    assert admin.ask("GET", "/api/v1/namespaces/shop")[0] == 404


def test_a_watch_streams_without_holding_the_lock(admin: Client, api: ApiServer, lock: threading.Lock) -> None:
    events = admin.watch(f"{CONFIGMAPS}?watch=true&timeoutSeconds=30&resourceVersion={api.store.revision}")
    with lock:
        api.create("configmaps", config())
    first = next(events)
    assert (first["type"], first["object"]["metadata"]["name"]) == ("ADDED", "settings")
    assert not lock.locked()
    with lock:
        api.delete("configmaps", "settings", "shop")
    assert next(events)["type"] == "DELETED"
    events.close()


def test_a_watch_ends_after_its_timeout(admin: Client) -> None:
    events = list(admin.watch("/api/v1/namespaces?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dshop"))
    assert [event["object"]["metadata"]["name"] for event in events] == ["shop"]


def test_an_endpoint_closes_while_clients_hold_on(api: ApiServer, lock: threading.Lock) -> None:
    endpoint = serve(api, lock=lock, authenticate=TOKENS.get)
    client = Client(endpoint)
    assert client.ask("GET", "/version")[0] == 200
    with lock:
        endpoint.close()
    with pytest.raises(urllib3.exceptions.HTTPError):
        client.ask("GET", "/version")
    client.close()


def test_requests_can_be_counted_and_faulted(api: ApiServer, lock: threading.Lock) -> None:
    seen: list[tuple[str, str, str]] = []

    def on_request(user: User, asked: Route) -> None:
        seen.append((user.name, asked.verb, asked.asked))
        if asked.name == "broken":
            raise ApiError(503, "ServiceUnavailable", "the server is currently unable to handle the request")
        if asked.name == "bug":
            raise RuntimeError("a fault of the simulator")

    endpoint = serve(api, lock=lock, authenticate=TOKENS.get, on_request=on_request)
    client = Client(endpoint)
    assert client.ask("GET", "/api/v1/nodes")[0] == 200
    assert client.ask("GET", "/api/v1/nodes/broken")[0] == 503
    assert client.ask("GET", "/api/v1/nodes/bug")[1]["reason"] == "InternalError"
    client.close()
    endpoint.close()
    assert seen == [("admin", "list", "nodes"), ("admin", "get", "nodes"), ("admin", "get", "nodes")]


def allow(api: ApiServer, *rules: Json) -> None:
    group = "rbac.authorization.k8s.io"
    api.apply(
        {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": {"name": "r"}, "rules": list(rules)},
        manager="t",
    )
    reference = {"apiGroup": group, "kind": "ClusterRole", "name": "r"}
    subjects = [{"kind": "Group", "name": "norikae:read"}]
    bound = {"apiVersion": f"{group}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "r"}}
    api.apply(bound | {"roleRef": reference, "subjects": subjects}, manager="t")


def test_rbac_is_asked_for_every_request(reader: Client, api: ApiServer) -> None:
    allow(
        api, {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list", "watch"], "resourceNames": ["settings"]}
    )
    api.create("configmaps", config())
    assert reader.ask("GET", CONFIGMAPS)[0] == 403
    assert reader.ask("GET", f"{CONFIGMAPS}?fieldSelector=metadata.name%3Dsettings")[0] == 200
    assert reader.ask("GET", SETTINGS)[0] == 403
    assert reader.ask("GET", "/version")[0] == 200


def test_refuses_request_without_a_known_token(endpoint: Endpoint) -> None:
    for token in ("", "stale"):
        client = Client(endpoint, token)
        status, said = client.ask("GET", "/api/v1/pods")
        assert (status, said["reason"], said["message"]) == (401, "Unauthorized", "Unauthorized")
        client.close()


def test_refuses_request_that_no_rule_allows(reader: Client) -> None:
    status, said = reader.ask("POST", "/api/v1/namespaces/shop/pods/web-1/eviction", {})
    assert (status, said["reason"]) == (403, "Forbidden")
    assert said["message"] == (
        'pods "web-1" is forbidden: User "reader" cannot create resource "pods/eviction" in API group "" '
        'in the namespace "shop"'
    )
    said = reader.ask("GET", "/apis/apps/v1/deployments")[1]
    assert said["message"] == (
        'deployments.apps is forbidden: User "reader" cannot list resource "deployments" in API group "apps" '
        "at the cluster scope"
    )
    said = reader.ask("GET", "/api/v1/namespaces/shop")[1]
    assert said["message"].endswith('cannot get resource "namespaces" in API group "" in the namespace "shop"')


def test_refuses_path_that_no_rule_allows(reader: Client) -> None:
    status, said = reader.ask("GET", "/metrics")
    assert (status, said["message"]) == (403, 'forbidden: User "reader" cannot get path "/metrics"')


def test_refuses_apply_that_would_create_without_the_right_to_create(reader: Client, api: ApiServer) -> None:
    allow(api, {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["patch"]})
    status, said = reader.ask("PATCH", f"{SETTINGS}?fieldManager=norikae", config(), Content_Type=APPLY)
    assert status == 403
    assert 'cannot create resource "configmaps"' in said["message"]


def test_refuses_resource_that_is_not_served(admin: Client) -> None:
    for path in (
        "/apis/policy/v1beta1/poddisruptionbudgets",
        "/apis/nobody/v1/things",
        "/nothing",
        SETTINGS + "/colour",
    ):
        status, said = admin.ask("GET", path)
        assert (status, said["message"]) == (404, "the server could not find the requested resource"), path
    assert admin.ask("GET", "/api/v1/namespaces/shop/nodes")[0] == 404


def test_refuses_method_that_the_path_does_not_take(admin: Client) -> None:
    asked = [("POST", "/api/v1/pods"), ("PUT", CONFIGMAPS), ("POST", SETTINGS), ("DELETE", "/api/v1/pods")]
    asked += [("GET", "/api/v1/namespaces/shop/pods/a/eviction"), ("GET", "/api/v1/namespaces/shop/finalize")]
    for method, path in asked:
        status, said = admin.ask(method, path, config())
        assert (status, said["reason"]) == (405, "MethodNotAllowed"), (method, path)


def test_refuses_patch_type_that_is_not_known(admin: Client, api: ApiServer) -> None:
    api.create("configmaps", config())
    status, said = admin.ask("PATCH", SETTINGS, {}, Content_Type="application/json")
    assert (status, said["reason"]) == (415, "UnsupportedMediaType")


def test_refuses_body_that_is_no_object(admin: Client) -> None:
    for body in (b"{", b"[]", b"a: [b"):
        status, said = admin.ask("POST", CONFIGMAPS, body)
        assert (status, said["reason"]) == (400, "BadRequest")
    protobuf = "application/vnd.kubernetes.protobuf"
    assert admin.ask("POST", CONFIGMAPS, b"k8s\x00", Content_Type=protobuf)[0] == 415


def test_refuses_client_that_takes_no_json(admin: Client) -> None:
    table = "application/json;as=Table;v=v1;g=meta.k8s.io"
    assert admin.ask("GET", CONFIGMAPS, Accept=table)[0] == 406
    assert admin.ask("GET", CONFIGMAPS, Accept=f"{table},application/json")[0] == 200


def test_refuses_object_that_is_not_the_one_in_the_path(admin: Client, api: ApiServer) -> None:
    api.create("configmaps", config())
    nameless: Json = {"data": {}}
    for body in (config("other"), nameless):
        status, said = admin.ask("PUT", SETTINGS, body)
        assert (status, said["reason"]) == (400, "BadRequest")
    assert admin.ask("PATCH", SETTINGS, {"metadata": {"name": "other"}}, Content_Type=MERGE)[0] == 400
    path = f"{SETTINGS}?fieldManager=norikae"
    foreign = config()
    foreign["metadata"]["namespace"] = "default"
    for body in (config("other"), deployment("settings"), foreign):
        assert admin.ask("PATCH", path, body, Content_Type=APPLY)[0] == 400


def test_refuses_eviction_of_another_name_or_version(admin: Client, api: ApiServer) -> None:
    api.create("pods", pod())
    path = "/api/v1/namespaces/shop/pods/web-1/eviction"
    said = admin.ask("POST", path, {"metadata": {"name": "web-2"}})[1]
    assert said["message"] == "name in URL does not match name in Eviction object"
    old = {"apiVersion": "policy/v1beta1", "kind": "Eviction", "metadata": {"name": "web-1"}}
    status, said = admin.ask("POST", path, old)
    assert (status, said["message"]) == (400, 'no kind "Eviction" is registered for version "policy/v1beta1"')


def test_refuses_dry_run_of_another_kind(admin: Client) -> None:
    status, said = admin.ask("POST", f"{CONFIGMAPS}?dryRun=Some", config())
    assert (status, said["details"]["causes"][0]["field"]) == (422, "dryRun")


def test_refuses_number_that_is_none(admin: Client) -> None:
    status, said = admin.ask("GET", f"{CONFIGMAPS}?limit=many")
    assert (status, said["message"]) == (400, 'strconv.ParseInt: parsing "many": invalid syntax')


def test_refuses_list_from_the_future(admin: Client) -> None:
    response = admin.call("GET", f"{CONFIGMAPS}?resourceVersion=99999")
    assert (response.status, response.json()["reason"], response.headers["Retry-After"]) == (504, "Timeout", "1")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/openapi/v3"),
        ("GET", "/metrics"),
        ("GET", "/api/v1/namespaces/shop/pods/web-1/log"),
        ("POST", "/api/v1/namespaces/shop/pods/web-1/exec"),
        ("POST", "/api/v1/namespaces/shop/pods/web-1/binding"),
        ("PUT", "/apis/apps/v1/namespaces/shop/deployments/web/scale"),
        ("GET", "/apis/apps/v1/namespaces/shop/replicasets/web/scale"),
        ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
        ("GET", "/apis/events.k8s.io/v1/events"),
        ("POST", f"{CONFIGMAPS}?fieldValidation=Strict"),
        ("GET", f"{CONFIGMAPS}?resourceVersionMatch=Exact"),
        ("GET", f"{CONFIGMAPS}?watch=1&sendInitialEvents=true"),
    ],
)
def test_refuses_what_is_outside_its_scope(admin: Client, method: str, path: str) -> None:
    status, said = admin.ask(method, path, {})
    assert (status, said["reason"]) == (501, "NotImplemented")
    assert said["message"].startswith("the embedded Kubernetes API server does not do this: ")


def test_a_patch_of_an_unknown_kind_is_outside_its_scope(api: ApiServer) -> None:
    api.create("configmaps", config())
    with pytest.raises(ApiError, match="does not do this: a patch of kind cbor"):
        api.patch("configmaps", "settings", "shop", {}, kind="cbor")


def test_somebody_who_may_is_answered_as_another_user(admin: Client, api: ApiServer) -> None:
    api.create("configmaps", config())
    path = "/apis/networking.k8s.io/v1/ingresses"
    as_reader = {"Impersonate_User": "tester", "Impersonate_Group": "norikae:read"}
    status, said = admin.ask("GET", CONFIGMAPS, **as_reader)
    assert status == 403
    assert 'User "tester" cannot list resource "configmaps"' in said["message"]
    assert admin.ask("GET", path, **as_reader)[0] == 403
    reads = [{"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["list"]}]
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "read"}}
    api.create("clusterroles.rbac.authorization.k8s.io", {**role, "rules": reads})
    api.create(
        "clusterrolebindings.rbac.authorization.k8s.io",
        {
            "metadata": {"name": "read"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "read"},
            "subjects": [{"kind": "Group", "apiGroup": "rbac.authorization.k8s.io", "name": "norikae:read"}],
        },
    )
    assert admin.ask("GET", path, **as_reader)[0] == 200
    assert admin.ask("GET", path, Impersonate_User="tester")[0] == 403


def test_refuses_impersonation_that_no_rule_allows(endpoint: Endpoint, admin: Client) -> None:
    jo = Client(endpoint, "jo")
    status, said = jo.ask("GET", CONFIGMAPS, Impersonate_User="admin")
    jo.close()
    assert status == 403
    assert 'User "jo" cannot impersonate resource "users"' in said["message"]
    assert admin.ask("GET", CONFIGMAPS, Impersonate_Group="norikae:read")[0] == 500


def test_a_list_from_the_watch_cache_knows_no_limit(api: ApiServer, admin: Client) -> None:
    for number in range(3):
        api.create("pods", pod(f"p{number}"))
    cached = admin.ask("GET", "/api/v1/pods?limit=2&resourceVersion=0")[1]
    assert (len(cached["items"]), "continue" in cached["metadata"]) == (3, False)
    page = admin.ask("GET", "/api/v1/pods?limit=2")[1]
    assert (len(page["items"]), "continue" in page["metadata"]) == (2, True)


def test_a_share_of_a_drain_is_what_rbac_gives(api: ApiServer, admin: Client, reader: Client) -> None:
    rules = [
        {"apiGroups": [""], "resources": ["pods/eviction"], "verbs": ["create"]},
        {"apiGroups": [""], "resources": ["nodes"], "verbs": ["patch"]},
    ]
    api.create("clusterroles.rbac.authorization.k8s.io", {"metadata": {"name": "drain"}, "rules": rules})
    group = {"kind": "Group", "name": "norikae:read", "apiGroup": "rbac.authorization.k8s.io"}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "drain"}
    binding = {"metadata": {"name": "drain"}, "subjects": [group], "roleRef": reference}
    api.create("clusterrolebindings.rbac.authorization.k8s.io", binding)
    api.create("nodes", {"metadata": {"name": "node-1"}})
    api.create("pods", pod())
    strategic = "application/strategic-merge-patch+json"
    cordon = reader.ask("PATCH", "/api/v1/nodes/node-1", {"spec": {"unschedulable": True}}, Content_Type=strategic)
    assert (cordon[0], cordon[1]["spec"]) == (200, {"unschedulable": True})
    assert reader.ask("DELETE", "/api/v1/namespaces/shop/pods/web-1")[0] == 403
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "web-1", "namespace": "shop"}}
    other = {**eviction, "deleteOptions": {"dryRun": ["Some"]}}
    path = "/api/v1/namespaces/shop/pods/web-1/eviction"
    assert reader.ask("POST", path, other)[0] == 422
    assert reader.ask("POST", path, eviction)[0] == 201
    for resource in ("volumeattachments.storage.k8s.io", "poddisruptionbudgets.policy"):
        plural, _, group_name = resource.partition(".")
        assert admin.ask("GET", f"/apis/{group_name}/v1/{plural}")[1]["items"] == []
