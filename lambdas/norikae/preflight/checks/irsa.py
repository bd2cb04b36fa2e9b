"""Would every pod get its AWS role on green, too?

A role that trusts blue's OIDC issuer does not know green's. Either the service account is declared for EKS Pod
Identity, which needs no issuer and wins over the annotation (amazon-eks-pod-identity-webhook,
``pkg/handler/handler.go``), or the role is one that norikae may extend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.cluster import trust
from norikae.cluster.assume import AUDIENCE_ANNOTATION, role_of
from norikae.preflight.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.cluster.ports import Json
    from norikae.environment import PodIdentity
    from norikae.preflight.ground import Ground

NAME = "irsa"
DECLARED = "clusters.pod_identity"
LISTED = "clusters.irsa_roles"
ISSUER_ID = 32
"""Characters of the last part of an issuer's URL; every cluster's has as many."""


def check(ground: Ground) -> Iterator[Finding]:
    """Every role that a service account of blue names is within reach of green, by Pod Identity or by its trust."""
    clusters = ground.environment.clusters
    declared = {(one.namespace, one.service_account): one for one in clusters.pod_identity}
    for role in sorted({one.role for one in clusters.pod_identity}):
        yield from _of_pod_identity_role(ground, role)
    for role in clusters.irsa_roles:
        yield from _of_listed_role(ground, role)
    for account in ground.kubernetes.list("serviceaccounts"):
        if role := role_of(account):
            yield from _of_account(ground, account, role, declared)
    for one in ground.trust.associations(ground.blue_name):
        if (one.namespace, one.service_account) not in declared:
            subject = f"service account {one.namespace}/{one.service_account}"
            text = f"on {ground.blue_name} it acts as {one.role} by Pod Identity, on green it would not"
            yield Finding(NAME, "blocker", subject, text, f"declare it in {DECLARED}")


def _of_pod_identity_role(ground: Ground, role: str) -> Iterator[Finding]:
    document = ground.trust.trust_policy(role)
    if document is None:
        yield Finding(NAME, "blocker", f"role {role}", "it does not exist", f"create it, or mend {DECLARED}")
    elif not trust.trusts_pods(document):
        text = f"it does not let {trust.PODS} do {' and '.join(trust.POD_IDENTITY_ACTIONS)}"
        yield Finding(NAME, "blocker", f"role {role}", text, "add that statement to its trust policy")


def _of_listed_role(ground: Ground, role: str) -> Iterator[Finding]:
    subject, document = f"role {role}", ground.trust.trust_policy(role)
    if document is None:
        yield Finding(NAME, "blocker", subject, "it does not exist", f"create it, or take it out of {LISTED}")
        return
    blue = trust.provider_arn(role, ground.blue.issuer)
    if not trust.for_issuer(document, blue):
        text = f"its trust policy has no statement for {blue}, so there is none to copy for green"
        yield Finding(NAME, "blocker", subject, text, f"add it, or take the role out of {LISTED}")
        return
    green = blue[:-ISSUER_ID] + "0" * ISSUER_ID
    sid = trust.sid_of(ground.environment.region, ground.green_name or ground.blue_name)
    wanted, limit = trust.length(trust.extended(document, blue, green, sid)), ground.trust.trust_policy_limit()
    if wanted > limit:
        text = f"with green's statements its trust policy has {wanted} characters, more than the quota of {limit}"
        remedy = 'raise the IAM quota "Role trust policy length", shorten the policy, or use Pod Identity'
        yield Finding(NAME, "blocker", subject, text, remedy)


def _of_account(
    ground: Ground, account: Json, role: str, declared: dict[tuple[str, str], PodIdentity]
) -> Iterator[Finding]:
    metadata = account["metadata"]
    namespace, name = metadata["namespace"], metadata["name"]
    subject = f"service account {namespace}/{name}"
    association = declared.get((namespace, name))
    if association is not None:
        if association.role != role:
            text = f"on {ground.blue_name} it acts as {role}, on green as {association.role}"
            yield Finding(NAME, "warning", subject, text, f"mend {DECLARED} if that is not meant")
        return
    if role not in ground.environment.clusters.irsa_roles:
        text = f"it acts as {role}, which trusts the issuer of {ground.blue_name} and not green's"
        remedy = f"declare it in {DECLARED} (its role has to trust {trust.PODS}), or put the role on {LISTED}"
        yield Finding(NAME, "blocker", subject, text, remedy)
        return
    audience = (metadata.get("annotations") or {}).get(AUDIENCE_ANNOTATION, trust.AUDIENCE)
    if audience != trust.AUDIENCE:
        text = f"its tokens are for the audience {audience}; IAM is told {trust.AUDIENCE} only for green's issuer"
        yield Finding(
            NAME, "blocker", subject, text, f"take the annotation {AUDIENCE_ANNOTATION} off, or use {DECLARED}"
        )
    document = ground.trust.trust_policy(role)
    if document is not None and not trust.admits(
        document, trust.provider_arn(role, ground.blue.issuer), namespace, name
    ):
        text = f"the trust policy of {role} does not admit it from {ground.blue_name} either"
        yield Finding(NAME, "warning", subject, text, "name it in the trust policy, or take the annotation off")
