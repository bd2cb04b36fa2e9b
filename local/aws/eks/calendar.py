"""Kubernetes versions on EKS and the add-on versions that run on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

CALENDAR = {
    "1.30": ("2024-05-23", "2025-07-23", "2026-07-23"),
    "1.31": ("2024-09-26", "2025-11-26", "2026-11-26"),
    "1.32": ("2025-01-23", "2026-03-23", "2027-03-23"),
    "1.33": ("2025-05-29", "2026-07-29", "2027-07-29"),
    "1.34": ("2025-10-02", "2026-12-02", "2027-12-02"),
    "1.35": ("2026-01-27", "2027-03-27", "2028-03-27"),
}
"""Release, end of standard support, end of extended support (EKS user guide, "Kubernetes versions")."""
DEFAULT_VERSION = "1.35"


def support(version: str, now: datetime) -> str:
    """Whether a version is STANDARD_SUPPORT, EXTENDED_SUPPORT or UNSUPPORTED at an instant.

    Args:
        version: such as ``1.33``.
        now: the instant.
    """
    if version not in CALENDAR:
        return "UNSUPPORTED"
    release, standard, extended = (_date(text) for text in CALENDAR[version])
    if not release <= now < extended:
        return "UNSUPPORTED"
    return "STANDARD_SUPPORT" if now < standard else "EXTENDED_SUPPORT"


def described_version(version: str, now: datetime) -> dict[str, Any]:
    """A version as DescribeClusterVersions gives it."""
    release, standard, extended = (_date(text) for text in CALENDAR[version])
    status = support(version, now)
    return {
        "clusterVersion": version,
        "clusterType": "eks",
        "defaultPlatformVersion": "eks.1",
        "defaultVersion": version == DEFAULT_VERSION,
        "releaseDate": release,
        "endOfStandardSupportDate": standard,
        "endOfExtendedSupportDate": extended,
        "status": status.lower().replace("_", "-"),
        "versionStatus": status,
        "kubernetesPatchVersion": f"{version}.1",
    }


@dataclass(frozen=True, slots=True)
class AddonFamily:
    """An add-on and its versions, newest first; the figures are examples, only their order has a meaning.

    Attributes:
        versions: add-on version to the Kubernetes versions that it supports; the newest that fits is the default.
        kind: AWS's category.
        needs_nodes: its Deployment has to run somewhere before EKS calls it ACTIVE.
    """

    versions: dict[str, tuple[str, ...]]
    kind: str = "networking"
    needs_nodes: bool = False
    needs_permissions: bool = False

    def default(self, kubernetes: str) -> str | None:
        """The version that EKS installs by default."""
        return next((v for v, supported in self.versions.items() if kubernetes in supported), None)


_ALL = tuple(CALENDAR)
ADDONS = {
    "vpc-cni": AddonFamily(
        {"v1.20.4-eksbuild.2": _ALL, "v1.19.2-eksbuild.1": ("1.30", "1.31", "1.32")}, needs_permissions=True
    ),
    "coredns": AddonFamily(
        {
            "v1.13.1-eksbuild.1": ("1.34", "1.35"),
            "v1.12.4-eksbuild.1": ("1.32", "1.33", "1.34"),
            "v1.11.4-eksbuild.2": ("1.30", "1.31", "1.32"),
        },
        needs_nodes=True,
    ),
    "kube-proxy": AddonFamily({f"v{minor}.1-eksbuild.2": (minor,) for minor in reversed(_ALL)}),
    "eks-pod-identity-agent": AddonFamily({"v1.3.9-eksbuild.5": _ALL, "v1.3.4-eksbuild.1": _ALL}, "security"),
    "aws-ebs-csi-driver": AddonFamily(
        {"v1.53.0-eksbuild.1": ("1.32", "1.33", "1.34", "1.35"), "v1.38.1-eksbuild.1": ("1.30", "1.31", "1.32")},
        "storage",
        needs_nodes=True,
        needs_permissions=True,
    ),
    "metrics-server": AddonFamily({"v0.8.0-eksbuild.3": _ALL}, "observability", needs_nodes=True),
}


def described_addon(name: str, kubernetes: str | None) -> dict[str, Any] | None:
    """An add-on as DescribeAddonVersions gives it, or nothing if no version supports this Kubernetes version."""
    family = ADDONS[name]
    versions = [
        {
            "addonVersion": version,
            "architecture": ["amd64", "arm64"],
            "computeTypes": ["ec2"],
            "compatibilities": [
                {"clusterVersion": k, "platformVersions": ["*"], "defaultVersion": family.default(k) == version}
                for k in supported
                if kubernetes in {None, k}
            ],
            "requiresConfiguration": False,
            "requiresIamPermissions": family.needs_permissions,
        }
        for version, supported in family.versions.items()
        if kubernetes is None or kubernetes in supported
    ]
    if not versions:
        return None
    return {"addonName": name, "type": family.kind, "addonVersions": versions, "publisher": "eks", "owner": "aws"}


def _date(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
