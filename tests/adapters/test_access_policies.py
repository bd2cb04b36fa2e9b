"""An access policy is taken from a role by boto3, and the role stays in its groups."""

from __future__ import annotations

from norikae.cluster.green import ADMIN_POLICY
from tests.adapters.building import GREEN, BuildingSite


def test_a_role_without_the_policy_is_still_let_in_and_a_second_time_is_fine() -> None:
    site = BuildingSite()
    site.until_it_waits_for("access entries")
    eks = site.site.eks
    for _ in range(2):
        eks.disassociate_policy(GREEN.name, site.me, ADMIN_POLICY)
        (entry,) = [one for one in eks.access_entries(GREEN.name, policies_of=[site.me]) if one.principal == site.me]
        assert entry.policies == frozenset()
    site.close()
