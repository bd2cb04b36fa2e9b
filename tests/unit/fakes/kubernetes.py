"""A Kubernetes API in memory, as much of it as the core uses: finalizers, generations and preconditions included."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Literal

from norikae.errors import ConflictError, NorikaeError, RefusedError, UnreachableError

Json = dict[str, Any]

KINDS = {
    "AppProject": "appprojects.argoproj.io",
    "Application": "applications.argoproj.io",
    "ClusterRole": "clusterroles.rbac.authorization.k8s.io",
    "ClusterRoleBinding": "clusterrolebindings.rbac.authorization.k8s.io",
    "ConfigMap": "configmaps",
    "CronJob": "cronjobs.batch",
    "CustomResourceDefinition": "customresourcedefinitions.apiextensions.k8s.io",
    "DNSEndpoint": "dnsendpoints.externaldns.k8s.io",
    "Deployment": "deployments.apps",
    "FlowSchema": "flowschemas.flowcontrol.apiserver.k8s.io",
    "Gateway": "gateways.gateway.networking.k8s.io",
    "HTTPRoute": "httproutes.gateway.networking.k8s.io",
    "HorizontalPodAutoscaler": "horizontalpodautoscalers.autoscaling",
    "Ingress": "ingresses.networking.k8s.io",
    "Job": "jobs.batch",
    "LeaseCandidate": "leasecandidates.coordination.k8s.io",
    "MutatingAdmissionPolicy": "mutatingadmissionpolicies.admissionregistration.k8s.io",
    "Namespace": "namespaces",
    "Node": "nodes",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "Pod": "pods",
    "Role": "roles.rbac.authorization.k8s.io",
    "RoleBinding": "rolebindings.rbac.authorization.k8s.io",
    "Secret": "secrets",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
    "StatefulSet": "statefulsets.apps",
    "TargetGroupBinding": "targetgroupbindings.elbv2.k8s.aws",
    "ValidatingAdmissionPolicy": "validatingadmissionpolicies.admissionregistration.k8s.io",
}

CLUSTER_SCOPED = {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "FlowSchema", "Namespace", "Node"}


class FakeKubernetes:
    """The port ``Kubernetes`` over a dictionary; it notes every write in order."""

    def __init__(self, *objects: Json) -> None:
        self.objects: dict[tuple[str, str | None, str], Json] = {}
        self.writes: list[str] = []
        self.ready = True
        self.gone = False
        self.refusal = ""
        self.written: dict[tuple[str, str], str] = {}
        self.answers: dict[tuple[str, str, str], bytes] = {}
        self.cookies: list[str] = []
        self.denials: dict[tuple[str, str], NorikaeError] = {}
        self.tried: list[str] = []
        self.unserved: set[str] = set()
        self.unreadable: set[str] = set()
        self._version = 0
        for obj in objects:
            self.put(obj)

    def put(self, obj: Json) -> None:
        """Let an object be there, as somebody else made it."""
        self._version += 1
        stored = copy.deepcopy(obj)
        stored["metadata"]["resourceVersion"] = str(self._version)
        self.objects[self._key(stored)] = stored

    def drop_finalizers(self) -> None:
        """Let the controllers finish what is being deleted."""
        for key, obj in list(self.objects.items()):
            if "deletionTimestamp" in obj["metadata"]:
                del self.objects[key]

    def run_workloads(self) -> None:
        """Let every workload get its pods."""
        for obj in self.objects.values():
            if obj["kind"] in {"Deployment", "StatefulSet"}:
                wanted = obj["spec"].get("replicas", 1)
                obj["status"] = {
                    "observedGeneration": obj["metadata"].get("generation", 1),
                    "updatedReplicas": wanted,
                    "availableReplicas": wanted,
                }

    def establish(self) -> None:
        """Let the API server serve every custom resource."""
        for obj in self.objects.values():
            if obj["kind"] == "CustomResourceDefinition":
                obj["status"] = {"conditions": [{"type": "Established", "status": "True"}]}

    def get(self, resource: str, name: str, namespace: str | None = None) -> Json | None:
        self._reach()
        return copy.deepcopy(self.objects.get((resource, namespace, name)))

    def list(self, resource: str, namespace: str | None = None, *, labels: str = "", fields: str = "") -> list[Json]:
        self._reach()
        assert not fields
        wanted = dict(pair.split("=") for pair in labels.split(",") if pair)
        return [
            copy.deepcopy(obj)
            for (of, within, _), obj in self.objects.items()
            if of == resource
            and namespace in (None, within)
            and wanted.items() <= (obj["metadata"].get("labels") or {}).items()
        ]

    def apply(self, obj: Mapping[str, Any], *, dry_run: bool = False, force: bool = True) -> Json:
        self._reach()
        assert force
        applied = copy.deepcopy(dict(obj))
        namespace = applied["metadata"].get("namespace")
        if namespace is not None and ("namespaces", None, namespace) not in self.objects:
            raise RefusedError(f'namespaces "{namespace}" not found')
        if denial := self.denials.get((applied["kind"], applied["metadata"]["name"])):
            raise denial
        if dry_run:
            self.tried.append(f"{applied['kind']} {applied['metadata']['name']}")
            return applied
        before = self.objects.get(self._key(applied), {})
        self.writes.append(f"apply {applied['kind']} {applied['metadata']['name']}")
        self.put({**before, **applied})
        return applied

    def patch(
        self,
        resource: str,
        name: str,
        namespace: str | None,
        body: Any,
        *,
        kind: Literal["merge", "json"] = "merge",
        subresource: str = "",
    ) -> Json:
        self._reach()
        assert kind == "merge"
        stored = self.objects[resource, namespace, name]
        expected = body.get("metadata", {}).get("resourceVersion")
        if expected not in (None, stored["metadata"]["resourceVersion"]):
            raise ConflictError(f"{resource} {name} has been modified")
        self.writes.append(f"patch {resource} {name}" + (f" {subresource}" if subresource else ""))
        self.put(_merged(stored, body))
        return self.objects[resource, namespace, name]

    def delete(self, resource: str, name: str, namespace: str | None = None) -> bool:
        self._reach()
        self.writes.append(f"delete {resource} {namespace}/{name}")
        obj = self.objects.get((resource, namespace, name))
        if obj is None:
            return False
        if obj["metadata"].get("finalizers"):
            obj["metadata"]["deletionTimestamp"] = "2026-11-24T01:00:00Z"
        else:
            del self.objects[resource, namespace, name]
        return True

    def create(self, obj: Mapping[str, Any]) -> Json:
        self._reach()
        if self._key(dict(obj)) in self.objects:
            raise ConflictError(f"{obj['kind']} {obj['metadata']['name']} already exists")
        self.writes.append(f"create {obj['kind']} {obj['metadata']['name']}")
        self.put(dict(obj))
        return copy.deepcopy(self.objects[self._key(dict(obj))])

    def logs(self, pod: str, namespace: str, *, lines: int = 200) -> str:
        self._reach()
        return "\n".join(self.written.get((namespace, pod), "").splitlines()[-lines:])

    def service_account_token(self, name: str, namespace: str, audience: str) -> str:
        self._reach()
        return f"token of {namespace}/{name} for {audience}"

    def proxied(self, service: str, namespace: str, path: str, *, cookie: str = "") -> bytes:
        self._reach()
        self.cookies.append(cookie)
        if (service, namespace, path) not in self.answers:
            raise UnreachableError(f'no endpoints available for service "{service}"')
        return self.answers[service, namespace, path]

    def scope(self, api_version: str, kind: str) -> Literal["namespaced", "cluster", ""]:
        self._reach()
        if kind in self.unserved:
            return ""
        return "cluster" if kind in CLUSTER_SCOPED else "namespaced"

    def current(self, obj: Mapping[str, Any]) -> Json | None:
        self._reach()
        if obj["kind"] in self.unserved:
            return None
        if obj["kind"] in self.unreadable:
            raise RefusedError(f'{obj["kind"]} is forbidden: User "norikae" cannot get it')
        namespace = None if obj["kind"] in CLUSTER_SCOPED else obj["metadata"].get("namespace", "default")
        return self.get(KINDS[obj["kind"]], obj["metadata"]["name"], namespace)

    def is_ready(self) -> bool:
        return self.ready

    def _reach(self) -> None:
        if self.gone:
            raise UnreachableError("connection refused")
        if self.refusal:
            raise RefusedError(self.refusal)

    @staticmethod
    def _key(obj: Json) -> tuple[str, str | None, str]:
        return KINDS[obj["kind"]], obj["metadata"].get("namespace"), obj["metadata"]["name"]


def _merged(target: Json, patch: Json) -> Json:
    """JSON merge patch (RFC 7386)."""
    result = dict(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = _merged(result.get(key) or {}, value)
        else:
            result[key] = value
    return result
