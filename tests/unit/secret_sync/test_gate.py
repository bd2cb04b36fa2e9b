"""Whether secrets are current is judged by what declarations say, and whatever is not proven is waited for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from norikae.errors import NotFoundError, RefusedError, ThrottledError, UnreachableError
from norikae.secret_sync.delivery import Delivery
from norikae.secret_sync.gate import behind
from norikae.secret_sync.letter import Check
from tests.unit.fakes.carried import NEW, OLD, SECRET, SYNCS, carries, declares, rotated, secret_sync
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.secrets import FakeShelf, arn_of
from tests.unit.fakes.story import BLUE, GREEN

WHERE = f"secretsyncs shop/db on {GREEN}"
LAG = f"{WHERE} does not have the current version of {SECRET} yet"
PROVIDED = "secretproviderclasses.secrets-store.csi.x-k8s.io"
EXTERNAL = "externalsecrets.external-secrets.io"


def world(*syncs: Any, carried: tuple[str, ...] = ("shop/*",)) -> FakePorts:
    """Green has these SecretSyncs, and the secret is at its second version."""
    ports = FakePorts()
    carries(ports, *carried)
    rotated(ports)
    declares(ports, GREEN, *syncs)
    return ports


def said(ports: FakePorts, *clusters: str) -> str:
    return behind(ports, clusters or (GREEN,), {"shop"})


def sent(ports: FakePorts) -> list[Any]:
    return [letter for letter, _ in ports.letters.sent]


def test_what_is_current_is_nothing_to_wait_for() -> None:
    ports = world(secret_sync(NEW))
    assert said(ports) == ""
    assert sent(ports) == []


@pytest.mark.parametrize(
    "sync",
    [
        secret_sync(OLD),
        secret_sync(""),
        secret_sync(NEW, observedGeneration=0),
        secret_sync(NEW, conditions=[]),
        secret_sync(NEW, conditions=[{"type": "Synced", "status": "False", "message": "of an older generation"}]),
    ],
)
def test_what_a_status_does_not_prove_is_waited_for(sync: Any) -> None:
    ports = world(sync)
    assert said(ports) == f"secrets lag: {LAG}"
    assert sent(ports) == [Check(arn_of(SECRET), why="gate")]


def test_what_was_refused_is_said_as_whoever_carries_said_it() -> None:
    refused = {"type": "Synced", "status": "False", "reason": "Refused", "message": "no tag", "observedGeneration": 1}
    ports = world(secret_sync(OLD, conditions=[refused]))
    assert said(ports) == f"secrets lag: {WHERE} is refused: no tag"
    assert sent(ports) == [Check(arn_of(SECRET), why="gate")], "a tag that somebody corrects makes no event"


def test_an_edit_that_is_only_to_be_reported_holds_nobody() -> None:
    edited = {"type": "Synced", "status": "False", "reason": "Edited", "message": "edited", "observedGeneration": 1}
    assert said(world(secret_sync(NEW, conditions=[edited]))) == ""


def test_an_edit_of_an_older_version_is_no_proof_that_the_current_one_is_there() -> None:
    edited = {"type": "Synced", "status": "False", "reason": "Edited", "message": "edited", "observedGeneration": 1}
    ports = world(secret_sync(OLD, conditions=[edited]))
    assert "does not have the current version" in said(ports)
    assert sent(ports) == [Check(arn_of(SECRET), why="gate")]


def test_a_secret_is_described_once_and_asked_for_once_however_it_is_named() -> None:
    syncs = [secret_sync(OLD, name=f"db-{number}") for number in range(3)]
    syncs += [secret_sync(OLD, name="by-arn", secret=arn_of(SECRET))]
    ports = world(*syncs)
    declares(ports, BLUE, *syncs)
    text = said(ports, BLUE, GREEN)
    assert text.count(" | ") == 3, "three are shown"
    assert text.endswith(" | and 5 more")
    assert ports.safe.calls["describe"] == 1
    assert len(sent(ports)) == 1


def test_a_declaration_that_cannot_be_carried_blocks_with_its_reason() -> None:
    wrong = secret_sync(NEW)
    wrong["spec"]["format"] = "yaml"
    ports = world(wrong)
    assert said(ports).startswith(f"secrets lag: {WHERE} is refused: SecretSync shop/db: spec")
    assert sent(ports) == [], "nobody but its team can help"


def test_a_secret_sync_of_what_the_environment_does_not_name_says_how_to_name_it() -> None:
    ports = world(secret_sync(OLD), carried=("billing/*",))
    remedy = "is not among secret_sync.secrets of the environment file, so norikae may not read it; add its name"
    assert said(ports).startswith(f"secrets lag: {WHERE} is refused: {SECRET} {remedy}")
    assert not ports.safe.calls


def test_a_secret_without_a_current_version_blocks() -> None:
    ports = world()
    ports.safe.rotate("shop/empty", {})
    ports.safe.rotate("shop/empty", {})
    ports.safe.described["shop/empty"] = replace(ports.safe.described["shop/empty"], current="")
    declares(ports, GREEN, secret_sync("", secret="shop/empty"))
    text = "no version of shop/empty has the label AWSCURRENT; store a value in it"
    assert said(ports) == f"secrets lag: {WHERE} is refused: {text}"


def external(key: str, *, at: str = "") -> Any:
    """An ExternalSecret, which norikae has asked for a version or not."""
    asked = {"norikae.dev/asked": at} if at else {}
    return {
        "metadata": {"namespace": "shop", "name": "db", "annotations": asked},
        "spec": {
            "secretStoreRef": {"name": "aws", "kind": "ClusterSecretStore"},
            "refreshInterval": "1h",
            "data": [{"secretKey": "password", "remoteRef": {"key": key}}],
        },
    }


def with_external(key: str) -> FakePorts:
    ports = world()
    provider = {"aws": {"service": "SecretsManager", "region": "ap-northeast-1"}}
    store = {"metadata": {"namespace": "", "name": "aws"}, "spec": {"provider": provider}}
    ports.shelf(GREEN).add("clustersecretstores.external-secrets.io", store)
    ports.shelf(GREEN).add(EXTERNAL, external(key))
    return ports


def test_another_operator_is_waited_for_and_asked_by_whoever_carries() -> None:
    ports = with_external(SECRET)
    where = f"externalsecrets shop/db on {GREEN}"
    assert said(ports) == f"secrets lag: {where}: External Secrets was not asked for version {NEW} yet"
    assert sent(ports) == [Check(arn_of(SECRET), why="gate")]


def test_why_another_operators_object_is_not_moved_is_said_as_whoever_carries_found_it() -> None:
    ports = with_external(SECRET)
    known: dict[str, Any] = {
        "secret": arn_of(SECRET),
        "version": NEW,
        "state": "refused",
        "reason": "its operator would corrupt it",
    }
    ports.deliveries.write(Delivery(cluster=BLUE, **{**known, "reason": "of another cluster"}), instead_of=None)
    ports.deliveries.write(Delivery(cluster=GREEN, **known), instead_of=None)
    where = f"externalsecrets shop/db on {GREEN}"
    assert said(ports) == f"secrets lag: {where} is refused: its operator would corrupt it"


def test_what_another_operator_fetches_is_its_own_unless_the_environment_names_it() -> None:
    ports = with_external("billing/db")
    assert said(ports) == ""
    assert not ports.safe.calls


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ThrottledError("slow down"), f"{SECRET}: slow down"),
        (UnreachableError("timed out"), f"{SECRET}: timed out"),
        (NotFoundError("there is none"), "there is none: what the clusters have stays as it is. Create it, or"),
        (
            RefusedError("AccessDenied"),
            f"Secrets Manager refuses {SECRET}: AccessDenied; there is none of that name",
        ),
    ],
)
def test_a_secret_that_cannot_be_described_is_no_proof(error: Any, why: str) -> None:
    ports = world(secret_sync(NEW), secret_sync(NEW, name="another"))
    ports.safe.broken[f"describe:{SECRET}"] = error
    text = said(ports)
    assert text.startswith(f"secrets lag: secretsyncs shop/another on {GREEN} cannot be judged: {why}")
    assert " | " not in text, "it is said once"
    assert sent(ports) == []
    assert ports.safe.calls["describe"] == 1


def test_a_cluster_that_cannot_be_read_is_no_proof_and_the_other_one_is_read_all_the_same() -> None:
    ports = world(secret_sync(OLD))
    ports.shelf(BLUE).down = RefusedError("GET secretsyncs was answered 403 Forbidden")
    unread, lag = said(ports, BLUE, GREEN).split(" | ")
    assert (
        unread == f"secrets lag: what secrets {BLUE} wants cannot be read: GET secretsyncs was answered 403 Forbidden"
    )
    assert lag == LAG


def test_a_cluster_that_is_not_there_is_no_proof() -> None:
    ports = world(secret_sync(NEW))

    def finds(cluster: str) -> FakeShelf:
        if cluster == BLUE:
            raise NotFoundError("no such cluster")
        return ports.shelves[cluster]

    ports.shelf = finds  # type: ignore[method-assign]
    why = "there is no such cluster, or it has no API yet"
    assert said(ports, BLUE, GREEN) == f"secrets lag: what secrets {BLUE} wants cannot be read: {why}"


def test_a_queue_that_does_not_answer_changes_nothing() -> None:
    ports = world(secret_sync(OLD))

    def refuses(*_: object, **__: object) -> None:
        raise UnreachableError("timed out")

    ports.letters.send = refuses  # type: ignore[method-assign]
    assert said(ports) == f"secrets lag: {LAG}"


def test_without_secrets_in_the_environment_nobody_is_asked() -> None:
    ports = FakePorts()
    rotated(ports, GREEN)
    assert said(ports) == ""
    assert not ports.shelves[GREEN].calls
    assert not ports.safe.calls


def test_a_cluster_without_declarations_costs_no_call_of_aws() -> None:
    ports = world()
    assert said(ports, BLUE, GREEN) == ""
    assert not ports.safe.calls
    assert ports.shelves[GREEN].calls[f"list {SYNCS}"] == 1


def test_nobody_waits_for_the_csi_driver() -> None:
    ports = world()
    parameters = {"objects": f"- objectName: {SECRET}\n  objectType: secretsmanager\n"}
    ports.shelf(GREEN).add(
        PROVIDED,
        {
            "metadata": {"namespace": "shop", "name": "csi"},
            "spec": {"provider": "aws", "parameters": parameters},
        },
    )
    assert said(ports) == ""
    assert not ports.safe.calls
