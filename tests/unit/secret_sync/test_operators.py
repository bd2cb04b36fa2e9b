"""ExternalSecrets, AWSSecrets and SecretProviderClasses: their operators are told, waited for, and told about."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.errors import CredentialsExpiredError, RefusedError, UnreachableError
from norikae.secret_sync.asked import _versions
from norikae.secret_sync.delivery import Delivery
from norikae.secret_sync.external_secret import KIND
from norikae.secret_sync.letter import Check, Restart
from norikae.secret_sync.outcome import Outcome
from norikae.secret_sync.target import Target
from norikae.secret_sync.verdict import Verdict, judge
from tests.unit.fakes.secrets import FakeShelf, arn_of
from tests.unit.secret_sync.carried import BLUE, GREEN, Story

EXTERNAL, STORE = "externalsecrets.external-secrets.io", "secretstores.external-secrets.io"
AWS_SECRET = "awssecrets.mumoshu.github.io"
CLASS = "secretproviderclasses.secrets-store.csi.x-k8s.io"


class Operator:
    """External Secrets, which fetches some looks after it was told; also the clock of whoever waits for it."""

    def __init__(self, story: Story, after: int = 1) -> None:
        self.story, self.after, self.slept = story, after, 0.0
        story.ports.clock = self

    def now(self) -> float:
        return float(self.story.ports.now)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.after -= 1
        if self.after == 0:
            self.fetches()

    def fetches(self) -> None:
        for shelf in self.story.ports.shelves.values():
            for (kind, _, _), obj in shelf.objects.items():
                if kind == EXTERNAL:
                    obj["status"] = {
                        "refreshTime": "2026-11-28T03:00:00Z",
                        "syncedResourceVersion": min(_versions(obj["metadata"])),
                        "conditions": [{"type": "Ready", "status": "True", "reason": "SecretSynced"}],
                    }


def external(story: Story, **spec: Any) -> None:
    store = {"provider": {"aws": {"service": "SecretsManager", "region": "ap-northeast-1"}}}
    body = {
        "secretStoreRef": {"name": "aws", "kind": "SecretStore"},
        "refreshInterval": "1h",
        "target": {"name": "db"},
        "dataFrom": [{"extract": {"key": "prod/db"}}],
        **spec,
    }
    for shelf in story.ports.shelves.values():
        shelf.add(STORE, {"metadata": {"namespace": "shop", "name": "aws"}, "spec": store})
        shelf.add(EXTERNAL, {"metadata": {"namespace": "shop", "name": "db"}, "spec": body})


def pinned(story: Story, **metadata: Any) -> None:
    reference = {"secretsManagerSecretRef": {"secretId": "prod/db", "versionId": "prod/db-v1"}}
    for shelf in story.ports.shelves.values():
        shelf.add(
            AWS_SECRET,
            {"metadata": {"namespace": "shop", "name": "db", **metadata}, "spec": {"stringDataFrom": reference}},
        )


def version_of(shelf: FakeShelf) -> str:
    source = shelf.objects[AWS_SECRET, "shop", "db"]["spec"]["stringDataFrom"]
    return str(source["secretsManagerSecretRef"]["versionId"])


def test_external_secrets_is_told_and_waited_for() -> None:
    story = Story()
    external(story)
    operator = Operator(story)
    answer = story.carries(story.rotates())
    assert answer["carried"] == {"secrets": 1, "written": 2}
    assert (operator.slept, story.delivery().state, story.ports.letters.sent) == (0.5, "current", [])
    assert story.safe.calls["current"] == 0


def test_an_operator_that_takes_longer_is_looked_at_again_by_one_chain_of_letters() -> None:
    story = Story()
    external(story)
    operator = Operator(story, after=0)
    event = story.rotates()
    story.carries(event)
    letters = [(Check(arn_of("prod/db"), "late", cluster=name, attempt=1), 5) for name in (BLUE, GREEN)]
    assert (operator.slept, story.delivery().state, story.ports.letters.sent) == (3.0, "waiting", letters)
    story.carries(event, Check("prod/db", "gate"))
    assert story.ports.letters.sent == letters
    story.collects()
    story.ports.now += 5
    operator.fetches()
    story.rests()
    assert (story.delivery(BLUE).state, story.delivery(GREEN).state, story.told()) == ("current", "current", [])


def test_people_hear_of_an_operator_that_does_nothing_and_of_its_coming_back() -> None:
    story = Story(green=False)
    external(story)
    operator = Operator(story, after=0)
    story.carries(story.rotates())
    began = story.ports.now
    for _ in range(200):
        story.collects()
        if not story.queue or story.told():
            break
        story.ports.now = max(story.ports.now, story.queue[0][0])
        story.batch([story.queue[0][1]])
    assert (story.told(), story.delivery().state) == (["secret-late"], "waiting")
    assert 300 <= story.ports.now - began <= 900
    operator.fetches()
    story.rests()
    assert story.told() == ["secret-late", "secret-current-again"]


def test_the_letters_end_when_the_sweep_takes_over() -> None:
    story = Story(green=False)
    external(story)
    Operator(story, after=0)
    story.carries(story.rotates())
    story.rests(turns=200)
    assert story.told() == ["secret-late"]


def test_an_external_secret_that_never_refreshes_is_refused_with_the_remedy() -> None:
    story = Story()
    external(story, refreshInterval="0")
    story.carries(story.rotates())
    assert (story.delivery().state, story.told()) == ("refused", ["secret-refused"])
    assert "refreshInterval" in story.delivery().reason


def test_an_aws_secret_gets_the_version_once() -> None:
    story = Story()
    pinned(story)
    story.rotates()
    story.carries(story.rotates())
    assert version_of(story.blue) == version_of(story.green) == "prod/db-v2"
    assert (story.safe.calls["current"], story.delivery().state) == (1, "current")
    story.carries(Check("prod/db", "sweep"))
    assert story.safe.calls["current"] == 1


def test_a_value_that_the_operator_would_corrupt_is_refused() -> None:
    story = Story()
    pinned(story)
    story.rotates()
    story.carries(story.rotates(content={"password": "hunter2", "options": {"ssl": True}}))
    assert version_of(story.blue) == "prod/db-v1"
    assert story.told() == ["secret-refused"]
    assert "SecretSync" in story.delivery().reason
    assert "hunter2" not in story.delivery().reason


def test_an_aws_secret_that_argo_cd_would_put_back_is_refused_with_what_to_add() -> None:
    story = Story(green=False)
    pinned(story, annotations={"argocd.argoproj.io/tracking-id": "web:mumoshu.github.io/AWSSecret:shop/db"})
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "web", "namespace": "argocd"},
        "spec": {"destination": {}},
    }
    story.ports.kubernetes(BLUE).put(application)
    story.rotates()
    story.carries(story.rotates())
    assert version_of(story.blue) == "prod/db-v1"
    assert "RespectIgnoreDifferences=true" in story.delivery().reason


def test_operators_that_get_done_one_after_the_other_are_late_once() -> None:
    """Who is still late is another reason at each look, and no other news."""
    targets = [Target(KIND, "shop", name, ("prod/db",), "1") for name in ("a", "b", "c")]

    def late(count: int, before: Delivery | None, now: float) -> Verdict:
        outcomes = [Outcome(BLUE, one, "waiting", f"{one} is not done") for one in targets[:count]]
        return judge("arn", BLUE, "v2", outcomes, before, patience=300, now=now)

    first = late(3, None, 0.0)
    second = late(3, first.delivery, 301.0)
    third = late(2, second.delivery, 302.0)
    assert [one.news for one in (first, second, third)] == ["", "late", ""]
    assert third.delivery.told == "late"


def test_an_argo_cd_that_does_not_know_us_keeps_no_version_from_an_aws_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever carries secrets has no access entry in the cluster of a central Argo CD, so every call is a 401."""
    story = Story(green=False)
    pinned(story, annotations={"argocd.argoproj.io/tracking-id": "web:mumoshu.github.io/AWSSecret:shop/db"})

    def stranger(*_: Any, **__: Any) -> Any:
        raise CredentialsExpiredError("GET applications was answered 401 Unauthorized")

    monkeypatch.setattr(story.ports.kubernetes(BLUE), "get", stranger)
    story.rotates()
    assert story.carries(story.rotates())["batchItemFailures"] == []
    assert version_of(story.blue) == "prod/db-v2"


