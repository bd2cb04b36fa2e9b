"""What the yard sends over the wire to the embedded API server, and which answer becomes which."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from norikae.adapters.kubernetes.addresses import Addresses
from norikae.adapters.kubernetes.answers import answer_of
from norikae.adapters.kubernetes.connect import Address
from norikae.adapters.kubernetes.pacing import Pacing
from norikae.adapters.kubernetes.yard import ApiYard
from norikae.drain.budget import Expression
from norikae.drain.claim import Claim
from norikae.drain.marks import is_marked, mark, unmark
from norikae.drain.pod import Pod, Toleration
from norikae.errors import ConflictError, NorikaeError, NotFoundError, RefusedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kubernetes import ApiServer
    from local.kubernetes.endpoint import Endpoint
    from norikae.adapters.kubernetes.client import KubernetesClient

Json = dict[str, Any]
LABELS = {"app": "web"}
NOW = 1_795_482_000.0
"""The API server's instant in all of these."""


@pytest.fixture
def yard(client: KubernetesClient) -> ApiYard:
    return ApiYard(client)


@pytest.fixture(autouse=True)
def _shop(server: ApiServer) -> None:
    server.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})


def add_node(server: ApiServer, name: str, instance: str, **spec: Any) -> None:
    node = server.create(
        "nodes",
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": {"zone": "a"}},
            "spec": {"providerID": f"aws:///ap-northeast-1a/{instance}", **spec},
        },
    )
    node["status"] = {"conditions": [{"type": "Ready", "status": "True"}]}
    server.update_status("nodes", node, manager="kubelet")


def add_pod(server: ApiServer, name: str, node: str = "", **spec: Any) -> Json:
    body: Json = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": LABELS},
        "spec": {"containers": [{"name": "web", "image": "web"}], **spec},
    }
    if node:
        body["spec"]["nodeName"] = node
    made = server.create("pods", body)
    made["status"] = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}
    return server.update_status("pods", made, manager="kubelet")


def add_budget(server: ApiServer, name: str, allowed: int, **status: Any) -> None:
    made = server.create(
        "poddisruptionbudgets.policy",
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": name, "namespace": "shop"},
            "spec": {
                "maxUnavailable": 1,
                "selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]},
            },
        },
    )
    made["status"] = {
        "observedGeneration": 1,
        "disruptionsAllowed": allowed,
        "currentHealthy": 3,
        "desiredHealthy": 2,
        "expectedPods": 3,
        **status,
    }
    server.update_status("poddisruptionbudgets.policy", made, manager="kube-controller-manager")


def pod_of(yard: ApiYard, name: str) -> Pod:
    return next(pod for pod in yard.pods() if pod.name == name)


def test_a_node_is_read_with_its_instance(server: ApiServer, yard: ApiYard) -> None:
    add_node(server, "ip-10-0-0-1", "i-0123", taints=[{"key": "team", "effect": "NoSchedule", "value": "a"}])
    node = yard.node("ip-10-0-0-1")
    assert node is not None
    assert (node.instance, node.ready, node.unschedulable, node.labels["zone"]) == ("i-0123", True, False, "a")
    assert [taint.key for taint in node.taints][:1] == ["team"]
    assert yard.nodes() == [node]
    assert yard.node("ip-10-0-0-2") is None


def test_a_mark_is_one_patch_that_a_foreign_write_refuses(server: ApiServer, yard: ApiYard) -> None:
    add_node(server, "node-1", "i-1")
    claim = Claim(
        cluster="demo",
        instance="i-1",
        episode="e-1",
        kind="spot",
        kinds=("spot",),
        began=0.0,
        due=0.0,
        deadline=1e9,
        do="drain",
        budgets="respect",
    )
    read = yard.node("node-1")
    assert read is not None
    patch = mark(read, claim)
    assert patch is not None
    marked = yard.patch_node("node-1", patch)
    assert is_marked(marked)
    with pytest.raises(ConflictError):
        yard.patch_node("node-1", patch)
    back = unmark(marked, claim)
    assert back is not None
    assert not is_marked(yard.patch_node("node-1", back))


def test_a_node_that_is_gone_cannot_be_marked(yard: ApiYard) -> None:
    with pytest.raises(NotFoundError):
        yard.patch_node("node-1", {"spec": {"unschedulable": True}})


def test_pods_are_those_that_are_bound(server: ApiServer, yard: ApiYard) -> None:
    for number in (1, 2):
        add_node(server, f"node-{number}", f"i-{number}")
        add_pod(server, f"web-{number}", f"node-{number}")
    add_pod(server, "unbound")
    assert [pod.name for pod in yard.pods("node-1")] == ["web-1"]
    assert sorted(pod.name for pod in yard.pods()) == ["web-1", "web-2"]


