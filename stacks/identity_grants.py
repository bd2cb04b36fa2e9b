"""Rights on the AWS roles of pods: which roles the environment lists, the OIDC issuers of its clusters, Pod Identity.

``iam:UpdateAssumeRolePolicy`` has no condition keys: who may extend a role's trust policy may also replace it. So it is
given for the roles of ``clusters.irsa_roles`` only, to the functions that build and remove clusters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_iam as iam

from norikae.cluster.names import ENVIRONMENT_TAG
from norikae.cluster.trust import PODS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacks.resources import Resources


def identity_read(at: Resources) -> list[iam.PolicyStatement]:
    """See whether every pod would get its role: trust policies of the listed roles, their quota, associations."""
    return [
        *_on("TrustPolicies", ["iam:GetRole"], at.pod_roles()),
        iam.PolicyStatement(sid="IamQuotas", actions=["iam:GetAccountSummary"], resources=["*"]),
        _see_associations(at),
    ]


def identity_probe(at: Resources) -> list[iam.PolicyStatement]:
    """Read whom the listed roles admit; AssumeRoleWithWebIdentity itself is asked without credentials."""
    return _on("TrustPolicies", ["iam:GetRole"], at.irsa_roles)


def identity_build(at: Resources) -> list[iam.PolicyStatement]:
    """Let green's pods act as the listed roles: a tagged provider, trust statements, associations."""
    tagged = {"StringEquals": {f"aws:RequestTag/{ENVIRONMENT_TAG}": at.environment}}
    building = [
        iam.PolicyStatement(
            sid="BuildIssuer",
            actions=["iam:CreateOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"],
            resources=[at.issuers()],
            conditions=tagged,
        ),
        iam.PolicyStatement(
            sid="SeeIssuer",
            actions=["iam:AddClientIDToOpenIDConnectProvider", "iam:GetOpenIDConnectProvider"],
            resources=[at.issuers()],
        ),
    ]
    associating = [
        iam.PolicyStatement(sid="Associate", actions=["eks:CreatePodIdentityAssociation"], resources=at.clusters()),
        iam.PolicyStatement(
            sid="Associations",
            actions=["eks:TagResource", "eks:UpdatePodIdentityAssociation"],
            resources=at.clusters("podidentityassociation", "/*"),
        ),
        iam.PolicyStatement(
            sid="PassToPods",
            actions=["iam:PassRole"],
            resources=list(at.pod_identity_roles),
            conditions={"StringEquals": {"iam:PassedToService": PODS}},
        ),
    ]
    return [
        *_on("TrustPolicies", ["iam:GetRole"], at.pod_roles()),
        *_on("ExtendTrust", ["iam:UpdateAssumeRolePolicy"], at.irsa_roles),
        *(building if at.irsa_roles else []),
        *([_see_associations(at), *associating] if at.pod_identity_roles else []),
    ]


def identity_forget(at: Resources) -> list[iam.PolicyStatement]:
    """Take norikae's statements out of the listed roles, and the environment's own providers away."""
    if not at.irsa_roles:
        return []
    return [
        *_on("Trust", ["iam:GetRole", "iam:UpdateAssumeRolePolicy"], at.irsa_roles),
        iam.PolicyStatement(sid="ListIssuers", actions=["iam:ListOpenIDConnectProviders"], resources=["*"]),
        iam.PolicyStatement(sid="SeeIssuer", actions=["iam:GetOpenIDConnectProvider"], resources=[at.issuers()]),
        iam.PolicyStatement(
            sid="ForgetIssuer",
            actions=["iam:DeleteOpenIDConnectProvider"],
            resources=[at.issuers()],
            conditions={"StringEquals": {f"aws:ResourceTag/{ENVIRONMENT_TAG}": at.environment}},
        ),
    ]


def _see_associations(at: Resources) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="SeeAssociations",
        actions=["eks:DescribePodIdentityAssociation", "eks:ListPodIdentityAssociations"],
        resources=[*at.clusters(), *at.clusters("podidentityassociation", "/*")],
    )


def _on(sid: str, actions: list[str], roles: Sequence[str]) -> list[iam.PolicyStatement]:
    """A statement about some roles; none when there are none, because IAM knows no empty list of resources."""
    return [iam.PolicyStatement(sid=sid, actions=actions, resources=list(roles))] if roles else []
