"""A Service asked through the API server's proxy."""

import threading
from collections.abc import Iterator

import pytest

from local.kubernetes import ApiServer, Endpoint, User, serve
from local.kubernetes.services import Asked
from local.kubernetes.wire import Answer
from tests.local.kubernetes.shop import Json
from tests.local.kubernetes.test_endpoint import Client

SERVICES = "/api/v1/namespaces/shop/services"
TOKENS = {"admin": User("admin", ("system:masters",)), "compare": User("norikae", ("norikae:compare",))}


class Shop:
    """What stands behind the Service."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []

    def __call__(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        return Answer(404 if asked.target == "/none" else 200, {"asked": asked.target})


@pytest.fixture
def shop(api: ApiServer) -> Shop:
    shop = Shop()
    api.backends["shop", "web"] = shop
    ports = [{"name": "http", "port": 80}, {"name": "https", "port": 443}]
    api.create(
        "services",
        {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"selector": {"app": "web"}, "ports": ports}},
    )
    return shop


@pytest.fixture
def endpoint(api: ApiServer) -> Iterator[Endpoint]:
    endpoint = serve(api, lock=threading.Lock(), authenticate=TOKENS.get)
    yield endpoint
    endpoint.close()


def pod(api: ApiServer, *, ready: bool) -> None:
    made = {
        "metadata": {"name": "web-1", "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "web:1"}]},
    }
    api.create("pods", made)
    status = {"podIP": "10.0.0.9", "phase": "Running", "conditions": [{"type": "Ready", "status": str(ready)}]}
    api.update_status("pods", {**api.get("pods", "web-1", "shop"), "status": status})


def test_a_service_answers_through_the_proxy(api: ApiServer, endpoint: Endpoint, shop: Shop) -> None:
    pod(api, ready=True)
    told = Client(endpoint).ask("GET", f"{SERVICES}/https:web:443/proxy/cart/1?of=jo&all", Cookie="session=1")
    asked = shop.asked[0]
    assert told == (200, {"asked": "/cart/1?of=jo&all"})
    assert (asked.scheme, asked.port, asked.method) == ("https", "https", "GET")
    assert asked.headers["Cookie"] == "session=1"
    assert "Authorization" not in asked.headers


def test_an_answer_of_the_service_is_handed_on_as_it_is(api: ApiServer, endpoint: Endpoint, shop: Shop) -> None:
    pod(api, ready=True)
    assert Client(endpoint).ask("GET", f"{SERVICES}/web:http/proxy/none") == (404, {"asked": "/none"})
    assert shop.asked[0].scheme == "http"


def test_the_proxy_asks_for_a_right_of_its_own(api: ApiServer, endpoint: Endpoint, shop: Shop) -> None:
    pod(api, ready=True)
    group = "rbac.authorization.k8s.io"
    rules: list[Json] = [
        {"apiGroups": [""], "resources": ["services/proxy"], "resourceNames": ["https:web:443"], "verbs": ["get"]}
    ]
    role = {"metadata": {"name": "asks", "namespace": "shop"}, "rules": rules}
    subject = {"kind": "Group", "name": "norikae:compare", "apiGroup": group}
    binding = {
        "metadata": role["metadata"],
        "subjects": [subject],
        "roleRef": {"kind": "Role", "name": "asks", "apiGroup": group},
    }
    api.create(f"roles.{group}", role)
    api.create(f"rolebindings.{group}", binding)
    client = Client(endpoint, "compare")
    assert client.ask("GET", f"{SERVICES}/https:web:443/proxy/")[0] == 200
    assert client.ask("POST", f"{SERVICES}/https:web:443/proxy/", {})[1]["message"] == (
        'services "https:web:443" is forbidden: User "norikae" cannot create resource "services/proxy" in API group "" '
        'in the namespace "shop"'
    )
    assert client.ask("GET", f"{SERVICES}/web:http/proxy/")[0] == 403
    assert len(shop.asked) == 1


@pytest.mark.parametrize("name", ["ftp:web:443", "a:b:c:d", "https::443"])
def test_refuses_service_name_that_cannot_be_read(endpoint: Endpoint, name: str) -> None:
    status, told = Client(endpoint).ask("GET", f"{SERVICES}/{name}/proxy/")
    assert (status, told["message"]) == (400, f'invalid service request "{name}"')


def test_refuses_proxied_service_that_is_not_there(endpoint: Endpoint) -> None:
    status, told = Client(endpoint).ask("GET", f"{SERVICES}/https:web:443/proxy/")
    assert (status, told["message"]) == (404, 'services "web" not found')


def test_refuses_proxied_service_that_has_nobody_to_answer(api: ApiServer, endpoint: Endpoint, shop: Shop) -> None:
    client = Client(endpoint)
    assert client.ask("GET", f"{SERVICES}/web:http/proxy/")[1]["message"] == 'no endpoints available for service "web"'
    pod(api, ready=False)
    status, told = client.ask("GET", f"{SERVICES}/web:http/proxy/")
    assert (status, told["reason"]) == (503, "ServiceUnavailable")
    assert told["message"] == 'no endpoints available for service "web:http"'
    assert client.ask("GET", f"{SERVICES}/web:99/proxy/")[1]["message"] == 'no service port 99 found for service "web"'
    assert shop.asked == []


def test_a_service_that_nobody_plays_is_answered_501(api: ApiServer, endpoint: Endpoint, shop: Shop) -> None:
    pod(api, ready=True)
    api.backends.clear()
    assert Client(endpoint).ask("GET", f"{SERVICES}/web:http/proxy/")[0] == 501
    assert shop.asked == []
