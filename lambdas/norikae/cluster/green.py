"""Building green: from nothing to a cluster whose control plane, nodes and add-ons are all ACTIVE."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from norikae.cluster import rbac as rights
from norikae.cluster.addons import ensure_addons, ensure_early_addons
from norikae.cluster.eks_port import Cluster, NewCluster
from norikae.cluster.identity import ensure_identity
from norikae.cluster.names import ADMIN_GROUP, ENVIRONMENT_TAG, HUB_GROUP, ROLE_TAG, RUN_TAG, request_token
from norikae.cluster.nodes_managed import ensure_managed
from norikae.cluster.nodes_self_managed import ensure_self_managed
from norikae.errors import AwsRefusedError, RefusedError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from norikae.cluster.eks_port import AccessEntry
    from norikae.cluster.ports import Json
    from norikae.cluster.site import Site
    from norikae.environment import Environment, NodeGroup

ADMIN_POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
"""Full rights in one cluster (EKS docs, "Review access policy permissions")."""

SOON = 5
"""Seconds until the next move when nothing has to happen in between; also lets a new access entry be noticed."""


@dataclass(frozen=True, slots=True)
class GreenCluster:
    """The cluster that is being built.

    Args:
        run: the run that builds it; a run finds its own half-built cluster again.
        blue: the cluster that serves, whose pods' AWS roles green's pods get.
    """

    name: str
    version: str
    run: str
    blue: str = ""


@dataclass(frozen=True, slots=True)
class ClusterRoles:
    """Who the cluster acts as, and who may enter it.

    Args:
        cluster_role: ARN of the role of the control plane.
        node_role: ARN of the role of the nodes.
        node_profile: ARN of the instance profile with that role, for self-managed nodes.
        key: ARN of the KMS key for Secrets; none when empty.
        access: Kubernetes group to the ARNs of the roles that act as its members.
    """

    cluster_role: str
    node_role: str
    node_profile: str = ""
    key: str = ""
    access: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GreenBuild:
    """Everything that says what green looks like; the world is compared with it at every look.

    Args:
        since: when this attempt began, in seconds since the epoch.
    """

    environment: Environment
    green: GreenCluster
    roles: ClusterRoles
    rbac: Sequence[Json]
    since: float = 0

    @property
    def poll(self) -> int:
        """Seconds between two looks while AWS works."""
        return self.environment.clusters.poll

    @property
    def tags(self) -> dict[str, str]:
        """The tags of everything that this run creates for green."""
        return {ENVIRONMENT_TAG: self.environment.environment, RUN_TAG: self.green.run, ROLE_TAG: "green"}

    def groups(self, kind: Literal["managed", "self-managed"]) -> list[NodeGroup]:
        """The node groups of one kind."""
        return [group for group in self.environment.clusters.node_groups if group.kind == kind]

    def token(self, thing: str) -> str:
        """The idempotency token of a thing."""
        return request_token(self.green.run, f"{self.green.name}/{thing}")


def ensure_green(
    site: Site,
    environment: Environment,
    green: GreenCluster,
    roles: ClusterRoles,
    rbac: Sequence[Json],
    *,
    since: float = 0,
) -> Progress:
    """The next move towards a complete green cluster; ready when everything of it is ACTIVE.

    Each stage is looked at again at every call, so a crash, a repetition or a helping hand changes nothing.

    Args:
        site: where it is built.
        environment: what green is made of.
        green: its name, version and run.
        roles: its IAM roles, and who may enter.
        rbac: the objects of ``manifests/rbac``.
        since: when this attempt began, in seconds since the epoch; what failed before is made anew.

    Raises:
        RefusedError: a cluster of that name belongs to somebody else, or an add-on has no version for it.
        NotFoundError: a role whose trust policy is to be extended does not exist.
        AwsRefusedError: something of it failed; the text is AWS's.
    """
    own = rights.without_hub(rights.for_namespace(rbac, environment.argocd.namespace))
    build = GreenBuild(environment, green, roles, own, since)
    for stage in (_control_plane, _access, _rights, ensure_early_addons, _identity, _nodes, ensure_addons):
        progress = stage(site, build)
        if not progress.ready:
            return progress
    return Progress.done()


def _control_plane(site: Site, build: GreenBuild) -> Progress:
    green = build.green
    found = site.eks.cluster(green.name)
    if found is None:
        network = build.environment.network
        new = NewCluster(
            name=green.name,
            version=green.version,
            role=build.roles.cluster_role,
            subnets=tuple(network.subnets),
            security_groups=network.security_groups,
            key=build.roles.key,
            tags=build.tags,
            token=build.token("cluster"),
            private=build.environment.clusters.endpoint.private,
            public_cidrs=build.environment.clusters.endpoint.public_cidrs,
            logging=build.environment.clusters.logging,
            protected=build.environment.clusters.deletion_protection,
        )
        site.eks.create_cluster(new)
        return Progress.wait(f"control plane {green.name} was just asked for", build.poll)
    _refuse_foreign(found, build)
    if found.status == "FAILED":
        issue = found.issues[0] if found.issues else None
        code, text = (issue.code, issue.text) if issue else (found.status, f"cluster {green.name} failed")
        raise AwsRefusedError("eks:CreateCluster", code, text)
    if found.status != "ACTIVE":
        return Progress.wait(f"control plane {green.name} is {found.status}", build.poll)
    return Progress.done()


def _refuse_foreign(found: Cluster, build: GreenBuild) -> None:
    """A cluster that only happens to have the name is never touched."""
    owner = found.tags.get(ENVIRONMENT_TAG)
    ours = build.environment.environment
    if owner != ours:
        belongs = f"is tagged {ENVIRONMENT_TAG}={owner}" if owner else f"has no tag {ENVIRONMENT_TAG}"
        raise RefusedError(f"cluster {found.name} {belongs}, expected {ours}; it is left as it is, rename or delete it")
    if found.version != build.green.version:
        raise RefusedError(f"cluster {found.name} runs {found.version}, expected {build.green.version}; delete it")
    if found.status == "DELETING":
        raise RefusedError(f"cluster {found.name} is being deleted; start a new run when it is gone")


def _access(site: Site, build: GreenBuild) -> Progress:
    """The functions' own entries, admins first, and the nodes'; nobody else is let in, and no entry is taken away."""
    cluster = build.green.name
    admins = build.roles.access.get(ADMIN_GROUP, ())
    entries = {entry.principal: entry for entry in site.eks.access_entries(cluster, policies_of=admins)}
    moved = _nodes_enter(site, build, entries)
    for role, groups in _wanted_access(build.roles.access).items():
        entry = entries.get(role)
        inside = groups - {ADMIN_GROUP}
        if entry is None:
            site.eks.create_access_entry(cluster, role, tuple(sorted(inside)), build.token(f"access/{role}"))
            moved = True
        elif not entry.groups.issuperset(inside):
            more = tuple(sorted(entry.groups | inside))
            site.eks.update_access_entry(cluster, role, more, build.token(f"access/{role}/{','.join(more)}"))
            moved = True
        if ADMIN_GROUP in groups and (entry is None or ADMIN_POLICY not in entry.policies):
            site.eks.associate_policy(cluster, role, ADMIN_POLICY)
            moved = True
    return Progress.wait(f"access entries of {cluster} take effect", SOON) if moved else Progress.done()


def _nodes_enter(site: Site, build: GreenBuild, entries: Mapping[str, AccessEntry]) -> bool:
    """Self-managed nodes need an entry of their own kind; EKS makes the one of managed nodes itself.

    Source: EKS guide, "Create access entries", type EC2_LINUX. A role has one entry, which serves both kinds of groups.
    """
    cluster, role = build.green.name, build.roles.node_role
    if role in entries or not build.groups("self-managed"):
        return False
    site.eks.create_access_entry(cluster, role, (), build.token(f"access/{role}"), "EC2_LINUX")
    return True


def _wanted_access(access: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """Role to its groups, because a role has one entry only; admins come first, and green is nobody's hub."""
    wanted: dict[str, set[str]] = {}
    for group in sorted(access.keys() - {HUB_GROUP}, key=lambda group: (group != ADMIN_GROUP, group)):
        for role in access[group]:
            wanted.setdefault(role, set()).add(group)
    return wanted


