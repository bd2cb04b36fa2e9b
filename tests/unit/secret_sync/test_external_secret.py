"""ExternalSecrets: which secrets they name, and when External Secrets is known to have fetched."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.secret_sync.external_secret import KIND
from norikae.secret_sync.others import nudge, standing_of, targets_of_others
from norikae.secret_sync.target import Standing, Target
from tests.unit.fakes.secrets import ACCOUNT, REGION, FakeSafe, FakeShelf, arn_of
from tests.unit.secret_sync.declarations import CLUSTER_STORES, NOW, STORES, ExternalSecrets, external, store


def cluster(*objects: dict[str, Any], stores: tuple[dict[str, Any], ...] = ()) -> FakeShelf:
    shelf = FakeShelf()
    for one in stores or (store(),):
        shelf.add(STORES, one)
    for one in objects:
        shelf.add(KIND, one)
    return shelf


def found(shelf: FakeShelf) -> list[Target]:
    return targets_of_others(shelf, account=ACCOUNT, region=REGION)


def named(*objects: dict[str, Any], stores: tuple[dict[str, Any], ...] = ()) -> list[tuple[str, ...]]:
    return [one.secrets for one in found(cluster(*objects, stores=stores))]


class Story:
    """One ExternalSecret, its operator, and a secret that rotates."""

    def __init__(self, digest: str = "sha3_224", **spec: Any) -> None:
        self.shelf = cluster(external(spec=spec))
        self.operator = ExternalSecrets(self.shelf, digest)
        self.safe = FakeSafe()
        self.secret = self.safe.rotate("db", {"password": "canary-4711"})

    def rotate(self, name: str = "db") -> None:
        rotated = self.safe.rotate(name, {"password": "canary-4712"})
        self.secret = rotated if name == "db" else self.secret

    def target(self) -> Target:
        (target,) = found(self.shelf)
        return target

    def ask(self, name: str = "db", now: float = NOW) -> None:
        target = self.target()
        body = nudge(target, self.safe.describe(name), now=now)
        assert body is not None
        self.shelf.patch(KIND, target.namespace, target.name, body, instead_of=target.resource_version)

    def standing(self, name: str = "db") -> Standing:
        return standing_of(self.target(), self.safe.describe(name))

    def state(self, name: str = "db") -> str:
        return self.standing(name).state


def test_it_names_what_its_entries_name() -> None:
    spec = {
        "data": [{"secretKey": "a", "remoteRef": {"key": "api"}}, {"secretKey": "b", "remoteRef": {"key": "api"}}],
        "dataFrom": [{"extract": {"key": arn_of("db")}}],
    }
    assert named(external(spec=spec)) == [("api", arn_of("db"))]


def test_the_prefix_of_its_store_is_part_of_the_name() -> None:
    assert named(external(), stores=(store(prefix="prod/"),)) == [("prod/db",)]


@pytest.mark.parametrize(
    "other",
    [
        {"service": "ParameterStore"},
        {"region": "us-east-1"},
        {"role": "arn:aws:iam::999999999999:role/read"},
        {"additionalRoles": ["arn:aws:iam::999999999999:role/read"]},
    ],
)
def test_another_store_is_none_of_ours(other: dict[str, Any]) -> None:
    assert named(external(), stores=(store(**other),)) == []


def test_a_store_with_a_role_of_the_account_is_ours() -> None:
    assert named(external(), stores=(store(role=f"arn:aws:iam::{ACCOUNT}:role/read"),)) == [("db",)]


def test_a_store_of_another_provider_or_none_at_all_is_none_of_ours() -> None:
    vault = {"metadata": {"namespace": "shop", "name": "aws"}, "spec": {"provider": {"vault": {}}}}
    assert named(external(), stores=(vault,)) == []
    assert named(external(spec={"secretStoreRef": {"name": "gone"}})) == []


def test_each_entry_may_have_a_store_of_its_own() -> None:
    spec = {
        "data": [
            {"secretKey": "a", "remoteRef": {"key": "api"}, "sourceRef": {"storeRef": {"name": "vault"}}},
            {
                "secretKey": "b",
                "remoteRef": {"key": "mail"},
                "sourceRef": {"storeRef": {"name": "all", "kind": "ClusterSecretStore"}},
            },
        ],
        "dataFrom": [{"sourceRef": {"generatorRef": {"kind": "Password", "name": "new"}}}],
    }
    shelf = cluster(external(spec=spec))
    everywhere = store("all", prefix="prod/")
    shelf.add(CLUSTER_STORES, {**everywhere, "metadata": {"namespace": "", "name": "all"}})
    assert [one.secrets for one in found(shelf)] == [("prod/mail",)]


def test_tags_are_no_value() -> None:
    spec = {"dataFrom": [{"extract": {"key": "db", "metadataPolicy": "Fetch"}}]}
    assert named(external(spec=spec)) == []


def test_a_cluster_without_external_secrets_is_asked_for_no_store() -> None:
    shelf = FakeShelf()
    assert found(shelf) == []
    assert shelf.calls[f"list {STORES}"] == 0


def test_what_a_rule_finds_is_only_observed() -> None:
    story = Story(dataFrom=[{"find": {"name": {"regexp": "^db"}}}])
    assert story.standing() == Standing(
        "observed", "externalsecrets shop/db finds its secrets by a rule (dataFrom.find), so nobody knows which"
    )
    assert nudge(story.target(), story.secret, now=NOW) is None


@pytest.mark.parametrize("interval", ["0", "0s", "0h0m0s", "-1m"])
def test_an_interval_of_0_is_refused_with_a_remedy(interval: object) -> None:
    story = Story(refreshInterval=interval)
    assert story.state() == "refused"
    assert "refreshInterval: 0" in story.standing().reason
    assert "say refreshPolicy: OnChange" in story.standing().reason
    assert nudge(story.target(), story.secret, now=NOW) is None


def test_an_interval_of_0_does_no_harm_where_it_is_not_looked_at() -> None:
    assert Story(refreshInterval="0", refreshPolicy="OnChange").state() == "behind"
    assert Story(refreshInterval="10m").state() == "behind"


@pytest.mark.parametrize(
    ("spec", "words"),
    [({"refreshPolicy": "CreatedOnce"}, "say OnChange"), ({"target": {"immutable": True}}, "take it away")],
)
def test_what_never_fetches_again_is_refused_with_a_remedy(spec: dict[str, Any], words: str) -> None:
    story = Story(**spec)
    assert story.state() == "refused"
    assert words in story.standing().reason


def test_what_is_pinned_is_only_observed() -> None:
    story = Story(dataFrom=[{"extract": {"key": "db", "version": "uuid/db-v1"}}])
    assert story.state() == "current"
    story.rotate()
    assert story.state() == "observed"
    assert "pins remoteRef.version of db to db-v1" in story.standing().reason
    assert nudge(story.target(), story.secret, now=NOW) is None
    assert Story(dataFrom=[{"extract": {"key": "db", "version": "AWSPREVIOUS"}}]).state() == "observed"


def test_what_is_pinned_in_one_entry_only_is_asked_for() -> None:
    entries = [{"extract": {"key": "db", "version": "uuid/db-v1"}}, {"extract": {"key": "db"}}]
    assert Story(dataFrom=entries).state() == "behind"
    assert Story(dataFrom=[{"extract": {"key": "db", "version": "AWSCURRENT"}}]).state() == "behind"


def test_one_that_a_cluster_external_secret_writes_is_only_observed() -> None:
    owner = {"kind": "ClusterExternalSecret", "name": "everywhere", "controller": True}
    (target,) = found(cluster(external(ownerReferences=[owner])))
    standing = standing_of(target, FakeSafe().rotate("db", {}))
    assert standing.state == "observed"
    assert "ClusterExternalSecret everywhere" in standing.reason


@pytest.mark.parametrize("digest", ["md5", "sha3_224", "sha1"])
def test_a_rotation_is_asked_for_once_and_then_current(digest: str) -> None:
    story = Story(digest)
    story.operator.work()
    assert story.state() == "behind"
    story.ask()
    assert story.state() == "waiting"
    story.operator.work()
    assert story.state() == "current"
    assert nudge(story.target(), story.secret, now=NOW) is None
    story.rotate()
    assert story.state() == "behind"


def test_one_that_was_never_synced_is_waited_for() -> None:
    story = Story()
    story.ask()
    assert story.state() == "waiting"
    story.operator.work()
    assert story.state() == "current"


def test_a_reconcile_that_began_before_the_asking_is_no_answer() -> None:
    story = Story()
    story.operator.work()
    story.rotate()
    begun = story.operator.read()
    story.ask()
    story.operator.finish(begun)
    assert story.state() == "waiting"
    story.operator.work()
    assert story.state() == "current"


def test_the_answer_to_an_older_question_is_none_to_a_newer_one() -> None:
    story = Story()
    story.operator.work()
    story.ask()
    begun = story.operator.read()
    story.rotate()
    story.ask(now=NOW + 1)
    story.operator.finish(begun)
    assert story.state() == "waiting"
    story.operator.work()
    assert story.state() == "current"


def test_a_success_long_after_the_asking_is_an_answer_whatever_was_hashed() -> None:
    story = Story()
    story.operator.work()
    story.ask()
    story.operator.finish("2-of-tomorrow", at="2026-11-29T11:00:00Z")
    assert story.state() == "current"


def test_a_time_that_nobody_can_read_is_no_answer() -> None:
    story = Story()
    story.operator.work()
    begun = story.operator.read()
    story.ask()
    story.operator.finish(begun, at="yesterday")
    assert story.state() == "waiting"


def test_a_failure_is_waited_for_and_its_message_is_kept_from_people() -> None:
    story = Story()
    story.operator.work()
    story.ask()
    story.operator.fail()
    assert story.standing() == Standing(
        "waiting",
        "External Secrets was asked for version db-v1 and is not done: Ready is False, SecretSyncedError",
    )
    story.ask(now=NOW + 60)
    story.operator.work()
    assert story.state() == "current"


def test_of_two_secrets_each_has_its_own_question() -> None:
    story = Story(dataFrom=[{"extract": {"key": "db"}}, {"extract": {"key": "api"}}])
    story.rotate("api")
    story.ask()
    story.operator.work()
    assert (story.state(), story.state("api")) == ("current", "behind")
    story.ask("api", now=NOW + 1)
    assert (story.state(), story.state("api")) == ("current", "waiting")
    story.operator.work()
    assert (story.state(), story.state("api")) == ("current", "current")


def test_what_was_asked_about_a_secret_that_is_not_named_any_more_is_forgotten() -> None:
    story = Story(dataFrom=[{"extract": {"key": "db"}}, {"extract": {"key": "api"}}])
    story.rotate("api")
    story.ask("api")
    notes = story.shelf.objects[KIND, "shop", "db"]["metadata"]["annotations"]
    story.shelf.add(KIND, external(annotations=notes))
    story.ask()
    assert "api" not in story.shelf.objects[KIND, "shop", "db"]["metadata"]["annotations"]["norikae.dev/secret-asked"]


def test_an_annotation_that_somebody_broke_is_asked_anew() -> None:
    story = Story()
    for text in ("{", '{"a": 5}', '["b"]', "[" * 5000):
        story.shelf.add(KIND, external(annotations={"norikae.dev/secret-asked": text}))
        assert story.state() == "behind"
    story.ask()
    story.operator.work()
    assert story.state() == "current"


def test_nothing_of_a_value_is_in_what_is_written() -> None:
    story = Story()
    story.ask()
    story.operator.fail()
    body = nudge(story.target(), story.secret, now=NOW)
    assert "canary" not in f"{body} {story.standing()}"
