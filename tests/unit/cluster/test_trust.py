"""Trust policies: green's statements come beside the others and go again, and nothing else is touched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.cluster import trust
from tests.unit.fakes.identity import BLUE_ISSUER, GREEN_ISSUER, PODS, admitting, policy, role

BLUE, GREEN = (trust.provider_arn(role("any"), issuer) for issuer in (BLUE_ISSUER, GREEN_ISSUER))
SID = trust.sid_of("ap-northeast-1", "demo-1-35-a")
BY_HAND = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}


def extended(document: dict[str, Any]) -> dict[str, Any]:
    return trust.extended(document, BLUE, GREEN, SID)


def test_green_gets_a_copy_of_what_blue_has() -> None:
    document = extended(policy(admitting(BLUE_ISSUER, "chat:api")))
    assert document["Statement"] == [
        admitting(BLUE_ISSUER, "chat:api"),
        admitting(GREEN_ISSUER, "chat:api", sid=SID),
    ]


def test_every_statement_of_blue_is_copied_under_a_sid_of_its_own() -> None:
    document = extended(policy(admitting(BLUE_ISSUER, "chat:api"), admitting(BLUE_ISSUER, "c:*", test="StringLike")))
    assert [one.get("Sid") for one in document["Statement"]] == [None, None, SID, f"{SID}1"]


def test_extending_again_changes_nothing() -> None:
    once = extended(policy(BY_HAND, admitting(BLUE_ISSUER, "chat:api"), PODS))
    assert extended(once) == once


def test_what_was_appended_for_a_cluster_of_the_same_name_is_replaced() -> None:
    gone = admitting("https://oidc.eks.ap-northeast-1.amazonaws.com/id/" + "DE" * 16, "chat:api", sid=SID)
    document = extended(policy(gone, admitting(BLUE_ISSUER, "chat:api")))
    assert document["Statement"][1:] == [admitting(GREEN_ISSUER, "chat:api", sid=SID)]


def test_what_a_person_wrote_for_green_already_is_not_said_twice() -> None:
    document = policy(admitting(BLUE_ISSUER, "chat:api"), admitting(GREEN_ISSUER, "chat:api", sid="ByHand"))
    assert extended(document) == document


def test_upgrade_after_upgrade_the_policy_grows_by_one_cluster_only() -> None:
    document, clusters = policy(admitting(BLUE_ISSUER, "chat:api")), ["demo-1-35-a", "demo-1-36-a", "demo-1-37-a"]
    issuers = [BLUE_ISSUER, *(f"{BLUE_ISSUER[:-32]}{number:032}" for number in range(3))]
    arns = [trust.provider_arn(role("any"), issuer) for issuer in issuers]
    for number, cluster in enumerate(clusters):
        document = trust.extended(document, arns[number], arns[number + 1], trust.sid_of("ap-northeast-1", cluster))
        if number:
            document = trust.without(document, trust.sid_of("ap-northeast-1", clusters[number - 1]))
    last = admitting(issuers[-1], "chat:api", sid=trust.sid_of("ap-northeast-1", "demo-1-37-a"))
    assert document == policy(admitting(BLUE_ISSUER, "chat:api"), last)


def test_a_single_statement_may_be_no_list() -> None:
    alone = {"Version": "2012-10-17", "Statement": admitting(BLUE_ISSUER, "chat:api")}
    assert len(extended(alone)["Statement"]) == 2
    assert trust.without(alone, SID) == alone


def test_a_statement_for_several_issuers_is_copied_for_green_alone() -> None:
    shared = admitting(BLUE_ISSUER, "chat:api")
    shared["Principal"] = {"Federated": ["arn:aws:iam::123456789012:oidc-provider/other.example.com", BLUE]}
    assert extended(policy(shared))["Statement"][1]["Principal"] == {"Federated": GREEN}


def test_a_denial_is_no_admission_to_copy() -> None:
    document = policy({**admitting(BLUE_ISSUER, "chat:api"), "Effect": "Deny"}, BY_HAND)
    assert extended(document) == document


_VALUES = st.recursive(
    st.text(max_size=8) | st.booleans() | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)
_STATEMENTS = st.lists(
    st.dictionaries(st.sampled_from(["Sid", "Effect", "Action", "Condition", "Wort", "日本"]), _VALUES, max_size=5),
    max_size=4,
)


@given(_STATEMENTS, st.integers(0, 4))
def test_all_other_statements_stay_byte_for_byte(others: list[dict[str, Any]], place: int) -> None:
    others = [{**one, "Condition": {}} for one in others]
    document = policy(*others[:place], admitting(BLUE_ISSUER, "chat:api"), *others[place:])
    before = trust.text_of(document)
    there = extended(document)
    assert trust.text_of(there).startswith(before.removesuffix("]}") + ",")
    assert trust.text_of(trust.without(there, SID)) == before


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ap-northeast-1", "demo-1-35-a"), ("ap-northeast-1", "demo-13-5-a")),
        (("ap-northeast-1", "demo-1-35-a"), ("eu-central-1", "demo-1-35-a")),
    ],
)
def test_a_sid_is_one_clusters_and_is_what_iam_allows(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert trust.sid_of(*one) != trust.sid_of(*other)
    assert trust.sid_of(*one).isalnum()
    assert trust.sid_of(*one).startswith("NorikaeDemo135A")


def test_a_service_account_is_admitted_by_name_or_by_pattern() -> None:
    document = policy(
        admitting(BLUE_ISSUER, "chat:api", "chat:web"), admitting(BLUE_ISSUER, "files:*", test="StringLike")
    )
    assert trust.admits(document, BLUE, "chat", "web")
    assert trust.admits(document, BLUE, "files", "any")
    assert not trust.admits(document, BLUE, "chat", "other")
    assert not trust.admits(document, GREEN, "chat", "api")
    named = {"system:serviceaccount:chat:api", "system:serviceaccount:chat:web"}
    assert trust.exact_subjects(document, BLUE) == named


def test_without_a_condition_on_the_subject_every_service_account_is_admitted() -> None:
    document = policy({**admitting(BLUE_ISSUER, "chat:api"), "Condition": {}})
    assert trust.admits(document, BLUE, "any", "one")
    assert trust.exact_subjects(document, BLUE) == frozenset()


@pytest.mark.parametrize(
    ("statements", "ready"),
    [
        ([PODS], True),
        ([{**PODS, "Action": "sts:*"}], True),
        ([{**PODS, "Action": "sts:AssumeRole"}], False),
        ([{**PODS, "Action": "sts:AssumeRole"}, {**PODS, "Action": "sts:TagSession"}], True),
        ([{**PODS, "Principal": {"Service": "ec2.amazonaws.com"}}], False),
        ([{**PODS, "Principal": "*"}], False),
        ([], False),
    ],
)
def test_pod_identity_needs_both_actions(statements: list[dict[str, Any]], *, ready: bool) -> None:
    assert trust.trusts_pods(policy(*statements)) is ready


def test_white_space_does_not_count() -> None:
    document = policy({**PODS, "Sid": "a b"})
    assert trust.length(document) == len(json.dumps(document, separators=(",", ":"))) - 1
