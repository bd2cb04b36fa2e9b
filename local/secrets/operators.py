"""Everything in a cluster that reads Secrets Manager, each at work only where somebody has installed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.secrets.aws_secret_operator import AwsSecretOperator
from local.secrets.csi_driver import CsiDriver
from local.secrets.external_secrets import ExternalSecrets
from local.secrets.stores import ClusterSecretStores, SecretStores

if TYPE_CHECKING:
    from local.cluster.cluster import KubernetesCluster
    from local.kernel import Kernel
    from local.secrets.reading import Reading


class SecretOperators:
    """The operators of one cluster; they end with its informer.

    Args:
        kernel: the clock.
        cluster: where they live.
        reading: Secrets Manager.
        region: the world's.
    """

    def __init__(self, kernel: Kernel, cluster: KubernetesCluster, reading: Reading, region: str) -> None:
        api, informer = cluster.api, cluster.informer
        self.stores = SecretStores(kernel, api, informer, region)
        self.cluster_stores = ClusterSecretStores(kernel, api, informer, region)
        self.external_secrets = ExternalSecrets(kernel, api, informer, reading)
        self.aws_secret_operator = AwsSecretOperator(kernel, api, informer, reading)
        self.csi_driver = CsiDriver(api, informer, cluster.kubelet, reading)
