"""Clusters."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from local.aws.eks.access import CLUSTER_ADMIN
from local.aws.eks.calendar import ADDONS, CALENDAR, DEFAULT_VERSION, described_version, support
from local.aws.eks.insights import InsightOperations
from local.aws.eks.records import EksCluster
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

UNSUPPORTED_ZONES = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})
"""Availability zone ids without EKS control planes (EKS guide, "Subnet requirements for clusters")."""
_KEPT = ("logging", "encryptionConfig", "upgradePolicy", "zonalShiftConfig", "controlPlaneScalingConfig")
_ACCESS = {"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True}
"""The defaults of the API; those of the console differ."""
_UNMODELLED = (
    *("outpostConfig", "remoteNetworkConfig", "computeConfig", "storageConfig"),
    *("kubeApiServerConfig", "kubeSchedulerConfig", "kubeControllerManagerConfig"),
)


class ClusterOperations(InsightOperations):
    """Create, read and delete clusters."""

    on_active: Callable[[EksCluster], tuple[str, str]]
    on_deleted: Callable[[str], object]
    on_security_group: Callable[[str], object]
    vpc_id: str

    def create_cluster(self, **request: Any) -> dict[str, Any]:
        """A cluster in CREATING, which is ACTIVE and reachable after eight to ten minutes."""
        name = request["name"]
        if self.repeated("CreateCluster", request, name, exists=name in self.clusters):
            return {"cluster": self.clusters[name].described()}
        if name in self.clusters:
            raise self.refuse("ResourceInUse", f"Cluster already exists with name: {name}", clusterName=name)
        self._check_cluster(request)
        cluster = self.new_cluster(request)
        self.later("clusters", 480, 600, lambda: self.activate(cluster))
        return {"cluster": cluster.described()}

    def new_cluster(self, request: dict[str, Any]) -> EksCluster:
        """A cluster that is about to exist."""
        name, wanted = request["name"], request.get("accessConfig", {})
        issuer = self.kernel.uuid("eks/issuers").replace("-", "").upper()
        vpc = {
            "endpointPublicAccess": True,
            "endpointPrivateAccess": False,
            "publicAccessCidrs": ["0.0.0.0/0"],
            "securityGroupIds": [],
            "clusterSecurityGroupId": f"sg-{self.kernel.uuid('eks/security-groups').replace('-', '')[:17]}",
            "vpcId": self.vpc_id,
        }
        cluster = EksCluster(
            name=name,
            arn=self.arn(f"cluster/{name}"),
            version=request.get("version", DEFAULT_VERSION),
            role_arn=request["roleArn"],
            created_at=self.kernel.utcnow(),
            issuer=f"https://oidc.eks.{self.region}.amazonaws.com/id/{issuer}",
            vpc=vpc | deepcopy(request["resourcesVpcConfig"]),
            access_config={"authenticationMode": "CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True}
            | wanted,
            options={key: deepcopy(request[key]) for key in _KEPT if key in request},
            tags=dict(request.get("tags", {})),
            deletion_protection=request.get("deletionProtection", False),
            self_managed_addons=request.get("bootstrapSelfManagedAddons", True),
        )
        network = {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"} | request.get("kubernetesNetworkConfig", {})
        cluster.options |= {"kubernetesNetworkConfig": network}
        cluster.options.setdefault("upgradePolicy", {"supportType": "EXTENDED"})
        if cluster.api_entries and cluster.access_config["bootstrapClusterCreatorAdminPermissions"] and self.caller.arn:
            entry = self.new_entry(cluster, self.caller.arn, [])
            now = self.kernel.utcnow()
            scope = {"type": "cluster", "namespaces": []}
            entry.policies[CLUSTER_ADMIN] = {
                "policyArn": CLUSTER_ADMIN,
                "accessScope": scope,
                "associatedAt": now,
                "modifiedAt": now,
            }
        self.clusters[name] = cluster
        self.on_security_group(cluster.vpc["clusterSecurityGroupId"])
        return cluster

    def activate(self, cluster: EksCluster) -> None:
        """The control plane is reachable; the default networking add-ons are there, unless they were not wanted."""
        if self.clusters.get(cluster.name) is not cluster or cluster.status != "CREATING":
            return
        mishap = self.mishaps.of("cluster", cluster.name)
        if mishap:
            cluster.status, cluster.issues = mishap.status, [mishap.issue]
            return
        cluster.endpoint, cluster.ca_pem = self.on_active(cluster)
        cluster.status = "ACTIVE"
        self.look_daily(cluster)
        if cluster.self_managed_addons:
            for name in ("vpc-cni", "coredns", "kube-proxy"):
                version = ADDONS[name].default(cluster.version)
                self.on_addon(cluster.name, {"addonName": name, "addonVersion": version, "selfManaged": True})

    def _check_cluster(self, request: dict[str, Any]) -> None:
        members = {"clusterName": request["name"]}
        unknown = [key for key in _UNMODELLED if key in request]
        if unknown:
            raise AwsError("NotImplemented", f"the embedded world has no {', '.join(unknown)} of CreateCluster", 501)
        if support(request.get("version", DEFAULT_VERSION), self.kernel.utcnow()) == "UNSUPPORTED":
            raise self.refuse("InvalidParameter", "unsupported Kubernetes version", **members)
        subnets = request["resourcesVpcConfig"].get("subnetIds", [])
        self._check_zones(subnets, members)
        if len({self.zone_of(subnet) for subnet in subnets}) < 2:  # noqa: PLR2004 - EKS wants two zones
            text = "Subnets specified must be in at least two different AZs"
            raise self.refuse("InvalidParameter", text, **members)
        if not self.trusts(request["roleArn"], "eks.amazonaws.com"):
            text = (
                f"Role with arn: {request['roleArn']}, could not be assumed because it does not exist "
                "or the trusted entity is not correct"
            )
            raise self.refuse("InvalidParameter", text, **members)
        access = _ACCESS | request.get("accessConfig", {})
        if access["authenticationMode"] == "CONFIG_MAP" and not access["bootstrapClusterCreatorAdminPermissions"]:
            text = (
                "bootstrapClusterCreatorAdminPermissions must be true "
                "if cluster authentication mode is set to CONFIG_MAP"
            )
            raise self.refuse("InvalidParameter", text, **members)

    def _check_zones(self, subnets: list[str], members: dict[str, str]) -> None:
        """Some zones have no control planes (EKS guide, "Subnet requirements and considerations")."""
        zones = {self.zone_of(subnet) for subnet in subnets}
        for zone in sorted(zones & UNSUPPORTED_ZONES):
            text = f"Cannot create cluster '{members['clusterName']}' because {zone}, the targeted availability zone, "
            text += "does not currently have sufficient capacity to support the cluster. Retry and choose from these "
            text += f"availability zones: {', '.join(sorted(zones - UNSUPPORTED_ZONES))}"
            extra = {**members, "validZones": sorted(zones - UNSUPPORTED_ZONES)}
            raise AwsError("UnsupportedAvailabilityZoneException", text, 400, extra)

    def describe_cluster(self, **request: Any) -> dict[str, Any]:
        """A cluster as it is now."""
        return {"cluster": self.cluster(request["name"]).described()}

    def list_clusters(self, **request: Any) -> dict[str, Any]:
        """The names of the clusters."""
        return self.page(sorted(self.clusters), request, "clusters")

    def delete_cluster(self, **request: Any) -> dict[str, Any]:
        """A cluster in DELETING, gone after three to five minutes."""
        cluster = self.cluster(request["name"])
        members = {"clusterName": cluster.name}
        if cluster.deletion_protection:
            text = f"Cluster {cluster.name} has deletion protection enabled. Disable deletion protection and try again."
            raise self.refuse("InvalidRequest", text, **members)
        if cluster.nodegroups:
            raise self.refuse("ResourceInUse", "Cluster has nodegroups attached", **members)
        if cluster.status not in {"ACTIVE", "FAILED"}:
            raise self.refuse("ResourceInUse", f"Cluster {cluster.name} is currently {cluster.status}", **members)
        cluster.status = "DELETING"

        def gone() -> None:
            if self.clusters.get(cluster.name) is cluster:
                del self.clusters[cluster.name]
                if cluster.endpoint:
                    self.on_deleted(cluster.name)

        self.later("cluster-deletions", 180, 300, gone)
        return {"cluster": cluster.described()}

    def describe_cluster_versions(self, **request: Any) -> dict[str, Any]:
        """The calendar of Kubernetes versions; the unsupported ones only if asked for."""
        now = self.kernel.utcnow()
        versions = [described_version(version, now) for version in reversed(CALENDAR)]
        if request.get("clusterVersions"):
            versions = [v for v in versions if v["clusterVersion"] in request["clusterVersions"]]
        elif not request.get("includeAll") and not {"versionStatus", "status"} & set(request):
            versions = [v for v in versions if v["versionStatus"] != "UNSUPPORTED"]
        for member in ("versionStatus", "status"):
            if member in request:
                versions = [v for v in versions if v[member] == request[member]]
        if request.get("defaultOnly"):
            versions = [v for v in versions if v["defaultVersion"]]
        return self.page(versions, request, "clusterVersions")
