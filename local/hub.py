"""How a central Argo CD comes to the clusters that it has Secrets for: as an IAM role, by EKS access entries.

Source: Argo CD docs, "Declarative Setup", EKS (``awsAuthConfig``: the controller assumes the role and signs a token for
the cluster); ``caData`` is base64 of PEM.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING

from local.cluster.argocd.sites import ConnectError, Reach

if TYPE_CHECKING:
    from local.aws.eks.simulator import EksSimulator
    from local.cluster.informer import Informer
    from local.cluster.objects import Json
    from local.inhabited import InhabitedCluster
    from local.kubernetes.api import ApiServer
    from local.kubernetes.users import User

SESSION = "argocd-application-controller"
_KNOWN = {"awsAuthConfig", "tlsClientConfig"}


def reach_by_eks(eks: EksSimulator, clusters: Mapping[str, InhabitedCluster]) -> Reach:
    """Clusters by their endpoint, entered as the role of ``awsAuthConfig``.

    Args:
        eks: who may enter which cluster.
        clusters: the clusters that answer, by name.
    """

    def reach(server: str, config: Json) -> tuple[ApiServer, Informer, User]:
        unknown = sorted(set(config) - _KNOWN)
        if unknown or "awsAuthConfig" not in config:
            what = unknown[0] if unknown else "a cluster without awsAuthConfig"
            raise ConnectError(f"{what} is not modelled by the embedded world")
        name = next((one for one, cluster in clusters.items() if cluster.endpoint.url == server), None)
        if name is None:
            raise ConnectError(f'failed to get server version: Get "{server}/version?timeout=32s": no such host')
        if not _trusts(config.get("tlsClientConfig") or {}, clusters[name].endpoint.ca_pem):
            why = "tls: failed to verify certificate: x509: certificate signed by unknown authority"
            raise ConnectError(f'failed to get server version: Get "{server}/version?timeout=32s": {why}')
        aws = config["awsAuthConfig"]
        user = eks.user_of(name, aws.get("roleARN", ""), SESSION) if aws.get("clusterName") == name else None
        if user is None:
            why = "the server has asked for the client to provide credentials"
            raise ConnectError(f"failed to get server version: {why}")
        cluster = clusters[name]
        return cluster.api, cluster.controllers.informer, user

    return reach


def _trusts(tls: Json, authority: str) -> bool:
    try:
        return bool(tls.get("insecure")) or base64.b64decode(tls.get("caData", "")).decode() == authority
    except (binascii.Error, UnicodeDecodeError):
        return False