def _rights(site: Site, build: GreenBuild) -> Progress:
    api = site.kubernetes(build.green.name)
    if not api.is_ready():
        return Progress.wait(f"the API server of {build.green.name} does not answer ready yet", build.poll)
    try:
        if rights.is_applied(api, build.rbac):
            return Progress.done()
        rights.apply(api, build.rbac)
    except RefusedError as refusal:
        # An access policy takes some seconds to take effect (EKS docs, "Associate access policies with access
        # entries"); a refusal that stays is shown here until the deadline of the build.
        return Progress.wait(f"our access to {build.green.name} takes effect: {refusal}", build.poll)
    return Progress.wait(f"the rights in {build.green.name} take effect", SOON)


def _identity(site: Site, build: GreenBuild) -> Progress:
    return ensure_identity(site.identity, site.eks, site.kubernetes, build.environment, build.green, build.green.blue)


def _nodes(site: Site, build: GreenBuild) -> Progress:
    """Both kinds of groups are asked for before any of them is waited for."""
    cluster, subnets = build.green.name, tuple(build.environment.network.subnets)
    managed, own = build.groups("managed"), build.groups("self-managed")
    progress = [
        ensure_managed(
            site.eks,
            cluster,
            managed,
            role=build.roles.node_role,
            subnets=subnets,
            tags=build.tags,
            tokens={group.name: build.token(f"node-group/{group.name}/{build.since:.0f}") for group in managed},
            since=build.since,
            poll=build.poll,
        )
    ]
    found = site.eks.cluster(cluster) if own else None
    if found:
        progress.append(
            ensure_self_managed(
                site.compute,
                site.kubernetes(cluster),
                found,
                own,
                subnets=subnets,
                profile=build.roles.node_profile,
                tags=build.tags,
                tokens={group.name: build.token(f"launch-template/{group.name}") for group in own},
                poll=build.poll,
            )
        )
    waiting = [one for one in progress if not one.ready]
    if not waiting:
        return Progress.done()
    seconds = min(one.retry_after_seconds for one in waiting)
    return Progress.wait(", ".join(one.waiting_for for one in waiting), seconds)
