"""The AssumeRole probe: does a service account of green really open the role that its pods would use?

A token of green is made by the TokenRequest API and shown to STS with a session policy that denies everything; the
credentials are dropped where they arrive. Sources: Kubernetes docs, "TokenRequest"; STS API reference,
AssumeRoleWithWebIdentity (the session policy can only take rights away); EKS pod identity webhook, README (the
annotations ``eks.amazonaws.com/role-arn`` and ``eks.amazonaws.com/audience``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.cluster import trust
from norikae.errors import AwsRefusedError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from norikae.cluster.identity_port import Identity
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.environment import Environment

ROLE_ANNOTATION = "eks.amazonaws.com/role-arn"
AUDIENCE_ANNOTATION = "eks.amazonaws.com/audience"
TOKEN_RIGHTS = "norikae-verify-tokens"  # noqa: S105 - the name of a ClusterRole
TOKEN_GROUP = "norikae:verify"  # noqa: S105 - a Kubernetes group
SUBJECT_PARTS = 4


def unassumable(identity: Identity, kubernetes: Kubernetes, environment: Environment, issuer: str) -> Iterator[str]:
    """What keeps a service account of a cluster from a role of ``clusters.irsa_roles``, each as a sentence.

    A service account that the trust policy admits by a wildcard only is not probed, because nobody may make tokens of
    service accounts that are not named; that its trust policy admits it is checked.

    Args:
        identity: IAM, STS.
        kubernetes: the cluster's API.
        environment: which roles norikae extends.
        issuer: the cluster's OIDC issuer (``Cluster.issuer``); without any, every role is out of reach.

    Raises:
        TransientError: the cluster, IAM or STS could not be asked just now.
    """
    roles = set(environment.clusters.irsa_roles)
    if not roles:
        return
    for account in kubernetes.list("serviceaccounts"):
        role = role_of(account)
        if role in roles:
            yield from _probe(identity, kubernetes, account, role, trust.provider_arn(role, issuer))


def token_rights(policies: Mapping[str, Json], issuer: str) -> Sequence[Json]:
    """The rights by which ``Verify green`` may ask for tokens: of service accounts that roles name, no others.

    RBAC knows no audience, so a right to make tokens of every service account would be a right to be each of them. A
    name counts in every namespace, since the namespaces do not exist when this is applied.

    Args:
        policies: role to its trust policy, for the roles that norikae extends.
        issuer: the cluster's OIDC issuer.
    """
    names: set[str] = set()
    for role, document in policies.items():
        subjects = trust.exact_subjects(document, trust.provider_arn(role, issuer))
        parts = [one.split(":") for one in subjects]
        names |= {part[-1] for part in parts if len(part) == SUBJECT_PARTS}
    if not names:
        return ()
    group = "rbac.authorization.k8s.io"
    rule = {"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"]}
    return (
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": TOKEN_RIGHTS},
            "rules": [{**rule, "resourceNames": sorted(names)}],
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": TOKEN_RIGHTS},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": TOKEN_RIGHTS},
            "subjects": [{"kind": "Group", "apiGroup": group, "name": TOKEN_GROUP}],
        },
    )


def role_of(account: Json) -> str:
    """The role that a service account names by IRSA's annotation; empty when it names none."""
    return str((account["metadata"].get("annotations") or {}).get(ROLE_ANNOTATION, ""))


def _probe(identity: Identity, kubernetes: Kubernetes, account: Json, role: str, provider: str) -> Iterator[str]:
    metadata = account["metadata"]
    namespace, name = metadata["namespace"], metadata["name"]
    document = identity.trust_policy(role)
    if document is None:
        yield f"service account {namespace}/{name}: there is no role {role}"
        return
    if not trust.admits(document, provider, namespace, name):
        yield f"service account {namespace}/{name}: the trust policy of {role} does not admit it from {provider}"
        return
    if trust.subject(namespace, name) not in trust.exact_subjects(document, provider):
        return
    audience = (metadata.get("annotations") or {}).get(AUDIENCE_ANNOTATION, trust.AUDIENCE)
    try:
        identity.assume(role, kubernetes.service_account_token(name, namespace, audience))
    except (AwsRefusedError, RefusedError) as refusal:
        yield f"service account {namespace}/{name} cannot assume {role}: {refusal}"
