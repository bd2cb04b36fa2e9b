"""Which policy is in force, when its drain begins, and by when the node must be empty."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.drain.policy import in_force, is_degraded, policy_of
from norikae.environment.interruptions import (
    ClusterPolicies,
    EndPolicy,
    Interruptions,
    Policy,
    RebalancePolicy,
    ScheduledPolicy,
)
from tests.unit.drain.claims import BLUE, GREEN, NOW, said

DAY = 86_400.0
DEFAULTS = Interruptions()


def scheduled(**parts: Any) -> Interruptions:
    return Interruptions(scheduled=ScheduledPolicy(**parts))


def test_a_clusters_own_policy_wins_over_its_roles_and_over_that_for_all() -> None:
    written = Interruptions(
        spot=EndPolicy(do="cordon"),
        clusters={
            BLUE: ClusterPolicies(spot=EndPolicy(do="off")),
            "blue": ClusterPolicies(spot=EndPolicy(do="notify")),
        },
    )
    assert in_force(written, BLUE, "blue", said(), NOW).do == "off"
    assert in_force(written, "demo-1-34", "blue", said(), NOW).do == "notify"
    assert in_force(written, GREEN, "green", said(), NOW).do == "cordon"


def test_what_a_cluster_leaves_out_is_its_roles_and_then_that_for_all() -> None:
    written = Interruptions(
        clusters={
            BLUE: ClusterPolicies(scaling=Policy(do="notify")),
            "blue": ClusterPolicies(rebalance=RebalancePolicy(do="cordon")),
        }
    )
    assert policy_of(written, BLUE, "blue", "scaling").do == "notify"
    assert policy_of(written, BLUE, "blue", "rebalance").do == "cordon"
    assert policy_of(written, BLUE, "blue", "spot").do == "drain"


def test_a_cluster_that_is_neither_blue_nor_green_has_the_policies_for_all() -> None:
    written = Interruptions(clusters={"blue": ClusterPolicies(spot=EndPolicy(do="off"))})
    assert in_force(written, "other", "", said(), NOW).do == "drain"


@pytest.mark.parametrize(
    ("kind", "do", "budgets"),
    [
        ("spot", "drain", "bypass-at-deadline"),
        ("capacity", "drain", "bypass-at-deadline"),
        ("state-change", "drain", "bypass-at-deadline"),
        ("scaling", "drain", "respect"),
        ("launch", "drain", "respect"),
        ("scheduled", "drain", "respect"),
        ("rebalance", "notify", "respect"),
        ("impaired", "notify", "respect"),
        ("decommission", "drain", "respect"),
        ("asked", "drain", "respect"),
    ],
)
def test_only_a_machine_that_goes_in_any_case_excuses_a_broken_budget(kind: Any, do: str, budgets: str) -> None:
    verdict = in_force(DEFAULTS, BLUE, "blue", said(kind), NOW)
    assert (verdict.do, verdict.budgets) == (do, budgets)


@pytest.mark.parametrize(
    ("kind", "ends_in", "left"),
    [
        ("spot", None, 105),
        ("spot", 120, 105),
        ("spot", 60, 45),  # another word for its end is earlier
        ("state-change", None, 0),
        ("capacity", 600, 585),
        ("capacity", None, 900),
        ("scaling", None, 900),
        ("scaling", 300, 285),
        ("launch", None, 900),
        ("rebalance", None, 1800),
        ("impaired", None, 900),
        ("scheduled", DAY, DAY - 15),
        ("scheduled", None, 900),
        ("decommission", 600, 585),
        ("asked", None, 900),
    ],
)
def test_a_node_is_empty_before_its_machine_goes(kind: Any, ends_in: float | None, left: float) -> None:
    heard = said(kind, ends_at=None if ends_in is None else NOW + ends_in)
    assert in_force(DEFAULTS, BLUE, "blue", heard, NOW + 5).deadline == NOW + left


def test_a_rebalance_cordon_lasts_as_long_as_the_clusters_own_policy_says() -> None:
    own = RebalancePolicy(do="cordon", back_after=600)
    written = Interruptions(clusters={BLUE: ClusterPolicies(rebalance=own)})
    assert in_force(written, BLUE, "blue", said("rebalance"), NOW).deadline == NOW + 600


def test_a_maintenance_waits_until_its_lead() -> None:
    verdict = in_force(scheduled(lead=7200), BLUE, "blue", said("scheduled", ends_at=NOW + DAY), NOW)
    assert verdict.due == NOW + DAY - 7200


def test_an_immediate_policy_and_an_announcement_without_a_start_wait_for_nothing() -> None:
    later = said("scheduled", ends_at=NOW + DAY)
    assert in_force(scheduled(when="immediate"), BLUE, "blue", later, NOW).due == NOW
    assert in_force(scheduled(), BLUE, "blue", said("scheduled"), NOW).due == NOW


def test_a_maintenance_that_begins_within_its_lead_is_due_at_once() -> None:
    verdict = in_force(scheduled(), BLUE, "blue", said("scheduled", ends_at=NOW + 600), NOW)
    assert (verdict.due, verdict.deadline) == (NOW, NOW + 585)


@pytest.mark.parametrize("start", [NOW - DAY, NOW, 0.0])
@pytest.mark.parametrize("when", ["immediate", "before-start", "next-window"])
def test_a_maintenance_whose_start_has_passed_still_leaves_time_to_drain(when: Any, start: float) -> None:
    verdict = in_force(scheduled(when=when), BLUE, "blue", said("scheduled", ends_at=start), NOW)
    assert (verdict.due, verdict.deadline) == (NOW, NOW + DEFAULTS.scaling_deadline)


@pytest.mark.parametrize("when", ["before-start", "next-window"])
@pytest.mark.parametrize("code", ["AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED", "instance-retirement", "AWS_EC2_DEGRADED"])
def test_failing_hardware_never_waits(when: Any, code: str) -> None:
    heard = said("scheduled", ends_at=NOW + 14 * DAY, detail=code)
    assert in_force(scheduled(when=when), BLUE, "blue", heard, NOW).due == NOW


@pytest.mark.parametrize("code", ["AWS_EC2_MAINTENANCE_SCHEDULED", "system-reboot", ""])
def test_a_maintenance_of_sound_hardware_is_not_degraded(code: str) -> None:
    assert not is_degraded(code)


def test_other_kinds_are_due_when_they_are_heard_of() -> None:
    assert in_force(scheduled(when="next-window"), BLUE, "blue", said("spot"), NOW).due == NOW


def test_a_drain_waits_for_the_window_of_its_time_zone() -> None:
    # NOW is 1970-01-12 13:46:40 UTC, which is 22:46:40 in Tokyo
    policy = scheduled(when="next-window", window="02:00-05:00", timezone="Asia/Tokyo")
    verdict = in_force(policy, BLUE, "blue", said("scheduled", ends_at=NOW + 3 * DAY), NOW)
    assert verdict.due == NOW - (22 * 3600 + 46 * 60 + 40) + 26 * 3600


def test_no_window_delays_a_drain_beyond_its_lead() -> None:
    policy = scheduled(when="next-window", window="02:00-05:00")
    verdict = in_force(policy, BLUE, "blue", said("scheduled", ends_at=NOW + 7200), NOW)
    assert verdict.due == NOW + 3600


def test_a_time_zone_that_the_function_does_not_know_means_before_the_start() -> None:
    policy = scheduled(when="next-window", timezone="Nowhere/Land")
    assert in_force(policy, BLUE, "blue", said("scheduled", ends_at=NOW + DAY), NOW).due == NOW + DAY - 3600
    assert in_force(policy, BLUE, "blue", said("scheduled"), NOW).due == NOW