def test_a_pod_is_read_with_what_a_drain_asks_about(server: ApiServer, yard: ApiYard) -> None:
    add_node(server, "node-1", "i-1")
    volumes = [
        {"name": "data", "persistentVolumeClaim": {"claimName": "data-web"}},
        {"name": "scratch", "emptyDir": {}},
    ]
    tolerations = [{"key": "team", "operator": "Exists", "effect": "NoSchedule"}]
    add_pod(server, "web", "node-1", volumes=volumes, tolerations=tolerations, terminationGracePeriodSeconds=7)
    pod = pod_of(yard, "web")
    assert (pod.key, pod.node, pod.phase, pod.ready, pod.grace_seconds) == ("shop/web", "node-1", "Running", True, 7)
    assert (pod.volumes, pod.empty_dir, pod.owner, pod.deleted_at) == (("data-web",), True, "", None)
    assert Toleration("team", "Exists", "", "NoSchedule") in pod.tolerations


def test_budgets_are_read_with_their_expressions(server: ApiServer, yard: ApiYard) -> None:
    add_budget(server, "web", 1)
    add_budget(server, "late", 1, observedGeneration=0)
    late, web = sorted(yard.budgets(), key=lambda budget: budget.name)
    assert web.selector is not None
    assert web.selector.expressions == (Expression("app", "In", ("web",)),)
    assert (web.key, web.allowed, web.healthy, web.desired, web.expected) == ("shop/web", 1, 3, 2, 3)
    assert (web.seen, late.seen) == (True, False)


def test_attachments_are_read_by_node(server: ApiServer, yard: ApiYard) -> None:
    source = {"persistentVolumeName": "pv-1"}
    body = {"attacher": "ebs.csi.aws.com", "nodeName": "node-1", "source": source}
    meta = {"name": "csi-1"}
    server.create(
        "volumeattachments.storage.k8s.io",
        {"apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttachment", "metadata": meta, "spec": body},
    )
    assert yard.attached() == {"node-1": frozenset({"pv-1"})}


def test_an_eviction_goes_as_its_budget_allows(server: ApiServer, yard: ApiYard) -> None:
    add_node(server, "node-1", "i-1")
    for name in ("web-1", "web-2"):
        add_pod(server, name, "node-1")
    add_budget(server, "web", 1)
    assert yard.evict(pod_of(yard, "web-1"), dry_run=True).said == "going"
    assert pod_of(yard, "web-1").deleted_at is None
    assert yard.evict(pod_of(yard, "web-1"), grace_seconds=9).said == "going"
    ends = pod_of(yard, "web-1").deleted_at
    assert ends == NOW + 9
    assert yard.evict(pod_of(yard, "web-2")).said == "budget"


def test_a_pod_that_ends_already_can_only_end_sooner(server: ApiServer, yard: ApiYard) -> None:
    add_node(server, "node-1", "i-1")
    add_pod(server, "web", "node-1")
    yard.evict(pod_of(yard, "web"), grace_seconds=300)
    assert yard.evict(pod_of(yard, "web"), grace_seconds=5).said == "going"
    assert pod_of(yard, "web").deleted_at == NOW + 5


def test_a_budget_that_was_not_counted_says_when_to_come_again(server: ApiServer, yard: ApiYard) -> None:
    add_node(server, "node-1", "i-1")
    add_pod(server, "web", "node-1")
    add_budget(server, "web", 1, observedGeneration=0)
    answer = yard.evict(pod_of(yard, "web"))
    assert (answer.said, answer.retry_after) == ("budget", 10.0)


def test_two_budgets_are_told_from_other_failures(server: ApiServer, yard: ApiYard) -> None:
    add_node(server, "node-1", "i-1")
    add_pod(server, "web", "node-1")
    add_budget(server, "web", 1)
    add_budget(server, "all", 1)
    assert yard.evict(pod_of(yard, "web")).said == "two-budgets"


def test_another_pod_of_the_same_name_is_left_alone(server: ApiServer, yard: ApiYard) -> None:
    add_node(server, "node-1", "i-1")
    old = Pod(namespace="shop", name="web", uid="of-another", node="node-1")
    assert yard.evict(old).said == "gone"
    add_pod(server, "web", "node-1")
    assert yard.evict(old).said == "gone"
    assert yard.delete(old, grace_seconds=1).said == "gone"
    assert pod_of(yard, "web").deleted_at is None


