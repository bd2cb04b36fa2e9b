from __future__ import annotations

from typing import Any

import pytest

from local.aws.iam import UnmodelledPolicyError
from local.aws.iam.conditions import holds

NAMES = "route53:ChangeResourceRecordSetsNormalizedRecordNames"


@pytest.mark.parametrize(
    ("block", "names", "expected"),
    [
        ({"ForAllValues:StringLike": {NAMES: ["*.demo.example.com"]}}, ["a.demo.example.com"], True),
        ({"ForAllValues:StringLike": {NAMES: ["*.demo.example.com"]}}, ["a.demo.example.com", "b.com"], False),
        ({"ForAllValues:StringEquals": {NAMES: "a.com"}}, None, True),
        ({"ForAnyValue:StringEquals": {NAMES: ["a.com", "b.com"]}}, ["c.com", "b.com"], True),
        ({"ForAnyValue:StringEquals": {NAMES: ["a.com"]}}, None, False),
        ({"StringEquals": {NAMES: "a.com"}}, None, False),
        ({"StringEqualsIfExists": {NAMES: "a.com"}}, None, True),
        ({"StringNotEquals": {NAMES: "a.com"}}, None, True),
        ({"StringNotEquals": {NAMES: ["a.com", "b.com"]}}, ["b.com"], False),
        ({"StringEqualsIgnoreCase": {NAMES: "A.COM"}}, ["a.com"], True),
        ({"Null": {NAMES: "true"}}, None, True),
        ({"Null": {NAMES: "false"}}, None, False),
        ({"StringLike": {NAMES: "a?.com"}, "Null": {NAMES: True}}, ["ab.com"], False),
        ({"StringLike": {NAMES: "[a].com"}}, ["a.com"], False),
    ],
)
def test_operators_and_quantifiers_follow_the_user_guide(
    block: dict[str, Any], names: list[str] | None, *, expected: bool
) -> None:
    context = {} if names is None else {NAMES.lower(): names}

    assert holds(block, context) is expected


def test_an_arn_pattern_does_not_cross_a_colon() -> None:
    context = {"aws:principalarn": ["arn:aws:iam::123456789012:role/a"]}

    assert holds({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}, context)
    assert not holds({"ArnLike": {"aws:PrincipalArn": "arn:*:role/*"}}, context)


def test_keys_are_compared_without_case_and_booleans_as_text() -> None:
    context = {"eks:deletionprotection": ["true"]}

    assert holds({"Bool": {"EKS:DeletionProtection": True}}, context)


@pytest.mark.parametrize(
    "block",
    [
        {"IpAddress": {"aws:PrincipalArn": "10.0.0.0/8"}},
        {"StringEquals": {"aws:MultiFactorAuthPresent": "true"}},
        {"ForSomeValues:StringEquals": {"aws:PrincipalArn": "a"}},
        {"StringEquals": {"aws:PrincipalArn": "${aws:username}"}},
    ],
)
def test_what_is_not_evaluated_is_an_error_of_the_world(block: dict[str, Any]) -> None:
    with pytest.raises(UnmodelledPolicyError):
        holds(block, {"aws:principalarn": ["a"]})
