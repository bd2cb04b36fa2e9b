"""Updates: the record of a change that takes a while."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from local.aws.eks.store import EksStore
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.aws.eks.records import EksCluster

_MODES = ["CONFIG_MAP", "API_AND_CONFIG_MAP", "API"]
_CHANGES = {
    "deletionProtection": "DeletionProtectionUpdate",
    "logging": "LoggingUpdate",
    "accessConfig": "AccessConfigUpdate",
    "upgradePolicy": "UpgradePolicyUpdate",
    "resourcesVpcConfig": "EndpointAccessUpdate",
}


class UpdateOperations(EksStore):
    """UpdateClusterConfig and the reading of updates."""

    def begin_update(
        self, cluster: EksCluster, kind: str, params: dict[str, Any], done: Callable[[], object], owner: str = ""
    ) -> dict[str, Any]:
        """A new update that succeeds after 30 to 60 seconds.

        Args:
            cluster: where.
            kind: AWS's update type.
            params: what changes, by AWS's parameter type.
            done: called when it has succeeded.
            owner: the node group or add-on that is updated, such as ``addon/coredns``.
        """
        update = {
            "id": self.kernel.uuid("eks/update-ids"),
            "status": "InProgress",
            "type": kind,
            "params": [{"type": k, "value": v if isinstance(v, str) else json.dumps(v)} for k, v in params.items()],
            "createdAt": self.kernel.utcnow(),
            "errors": [],
        }
        cluster.updates[str(update["id"])] = {"owner": owner, "update": update}

        def succeed() -> None:
            update["status"] = "Successful"
            done()

        self.later("updates", 30, 60, succeed)
        return deepcopy(update)

    def update_cluster_config(self, **request: Any) -> dict[str, Any]:
        """One kind of change to a cluster's configuration."""
        cluster = self.cluster(request["name"])
        changes = {k: v for k, v in request.items() if k not in {"name", "clientRequestToken"}}
        if len(changes) != 1:
            raise self.refuse("InvalidParameter", "Only one type of update can be allowed.", clusterName=cluster.name)
        member, wanted = next(iter(changes.items()))
        if member not in _CHANGES:
            raise AwsError("NotImplemented", f"the embedded world has no UpdateClusterConfig of {member}", 501)
        kind = _CHANGES[member]
        self._not_busy(cluster, kind)
        if self._current(cluster, member, wanted) == wanted:
            text = f"Cluster is already at the desired configuration with {member}: {json.dumps(wanted)}"
            raise self.refuse("InvalidParameter", text, clusterName=cluster.name)
        self._check_mode(cluster, member, wanted)
        before, cluster.status = cluster.status, "UPDATING"

        def done() -> None:
            self._set(cluster, member, wanted)
            if cluster.status == "UPDATING":
                cluster.status = before

        title = member[0].upper() + member[1:]
        return {"update": self.begin_update(cluster, kind, {title: wanted}, done)}

    def _not_busy(self, cluster: EksCluster, kind: str) -> None:
        running = next(
            (
                u["update"]["id"]
                for u in cluster.updates.values()
                if u["update"]["status"] == "InProgress" and not u["owner"]
            ),
            None,
        )
        if running:
            text = f"Cannot {kind} because cluster {cluster.name} currently has update {running} in progress"
            raise self.refuse("ResourceInUse", text, clusterName=cluster.name)
        if cluster.status != "ACTIVE" and (cluster.status, kind) != ("FAILED", "DeletionProtectionUpdate"):
            text = f"Cannot {kind} because cluster {cluster.name} is {cluster.status}"
            raise self.refuse("ResourceInUse", text, clusterName=cluster.name)

    def _check_mode(self, cluster: EksCluster, member: str, wanted: Any) -> None:
        if member != "accessConfig":
            return
        before, after = cluster.access_config["authenticationMode"], wanted["authenticationMode"]
        if _MODES.index(after) - _MODES.index(before) != 1:
            text = f"Unsupported authentication mode update from {before} to {after}"
            raise self.refuse("InvalidParameter", text, clusterName=cluster.name)

    def _current(self, cluster: EksCluster, member: str, wanted: Any) -> Any:
        if member == "deletionProtection":
            return cluster.deletion_protection
        kept = {"accessConfig": cluster.access_config, "resourcesVpcConfig": cluster.vpc}.get(member)
        if kept is None:
            return cluster.options.get(member)
        return {key: kept.get(key) for key in wanted}

    def _set(self, cluster: EksCluster, member: str, wanted: Any) -> None:
        if member == "deletionProtection":
            cluster.deletion_protection = bool(wanted)
        elif member == "accessConfig":
            cluster.access_config |= wanted
        elif member == "resourcesVpcConfig":
            cluster.vpc |= wanted
        else:
            cluster.options[member] = wanted

    def describe_update(self, **request: Any) -> dict[str, Any]:
        """One update of a cluster, a node group or an add-on."""
        cluster = self.cluster(request["name"])
        found = cluster.updates.get(request["updateId"])
        if found is None or found["owner"] != _owner(request):
            raise self.refuse(
                "ResourceNotFound", f"No update found for ID: {request['updateId']}", clusterName=cluster.name
            )
        return {"update": deepcopy(found["update"])}

    def list_updates(self, **request: Any) -> dict[str, Any]:
        """The ids of the updates of a cluster, a node group or an add-on."""
        updates = self.cluster(request["name"]).updates
        ids = [key for key, found in updates.items() if found["owner"] == _owner(request)]
        return self.page(ids, request, "updateIds")


def _owner(request: Mapping[str, Any]) -> str:
    if request.get("nodegroupName"):
        return f"nodegroup/{request['nodegroupName']}"
    return f"addon/{request['addonName']}" if request.get("addonName") else ""
