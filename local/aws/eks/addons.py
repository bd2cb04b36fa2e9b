"""Add-ons."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import yaml

from local.aws.eks.calendar import ADDONS, described_addon
from local.aws.eks.nodegroups import NodegroupOperations

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.eks.records import EksCluster

_NO_REPLICAS = {
    "code": "InsufficientNumberOfReplicas",
    "message": "The add-on is unhealthy because all deployments have all pods unscheduled "
    "no nodes available to schedule pods",
    "resourceIds": [],
}


class AddonOperations(NodegroupOperations):
    """Create, read, update and delete add-ons."""

    on_addon: Callable[[str, dict[str, Any]], object]
    on_addon_gone: Callable[[str, dict[str, Any]], object]

    def create_addon(self, **request: Any) -> dict[str, Any]:
        """An add-on in CREATING; ACTIVE after 30 to 60 seconds, or DEGRADED until it finds a node."""
        cluster, name = self.active(request["clusterName"]), request["addonName"]
        if self.repeated("CreateAddon", request, f"{cluster.name}/{name}", exists=name in cluster.addons):
            return {"addon": deepcopy(cluster.addons[name])}
        if name in cluster.addons:
            raise self.refuse("ResourceInUse", "Addon already exists.", clusterName=cluster.name, addonName=name)
        addon = cluster.addons[name] = self.new_addon(cluster, request)
        self.later("addons", 5, 10, lambda: self._install(cluster, addon))
        self.later("addons", 30, 60, lambda: self._settle(cluster, addon))
        return {"addon": deepcopy(addon)}

    def new_addon(self, cluster: EksCluster, request: dict[str, Any]) -> dict[str, Any]:
        """The description of an add-on that is about to exist.

        Raises:
            AwsError: InvalidParameterException for an add-on, a version or a configuration that EKS does not know.
        """
        name, now = request["addonName"], self.kernel.utcnow()
        version = self._addon_version(cluster, name, request.get("addonVersion"))
        self._check_configuration(cluster, request)
        return {
            "addonName": name,
            "clusterName": cluster.name,
            "status": "CREATING",
            "addonVersion": version,
            "health": {"issues": []},
            "addonArn": self.arn(f"addon/{cluster.name}/{name}/{self.kernel.uuid('eks/addon-ids')}"),
            "createdAt": now,
            "modifiedAt": now,
            "tags": dict(request.get("tags", {})),
            "publisher": "eks",
            "owner": "aws",
            "podIdentityAssociations": self._associate_addon(cluster, request),
            **{k: request[k] for k in ("serviceAccountRoleArn", "configurationValues") if k in request},
        }

    def _associate_addon(self, cluster: EksCluster, request: dict[str, Any]) -> list[str]:
        raise NotImplementedError

    def _addon_version(self, cluster: EksCluster, name: str, wanted: str | None) -> str:
        members = {"clusterName": cluster.name, "addonName": name}
        if name not in ADDONS:
            raise self.refuse("InvalidParameter", "Addon specified is not supported", **members)
        version = wanted or ADDONS[name].default(cluster.version)
        if version is None or cluster.version not in ADDONS[name].versions.get(version, ()):
            raise self.refuse("InvalidParameter", "Addon version specified is not supported", **members)
        return version

    def _check_configuration(self, cluster: EksCluster, request: dict[str, Any]) -> None:
        try:
            values = yaml.safe_load(request.get("configurationValues", "{}"))
        except yaml.YAMLError:
            values = None
        if not isinstance(values, dict):
            text = "ConfigurationValue provided in request is not supported: it is neither JSON nor YAML"
            raise self.refuse("InvalidParameter", text, clusterName=cluster.name, addonName=request["addonName"])

    def _install(self, cluster: EksCluster, addon: dict[str, Any]) -> None:
        if cluster.addons.get(addon["addonName"]) is addon and addon["status"] in {"CREATING", "UPDATING"}:
            self.on_addon(cluster.name, deepcopy(addon))

    def _settle(self, cluster: EksCluster, addon: dict[str, Any]) -> None:
        if addon["status"] not in {"CREATING", "UPDATING", "DEGRADED"}:
            return
        mishap = self.mishaps.of("addon", addon["addonName"])
        homeless = ADDONS[addon["addonName"]].needs_nodes and not cluster.has_nodes
        addon["status"] = mishap.status if mishap else "DEGRADED" if homeless else "ACTIVE"
        issues = [mishap.issue] if mishap else [deepcopy(_NO_REPLICAS)] if homeless else []
        addon["health"] = {"issues": issues}
        addon["modifiedAt"] = self.kernel.utcnow()

    def nodes_joined(self, cluster_name: str) -> None:
        """Nodes can run pods, so add-ons that waited for them become ACTIVE; also for self-managed nodes."""
        cluster = self.clusters.get(cluster_name)
        for addon in cluster.addons.values() if cluster else ():
            if addon["status"] == "DEGRADED":
                self.later("addons", 20, 40, lambda c=cluster, a=addon: self._settle(c, a))  # type: ignore[misc]

    def self_managed_nodes_joined(self, cluster_name: str) -> None:
        """Nodes that EKS does not manage have joined a cluster."""
        self.cluster(cluster_name).self_managed_nodes = True
        self.nodes_joined(cluster_name)

    def _addon(self, cluster: EksCluster, name: str) -> dict[str, Any]:
        if name not in cluster.addons:
            text = f"No addon: {name} found in cluster: {cluster.name}"
            raise self.refuse("ResourceNotFound", text, clusterName=cluster.name, addonName=name)
        return cluster.addons[name]

    def describe_addon(self, **request: Any) -> dict[str, Any]:
        """An add-on as it is now."""
        return {"addon": deepcopy(self._addon(self.cluster(request["clusterName"]), request["addonName"]))}

    def list_addons(self, **request: Any) -> dict[str, Any]:
        """The names of the add-ons."""
        return self.page(sorted(self.cluster(request["clusterName"]).addons), request, "addons")

    def update_addon(self, **request: Any) -> dict[str, Any]:
        """Another version or configuration of an add-on."""
        cluster, name = self.active(request["clusterName"]), request["addonName"]
        addon = self._addon(cluster, name)
        if addon["status"] in {"CREATING", "UPDATING", "DELETING"}:
            text = f"Addon {name} cannot be updated as it is currently in {addon['status']} state"
            raise self.refuse("ResourceInUse", text, clusterName=cluster.name, addonName=name)
        version = self._addon_version(cluster, name, request.get("addonVersion") or addon["addonVersion"])
        self._check_configuration(cluster, request)
        kept = {k: request[k] for k in ("serviceAccountRoleArn", "configurationValues") if k in request}
        addon["status"] = "UPDATING"

        def done() -> None:
            addon.update(addonVersion=version, **kept)
            self._install(cluster, addon)
            self._settle(cluster, addon)

        return {"update": self.begin_update(cluster, "AddonUpdate", {"AddonVersion": version}, done, f"addon/{name}")}

    def delete_addon(self, **request: Any) -> dict[str, Any]:
        """An add-on in DELETING, gone after 15 to 30 seconds; with ``preserve`` its software stays in the cluster."""
        cluster, name = self.cluster(request["clusterName"]), request["addonName"]
        addon = self._addon(cluster, name)
        addon["status"] = "DELETING"

        def gone() -> None:
            if cluster.addons.get(name) is addon:
                del cluster.addons[name]
                if not request.get("preserve"):
                    self.on_addon_gone(cluster.name, deepcopy(addon))

        self.later("addon-deletions", 15, 30, gone)
        return {"addon": deepcopy(addon)}

    def describe_addon_versions(self, **request: Any) -> dict[str, Any]:
        """The add-on versions of the catalogue."""
        unknown = set(request) & {"types", "publishers", "owners"}
        names = [request["addonName"]] if "addonName" in request else list(ADDONS)
        if names[0] not in ADDONS:
            raise self.refuse("ResourceNotFound", f"No addon versions found for: {names[0]}", addonName=names[0])
        found = [described_addon(name, request.get("kubernetesVersion")) for name in names]
        kept = [
            addon
            for addon in found
            if addon
            and all(
                addon[{"types": "type", "publishers": "publisher", "owners": "owner"}[k]] in request[k] for k in unknown
            )
        ]
        return self.page(kept, request, "addons")
