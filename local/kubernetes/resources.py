"""Which resources a cluster of a version serves, and under which API versions.

Beta APIs that are off by default since 1.24 (KEP-3136) are not served, as on EKS.
Source of first and last minor: ``k8s.io/api`` (``zz_generated.prerelease-lifecycle.go``) and the deprecation guide.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from local.kubernetes import errors
from local.kubernetes.objects import Json

FIRST_MINOR = 23
"""Older clusters preferred autoscaling/v1 and served one object under several groups; this server does neither."""

_ALWAYS = (0, 99)


@dataclass(frozen=True)
class Resource:
    """One kind that the server stores.

    Args:
        plural: the name in paths.
        kind: the name in objects.
        group: the API group, "" for the core.
        versions: the served versions, the preferred one first.
        namespaced: whether objects live in a namespace.
        status: whether status is a subresource, so main writes ignore it and status writes ignore the rest.
        short_names: what people type.
        custom: whether a CustomResourceDefinition made it.
        schema: the OpenAPI schema of a custom resource's preferred version, for its list types.
    """

    plural: str
    kind: str
    group: str
    versions: tuple[str, ...]
    namespaced: bool = True
    status: bool = False
    short_names: tuple[str, ...] = ()
    custom: bool = False
    schema: Json | None = None

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def name(self) -> str:
        """``plural.group``, or the plural alone for the core API."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def full_kind(self) -> str:
        """``Kind.group``, as 422 messages say it."""
        return f"{self.kind}.{self.group}" if self.group else self.kind

    def api_version(self, version: str = "") -> str:
        """``group/version`` of a served version; of the preferred one by default."""
        version = version or self.versions[0]
        return f"{self.group}/{version}" if self.group else version


@dataclass(frozen=True)
class _Row:
    plural: str
    kind: str
    group: str
    versions: dict[str, tuple[int, int]]
    namespaced: bool = True
    status: bool = False
    short: str = ""

    def at(self, minor: int) -> Resource | None:
        served = tuple(version for version, (first, last) in self.versions.items() if first <= minor <= last)
        if not served:
            return None
        shorts = tuple(self.short.split())
        return Resource(self.plural, self.kind, self.group, served, self.namespaced, self.status, shorts)


_V1 = {"v1": _ALWAYS}
_BATCH = {"v1": _ALWAYS, "v1beta1": (0, 24)}
_FLOW = {"v1": (29, 99), "v1beta3": (26, 31), "v1beta2": (23, 28), "v1beta1": (20, 25)}
_HPA = {"v2": (23, 99), "v1": _ALWAYS, "v2beta2": (12, 25), "v2beta1": (8, 24)}
_NODE, _RBAC, _STORAGE = "node.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io"
_ADMISSION, _NETWORK = "admissionregistration.k8s.io", "networking.k8s.io"
_FLOWCONTROL = "flowcontrol.apiserver.k8s.io"