def test_a_deletion_asks_no_budget(server: ApiServer, yard: ApiYard) -> None:
    add_node(server, "node-1", "i-1")
    add_pod(server, "web", "node-1")
    add_budget(server, "web", 0)
    assert yard.delete(pod_of(yard, "web"), grace_seconds=4).said == "going"
    assert pod_of(yard, "web").deleted_at == NOW + 4


def test_whoever_may_not_evict_hears_so(server: ApiServer, yard: ApiYard, as_user: Callable[..., Any]) -> None:
    add_node(server, "node-1", "i-1")
    add_pod(server, "web", "node-1")
    pod = pod_of(yard, "web")
    assert ApiYard(as_user("syncer")).evict(pod).said == "forbidden"
    with pytest.raises(RefusedError):
        ApiYard(as_user("syncer")).pods("node-1")


def test_calls_are_made_together_and_answered_in_their_order(server: ApiServer, yard: ApiYard) -> None:
    for number in range(40):
        add_node(server, f"node-{number}", f"i-{number}")
    answers = yard.together([partial(yard.node, f"node-{number}") for number in range(40)])
    assert [getattr(node, "name", None) for node in answers] == [f"node-{number}" for number in range(40)]


def test_one_call_that_fails_leaves_the_others_their_answers(yard: ApiYard) -> None:
    def fail() -> None:
        raise UnreachableError("no answer")

    first, second = yard.together([fail, lambda: "fine"])
    assert isinstance(first, NorikaeError)
    assert second == "fine"


def test_an_address_where_nobody_answers_is_not_used_again(endpoint: Endpoint, client: KubernetesClient) -> None:
    lost: list[str] = []
    yard = ApiYard(client, lost=lambda: lost.append("demo"))
    endpoint.close()
    with pytest.raises(UnreachableError):
        yard.budgets()
    pod = Pod(namespace="shop", name="web", uid="1", node="node-1")
    assert yard.evict(pod).said == "failed"
    assert lost == ["demo", "demo"]


@pytest.mark.parametrize(
    ("status", "headers", "causes", "message", "said", "retry_after"),
    [
        (201, {}, [], "", "going", 0.0),
        (200, {}, [], "", "going", 0.0),
        (404, {}, [], "pods not found", "gone", 0.0),
        (409, {}, [], "Precondition failed: UID", "gone", 0.0),
        (429, {}, ["DisruptionBudget"], "Cannot evict pod", "budget", 0.0),
        (429, {"Retry-After": "10"}, ["DisruptionBudget"], "still being processed", "budget", 10.0),
        (429, {"Retry-After": "1"}, [], "too many requests", "slow-down", 1.0),
        (500, {}, [], "This pod has more than one PodDisruptionBudget, which …", "two-budgets", 0.0),
        (500, {}, [], "internal error", "failed", 0.0),
        (503, {"Retry-After": "Sat, 28 Nov 2026 21:00:00 GMT"}, [], "starting", "failed", 0.0),
        (504, {}, [], "timeout", "failed", 0.0),
        (403, {}, ["NamespaceTerminating"], "shop is being terminated", "leaving", 0.0),
        (403, {}, [], "a webhook says no", "forbidden", 0.0),
        (422, {}, [], "invalid", "forbidden", 0.0),
    ],
)
def test_what_an_answer_means(
    status: int, headers: dict[str, str], causes: list[str], message: str, said: str, retry_after: float
) -> None:
    body = {"message": message, "details": {"causes": [{"reason": cause} for cause in causes]}}
    answer = answer_of(status, headers, json.dumps(body).encode())
    assert (answer.said, answer.retry_after) == (said, retry_after)
    assert status < 300 or answer.text == message


def test_an_answer_of_something_in_between_is_its_text() -> None:
    assert answer_of(502, {}, b"<html>Bad Gateway").text == "<html>Bad Gateway"


def test_requests_keep_their_pace() -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pacing = Pacing(10, 3, now=lambda: now[0], sleep=sleep)
    for _ in range(33):
        pacing.wait()
    assert now[0] == pytest.approx(3.2, abs=0.21), "ten a second, a few at once"
    now[0] += 60
    slept.clear()
    for _ in range(3):
        pacing.wait()
    assert slept == [], "a pause fills the bucket"


def test_an_address_is_asked_for_once_a_minute_and_again_when_it_was_wrong() -> None:
    now, asked = [0.0], []

    def ask(cluster: str) -> Address:
        asked.append(cluster)
        return Address("https://demo", "pem")

    addresses = Addresses(ask, now=lambda: now[0])
    for _ in range(3):
        assert addresses.of("demo").endpoint == "https://demo"
    assert asked == ["demo"]
    addresses.forget("demo")
    addresses.of("demo")
    now[0] += 60
    addresses.of("demo")
    assert asked == ["demo"] * 3
