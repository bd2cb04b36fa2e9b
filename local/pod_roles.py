"""AWS roles of the pods of a cluster that has been serving for long, as its owners made them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from norikae.cluster.assume import role_of
from norikae.cluster.trust import AUDIENCE, POD_IDENTITY_ACTIONS, PODS, WEB_IDENTITY_ACTION, provider_arn, subject

if TYPE_CHECKING:
    from local.world import World

Statement = dict[str, Any]
READERS = frozenset({"external-secrets", "aws-secret-operator"})
"""Namespaces whose pods read every secret of the account."""


def associate_pods(world: World, cluster: str) -> None:
    """Every role of Pod Identity exists and has its association; operators of secrets may read them.

    Args:
        world: the world; its kernel must not run.
        cluster: the cluster, which may still be empty.
    """
    identities = world.environment.clusters.pod_identity
    known = {one["Arn"] for one in world.client("iam").list_roles()["Roles"]}  # a cluster before this one had them
    for role in {one.role for one in identities} - known:
        _create(world, role, _pods())
    for role in {one.role for one in identities if one.namespace in READERS}:
        _let_read_secrets(world, role)
    for one in identities:
        world.eks.create_pod_identity_association(
            clusterName=cluster, namespace=one.namespace, serviceAccount=one.service_account, roleArn=one.role
        )


def give_pods_their_roles(world: World, cluster: str) -> None:
    """Every role of IRSA exists and lets the service accounts of a cluster in.

    Args:
        world: the world; its kernel must not run.
        cluster: the cluster, with its service accounts.
    """
    clusters, issuer = world.environment.clusters, world.eks.clusters[cluster].issuer
    if clusters.irsa_roles:
        world.client("iam").create_open_id_connect_provider(Url=issuer, ClientIDList=[AUDIENCE])
    accounts = [one for one in world.clusters[cluster].api.list("serviceaccounts") if role_of(one)]
    for role in clusters.irsa_roles:
        mine = [one["metadata"] for one in accounts if role_of(one) == role]
        _create(world, role, _irsa(role, issuer, [subject(one["namespace"], one["name"]) for one in mine]))


def _create(world: World, role: str, statement: Statement) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)
    world.client("iam").create_role(RoleName=role.rpartition("/")[2], AssumeRolePolicyDocument=document)


def _let_read_secrets(world: World, role: str) -> None:
    environment = world.environment
    statement = {
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
        "Resource": f"arn:aws:secretsmanager:{environment.region}:{environment.account}:secret:*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    name = role.rpartition("/")[2]
    world.client("iam").put_role_policy(RoleName=name, PolicyName="read-secrets", PolicyDocument=document)


def _irsa(role: str, issuer: str, subjects: list[str]) -> Statement:
    host = issuer.removeprefix("https://")
    return {
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn(role, issuer)},
        "Action": WEB_IDENTITY_ACTION,
        "Condition": {"StringEquals": {f"{host}:aud": AUDIENCE, f"{host}:sub": subjects}},
    }


def _pods() -> Statement:
    return {"Effect": "Allow", "Principal": {"Service": PODS}, "Action": list(POD_IDENTITY_ACTIONS)}
