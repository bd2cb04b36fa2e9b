"""What a client can find out about the server: its version and the groups, versions and resources it serves."""

from typing import TYPE_CHECKING

from local.kubernetes import errors
from local.kubernetes.objects import Json
from local.kubernetes.resources import Resource

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer

HEALTH = frozenset({"/healthz", "/livez", "/readyz"})
_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
_NOT_DONE = ("/openapi", "/metrics", "/logs", "/debug", "/swagger")


def document(api: "ApiServer", path: str) -> Json:
    """The document at a path that is no resource; 404 for other paths, 501 for those this server does not have."""
    if path.startswith(_NOT_DONE):
        raise errors.outside(path)
    parts = path.strip("/").split("/")
    match parts:
        case ["version"]:
            return _version(api)
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        case ["apis"]:
            groups = [_group(name, versions) for name, versions in _groups(api).items() if name]
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
        case ["apis", name] if name in _groups(api):
            return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, _groups(api)[name])}
        case ["api", version] if version == "v1":
            return _resources(api, "", version)
        case ["apis", name, version] if version in _groups(api).get(name, []):
            return _resources(api, name, version)
    raise errors.unknown_resource()


def _version(api: "ApiServer") -> Json:
    return {
        "major": "1",
        "minor": str(api.minor),
        "gitVersion": f"v1.{api.minor}.0-eks-embedded",
        "platform": "linux/amd64",
    }


def _groups(api: "ApiServer") -> dict[str, list[str]]:
    """Versions by group, the preferred one first: stable before beta before alpha, newer before older."""
    groups: dict[str, set[str]] = {}
    for kind in api.catalog.all():
        groups.setdefault(kind.group, set()).update(kind.versions)
    return {name: sorted(versions, key=_rank) for name, versions in groups.items()}


def _rank(version: str) -> tuple[int, str]:
    return (0 if version[1:].isdigit() else 1, "".join(chr(255 - ord(letter)) for letter in version))


def _group(name: str, versions: list[str]) -> Json:
    told = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": told, "preferredVersion": told[0]}


def _resources(api: "ApiServer", group: str, version: str) -> Json:
    kinds = [kind for kind in api.catalog.all() if kind.group == group and version in kind.versions]
    found = [entry for kind in sorted(kinds, key=lambda kind: kind.plural) for entry in _entries(kind)]
    group_version = f"{group}/{version}" if group else version
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": group_version, "resources": found}


def _entries(kind: Resource) -> list[Json]:
    base = {"singularName": kind.kind.lower(), "namespaced": kind.namespaced, "kind": kind.kind}
    short = {"shortNames": list(kind.short_names)} if kind.short_names else {}
    entries: list[Json] = [{"name": kind.plural, **base, "verbs": _VERBS, **short}]
    if kind.name == "pods":
        eviction = {"group": "policy", "version": "v1", "kind": "Eviction", "verbs": ["create"]}
        entries.append({"name": "pods/eviction", "singularName": "", "namespaced": True, **eviction})
    if kind.status:
        entries.append(
            {"name": f"{kind.plural}/status", **base, "singularName": "", "verbs": ["get", "patch", "update"]}
        )
    return entries
