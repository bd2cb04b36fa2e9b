"""From a cluster's name to its API."""

from __future__ import annotations

import base64
from typing import Any

from norikae.adapters.aws import session as aws
from norikae.adapters.aws.calls import look_up
from norikae.adapters.kubernetes.client import KubernetesClient
from norikae.adapters.kubernetes.token import token
from norikae.errors import NotFoundError, UnreachableError


def connect(cluster: str, *, eks: Any = None, session: Any = None) -> KubernetesClient:
    """A client for the cluster as DescribeCluster describes it now; make a new one in every invocation.

    Args:
        cluster: the name of the cluster.
        eks: a botocore client; the process's own when left out.
        session: the botocore session that signs the token; the process's own when left out.

    Raises:
        NotFoundError: there is no such cluster.
        UnreachableError: the cluster has no endpoint yet.
    """
    describe = (eks or aws.client("eks")).describe_cluster
    answer = look_up(describe, "ResourceNotFoundException", name=cluster)
    if answer is None:
        raise NotFoundError(f"there is no cluster {cluster}")
    described = answer["cluster"]
    endpoint, ca = described.get("endpoint"), described.get("certificateAuthority", {}).get("data")
    if not endpoint or not ca:
        raise UnreachableError(f"cluster {cluster} is {described.get('status')} and has no endpoint yet")
    signer = session or aws.session()
    return KubernetesClient(
        endpoint=endpoint, ca_pem=base64.b64decode(ca).decode(), token=lambda: token(signer, cluster)
    )
