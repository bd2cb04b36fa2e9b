"""Adopting the cluster that serves today: letting norikae in, by moves that can all be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.cluster import rbac as rights
from norikae.cluster.green import ADMIN_POLICY, SOON
from norikae.cluster.manifests import PLURALS
from norikae.cluster.names import ENVIRONMENT_TAG, HUB_GROUP, ROLE_TAG, request_token
from norikae.errors import CredentialsExpiredError, NotFoundError, RefusedError, UnreachableError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from norikae.cluster.compute_port import Compute
    from norikae.cluster.eks_port import AccessEntry, Cluster, Eks
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import Environment

BLUE_GROUPS = (
    *("norikae:compare", "norikae:decommission", "norikae:drain", "norikae:drain-delete", "norikae:hand-off"),
    *("norikae:read", "norikae:restart", "norikae:scale", "norikae:secrets", "norikae:weigh"),
)
"""What functions may be in a cluster that serves: look, drain, leave, restart, carry secrets, in the end delete; never
admin."""

HUB_GROUPS = ("norikae:compare", HUB_GROUP, "norikae:read", "norikae:sync")
"""What functions may be in the cluster of a central Argo CD."""

WITH_ENTRIES = frozenset({"API", "API_AND_CONFIG_MAP"})
API_PORT = 443


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is let in where.

    Args:
        cluster: the cluster.
        groups: the Kubernetes groups that functions get there.
        access: Kubernetes group to the ARNs of the roles that act as its members.
        own_role: ARN of the role that adopts; it is admin while it applies the rights, and out again afterwards.
        execution: in whose name, for idempotency tokens.
    """

    cluster: str
    groups: tuple[str, ...]
    access: Mapping[str, Sequence[str]]
    own_role: str
    execution: str

    def wanted(self) -> dict[str, tuple[str, ...]]:
        """Role to its groups."""
        roles = sorted({role for group in self.groups for role in self.access.get(group, ())})
        return {role: tuple(group for group in self.groups if role in self.access.get(group, ())) for role in roles}

    def token(self, thing: str) -> str:
        """The idempotency token of a thing."""
        return request_token(self.execution, f"{self.cluster}/{thing}")


@dataclass(frozen=True, slots=True)
class Doorway:
    """What letting somebody in needs of the world."""

    eks: Eks
    compute: Compute
    kubernetes: Callable[[str], Kubernetes]
    environment: Environment
    rbac: Sequence[Json]


def adoptable(eks: Eks, environment: Environment, name: str, *, shared: bool = False) -> Cluster:
    """The cluster, which access entries can let functions into and which belongs to nobody else.

    Args:
        eks: Amazon EKS.
        environment: who adopts.
        name: the cluster.
        shared: several environments may be guests there, as with the cluster of a central Argo CD.

    Raises:
        NotFoundError: EKS does not know it.
        RefusedError: it is not ACTIVE, knows no access entries, or is another environment's.
    """
    found = eks.cluster(name)
    if found is None:
        raise NotFoundError(f"there is no cluster {name}")
    if found.status != "ACTIVE":
        raise RefusedError(f"cluster {name} is {found.status}; adopt it when it is ACTIVE")
    if found.authentication_mode not in WITH_ENTRIES:
        raise RefusedError(
            f"cluster {name} has authentication mode {found.authentication_mode}, so access entries have no effect. "
            "This cannot be taken back, so decide yourself: "
            f"aws eks update-cluster-config --region {environment.region} --name {name}"
            " --access-config authenticationMode=API_AND_CONFIG_MAP"
        )
    owner = found.tags.get(ENVIRONMENT_TAG)
    if owner not in (None, environment.environment) and not shared:
        raise RefusedError(
            f"cluster {name} is tagged {ENVIRONMENT_TAG}={owner}, expected {environment.environment}; "
            "let that environment `unadopt` it first"
        )
    return found


def ensure_guest(door: Doorway, guest: Guest, cluster: Cluster) -> Progress:
    """The next move towards a cluster in which norikae's functions may do what their groups say.

    Ready while the own role still is admin there; ``step_out`` ends that.

    Raises:
        RefusedError: no security group rule lets the functions reach the cluster's API; the text has the call.
    """
    entries = {entry.principal: entry for entry in door.eks.access_entries(guest.cluster, policies_of=[guest.own_role])}
    if _let_in(door.eks, guest, entries):
        return Progress.wait(f"access entries of {guest.cluster} take effect", SOON)
    kubernetes = door.kubernetes(guest.cluster)
    try:
        wanted = rights.for_hub(door.rbac) if HUB_GROUP in guest.groups else rights.without_hub(door.rbac)
        if not rights.is_applied(kubernetes, wanted):
            rights.apply(kubernetes, wanted)
            return Progress.wait(f"the rights in {guest.cluster} take effect", SOON)
    except UnreachableError as error:
        return _unreachable(door, cluster, error)
    except (RefusedError, CredentialsExpiredError) as refusal:
        # An access policy takes seconds to take effect (EKS docs, "Associate access policies with access entries").
        return Progress.wait(f"our access to {guest.cluster} takes effect: {refusal}", SOON)
    return Progress.done()


