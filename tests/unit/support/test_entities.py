"""Whom an event of AWS Health concerns, by what it names."""

from __future__ import annotations

import pytest

from norikae.support.entities import cluster_of, mine

EKS = "arn:aws:eks:ap-northeast-1:123456789012"
OURS = frozenset({"demo-1-33", "demo-1-35-a"})


@pytest.mark.parametrize(
    ("entity", "cluster"),
    [
        ("demo-1-33", "demo-1-33"),
        ("demo-1-33/spot", "demo-1-33"),
        (f"{EKS}:cluster/demo-1-33", "demo-1-33"),
        (f"{EKS}:nodegroup/demo-1-33/spot/1ab2", "demo-1-33"),
        (f"{EKS}:addon/demo-1-33/coredns/1ab2", "demo-1-33"),
        ("AWS_ACCOUNT", ""),
        ("UNKNOWN", ""),
        ("123456789012", ""),
        ("arn:aws:ec2:ap-northeast-1:123456789012:instance/i-1", ""),
        (f"{EKS}:demo-1-33", ""),
        ("arn:aws:eks", ""),
    ],
)
def test_the_cluster_of_what_is_named(entity: str, cluster: str) -> None:
    assert cluster_of(entity) == cluster


def test_what_names_only_clusters_of_others_concerns_nobody_here() -> None:
    assert mine(OURS, ["others", f"{EKS}:nodegroup/others/spot/1"]) is None


def test_what_names_ours_among_others_concerns_ours() -> None:
    assert mine(OURS, ["others", "demo-1-35-a", f"{EKS}:cluster/demo-1-33"]) == ("demo-1-33", "demo-1-35-a")


@pytest.mark.parametrize("entities", [[], ["AWS_ACCOUNT"], ["others", "123456789012"]])
def test_what_names_nothing_or_the_account_may_concern_everybody(entities: list[str]) -> None:
    assert mine(OURS, entities) == ()
