"""What has to hold for the AWS roles of pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stacks.environment.lines import Path
    from stacks.environment.rules import Values

AGENT = "eks-pod-identity-agent"


def pod_identity_has_its_agent(values: Values) -> None:
    """The agent on each node is what gives pods their role."""
    if values("clusters", "pod_identity") and AGENT not in values("clusters", "addons"):
        right = f"add {AGENT} to clusters.addons: without it, pods get no role"
        values.mistake(("clusters", "pod_identity"), f"is given without the add-on {AGENT}", right)


def one_role_per_service_account(values: Values) -> None:
    """EKS refuses a second association of a service account."""
    seen = set()
    for place, one in enumerate(values("clusters", "pod_identity")):
        account = f"{one['namespace']}/{one['service_account']}"
        if account in seen:
            wrong, right = f"is {account} once more", "a service account has one association at most: take one out"
            values.mistake(("clusters", "pod_identity", place), wrong, right)
        seen.add(account)


def roles_are_of_the_account(values: Values) -> None:
    """Neither an association nor a trust policy reaches into another account."""
    paths: list[Path] = [("clusters", "irsa_roles", place) for place, _ in enumerate(values("clusters", "irsa_roles"))]
    associations = enumerate(values("clusters", "pod_identity"))
    paths += [("clusters", "pod_identity", place, "role") for place, _ in associations]
    for path in paths:
        account = values(*path).split(":")[4]
        if account != values("account"):
            right = f"name a role of {values('account')}, which may assume that one"
            values.mistake(path, f"is a role of account {account}", right)
