"""What a self-managed machine does when it boots: it reads its user data and joins the cluster, or says why not."""

from __future__ import annotations

import base64
import binascii
import json
from email import message_from_string
from typing import TYPE_CHECKING, Any

import yaml

from local.aws.ec2.instances import Launch
from local.aws.eks.mishaps import Mishap
from local.aws.images import version_of_image

if TYPE_CHECKING:
    from local.aws.ec2 import Ec2Simulator, Instance
    from local.aws.eks.records import EksCluster
    from local.aws.eks.simulator import EksSimulator
    from local.inhabited import InhabitedCluster
    from local.kernel import Kernel

_PART = "application/node.eks.aws"
BOOT_SECONDS = (25.0, 45.0)
"""Between a running machine and its kubelet's registration."""

MANAGED_BY = "eks:nodegroup-name"
"""The tag by which a machine is one of a managed node group."""

AGAIN_SECONDS = 30.0
"""Between two attempts of a machine that is not let in; a kubelet goes on trying."""


class CannotJoinError(Exception):
    """The machine stays alone; the text is what it writes to its console."""


class Joining:
    """Machines join the clusters that their user data name, and leave them when they end.

    Args:
        kernel: the clock.
        ec2: the machines.
        eks: the clusters as EKS knows them.
        clusters: the clusters as they live.
    """

    def __init__(
        self, kernel: Kernel, ec2: Ec2Simulator, eks: EksSimulator, clusters: dict[str, InhabitedCluster]
    ) -> None:
        self._kernel, self._ec2, self._eks, self._clusters = kernel, ec2, eks, clusters
        self._nodes: dict[str, str] = {}
        ec2.on_running.append(self._boots)
        ec2.on_ended.append(self._ends)

    def _boots(self, instance: Instance) -> None:
        delay = self._kernel.stream("joining").uniform(*BOOT_SECONDS)
        self._kernel.after(delay, lambda: self._try(instance))

    def _try(self, instance: Instance) -> None:
        if instance.state != "running":
            return
        if MANAGED_BY in instance.tags:
            self.enter(instance)
            return
        try:
            name, kubelet = self._admitted(instance)
        except CannotJoinError as reason:
            instance.console.append(str(reason))
            self._kernel.after(AGAIN_SECONDS, lambda: self._try(instance))
            return
        self._take_in(name, instance, kubelet)
        self._eks.self_managed_nodes_joined(name)

    def enter(self, instance: Instance) -> None:
        """A machine of a managed node group is a node now, as EKS has seen to all that it needs."""
        self._take_in(*self._managed(instance))

    def _take_in(self, name: str, instance: Instance, kubelet: dict[str, Any]) -> None:
        self._nodes[instance.id] = name
        self._clusters[name].controllers.add_node(
            instance.name,
            labels=_labels(kubelet.get("flags", [])),
            zone=instance.subnet.zone,
            instance_type=instance.type,
            instance=instance.id,
            most_pods=kubelet.get("config", {}).get("maxPods"),
        )

    def _ends(self, instance: Instance) -> None:
        cluster = self._clusters.get(self._nodes.pop(instance.id, ""))
        if cluster:
            cluster.controllers.remove_node(instance.name)

    def _managed(self, instance: Instance) -> tuple[str, Instance, dict[str, Any]]:
        """The cluster of a managed node, and what EKS tells its kubelet (EKS guide, "Managed node group labels")."""
        name, group = instance.tags["eks:cluster-name"], instance.tags[MANAGED_BY]
        described = self._eks.clusters[name].nodegroups[group]
        labels = {
            "eks.amazonaws.com/nodegroup": group,
            "eks.amazonaws.com/capacityType": described["capacityType"],
            **described["labels"],
        }
        flag = "--node-labels=" + ",".join(f"{key}={value}" for key, value in labels.items())
        return name, instance, {"flags": [flag]}

    def _admitted(self, instance: Instance) -> tuple[str, dict[str, Any]]:
        """The cluster and the kubelet's settings, when everything is as nodeadm, kubelet and EKS want it.

        Sources: awslabs/amazon-eks-ami ``nodeadm``; EKS guide, "Create self-managed Amazon Linux nodes" and
        "Troubleshoot problems with clusters and nodes" ("Nodes fail to join cluster").
        """
        spec = node_config(instance.data.get("UserData", ""))
        wanted = spec.get("cluster", {})
        cluster = self._eks.clusters.get(wanted.get("name", ""))
        if cluster is None or cluster.name not in self._clusters:
            raise CannotJoinError(f"no such host: {wanted.get('apiServerEndpoint')}")
        self._check_cluster(cluster, wanted, instance)
        version = version_of_image(instance.data["ImageId"])
        if version is None or _minor(version) > _minor(cluster.version):
            raise CannotJoinError(f"kubelet {version} is newer than the API server {cluster.version}")
        role = self._ec2.role_of_profile(instance.data.get("IamInstanceProfile", {}).get("Arn", ""))
        entry = cluster.entries.get(role or "")
        if entry is None or entry.type != "EC2_LINUX":
            raise CannotJoinError(f"Unable to register node with API server: Unauthorized ({role})")
        return cluster.name, spec.get("kubelet", {})

    def _check_cluster(self, cluster: EksCluster, wanted: dict[str, Any], instance: Instance) -> None:
        described = cluster.described()
        facts = {
            "apiServerEndpoint": described.get("endpoint"),
            "certificateAuthority": described["certificateAuthority"].get("data"),
            "cidr": described["kubernetesNetworkConfig"]["serviceIpv4Cidr"],
        }
        for member, value in facts.items():
            if wanted.get(member) != value:
                raise CannotJoinError(f"spec.cluster.{member} is {wanted.get(member)!r}, the cluster's is {value!r}")
        if cluster.vpc["clusterSecurityGroupId"] not in instance.data.get("SecurityGroupIds", []):
            raise CannotJoinError(f"dial tcp {wanted['apiServerEndpoint']}: i/o timeout")
        if instance.tags.get(f"kubernetes.io/cluster/{cluster.name}") != "owned":
            raise CannotJoinError(f"the instance has no tag kubernetes.io/cluster/{cluster.name}=owned")


