"""Which lists have identity: by key, as a set, or not at all (atomic), and which maps are replaced as a whole.

Source: ``x-kubernetes-list-type``, ``-list-map-keys`` and ``-map-type`` of Kubernetes' OpenAPI document, for the fields
that workloads, Ingresses, budgets and webhooks use; a custom resource's own schema says it for its lists.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.kubernetes.objects import Json
from local.kubernetes.resources import Resource


@dataclass(frozen=True)
class ListType:
    """How items of a list are told apart.

    Args:
        keys: the fields that identify an item; empty for sets and atomic lists.
        is_set: whether the items are values that occur once.
        defaults: values of key fields that may be left out.
    """

    keys: tuple[str, ...] = ()
    is_set: bool = False
    defaults: tuple[tuple[str, Any], ...] = ()

    @property
    def atomic(self) -> bool:
        """Whether the list is one value."""
        return not self.keys and not self.is_set


ATOMIC = ListType()
SET = ListType(is_set=True)
_TCP = (("protocol", "TCP"),)

_LISTS: Mapping[str, ListType] = {
    "containers": ListType(("name",)),
    "initContainers": ListType(("name",)),
    "ephemeralContainers": ListType(("name",)),
    "env": ListType(("name",)),
    "volumes": ListType(("name",)),
    "volumeMounts": ListType(("mountPath",)),
    "volumeDevices": ListType(("devicePath",)),
    "imagePullSecrets": ListType(("name",)),
    "hostAliases": ListType(("ip",)),
    "topologySpreadConstraints": ListType(("topologyKey", "whenUnsatisfiable")),
    "ownerReferences": ListType(("uid",)),
    "finalizers": SET,
    "conditions": ListType(("type",)),
    "webhooks": ListType(("name",)),
    "podIPs": ListType(("ip",)),
    "claims": ListType(("name",)),
}
_CONTAINER_PORTS = ListType(("containerPort", "protocol"), defaults=_TCP)
_SERVICE_PORTS = ListType(("port", "protocol"), defaults=_TCP)
_EXTRA: Mapping[tuple[str, str], ListType] = {
    ("services", "ports"): _SERVICE_PORTS,
    ("serviceaccounts", "secrets"): ListType(("name",)),
    ("nodes", "addresses"): ListType(("type",)),
    ("nodes", "podCIDRs"): SET,
    ("networkpolicies.networking.k8s.io", "ports"): ATOMIC,
    ("endpoints", "ports"): ATOMIC,
    ("endpointslices.discovery.k8s.io", "ports"): ATOMIC,
    ("ingresses.networking.k8s.io", "ports"): ATOMIC,
}
_ATOMIC_MAPS = frozenset(
    {"selector", "labelSelector", "namespaceSelector", "podSelector", "nodeSelector", "roleRef", "scaleTargetRef",
     "fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef"}
)  # fmt: skip


def list_type(kind: Resource, path: tuple[str, ...]) -> ListType:
    """The type of the list at a path of field names (list items have no place in it)."""
    if kind.custom and path[0] != "metadata":
        return _custom_list(kind.schema, path)
    name = path[-1]
    if (kind.name, name) in _EXTRA:
        return _EXTRA[kind.name, name]
    if name == "ports":
        return _CONTAINER_PORTS
    return _LISTS.get(name, ATOMIC)


def is_atomic_map(kind: Resource, path: tuple[str, ...]) -> bool:
    """Whether the map at a path of field names is one value."""
    if kind.custom:
        found = _at(kind.schema, path)
        return bool(found) and found.get("x-kubernetes-map-type") == "atomic"
    return path[-1] in _ATOMIC_MAPS


def _custom_list(schema: Json | None, path: tuple[str, ...]) -> ListType:
    found = _at(schema, path)
    match found.get("x-kubernetes-list-type"):
        case "set":
            return SET
        case "map":
            properties = (found.get("items") or {}).get("properties") or {}
            keys = tuple(found["x-kubernetes-list-map-keys"])
            defaults = tuple((key, properties[key]["default"]) for key in keys if "default" in properties.get(key, {}))
            return ListType(keys, defaults=defaults)
    return ATOMIC


def _at(schema: Json | None, path: tuple[str, ...]) -> Json:
    here: Json = schema or {}
    for name in path:
        here = here.get("items") or here
        properties = here.get("properties") or {}
        more = here.get("additionalProperties")
        here = properties.get(name) or (more if isinstance(more, dict) else {})
    return here
