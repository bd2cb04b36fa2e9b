"""What a self-managed node reads when it boots: the cluster that it joins, and how its kubelet runs there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from norikae.cluster.eks_port import Cluster
    from norikae.environment import NodeGroup

BOUNDARY = "norikae"


def user_data(cluster: Cluster, group: NodeGroup) -> str:
    """The user data of Amazon Linux 2023: one MIME part with a ``NodeConfig``.

    The part is JSON, which is YAML, too; nodeadm asks for cluster name, endpoint, certificate authority and service
    CIDR because self-managed nodes have nobody who tells them (awslabs/amazon-eks-ami, ``nodeadm/doc/usage.md`` and
    ``doc/api.md``). Labels are a kubelet flag, since KubeletConfiguration has no field for them.

    Args:
        cluster: the cluster as EKS describes it; it must be ACTIVE.
        group: the group of nodes.
    """
    spec = {
        "cluster": {
            "name": cluster.name,
            "apiServerEndpoint": cluster.endpoint,
            "certificateAuthority": cluster.ca,
            "cidr": cluster.service_cidr,
        },
        "kubelet": {"config": group.kubelet, "flags": _flags(group)},
    }
    config = {"apiVersion": "node.eks.aws/v1alpha1", "kind": "NodeConfig", "spec": spec}
    return "\n".join(
        (
            "MIME-Version: 1.0",
            f'Content-Type: multipart/mixed; boundary="{BOUNDARY}"',
            "",
            f"--{BOUNDARY}",
            "Content-Type: application/node.eks.aws",
            "",
            msgspec.json.encode(config, order="deterministic").decode(),
            f"--{BOUNDARY}--",
            "",
        )
    )


def _flags(group: NodeGroup) -> list[str]:
    labels = ",".join(f"{key}={value}" for key, value in sorted(group.labels.items()))
    return [f"--node-labels={labels}"] if labels else []
