"""What is done about a Secret, what it will look like, and what the SecretSync then says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from norikae.secret_sync.decide import owner, standing_of_sync, status_of, wanted
from norikae.secret_sync.declaration import read_declaration, target_of_sync
from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.stored import HASH, KEYS, REPLACES, SYNC, VERSION, WRITTEN_AT, Stored
from norikae.secret_sync.target import Target
from tests.unit.secret_sync.declared import NOW, V1, V2, decided, secret, sync, written

FOREIGN = Stored("shop", "db", "1", data={"password": Sealed(b"theirs")})


def edited(stored: Stored) -> Stored:
    """After somebody changed its password by hand."""
    return replace(stored, data={**stored.data, "password": Sealed(b"by hand")})


def test_a_secret_that_is_not_there_is_made() -> None:
    assert decided(sync(), secret(), None).action == "create"


def test_a_secret_that_is_current_is_left_alone() -> None:
    move = decided(sync(), secret(), written(sync(), secret()))
    assert (move.action, move.reason) == ("keep", f"it has the current version {V1}")


def test_another_current_version_is_written_whichever_it_is() -> None:
    """A person may make an older version current again; it is carried like any other."""
    assert decided(sync(), secret(V2), written(sync(), secret(V1))).action == "write"
    assert decided(sync(), secret(V1), written(sync(), secret(V2))).action == "write"


def test_a_secret_that_was_made_anew_under_its_name_is_written() -> None:
    again = replace(secret(), arn=secret().arn[:-6] + "ZyXwVu")
    assert decided(sync(), again, written(sync(), secret())).action == "write"


def test_a_changed_declaration_is_written() -> None:
    move = decided(sync(generation=2), secret(), written(sync(), secret()))
    assert (move.action, move.reason) == ("write", "the SecretSync was changed; its generation is 2")


def test_a_replica_is_carried_like_any_other() -> None:
    assert decided(sync(), secret(primary_region="us-east-1"), None).action == "create"


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (
            secret(deleted_at=NOW),
            (
                "prod/db was marked for deletion at 2023-11-14T22:13:20Z; what the clusters have stays as it is."
                " Restore it (aws secretsmanager restore-secret --secret-id {arn}), or delete what declares it"
            ),
        ),
        (secret(""), "no version of prod/db has the label AWSCURRENT; store a value in it"),
        (
            secret(namespaces=frozenset({"jobs", "web"})),
            (
                "prod/db may not go to the namespace shop; who owns it allows that by its tag: aws secretsmanager"
                " tag-resource --secret-id {arn} --tags Key=norikae.dev/namespaces,Value='jobs shop web'"
            ),
        ),
    ],
)
def test_what_secrets_manager_says_no_to_is_refused_before_anything_else(of: Any, expected: str) -> None:
    for stored in (None, FOREIGN, written(sync(), secret())):
        move = decided(sync(), of, stored)
        assert (move.action, move.reason) == ("refuse", expected.format(arn=of.arn))


def test_a_secret_of_somebody_else_is_taken_over_only_when_it_is_asked_for() -> None:
    move = decided(sync(), secret(), FOREIGN)
    assert move.action == "refuse"
    assert move.reason.startswith("Secret shop/db is there already and not norikae's; set spec.target.takeOver: true")
    assert decided(sync(target={"takeOver": True}), secret(), FOREIGN).action == "write"


def test_a_secret_of_another_secret_sync_is_never_taken_over() -> None:
    theirs = replace(FOREIGN, annotations={SYNC: "shop/other"})
    move = decided(sync(target={"takeOver": True}), secret(), theirs)
    assert move.action == "refuse"
    assert move.reason.startswith("Secret shop/db belongs to SecretSync shop/other; set another spec.target.name")


def test_a_copy_of_another_namespaces_secret_is_not_ours() -> None:
    copied = replace(written(sync(), secret()), annotations={SYNC: "elsewhere/db", VERSION: V1})
    assert "belongs to SecretSync elsewhere/db" in decided(sync(), secret(), copied).reason


def test_a_type_cannot_be_changed() -> None:
    move = decided(sync(generation=2, target={"type": "kubernetes.io/basic-auth"}), secret(), written(sync(), secret()))
    assert move.action == "refuse"
    assert "is of type Opaque, which cannot be changed to kubernetes.io/basic-auth; delete it" in move.reason


def test_an_immutable_secret_is_refused_once_it_has_to_change() -> None:
    frozen = replace(written(sync(), secret()), immutable=True)
    assert decided(sync(), secret(), frozen).action == "keep"
    move = decided(sync(), secret(V2), frozen)
    assert (move.action, move.reason.partition(",")[0]) == ("refuse", "Secret shop/db is immutable")


def test_an_edit_by_hand_is_repaired_or_reported_as_the_environment_says() -> None:
    hand = edited(written(sync(), secret()))
    text = "Secret shop/db was edited by hand: not all of its values are those that norikae wrote"
    assert decided(sync(), secret(), hand, on_edit="repair") == decided(
        sync(onEdit="repair"), secret(), hand, on_edit=""
    )
    assert (decided(sync(), secret(), hand).action, decided(sync(), secret(), hand).reason) == ("write", text)
    assert decided(sync(), secret(), hand, on_edit="report").action == "report"


def test_a_secret_sync_may_say_otherwise_than_the_environment() -> None:
    hand = edited(written(sync(), secret()))
    assert decided(sync(onEdit="report"), secret(), hand, on_edit="repair").action == "report"
    assert decided(sync(onEdit="repair"), secret(), hand, on_edit="report").action == "write"


def test_a_key_that_is_gone_is_an_edit_and_one_that_came_is_not() -> None:
    ours = written(sync(), secret())
    move = decided(sync(), secret(), replace(ours, data={}))
    assert (move.action, move.reason) == ("write", "Secret shop/db was edited by hand: 'password' is missing")
    assert decided(sync(), secret(), replace(ours, data={**ours.data, "more": Sealed(b"x")})).action == "keep"


@pytest.mark.parametrize("mark", [HASH, KEYS])
def test_a_mark_that_was_taken_away_is_an_edit(mark: str) -> None:
    ours = written(sync(), secret())
    marks = {key: text for key, text in ours.annotations.items() if key != mark}
    assert decided(sync(), secret(), replace(ours, annotations=marks)).action == "write"


def test_a_rotation_is_written_over_an_edit_that_is_only_reported() -> None:
    hand = edited(written(sync(), secret()))
    assert decided(sync(onEdit="report"), secret(V2), hand).action == "write"


def test_the_first_version_replaces_none() -> None:
    assert REPLACES not in written(sync(), secret()).annotations
    assert REPLACES not in written(sync(target={"takeOver": True}), secret(), before=FOREIGN).annotations


def test_a_rotated_secret_says_what_it_replaces_and_since_when() -> None:
    first = written(sync(), secret())
    second = written(sync(), secret(V2), before=first, now=NOW + 60)
    assert second.annotations[REPLACES] == V1
    assert (first.annotations[WRITTEN_AT], second.annotations[WRITTEN_AT]) == (
        "2023-11-14T22:13:20Z",
        "2023-11-14T22:14:20Z",
    )


def test_a_repair_or_a_changed_declaration_is_no_other_version() -> None:
    """Whoever restarts pods by what a Secret replaced does not restart them again."""
    second = written(sync(), secret(V2), before=written(sync(), secret()), now=NOW + 60)
    third = written(sync(generation=2), secret(V2), before=second, now=NOW + 600)
    kept = (REPLACES, WRITTEN_AT, VERSION)
    assert [third.annotations[key] for key in kept] == [second.annotations[key] for key in kept]
    first = written(sync(), secret())
    assert REPLACES not in written(sync(generation=2), secret(), before=first).annotations


def test_what_is_wanted_has_the_labels_the_type_and_the_name_of_the_declaration() -> None:
    obj = sync(target={"name": "db-login", "type": "kubernetes.io/basic-auth", "labels": {"app": "shop"}})
    target = target_of_sync(obj)
    data = {"username": Sealed(b"a"), "password": Sealed(b"b")}
    made = wanted(target, read_declaration(obj), secret(), V1, data, None, now=NOW)
    assert (made.namespace, made.name, made.type) == ("shop", "db-login", "kubernetes.io/basic-auth")
    assert made.labels == {"app": "shop"}
    assert (made.annotations[KEYS], made.annotations[SYNC]) == ("password,username", owner(target))


def said(obj: dict[str, Any], state: Any, reason: str = "words", *, now: float = NOW, version: str = V1) -> Any:
    """The patch, and the object after it."""
    body = status_of(target_of_sync(obj), secret(), version=version, state=state, reason=reason, now=now)
    return body, {**obj, "status": {**obj.get("status", {}), **body.get("status", {})}}


def test_a_status_says_what_is_so() -> None:
    body, _ = said(sync(generation=3), "current", "it has the current version")
    assert body["status"] == {
        "secret": secret().arn,
        "versionId": V1,
        "observedGeneration": 3,
        "syncedAt": "2023-11-14T22:13:20Z",
        "conditions": [
            {
                "type": "Synced",
                "status": "True",
                "reason": "Current",
                "message": "it has the current version",
                "observedGeneration": 3,
                "lastTransitionTime": "2023-11-14T22:13:20Z",
            }
        ],
    }


@pytest.mark.parametrize("state", ["current", "edited", "refused"])
def test_a_status_that_says_so_already_is_not_written(state: str) -> None:
    _, after = said(sync(), state)
    assert said(after, state, now=NOW + 3600)[0] == {}


def test_a_refusal_keeps_the_version_that_the_secret_still_has() -> None:
    _, after = said(sync(), "current")
    body, refused = said(after, "refused", "the tag is gone", now=NOW + 60, version=V2)
    assert "versionId" not in body["status"]
    assert (refused["status"]["versionId"], refused["status"]["syncedAt"]) == (V1, "2023-11-14T22:13:20Z")


def test_an_edit_that_is_reported_says_which_version_was_edited() -> None:
    _, after = said(sync(), "current")
    assert said(after, "edited", "edited", version=V2)[0]["status"]["versionId"] == V2


def test_the_transition_time_moves_with_the_status_and_not_with_the_words() -> None:
    _, first = said(sync(), "refused", "one")
    _, second = said(first, "refused", "two", now=NOW + 60)
    _, third = said(second, "current", now=NOW + 120)
    times = [one["status"]["conditions"][0]["lastTransitionTime"][-4:] for one in (first, second, third)]
    assert times == [":20Z", ":20Z", ":20Z"]
    minutes = [one["status"]["conditions"][0]["lastTransitionTime"][14:16] for one in (first, second, third)]
    assert minutes == ["13", "13", "15"]


def test_conditions_of_others_stay() -> None:
    theirs = {"type": "Theirs", "status": "True"}
    body, _ = said({**sync(), "status": {"conditions": [theirs]}}, "current")
    assert [one["type"] for one in body["status"]["conditions"]] == ["Theirs", "Synced"]


def test_a_secret_that_nobody_could_look_up_has_a_status_all_the_same() -> None:
    body = status_of(target_of_sync(sync()), None, version="", state="refused", reason="there is none", now=NOW)
    assert "secret" not in body["status"]


def test_a_target_has_a_version_only_while_its_status_is_true_of_what_is_declared() -> None:
    _, after = said(sync(), "current")
    assert target_of_sync(after).versions == {"prod/db": V1}
    assert target_of_sync({**after, "metadata": {**after["metadata"], "generation": 2}}).versions == {}
    assert target_of_sync(said(after, "refused")[1]).versions == {}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("current", "current"),
        ("edited", "observed"),
        ("refused", "refused"),
    ],
)
def test_how_a_target_stands_is_what_its_status_says(state: str, expected: str) -> None:
    _, after = said(sync(), state)
    assert standing_of_sync(target_of_sync(after), secret()).state == expected


def test_a_target_without_a_status_or_with_another_version_is_behind() -> None:
    _, after = said(sync(), "current")
    assert standing_of_sync(target_of_sync(sync()), secret()).state == "behind"
    assert standing_of_sync(target_of_sync(after), secret(V2)).state == "behind"


def test_a_wrong_declaration_is_refused_with_its_words() -> None:
    target: Target = target_of_sync(sync(format="yaml"))
    standing = standing_of_sync(target, secret())
    assert (standing.state, standing.reason) == ("refused", target.problem)
