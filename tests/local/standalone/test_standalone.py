"""A cluster by itself in real time: what a benchmark in another process meets. A few seconds of wall clock each."""

import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import urllib3

from local.standalone.__main__ import answer
from local.standalone.population import NAMESPACE, Population, node_name
from local.standalone.server import Plan, Standalone
from local.standalone.traffic import Latency

Json = dict[str, Any]

PEOPLE = Population(nodes=3, spare_nodes=2, pods_per_node=4, applications=2, daemon_sets=1, most_unavailable=6)
PLAN = Plan(population=PEOPLE, latency=Latency(0.0, 0.02), stop_seconds=0.3, start_seconds=0.2)
POD_SECONDS = 20.0
"""More than enough for an evicted pod to go and to come again, also on a busy machine."""


@pytest.fixture
def cluster() -> Iterator[Standalone]:
    with Standalone(PLAN) as cluster:
        yield cluster


class Drainer:
    """Who empties nodes, over the wire."""

    def __init__(self, url: str, ca: str, token: str) -> None:
        self._http = urllib3.PoolManager(ssl_context=ssl.create_default_context(cadata=ca), retries=False, timeout=10.0)
        self._url, self._headers = url, {"Authorization": f"Bearer {token}"}

    def ask(self, method: str, path: str, body: Json | None = None, kind: str = "application/json") -> tuple[int, Json]:
        content = None if body is None else json.dumps(body).encode()
        headers = {**self._headers, "Content-Type": kind}
        answered = self._http.request(method, self._url + path, body=content, headers=headers)
        return answered.status, answered.json()

    def pods(self, node: str) -> list[Json]:
        found = self.ask("GET", f"/api/v1/pods?fieldSelector=spec.nodeName%3D{node}")[1]["items"]
        return [pod for pod in found if pod["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet"]

    def drain(self, node: str) -> None:
        cordon = {"spec": {"unschedulable": True}}
        assert self.ask("PATCH", f"/api/v1/nodes/{node}", cordon, "application/strategic-merge-patch+json")[0] == 200
        for pod in self.pods(node):
            name = pod["metadata"]["name"]
            body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": NAMESPACE}}
            path = f"/api/v1/namespaces/{NAMESPACE}/pods/{name}/eviction"
            assert self.ask("POST", path, body)[0] == 201

    def close(self) -> None:
        self._http.clear()


@pytest.fixture
def drainer(cluster: Standalone) -> Iterator[Drainer]:
    drainer = Drainer(cluster.endpoint.url, cluster.endpoint.ca_pem, cluster.token)
    yield drainer
    drainer.close()


def test_a_node_is_drained_in_real_time_and_its_pods_come_again_elsewhere(
    cluster: Standalone, drainer: Drainer
) -> None:
    node = node_name(0)
    assert len(drainer.pods(node)) == PEOPLE.pods_per_node
    drainer.drain(node)
    until = time.monotonic() + POD_SECONDS
    spare = [node_name(number) for number in range(PEOPLE.nodes, PEOPLE.nodes + PEOPLE.spare_nodes)]
    while sum(pod["status"]["phase"] == "Running" for name in spare for pod in drainer.pods(name)) < 4:
        assert time.monotonic() < until
        assert cluster.clock.failure is None
    story = answer(cluster, "nodes")[node]
    assert story["instance"] == "i-00000000000000001"
    assert story["pods"] == 0
    assert story["cordoned"] <= story["first_deletion"] < story["empty"] - 0.2, "pods stop for 0.3 s"
    assert answer(cluster, "nodes")[node_name(1)]["cordoned"] is None


def test_the_log_says_what_was_asked_and_how_long_it_took(cluster: Standalone, drainer: Drainer) -> None:
    drainer.drain(node_name(0))
    told = answer(cluster, "requests")
    kinds = [(entry["kind"], entry["status"]) for entry in told["requests"]]
    assert kinds == [("patch nodes", 200), ("list pods", 200), *[("create pods/eviction", 201)] * 4]
    assert all(entry["seconds"] >= 0.02 for entry in told["requests"] if entry["kind"] != "list pods")
    assert told["most_at_once"] == 1
    assert answer(cluster, "forget")["done"] == "forget"
    assert answer(cluster, "requests")["requests"] == []


def test_mishaps_come_when_they_are_asked_for(cluster: Standalone, drainer: Drainer) -> None:
    assert answer(cluster, 'mishap {"kind": "unavailable", "times": 1, "asked": "nodes"}') == {"done": "mishap"}
    assert [drainer.ask("GET", "/api/v1/nodes")[0] for _ in range(2)] == [503, 200]
    assert "none of requests, nodes" in answer(cluster, "dance")["error"]


def test_a_population_that_does_not_come_up_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"0 of 17 pods run after a minute; give start_seconds below 30"):
        Standalone(Plan(population=PEOPLE, start_seconds=90.0))


def test_another_process_ends_when_its_stdin_is_closed() -> None:
    command = [sys.executable, "-m", "local.standalone", "--nodes", "1", "--spare-nodes", "1", "--seconds", "60"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        where = json.loads(process.stdout.readline())
        drainer = Drainer(where["url"], where["ca"], where["token"])
        assert len(drainer.ask("GET", "/api/v1/nodes")[1]["items"]) == 2
        drainer.close()
        process.stdin.write("requests\n")
        process.stdin.flush()
        assert [entry["kind"] for entry in json.loads(process.stdout.readline())["requests"]] == ["list nodes"]
        process.stdin.close()
        assert process.wait(timeout=30) == 0