def test_a_patch_that_is_forbidden_is_refused_and_one_that_fails_comes_again() -> None:
    story = Story()
    pinned(story)
    story.rotates()
    story.blue.refuses[f"patch {AWS_SECRET} shop/db"] = RefusedError("PATCH awssecrets was answered 403 Forbidden")
    story.green.refuses[f"patch {AWS_SECRET} shop/db"] = UnreachableError("the connection timed out")
    answer = story.carries(story.rotates())
    assert len(answer["batchItemFailures"]) == 1
    assert (story.delivery(BLUE).state, story.delivery(GREEN).state) == ("refused", "failed")
    story.green.refuses.clear()
    story.rests()
    assert (story.delivery(GREEN).state, story.told()) == ("current", ["secret-refused"])


@pytest.mark.parametrize("kind", ["external", "pinned"])
def test_what_the_environment_file_does_not_name_is_other_operators_business(kind: str) -> None:
    story = Story(secrets=("other/*",))
    (external if kind == "external" else pinned)(story)
    assert story.carries(story.rotates())["ignored"] == {"nobody-wants-it": 1}
    assert not story.safe.calls


def test_pods_that_mount_an_old_version_are_restarted_and_nobody_waits_for_them() -> None:
    story = Story(green=False)
    objects = '- objectName: "prod/db"\n  objectType: "secretsmanager"\n'
    spec = {"provider": "aws", "parameters": {"objects": objects}}
    story.blue.add(CLASS, {"metadata": {"namespace": "shop", "name": "db"}, "spec": spec})
    status = {"secretProviderClassName": "db", "objects": [{"id": "prod/db", "version": "prod/db-v1"}]}
    pod = {"metadata": {"namespace": "shop", "name": "web-1"}, "status": status}
    story.blue.add("secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io", pod)
    story.rotates()
    story.carries(story.rotates())
    assert story.ports.letters.sent == [(Restart(BLUE, "shop", ("class:db",)), 0)]
    assert (story.delivery().state, story.told()) == ("current", [])
