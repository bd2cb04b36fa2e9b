"""What goes wrong between a client and the server: each kind as a client meets it, and then no more."""

import threading
from collections.abc import Iterator

import pytest
import urllib3

from local.kubernetes import ApiServer, Endpoint, serve
from local.kubernetes.mishaps import Kind, Mishap
from tests.local.kubernetes.shop import config
from tests.local.kubernetes.test_endpoint import CONFIGMAPS, SETTINGS, TOKENS, Client


@pytest.fixture
def client(api: ApiServer) -> Iterator[Client]:
    endpoint: Endpoint = serve(api, lock=threading.Lock(), authenticate=TOKENS.get)
    client = Client(endpoint)
    yield client
    client.close()
    endpoint.close()


def test_priority_and_fairness_says_in_plain_text_when_to_come_back(api: ApiServer, client: Client) -> None:
    api.mishaps.happen(Mishap(Kind.THROTTLED, times=2, retry_after=3))
    for _ in range(2):
        refused = client.call("GET", SETTINGS)
        assert (refused.status, refused.headers["Retry-After"]) == (429, "3")
        assert refused.data == b"Too many requests, please try again later.\n"
    assert client.ask("GET", CONFIGMAPS)[0] == 200


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [(Kind.FAILED, 500, None), (Kind.UNAVAILABLE, 503, "ServiceUnavailable"), (Kind.EXPIRED, 401, "Unauthorized")],
)
def test_other_refusals_are_statuses(api: ApiServer, client: Client, kind: Kind, code: int, reason: str | None) -> None:
    api.mishaps.happen(Mishap(kind))
    status, told = client.ask("POST", CONFIGMAPS, config())
    assert (status, told["code"], told.get("reason")) == (code, code, reason)
    assert client.ask("GET", SETTINGS)[0] == 404, "nothing was stored"


@pytest.mark.parametrize(("kind", "found"), [(Kind.RESET, 404), (Kind.LOST, 200)])
def test_a_connection_is_reset_before_or_after_the_request_was_done(
    api: ApiServer, client: Client, kind: Kind, found: int
) -> None:
    api.mishaps.happen(Mishap(kind))
    with pytest.raises(urllib3.exceptions.ProtocolError):
        client.call("POST", CONFIGMAPS, config())
    assert client.ask("GET", SETTINGS)[0] == found


def test_trouble_may_be_for_some_requests_only(api: ApiServer, client: Client) -> None:
    api.mishaps.happen(Mishap(Kind.FAILED, times=None, verb="create", asked="configmaps"))
    assert [client.ask("POST", CONFIGMAPS, config())[0] for _ in range(3)] == [500, 500, 500]
    assert client.ask("GET", CONFIGMAPS)[0] == 200
    api.mishaps.end()
    assert client.ask("POST", CONFIGMAPS, config())[0] == 201


def test_a_share_of_the_requests_meets_it_by_the_seed(api: ApiServer, client: Client) -> None:
    api.mishaps.happen(Mishap(Kind.UNAVAILABLE, times=None, share=0.25))
    codes = [client.ask("GET", CONFIGMAPS)[0] for _ in range(80)]
    assert 8 <= codes.count(503) <= 32
