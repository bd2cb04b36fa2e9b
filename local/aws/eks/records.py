"""What the EKS simulator remembers."""

from __future__ import annotations

import base64
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True)
class AccessEntry:
    """Which Kubernetes user an IAM principal becomes."""

    principal_arn: str
    arn: str
    type: str
    username: str
    groups: list[str]
    created_at: datetime
    modified_at: datetime
    tags: dict[str, str] = field(default_factory=dict)
    policies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Associations by policy ARN, as AWS describes them."""

    def described(self, cluster: str) -> dict[str, Any]:
        """The entry as DescribeAccessEntry gives it."""
        return {
            "clusterName": cluster,
            "principalArn": self.principal_arn,
            "kubernetesGroups": list(self.groups),
            "accessEntryArn": self.arn,
            "createdAt": self.created_at,
            "modifiedAt": self.modified_at,
            "tags": dict(self.tags),
            "username": self.username,
            "type": self.type,
        }


@dataclass(slots=True)
class EksCluster:
    """One control plane and everything that AWS keeps inside it."""

    name: str
    arn: str
    version: str
    role_arn: str
    created_at: datetime
    issuer: str
    vpc: dict[str, Any]
    access_config: dict[str, Any]
    options: dict[str, Any]
    """Members that are kept and described, but change nothing: logging, network, encryption, upgrade policy."""
    tags: dict[str, str] = field(default_factory=dict)
    status: str = "CREATING"
    issues: list[dict[str, Any]] = field(default_factory=list)
    deletion_protection: bool = False
    self_managed_addons: bool = True
    endpoint: str = ""
    ca_pem: str = ""
    self_managed_nodes: bool = False
    nodegroups: dict[str, dict[str, Any]] = field(default_factory=dict)
    addons: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: dict[str, AccessEntry] = field(default_factory=dict)
    associations: dict[str, dict[str, Any]] = field(default_factory=dict)
    updates: dict[str, dict[str, Any]] = field(default_factory=dict)
    insights: dict[str, dict[str, Any]] = field(default_factory=dict)
    refresh: dict[str, Any] = field(default_factory=dict)

    @property
    def api_entries(self) -> bool:
        """Whether access entries count, and not only the aws-auth ConfigMap."""
        return bool(self.access_config["authenticationMode"] != "CONFIG_MAP")

    @property
    def has_nodes(self) -> bool:
        """Whether any node is there that could run an add-on's Deployment."""
        groups = (g for g in self.nodegroups.values() if g["status"] in {"ACTIVE", "UPDATING", "DEGRADED"})
        return self.self_managed_nodes or any(g["scalingConfig"]["desiredSize"] for g in groups)

    def described(self) -> dict[str, Any]:
        """The cluster as DescribeCluster gives it; an endpoint appears when it is reachable."""
        found = {
            "name": self.name,
            "arn": self.arn,
            "createdAt": self.created_at,
            "version": self.version,
            "roleArn": self.role_arn,
            "resourcesVpcConfig": self.vpc,
            "identity": {"oidc": {"issuer": self.issuer}} if self.endpoint else {},
            "status": self.status,
            "certificateAuthority": {"data": base64.b64encode(self.ca_pem.encode()).decode()} if self.ca_pem else {},
            "platformVersion": "eks.1",
            "tags": self.tags,
            "health": {"issues": self.issues},
            "accessConfig": self.access_config,
            "deletionProtection": self.deletion_protection,
            **self.options,
        }
        return deepcopy(found | ({"endpoint": self.endpoint} if self.endpoint else {}))
