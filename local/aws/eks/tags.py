"""Tags, and the ARNs that policies name."""

from __future__ import annotations

from typing import Any

from local.aws.eks.clusters import ClusterOperations
from local.aws.simulator import AwsError


class TagOperations(ClusterOperations):
    """Tags of clusters and of what is in them."""

    def tags_of(self, arn: str) -> dict[str, str] | None:
        """The tags of a resource, which may be changed in place, or nothing if it does not exist."""
        for cluster in self.clusters.values():
            if cluster.arn == arn:
                return cluster.tags
            parts = (
                *((g["nodegroupArn"], g["tags"]) for g in cluster.nodegroups.values()),
                *((a["addonArn"], a["tags"]) for a in cluster.addons.values()),
                *((a["associationArn"], a["tags"]) for a in cluster.associations.values()),
                *((e.arn, e.tags) for e in cluster.entries.values()),
            )
            for part, tags in parts:
                if part == arn:
                    return tags  # type: ignore[no-any-return]
        return None

    def arn_of(self, kind: str, cluster_name: str, name: str) -> str | None:
        """The ARN of a part of a cluster, or nothing if it does not exist.

        Args:
            kind: as in the ARN: nodegroup, addon, access-entry or podidentityassociation.
            cluster_name: the cluster.
            name: the name of the part; of an access entry the principal.
        """
        cluster = self.clusters.get(cluster_name)
        if cluster is None:
            return None
        if kind == "access-entry":
            return cluster.entries[name].arn if name in cluster.entries else None
        parts, member = {
            "nodegroup": (cluster.nodegroups, "nodegroupArn"),
            "addon": (cluster.addons, "addonArn"),
            "podidentityassociation": (cluster.associations, "associationArn"),
        }[kind]
        return str(parts[name][member]) if name in parts else None

    def _tags(self, arn: str) -> dict[str, str]:
        tags = self.tags_of(arn)
        if tags is None:
            raise AwsError("NotFoundException", f"Resource not found: {arn}", 404)
        return tags

    def tag_resource(self, **request: Any) -> dict[str, Any]:
        """The tags are added or changed."""
        self._tags(request["resourceArn"]).update(request["tags"])
        return {}

    def untag_resource(self, **request: Any) -> dict[str, Any]:
        """The tags are gone."""
        tags = self._tags(request["resourceArn"])
        for key in request["tagKeys"]:
            tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, **request: Any) -> dict[str, Any]:
        """The tags of a resource."""
        return {"tags": dict(self._tags(request["resourceArn"]))}
