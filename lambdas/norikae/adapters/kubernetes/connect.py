"""From a cluster's name to its API."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from norikae.adapters.aws import session as aws
from norikae.adapters.aws.calls import look_up
from norikae.adapters.kubernetes.client import KubernetesClient
from norikae.adapters.kubernetes.token import token
from norikae.errors import NorikaeError, NotFoundError, UnreachableError


@dataclass(frozen=True, slots=True)
class Address:
    """Where a cluster's API is.

    Args:
        endpoint: the https URL.
        ca_pem: the certificate authority that it must show, in PEM.
    """

    endpoint: str
    ca_pem: str


def connect(cluster: str, *, eks: Any = None, session: Any = None) -> KubernetesClient:
    """A client for the cluster as DescribeCluster describes it now; make a new one in every invocation.

    Args:
        cluster: the name of the cluster.
        eks: a boto3 client; the process's own when left out.
        session: the boto3 session that signs the token; the process's own when left out.

    Raises:
        NotFoundError: there is no such cluster.
        UnreachableError: the cluster has no endpoint yet.
    """
    return client_at(address_of(cluster, eks=eks), cluster, session=session)


def address_of(cluster: str, *, eks: Any = None, absent: type[NorikaeError] = UnreachableError) -> Address:
    """Where DescribeCluster says that a cluster's API is; errors as of ``connect``.

    Args:
        cluster: the name of the cluster.
        eks: a boto3 client; the process's own when left out.
        absent: what is raised while the cluster has no endpoint yet.
    """
    describe = (eks or aws.client("eks")).describe_cluster
    answer = look_up(describe, "ResourceNotFoundException", name=cluster)
    if answer is None:
        raise NotFoundError(f"there is no cluster {cluster}")
    described = answer["cluster"]
    endpoint, ca = described.get("endpoint"), described.get("certificateAuthority", {}).get("data")
    if not endpoint or not ca:
        raise absent(f"cluster {cluster} is {described.get('status')} and has no endpoint yet")
    return Address(endpoint, base64.b64decode(ca).decode())


def client_at(address: Address, cluster: str, *, session: Any = None, connections: int = 1) -> KubernetesClient:
    """A client for the cluster at an address, with a token of its own.

    Args:
        address: where its API is.
        cluster: the name that the token is for.
        session: the boto3 session that signs the token; the process's own when left out.
        connections: how many are kept.
    """
    signer = session or aws.session()
    return KubernetesClient(
        endpoint=address.endpoint,
        ca_pem=address.ca_pem,
        token=lambda: token(signer, cluster),
        connections=connections,
    )
