"""Managed node groups."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from local.aws.eks.updates import UpdateOperations
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.eks.mishaps import Mishap
    from local.aws.eks.records import EksCluster

_SCALING = {"minSize": 1, "maxSize": 2, "desiredSize": 2}
_LAST_AL2 = (1, 32)
_ARM = re.compile(r"^[a-z]+\d+g[a-z]*\.")


class NodegroupOperations(UpdateOperations):
    """Create, read, change and delete managed node groups."""

    on_nodes: Callable[[str, dict[str, Any]], object]
    on_nodes_gone: Callable[[str, dict[str, Any]], object]
    launch_trouble: Callable[[str, dict[str, Any]], Mishap | None]
    trusts: Callable[[str, str], bool]
    zone_of: Callable[[str], str]

    def create_nodegroup(self, **request: Any) -> dict[str, Any]:
        """A node group in CREATING, whose nodes join and which is ACTIVE after two to three minutes."""
        cluster = self.active(request["clusterName"])
        name = request["nodegroupName"]
        if self.repeated("CreateNodegroup", request, f"{cluster.name}/{name}", exists=name in cluster.nodegroups):
            return {"nodegroup": deepcopy(cluster.nodegroups[name])}
        if name in cluster.nodegroups:
            text = f"NodeGroup already exists with name {name} and cluster name {cluster.name}"
            raise self.refuse("ResourceInUse", text, clusterName=cluster.name, nodegroupName=name)
        self._check_nodegroup(cluster, request)
        group = cluster.nodegroups[name] = self.new_nodegroup(cluster, request)
        if cluster.api_entries:
            self.node_entry(cluster, request["nodeRole"])

        def join() -> None:
            if cluster.nodegroups.get(name) is group and not self._trouble(cluster, group):
                self.on_nodes(cluster.name, deepcopy(group))

        def finish() -> None:
            trouble = self._trouble(cluster, group)
            if group["status"] == "CREATING" and trouble:
                group.update(status=trouble.status, health={"issues": [trouble.issue]})
            elif group["status"] == "CREATING":
                group["status"] = "ACTIVE"
                group["modifiedAt"] = self.kernel.utcnow()
                self.nodes_joined(cluster.name)

        self.later("nodegroups", 70, 100, join)
        self.later("nodegroups", 120, 180, finish)
        return {"nodegroup": deepcopy(group)}

    def _trouble(self, cluster: EksCluster, group: dict[str, Any]) -> Mishap | None:
        return self.mishaps.of("nodegroup", group["nodegroupName"]) or self.launch_trouble(
            cluster.name, deepcopy(group)
        )

    def new_nodegroup(self, cluster: EksCluster, request: dict[str, Any]) -> dict[str, Any]:
        """The description of a node group that is about to exist."""
        name, uid, now = request["nodegroupName"], self.kernel.uuid("eks/nodegroup-ids"), self.kernel.utcnow()
        kept = (
            "instanceTypes",
            "subnets",
            "nodeRole",
            "labels",
            "taints",
            "tags",
            "launchTemplate",
            "nodeRepairConfig",
        )
        return {
            "nodegroupName": name,
            "nodegroupArn": self.arn(f"nodegroup/{cluster.name}/{name}/{uid}"),
            "clusterName": cluster.name,
            "version": cluster.version,
            "releaseVersion": request.get("releaseVersion") or f"{cluster.version}.1-20261101",
            "createdAt": now,
            "modifiedAt": now,
            "status": "CREATING",
            "capacityType": request.get("capacityType", "ON_DEMAND"),
            "scalingConfig": _SCALING | request.get("scalingConfig", {}),
            "amiType": request.get("amiType", "AL2023_x86_64_STANDARD"),
            "resources": {"autoScalingGroups": [{"name": f"eks-{name}-{uid}"}]},
            "diskSize": request.get("diskSize", 20),
            "health": {"issues": []},
            "updateConfig": request.get("updateConfig", {"maxUnavailable": 1}),
            **{key: deepcopy(request[key]) for key in kept if key in request},
            "instanceTypes": request.get("instanceTypes") or ["t3.medium"],
            "labels": dict(request.get("labels", {})),
            "tags": dict(request.get("tags", {})),
        }

    def node_entry(self, cluster: EksCluster, role_arn: str) -> None:
        """EKS makes the access entry for the role of managed nodes itself."""
        raise NotImplementedError

    def nodes_joined(self, cluster_name: str) -> None:
        """Nodes can run pods, so add-ons that waited for them become ACTIVE; also for self-managed nodes."""
        raise NotImplementedError

    def _check_nodegroup(self, cluster: EksCluster, request: dict[str, Any]) -> None:
        members = {"clusterName": cluster.name, "nodegroupName": request["nodegroupName"]}
        scaling = _SCALING | request.get("scalingConfig", {})
        if scaling["minSize"] > scaling["desiredSize"]:
            text = f"Minimum capacity {scaling['minSize']} can't be greater than desired size {scaling['desiredSize']}"
            raise self.refuse("InvalidParameter", text, **members)
        if scaling["desiredSize"] > scaling["maxSize"]:
            text = f"Maximum capacity {scaling['maxSize']} can't be less than desired size {scaling['desiredSize']}"
            raise self.refuse("InvalidParameter", text, **members)
        if request.get("version", cluster.version) != cluster.version:
            text = f"Nodegroup Kubernetes version should be equal to the cluster's version {cluster.version}"
            raise self.refuse("InvalidParameter", text, **members)
        ami = request.get("amiType", "AL2023_x86_64_STANDARD")
        if ami.startswith("AL2_") and tuple(map(int, cluster.version.split("."))) > _LAST_AL2:
            text = f"Requested AMI for this version {cluster.version} is not supported"
            raise self.refuse("InvalidParameter", text, **members)
        wrong = [t for t in request.get("instanceTypes", []) if bool(_ARM.match(t)) != ("ARM" in ami)]
        if wrong and ami != "CUSTOM":
            text = f"[{', '.join(wrong)}] is not a valid instance type for requested amiType {ami}"
            raise self.refuse("InvalidParameter", text, **members)
        if not self.trusts(request["nodeRole"], "ec2.amazonaws.com"):
            text = (
                "Following required service principals [ec2.amazonaws.com] were not found "
                f"in the trust relationships of nodeRole {request['nodeRole']}"
            )
            raise self.refuse("InvalidParameter", text, **members)
        for subnet in request["subnets"]:
            self.zone_of(subnet)

    def _nodegroup(self, cluster: EksCluster, name: str) -> dict[str, Any]:
        if name not in cluster.nodegroups:
            raise self.refuse(
                "ResourceNotFound",
                f"No node group found for name: {name}.",
                clusterName=cluster.name,
                nodegroupName=name,
            )
        return cluster.nodegroups[name]

    def describe_nodegroup(self, **request: Any) -> dict[str, Any]:
        """A node group as it is now."""
        cluster = self.cluster(request["clusterName"])
        return {"nodegroup": deepcopy(self._nodegroup(cluster, request["nodegroupName"]))}

    def list_nodegroups(self, **request: Any) -> dict[str, Any]:
        """The names of the node groups."""
        return self.page(sorted(self.cluster(request["clusterName"]).nodegroups), request, "nodegroups")

    def update_nodegroup_config(self, **request: Any) -> dict[str, Any]:
        """New size, labels, taints or update settings; the nodes follow when the update has succeeded."""
        cluster = self.active(request["clusterName"])
        group = self._nodegroup(cluster, request["nodegroupName"])
        if group["status"] not in {"ACTIVE", "DEGRADED"}:
            text = f"Nodegroup {group['nodegroupName']} is {group['status']}"
            raise self.refuse("ResourceInUse", text, clusterName=cluster.name, nodegroupName=group["nodegroupName"])
        unknown = set(request) & {"nodeRepairConfig", "warmPoolConfig"}
        if unknown:
            raise AwsError(
                "NotImplemented", f"the embedded world has no UpdateNodegroupConfig of {sorted(unknown)}", 501
            )
        scaling = group["scalingConfig"] | request.get("scalingConfig", {})
        if not scaling["minSize"] <= scaling["desiredSize"] <= scaling["maxSize"]:
            text = f"Minimum capacity {scaling['minSize']} can't be greater than desired size {scaling['desiredSize']}"
            raise self.refuse("InvalidParameter", text, clusterName=cluster.name)
        group["status"] = "UPDATING"

        def done() -> None:
            if group["status"] != "UPDATING":
                return
            group.update(status="ACTIVE", scalingConfig=scaling, modifiedAt=self.kernel.utcnow())
            group["updateConfig"] = request.get("updateConfig", group["updateConfig"])
            _relabel(group, request)
            self.on_nodes(cluster.name, deepcopy(group))
            self.nodes_joined(cluster.name)

        params = {key[0].upper() + key[1:]: str(value) for key, value in request.get("scalingConfig", {}).items()}
        return {
            "update": self.begin_update(cluster, "ConfigUpdate", params, done, f"nodegroup/{group['nodegroupName']}")
        }

    def delete_nodegroup(self, **request: Any) -> dict[str, Any]:
        """A node group in DELETING; its nodes and then the group are gone after two to four minutes."""
        cluster = self.cluster(request["clusterName"])
        name = request["nodegroupName"]
        group = self._nodegroup(cluster, name)
        if group["status"] in {"CREATING", "UPDATING", "DELETING"}:
            text = f"Nodegroup {name} is currently {group['status']}"
            raise self.refuse("ResourceInUse", text, clusterName=cluster.name, nodegroupName=name)
        group["status"] = "DELETING"

        def gone() -> None:
            if cluster.nodegroups.pop(name, None):
                self.on_nodes_gone(cluster.name, deepcopy(group))

        self.later("nodegroup-deletions", 120, 240, gone)
        return {"nodegroup": deepcopy(group)}


def _relabel(group: dict[str, Any], request: dict[str, Any]) -> None:
    labels = request.get("labels", {})
    group["labels"] |= labels.get("addOrUpdateLabels", {})
    for key in labels.get("removeLabels", []):
        group["labels"].pop(key, None)
    taints = request.get("taints", {})
    changed = taints.get("addOrUpdateTaints", []) + taints.get("removeTaints", [])
    named = {(taint["key"], taint["effect"]) for taint in changed}
    kept = [taint for taint in group.get("taints", []) if (taint["key"], taint["effect"]) not in named]
    if changed:
        group["taints"] = kept + taints.get("addOrUpdateTaints", [])
