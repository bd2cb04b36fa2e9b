"""Consumers restart for a rotated secret: those that ask, once, one cluster after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from norikae.errors import ConflictError, NotFoundError, RefusedError
from norikae.secret_sync.consumers import VERSIONS, due, keeps_pods, unfinished
from norikae.secret_sync.letter import Restart
from norikae.secret_sync.provider_class import KIND
from norikae.secret_sync.restart import AGAIN, Restarted, restart
from norikae.secret_sync.stored import WRITTEN_AT
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.secrets import FakeShelf
from tests.unit.secret_sync.declarations import PODS, kubernetes_secret, mounts, provider, rolled_for, workload

BLUE, GREEN = "demo-1-33", "demo-1-35-a"


def put(shelf: FakeShelf, *workloads: dict[str, Any]) -> None:
    for one in workloads:
        shelf.add(one["kind"], one)


def story(*workloads: dict[str, Any], clusters: tuple[str, ...] = (BLUE,)) -> FakePorts:
    """Workloads in each cluster, whose Secret ``db`` has just replaced a version."""
    ports = FakePorts()
    for cluster in clusters:
        shelf = ports.shelf(cluster)
        shelf.stored["shop", "db"] = kubernetes_secret()
        put(shelf, *workloads)
    return ports


def letter(cluster: str = BLUE, *names: str, **more: Any) -> Restart:
    return Restart(cluster, "shop", names or ("db",), **more)


def test_a_consumer_rolls_for_a_version_that_replaced_another() -> None:
    assert due(workload(), {"db": kubernetes_secret()}) == {VERSIONS: "db=db-v2"}


def test_a_first_version_restarts_nobody() -> None:
    assert due(workload(), {"db": kubernetes_secret(replaces="")}) == {}


def test_who_does_not_ask_is_left_alone() -> None:
    assert due(workload(wants=""), {"db": kubernetes_secret()}) == {}
    assert due(workload(wants="api"), {"db": kubernetes_secret()}) == {}


def test_a_secret_that_norikae_does_not_write_restarts_nobody() -> None:
    assert due(workload(), {"db": replace(kubernetes_secret(), annotations={})}) == {}


def test_the_same_version_restarts_once() -> None:
    known = workload(spec={"template": {"metadata": {"annotations": {VERSIONS: "db=db-v2"}}}})
    assert due(known, {"db": kubernetes_secret()}) == {}
    assert due(known, {"db": kubernetes_secret(version="db-v3")}) == {VERSIONS: "db=db-v3"}


def test_several_secrets_make_one_restart_and_keep_each_others_entries() -> None:
    template = {"metadata": {"annotations": {VERSIONS: "api=api-v1,gone=v1"}}}
    known = workload(wants=" db, mail ,api", spec={"template": template})
    changed = {"db": kubernetes_secret(), "mail": kubernetes_secret("mail", "mail-v5", "mail-v4")}
    assert due(known, changed) == {VERSIONS: "api=api-v1,db=db-v2,mail=mail-v5"}


@pytest.mark.parametrize(
    ("made", "rolls"),
    [("2026-11-28T23:59:59Z", True), ("2026-11-29T00:01:00Z", True), ("2026-11-29T00:01:01Z", False)],
)
def test_a_workload_that_is_younger_than_the_secret_has_no_old_pods(made: str, *, rolls: bool) -> None:
    """``written-at`` is when the handler began, and it writes up to a minute later."""
    assert bool(due(workload(made=made), {"db": kubernetes_secret()})) is rolls


def test_a_time_that_somebody_broke_makes_one_restart_too_many() -> None:
    secret = kubernetes_secret()
    broken = replace(secret, annotations={**secret.annotations, WRITTEN_AT: "yesterday"})
    assert due(workload(made="2026-12-01T00:00:00Z"), {"db": broken}) != {}


def test_consumers_of_a_cluster_roll_once_however_often_the_letter_comes() -> None:
    ports = story(workload(), workload("api", kind="StatefulSet"), workload("other", wants=""))
    assert restart(ports, letter()) == Restarted(done=("deployment web", "statefulset api"))
    assert rolled_for(ports.shelf(BLUE)) == rolled_for(ports.shelf(BLUE), "api", "StatefulSet") == "db=db-v2"
    assert rolled_for(ports.shelf(BLUE), "other") == ""
    assert restart(ports, letter()) == Restarted()


def test_a_namespace_without_consumers_costs_one_list() -> None:
    ports = story(workload(wants=""))
    assert restart(ports, letter(after=(GREEN,))) == Restarted()
    assert ports.shelf(BLUE).calls["get"] == 0
    assert GREEN not in ports.shelves


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"paused": True}, "is paused"),
        ({"updateStrategy": {"type": "OnDelete"}}, "only when somebody deletes them"),
        ({"updateStrategy": {"rollingUpdate": {"partition": 1}}}, "only a part of its pods"),
    ],
)
def test_a_workload_that_would_keep_its_pods_is_left_with_the_reason(spec: dict[str, Any], words: str) -> None:
    ports = story(workload(spec=spec))
    done = restart(ports, letter())
    assert (done.done, len(done.left)) == ((), 1)
    assert words in done.left[0]
    assert keeps_pods(workload(spec={"updateStrategy": {"type": "RollingUpdate"}})) == ""


def test_the_second_cluster_waits_until_the_first_is_restarted_and_done() -> None:
    ports = story(workload(), clusters=(GREEN, BLUE))
    second = letter(BLUE, after=(GREEN,))
    assert restart(ports, second).held == f"{GREEN}: deployment web is not restarted yet"
    assert restart(ports, letter(GREEN)).done == ("deployment web",)
    assert restart(ports, second).held == f"{GREEN}: deployment web is not looked at by its controller yet"
    assert rolled_for(ports.shelf(BLUE)) == ""
    assert ports.letters.sent == [(letter(BLUE, after=(GREEN,), attempt=1), AGAIN)] * 2
    rolled = ports.shelf(GREEN).objects["Deployment", "shop", "web"]
    rolled["status"]["observedGeneration"] = rolled["metadata"]["generation"]
    assert restart(ports, second) == Restarted(done=("deployment web",))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ({"updatedReplicas": 1}, "1 of 2 pods updated"),
        ({"availableReplicas": 1}, "1 of 2 pods available"),
        ({"replicas": 3}, "1 old pods still"),
        ({"observedGeneration": 0}, "not looked at"),
    ],
)
def test_a_rollout_is_complete_when_only_new_pods_serve(status: dict[str, int], words: str) -> None:
    assert words in unfinished(workload(status=status))
    assert unfinished(workload()) == ""


def test_a_daemon_set_is_complete_by_its_own_figures() -> None:
    status = {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 2}
    daemons = workload(kind="DaemonSet")
    daemons["status"] = {"observedGeneration": 1, **status}
    assert "2 of 3 pods available" in unfinished(daemons)
    daemons["status"]["numberAvailable"] = 3
    assert unfinished(daemons) == ""


def test_a_paused_workload_of_the_first_cluster_holds_nobody() -> None:
    ports = story(workload("paused", spec={"paused": True}), clusters=(GREEN,))
    ports.shelf(BLUE).stored["shop", "db"] = kubernetes_secret()
    put(ports.shelf(BLUE), workload())
    assert restart(ports, letter(BLUE, after=(GREEN,))).done == ("deployment web",)


def test_a_first_cluster_that_is_never_done_is_given_up_and_told_once() -> None:
    ports = story(workload(), clusters=(GREEN, BLUE))
    sent = letter(BLUE, after=(GREEN,))
    for _ in range(20):
        done = restart(ports, sent)
        if done.given_up:
            break
        again, _ = ports.letters.sent[-1]
        assert isinstance(again, Restart)
        sent = again
    assert len(ports.letters.sent) * AGAIN == ports.environment.secret_sync.patience
    ((text, message),) = ports.topic.told
    assert (message["event"], message["severity"], message["cluster"]) == ("secret-restart-held", "action", BLUE)
    assert "kubectl rollout restart" in text
    assert rolled_for(ports.shelf(BLUE)) == ""


def test_a_first_cluster_that_is_gone_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = story(workload())
    blue = ports.shelf(BLUE)

    def shelf(cluster: str) -> FakeShelf:
        if cluster == BLUE:
            return blue
        raise NotFoundError(f"there is no cluster {cluster}")

    monkeypatch.setattr(ports, "shelf", shelf)
    assert restart(ports, letter(BLUE, after=(GREEN,))).done == ("deployment web",)
    assert restart(ports, letter(GREEN)) == Restarted()


class Busy(FakeShelf):
    """A cluster in which somebody else writes to workloads just before norikae does."""

    writes = 0
    pauses = False

    def annotate_template(self, workload: dict[str, Any], annotations: Any) -> None:
        if self.writes:
            self.writes -= 1
            known = self.objects["Deployment", "shop", workload["metadata"]["name"]]
            self.add("Deployment", {**known, "spec": {**known["spec"], "paused": self.pauses}})
        super().annotate_template(workload, annotations)


def busy(writes: int) -> FakePorts:
    ports = FakePorts(shelves={BLUE: Busy()})
    shelf = ports.shelf(BLUE)
    shelf.stored["shop", "db"] = kubernetes_secret()
    put(shelf, workload())
    shelf.writes = writes  # type: ignore[attr-defined]
    return ports


def test_a_workload_that_somebody_wrote_meanwhile_is_read_again() -> None:
    ports = busy(1)
    assert restart(ports, letter()).done == ("deployment web",)
    assert rolled_for(ports.shelf(BLUE)) == "db=db-v2"


def test_a_workload_that_somebody_paused_meanwhile_is_left() -> None:
    ports = busy(1)
    ports.shelf(BLUE).pauses = True  # type: ignore[attr-defined]
    assert restart(ports, letter()) == Restarted()
    assert rolled_for(ports.shelf(BLUE)) == ""


def test_a_workload_that_somebody_deleted_meanwhile_is_left() -> None:
    ports = story(workload(), workload("api"))
    ports.shelf(BLUE).refuses["patch Deployment shop/web"] = NotFoundError("PATCH deployments was answered 404")
    assert restart(ports, letter()).done == ("deployment api",)


def test_who_writes_all_the_time_makes_the_letter_come_again() -> None:
    with pytest.raises(ConflictError):
        restart(busy(2), letter())


def test_a_right_that_is_missing_is_said() -> None:
    ports = story(workload())
    ports.shelf(BLUE).refuses["patch Deployment shop/web"] = RefusedError("PATCH deployments was answered 403")
    with pytest.raises(RefusedError, match="403"):
        restart(ports, letter())


def class_story(*pods: dict[str, Any]) -> FakePorts:
    ports = FakePorts()
    ports.safe.rotate("db", {})
    ports.safe.rotate("db", {})
    ports.safe.rotate("api", {})
    shelf = ports.shelf(BLUE)
    text = "\n".join(f"- objectName: {name}\n  objectType: secretsmanager" for name in ("db", "api", "gone"))
    shelf.add(KIND, provider(text))
    for pod in pods:
        shelf.add(PODS, pod)
    put(shelf, workload(wants="class:files"))
    return ports


def test_consumers_of_a_class_roll_while_a_pod_mounts_an_older_version() -> None:
    ports = class_story(mounts("a", db="db-v1", api="api-v1"), mounts("b", db="db-v2", api="api-v1"))
    assert restart(ports, letter(BLUE, "class:files")).done == ("deployment web",)
    assert rolled_for(ports.shelf(BLUE)) == "class:files=api-v1+db-v2"
    assert restart(ports, letter(BLUE, "class:files")) == Restarted()


def test_a_secret_of_a_class_that_norikae_may_not_look_at_keeps_no_consumer_from_the_others() -> None:
    ports = class_story(mounts("a", db="db-v1", api="api-v1"))
    ports.safe.broken["describe:gone"] = RefusedError("secretsmanager:DescribeSecret of gone: AccessDeniedException")
    assert restart(ports, letter(BLUE, "class:files")).done == ("deployment web",)


def test_a_pin_in_a_class_is_nothing_to_restart_for() -> None:
    ports = class_story(mounts("a", db="db-v1"))
    pinned = "- objectName: db\n  objectType: secretsmanager\n  objectVersion: db-v1"
    ports.shelf(BLUE).add(KIND, provider(pinned))
    assert restart(ports, letter(BLUE, "class:files")) == Restarted()


def test_consumers_of_a_class_whose_pods_have_it_all_are_left_alone() -> None:
    ports = class_story(mounts("a", db="db-v2", api="api-v1"))
    assert restart(ports, letter(BLUE, "class:files")) == Restarted()
    assert restart(ports, letter(BLUE, "class:others")) == Restarted()
