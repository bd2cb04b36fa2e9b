"""AWS rights of green's pods: Pod Identity associations, and IRSA for the roles that norikae may extend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.cluster import rbac, trust
from norikae.cluster.assume import token_rights
from norikae.cluster.names import ENVIRONMENT_TAG, RUN_TAG, request_token
from norikae.errors import NotFoundError, RefusedError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from norikae.cluster.eks_port import Eks
    from norikae.cluster.green import GreenCluster
    from norikae.cluster.identity_port import Identity
    from norikae.cluster.ports import Kubernetes
    from norikae.environment import Environment

CLUSTER_TAG = "norikae:cluster"
"""Whose issuer a provider is of; the cluster may be gone when the provider is looked for."""

SOON = 5
"""Seconds until the next look; a change of IAM takes effect after some seconds (IAM user guide, "Troubleshoot IAM")."""


def ensure_identity(
    identity: Identity,
    eks: Eks,
    kubernetes: Callable[[str], Kubernetes],
    environment: Environment,
    green: GreenCluster,
    blue: str,
) -> Progress:
    """The next move towards pods on green that get the roles that they have on blue.

    Pod Identity associations as ``clusters.pod_identity`` lists them; for ``clusters.irsa_roles`` an IAM OIDC provider
    for green's issuer, in each role's trust policy a copy of blue's statements under a Sid of green's name, and the
    right to ask green for tokens of the service accounts that those name (``norikae.cluster.assume``). Call it when
    green is ACTIVE and the add-on eks-pod-identity-agent exists, before the add-ons that need a role to get ready.

    Args:
        identity: IAM, STS, Pod Identity.
        eks: Amazon EKS.
        kubernetes: connects to a cluster by name; asked for green only, and only when there are IRSA roles.
        environment: which service accounts and roles.
        green: green's name, version and run.
        blue: blue's name; its statements are the ones that are copied.

    Raises:
        NotFoundError: a cluster or a role does not exist.
        RefusedError: a role does not trust blue's issuer, or its trust policy would get too long.
        AwsRefusedError: AWS refused; the text is AWS's.
    """
    progress = _associations(identity, environment, green)
    if not progress.ready or not environment.clusters.irsa_roles:
        return progress
    issuers = issuer_of(eks, blue), issuer_of(eks, green.name)
    progress = _provider(identity, environment, green, issuers[1])
    if not progress.ready:
        return progress
    documents = _documents(identity, environment)
    wanted = _extended(documents, environment, green.name, *issuers)
    if wanted:
        for role, document in wanted.items():
            identity.replace_trust_policy(role, document)
        return Progress.wait(f"the trust policies of {_named(wanted)} take effect", SOON)
    rights = token_rights(documents, issuers[1])
    api = kubernetes(green.name)
    if rbac.is_applied(api, rights):
        return Progress.done()
    rbac.apply(api, rights)
    return Progress.wait(f"the right to ask {green.name} for tokens takes effect", SOON)


def forget_cluster(identity: Identity, environment: Environment, cluster: str) -> Progress:
    """The next move towards IAM not knowing a cluster: norikae's statements for it, then its OIDC provider, are gone.

    Only what norikae made is taken away: statements under the cluster's own Sid, and providers that carry the
    environment's and the cluster's tag. It needs nothing but the name, so it may be called before the cluster goes and
    after. Pod Identity associations go with their cluster.

    Args:
        identity: IAM, STS, Pod Identity.
        environment: whose roles are looked at (``clusters.irsa_roles``).
        cluster: the name of the cluster.

    Raises:
        RefusedError: nothing would be left in a trust policy, which IAM does not allow.
    """
    sid = trust.sid_of(environment.region, cluster)
    changed = []
    for role in environment.clusters.irsa_roles:
        document = identity.trust_policy(role)
        left = None if document is None else trust.without(document, sid)
        if left is None or left == document:
            continue
        if not trust.statements(left):
            raise RefusedError(
                f"the trust policy of {role} has statements for {cluster} only; add one for whoever else may "
                "assume it, or delete the role"
            )
        identity.replace_trust_policy(role, left)
        changed.append(role)
    if changed:
        return Progress.wait(f"the trust policies of {_named(changed)} forget {cluster}", SOON)
    return _no_provider(identity, environment, cluster)


def issuer_of(eks: Eks, cluster: str) -> str:
    """The URL of a cluster's OIDC issuer.

    Raises:
        NotFoundError: there is no such cluster, or it has no issuer.
    """
    found = eks.cluster(cluster)
    if found is None or not found.issuer:
        raise NotFoundError(f"cluster {cluster} has no OIDC issuer; clusters.irsa_roles need one")
    return found.issuer


def _associations(identity: Identity, environment: Environment, green: GreenCluster) -> Progress:
    """What is declared exists; what somebody else associated stays."""
    if not environment.clusters.pod_identity:
        return Progress.done()
    found = {(one.namespace, one.service_account): one for one in identity.associations(green.name)}
    moved = []
    for wanted in environment.clusters.pod_identity:
        name = f"{wanted.namespace}/{wanted.service_account}"
        token = request_token(green.run, f"{green.name}/association/{name}/{wanted.role}")
        one = found.get((wanted.namespace, wanted.service_account))
        if one is None:
            tags = _tags(environment, green)
            identity.associate(green.name, wanted.namespace, wanted.service_account, wanted.role, tags, token)
            moved.append(name)
        elif one.role != wanted.role:
            identity.change_association(green.name, one.id, wanted.role, token)
            moved.append(name)
    return Progress.wait(f"Pod Identity of {', '.join(moved)} takes effect", SOON) if moved else Progress.done()


def _provider(identity: Identity, environment: Environment, green: GreenCluster, issuer: str) -> Progress:
    arn = trust.provider_arn(environment.clusters.irsa_roles[0], issuer)
    found = identity.provider(arn)
    if found is not None and trust.AUDIENCE in found.audiences:
        return Progress.done()
    if found is None:
        identity.create_provider(issuer, trust.AUDIENCE, _tags(environment, green))
    else:
        identity.add_audience(arn, trust.AUDIENCE)
    return Progress.wait(f"IAM gets to know the OIDC issuer of {green.name}", SOON)


def _documents(identity: Identity, environment: Environment) -> dict[str, trust.Json]:
    """The trust policy of every role that may be extended."""
    documents: dict[str, trust.Json] = {}
    for role in environment.clusters.irsa_roles:
        document = identity.trust_policy(role)
        if document is None:
            raise NotFoundError(f"there is no role {role}; create it, or take it out of clusters.irsa_roles")
        documents[role] = document
    return documents


def _extended(
    documents: Mapping[str, trust.Json], environment: Environment, cluster: str, blue: str, green: str
) -> dict[str, trust.Json]:
    """The trust policies that have to change, as they should be; nothing is written before all of them are possible."""
    sid = trust.sid_of(environment.region, cluster)
    changed: dict[str, trust.Json] = {}
    for role, document in documents.items():
        old, new = trust.provider_arn(role, blue), trust.provider_arn(role, green)
        if not trust.for_issuer(document, old) and not trust.for_issuer(document, new):
            raise RefusedError(
                f"the trust policy of {role} has no statement for {old}, so there is none to copy for {cluster}; "
                "add it, or take the role out of clusters.irsa_roles"
            )
        wanted = trust.extended(document, old, new, sid)
        if wanted != document:
            changed[role] = wanted
    return changed


def _no_provider(identity: Identity, environment: Environment, cluster: str) -> Progress:
    if not environment.clusters.irsa_roles:
        return Progress.done()
    mine = {ENVIRONMENT_TAG: environment.environment, CLUSTER_TAG: cluster}.items()
    found = [one for one in identity.providers(f"oidc.eks.{environment.region}.") if mine <= dict(one.tags).items()]
    for one in found:
        identity.delete_provider(one.arn)
    return Progress.wait(f"IAM forgets the OIDC issuer of {cluster}", SOON) if found else Progress.done()


def _tags(environment: Environment, green: GreenCluster) -> dict[str, str]:
    return {ENVIRONMENT_TAG: environment.environment, RUN_TAG: green.run, CLUSTER_TAG: green.name}


def _named(roles: Mapping[str, object] | list[str]) -> str:
    return ", ".join(role.rpartition("/")[2] for role in roles)