def step_out(eks: Eks, guest: Guest) -> None:
    """The own role is not let in any more."""
    eks.delete_access_entry(guest.cluster, guest.own_role)


def ensure_no_guest(door: Doorway, guest: Guest, groups_before: Mapping[str, tuple[str, ...]]) -> Progress:
    """The next move towards a cluster that norikae never came to: rights first, then entries, the own one last.

    Args:
        door: the world.
        guest: who was let in.
        groups_before: the groups of the entries that were there before norikae came, by role.
    """
    entries = {entry.principal: entry for entry in door.eks.access_entries(guest.cluster, policies_of=[guest.own_role])}
    if _become_admin(door.eks, guest, entries):
        return Progress.wait(f"access entries of {guest.cluster} take effect", SOON)
    try:
        _take_rights_away(door.kubernetes(guest.cluster), door.rbac, door.environment.argocd.namespace)
    except (RefusedError, CredentialsExpiredError) as refusal:
        return Progress.wait(f"our access to {guest.cluster} takes effect: {refusal}", SOON)
    for role in guest.wanted():
        if role in groups_before:
            door.eks.update_access_entry(guest.cluster, role, groups_before[role], guest.token(f"back/{role}"))
        else:
            door.eks.delete_access_entry(guest.cluster, role)
    step_out(door.eks, guest)
    return Progress.done()


def tags_of_blue(environment: Environment) -> dict[str, str]:
    """The tags by which the cluster that serves is known."""
    return {ENVIRONMENT_TAG: environment.environment, ROLE_TAG: "blue"}


def _let_in(eks: Eks, guest: Guest, entries: Mapping[str, AccessEntry]) -> bool:
    moved = _become_admin(eks, guest, entries)
    for role, groups in guest.wanted().items():
        entry = entries.get(role)
        if entry is None:
            eks.create_access_entry(guest.cluster, role, groups, guest.token(f"access/{role}"))
            moved = True
        elif not entry.groups.issuperset(groups):
            both = tuple(sorted(entry.groups.union(groups)))
            eks.update_access_entry(guest.cluster, role, both, guest.token(f"groups/{role}/{','.join(both)}"))
            moved = True
    return moved


def _become_admin(eks: Eks, guest: Guest, entries: Mapping[str, AccessEntry]) -> bool:
    entry = entries.get(guest.own_role)
    if entry is None:
        eks.create_access_entry(guest.cluster, guest.own_role, (), guest.token("own"))
    if entry is None or ADMIN_POLICY not in entry.policies:
        eks.associate_policy(guest.cluster, guest.own_role, ADMIN_POLICY)
        return True
    return False


def _take_rights_away(kubernetes: Kubernetes, rbac: Sequence[Json], namespace_of_argo_cd: str) -> None:
    for obj in reversed(rights.for_hub(rbac)):  # a definition stays, or what teams declared would go with it
        if obj["metadata"]["name"] != namespace_of_argo_cd:
            kubernetes.delete(PLURALS[obj["kind"]], obj["metadata"]["name"], obj["metadata"].get("namespace"))


def _unreachable(door: Doorway, cluster: Cluster, error: UnreachableError) -> Progress:
    """Say what keeps the functions from the cluster: a missing rule at once, anything else until the deadline."""
    network = door.environment.network
    missing = [
        group
        for group in network.security_groups
        if not door.compute.admits(cluster.security_group, source=group, port=API_PORT)
    ]
    if len(missing) == len(network.security_groups):
        raise RefusedError(
            f"norikae's functions cannot reach the API of {cluster.name}: no rule of its security group "
            f"{cluster.security_group} admits them. Add one: aws ec2 authorize-security-group-ingress "
            f"--region {door.environment.region} --group-id {cluster.security_group} --protocol tcp "
            f"--port {API_PORT} --source-group {missing[0]}"
        )
    return Progress.wait(f"the API of {cluster.name} does not answer from network.controller_subnets: {error}", 30)