def launch_trouble(ec2: Ec2Simulator, group: dict[str, Any]) -> Mishap | None:
    """Why the instances of a managed node group do not start, as EKS describes it.

    Source: EKS API reference, "Issue": InsufficientFreeAddresses, AsgInstanceLaunchFailures with Auto Scaling's words.
    """
    refusals = [
        ec2.refusal(Launch(None, kind, ec2.subnets[subnet], group.get("capacityType") == "SPOT"))
        for subnet in group["subnets"]
        for kind in group["instanceTypes"]
    ]
    found = [one for one in refusals if one]
    if not refusals or len(found) < len(refusals):
        return None
    if found[0].code == "InsufficientFreeAddressesInSubnet":
        text = "One or more of the subnets associated with your managed node group does not have enough available IP "
        text += "addresses for new nodes."
        return Mishap("CREATE_FAILED", "InsufficientFreeAddresses", text, tuple(group["subnets"]))
    text = f"Could not launch On-Demand Instances. {found[0].code} - {found[0].message} Launching EC2 instance failed."
    asg = group["resources"]["autoScalingGroups"][0]["name"]
    return Mishap("CREATE_FAILED", "AsgInstanceLaunchFailures", text, (asg,))


def node_config(user_data: str) -> dict[str, Any]:
    """The ``spec`` of the NodeConfig in a machine's user data.

    Raises:
        CannotJoinError: there is none, as nodeadm reads it.
    """
    try:
        message = message_from_string(base64.b64decode(user_data, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError) as error:
        raise CannotJoinError(f"user data cannot be read: {error}") from error
    for part in message.walk():
        if part.get_content_type() == _PART:
            found = yaml.safe_load(str(part.get_payload()))
            if not isinstance(found, dict) or found.get("apiVersion") != "node.eks.aws/v1alpha1":
                raise CannotJoinError(f"not a NodeConfig: {json.dumps(found)}")
            spec: dict[str, Any] = found.get("spec", {})
            return spec
    raise CannotJoinError("no NodeConfig in user data")


def _labels(flags: list[str]) -> dict[str, str]:
    given = next((flag.partition("=")[2] for flag in flags if flag.startswith("--node-labels=")), "")
    return dict(pair.split("=", 1) for pair in given.split(",") if pair)


def _minor(version: str) -> int:
    return int(version.partition(".")[2])