_BUILT_IN = (
    _Row("configmaps", "ConfigMap", "", _V1, short="cm"),
    _Row("endpoints", "Endpoints", "", _V1, short="ep"),
    _Row("events", "Event", "", _V1, short="ev"),
    _Row("limitranges", "LimitRange", "", _V1, short="limits"),
    _Row("namespaces", "Namespace", "", _V1, namespaced=False, status=True, short="ns"),
    _Row("nodes", "Node", "", _V1, namespaced=False, status=True, short="no"),
    _Row("persistentvolumeclaims", "PersistentVolumeClaim", "", _V1, status=True, short="pvc"),
    _Row("persistentvolumes", "PersistentVolume", "", _V1, namespaced=False, status=True, short="pv"),
    _Row("pods", "Pod", "", _V1, status=True, short="po"),
    _Row("podtemplates", "PodTemplate", "", _V1),
    _Row("replicationcontrollers", "ReplicationController", "", _V1, status=True, short="rc"),
    _Row("resourcequotas", "ResourceQuota", "", _V1, status=True, short="quota"),
    _Row("secrets", "Secret", "", _V1),
    _Row("serviceaccounts", "ServiceAccount", "", _V1, short="sa"),
    _Row("services", "Service", "", _V1, status=True, short="svc"),
    _Row("controllerrevisions", "ControllerRevision", "apps", _V1),
    _Row("daemonsets", "DaemonSet", "apps", _V1, status=True, short="ds"),
    _Row("deployments", "Deployment", "apps", _V1, status=True, short="deploy"),
    _Row("replicasets", "ReplicaSet", "apps", _V1, status=True, short="rs"),
    _Row("statefulsets", "StatefulSet", "apps", _V1, status=True, short="sts"),
    _Row("cronjobs", "CronJob", "batch", _BATCH, status=True, short="cj"),
    _Row("jobs", "Job", "batch", _V1, status=True),
    _Row("horizontalpodautoscalers", "HorizontalPodAutoscaler", "autoscaling", _HPA, status=True, short="hpa"),
    _Row("poddisruptionbudgets", "PodDisruptionBudget", "policy", _BATCH, status=True, short="pdb"),
    _Row("podsecuritypolicies", "PodSecurityPolicy", "policy", {"v1beta1": (0, 24)}, namespaced=False, short="psp"),
    _Row("ingresses", "Ingress", _NETWORK, _V1, status=True, short="ing"),
    _Row("ingressclasses", "IngressClass", _NETWORK, _V1, namespaced=False),
    _Row("networkpolicies", "NetworkPolicy", _NETWORK, _V1, short="netpol"),
    _Row("ipaddresses", "IPAddress", _NETWORK, {"v1": (33, 99)}, namespaced=False, short="ip"),
    _Row("servicecidrs", "ServiceCIDR", _NETWORK, {"v1": (33, 99)}, namespaced=False, status=True),
    _Row("roles", "Role", _RBAC, _V1),
    _Row("rolebindings", "RoleBinding", _RBAC, _V1),
    _Row("clusterroles", "ClusterRole", _RBAC, _V1, namespaced=False),
    _Row("clusterrolebindings", "ClusterRoleBinding", _RBAC, _V1, namespaced=False),
    _Row(
        "customresourcedefinitions",
        "CustomResourceDefinition",
        "apiextensions.k8s.io",
        _V1,
        namespaced=False,
        status=True,
        short="crd crds",
    ),
    _Row("apiservices", "APIService", "apiregistration.k8s.io", _V1, namespaced=False, status=True),
    _Row("mutatingwebhookconfigurations", "MutatingWebhookConfiguration", _ADMISSION, _V1, namespaced=False),
    _Row("validatingwebhookconfigurations", "ValidatingWebhookConfiguration", _ADMISSION, _V1, namespaced=False),
    _Row(
        "validatingadmissionpolicies",
        "ValidatingAdmissionPolicy",
        _ADMISSION,
        {"v1": (30, 99)},
        namespaced=False,
        status=True,
    ),
    _Row(
        "validatingadmissionpolicybindings",
        "ValidatingAdmissionPolicyBinding",
        _ADMISSION,
        {"v1": (30, 99)},
        namespaced=False,
    ),
    _Row("leases", "Lease", "coordination.k8s.io", _V1),
    _Row("endpointslices", "EndpointSlice", "discovery.k8s.io", _BATCH),
    _Row("runtimeclasses", "RuntimeClass", _NODE, _BATCH, namespaced=False),
    _Row("priorityclasses", "PriorityClass", "scheduling.k8s.io", _V1, namespaced=False, short="pc"),
    _Row("storageclasses", "StorageClass", _STORAGE, _V1, namespaced=False, short="sc"),
    _Row("csidrivers", "CSIDriver", _STORAGE, _V1, namespaced=False),
    _Row("csinodes", "CSINode", _STORAGE, _V1, namespaced=False),
    _Row("volumeattachments", "VolumeAttachment", _STORAGE, _V1, namespaced=False, status=True),
    _Row("volumeattributesclasses", "VolumeAttributesClass", _STORAGE, {"v1": (34, 99)}, namespaced=False, short="vac"),
    _Row("csistoragecapacities", "CSIStorageCapacity", _STORAGE, {"v1": (24, 99), "v1beta1": (21, 26)}),
    _Row(
        "certificatesigningrequests",
        "CertificateSigningRequest",
        "certificates.k8s.io",
        _V1,
        namespaced=False,
        status=True,
        short="csr",
    ),
    _Row("flowschemas", "FlowSchema", _FLOWCONTROL, _FLOW, namespaced=False, status=True),
    _Row(
        "prioritylevelconfigurations", "PriorityLevelConfiguration", _FLOWCONTROL, _FLOW, namespaced=False, status=True
    ),
)


def built_in(minor: int) -> list[Resource]:
    """The resources of an untouched cluster of Kubernetes 1.``minor``.

    Raises:
        ValueError: for a version before 1.23.
    """
    if minor < FIRST_MINOR:
        raise ValueError(f"a cluster is of Kubernetes at least 1.{FIRST_MINOR}, not 1.{minor}")
    return [resource for row in _BUILT_IN if (resource := row.at(minor))]


def last_minor(name: str, version: str) -> int | None:
    """The last minor that serves a version of a built-in resource; None while nobody has announced its end."""
    row = next((row for row in _BUILT_IN if name == (f"{row.plural}.{row.group}" if row.group else row.plural)), None)
    last = row.versions.get(version, _ALWAYS)[1] if row else _ALWAYS[1]
    return None if last == _ALWAYS[1] else last


def custom(crd: Json) -> Resource:
    """The resource that a CustomResourceDefinition declares; the storage version is the preferred one."""
    spec = crd["spec"]
    served = sorted((each for each in spec["versions"] if each["served"]), key=lambda each: not each["storage"])
    return Resource(
        plural=spec["names"]["plural"],
        kind=spec["names"]["kind"],
        group=spec["group"],
        versions=tuple(each["name"] for each in served),
        namespaced=spec["scope"] == "Namespaced",
        status=any("status" in (each.get("subresources") or {}) for each in served),
        short_names=tuple(spec["names"].get("shortNames") or ()),
        custom=True,
        schema=(served[0].get("schema") or {}).get("openAPIV3Schema") if served else None,
    )


class Catalog:
    """The resources that a server knows, by name and by kind.

    Args:
        resources: what it serves from the start.
    """

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_name = {resource.name: resource for resource in resources}

    def all(self) -> list[Resource]:
        """Every served resource, in the order in which they came."""
        return [resource for resource in self._by_name.values() if resource.versions]

    def named(self, name: str, version: str = "") -> Resource:
        """The resource ``plural.group``; 404 when it, or the version, is not served."""
        resource = self._by_name.get(name)
        if resource is None or not resource.versions or (version and version not in resource.versions):
            raise errors.unknown_resource()
        return resource

    def of_kind(self, api_version: str, kind: str) -> tuple[Resource, str]:
        """The resource of an object, and the version it is written in; 404 when that is not served."""
        group, _, version = api_version.rpartition("/")
        for resource in self._by_name.values():
            if resource.kind == kind and resource.group == group and version in resource.versions:
                return resource, version
        raise errors.unknown_resource()

    def add(self, resource: Resource) -> None:
        """Serve a resource from now on."""
        self._by_name[resource.name] = resource

    def remove(self, name: str) -> None:
        """Serve a resource no more."""
        self._by_name.pop(name, None)
