"""Does anything on blue use an API version that green would not serve, over the whole jump and not only the next minor?

Three sources, each with its own weight: what Argo CD renders (``status.resources`` has the version of the manifest in
Git, because the live object is converted to it: gitops-engine ``pkg/cache``, GetManagedLiveObjs), what a client wrote
(``managedFields``, KEP-555), and what somebody once applied (last-applied annotation; it may be years old).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal

import msgspec

from norikae.argocd.applications import descendants
from norikae.cluster.versions import by_number
from norikae.preflight.finding import Finding
from norikae.preflight.removals import Removal, removals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.cluster.ports import Json
    from norikae.preflight.finding import Severity
    from norikae.preflight.ground import Ground

    Source = Literal["Argo CD", "managedFields", "last-applied"]
    Uses = dict[tuple[Removal, Source], dict[str, str]]

NAME = "removed-apis"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
UPDATED_BY_SERVER = "apf.kubernetes.io/autoupdate-spec"
"""On FlowSchemas that the API server itself keeps (Kubernetes docs, "API Priority and Fairness"); green has its own."""
NAMED = 5


def check(ground: Ground) -> Iterator[Finding]:
    """One finding per API version and source, with who uses it; an object counts for its strongest source only."""
    blue = by_number(ground.blue.version)
    going = [one for one in removals() if by_number(one.removed_in) > blue]
    uses: Uses = defaultdict(dict)
    _in_argocd(ground, going, uses)
    _in_objects(ground, going, uses)
    for (removal, source), users in uses.items():
        yield _finding(ground, removal, source, users)


def _in_argocd(ground: Ground, going: list[Removal], uses: Uses) -> None:
    known = {(one.api_version, one.kind): one for one in going}
    for application, app in sorted(_of_blue(ground).items()):
        for entry in app.get("status", {}).get("resources") or []:
            api_version = f"{entry.get('group', '')}/{entry.get('version', '')}"
            if removal := known.get((api_version, entry.get("kind", ""))):
                uses[removal, "Argo CD"][_name(entry)] = f"application {application}"


def _of_blue(ground: Ground) -> dict[str, Json]:
    """Blue's applications; in a central Argo CD, those of other clusters stand beside them."""
    apps, home = ground.argocd_applications, ground.home
    if not home.is_central:
        return apps
    return {name: apps[name] for name in (home.root, *descendants(apps, home.root)) if name in apps}


def _in_objects(ground: Ground, going: list[Removal], uses: Uses) -> None:
    for resource in sorted({one.resource for one in going if one.resource}):
        objects = [one for one in ground.kubernetes.list(resource) if not _is_of_the_server(one)]
        for removal in (one for one in going if one.resource == resource):
            rendered = uses.get((removal, "Argo CD"), {})
            for obj in objects:
                name = _name(obj["metadata"])
                if name in rendered:
                    continue
                if writers := _writers(obj, removal):
                    uses[removal, "managedFields"][name] = ", ".join(writers)
                elif _last_applied(obj) == removal.api_version:
                    uses[removal, "last-applied"][name] = "kubectl apply, long ago"


def _is_of_the_server(obj: Json) -> bool:
    return (obj["metadata"].get("annotations") or {}).get(UPDATED_BY_SERVER) == "true"


def _writers(obj: Json, removal: Removal) -> list[str]:
    """Who wrote it in that version; the status of these kinds is written by the control plane, in its own version."""
    entries = obj["metadata"].get("managedFields") or []
    return sorted(
        {
            str(entry.get("manager", "somebody"))
            for entry in entries
            if entry.get("apiVersion") == removal.api_version and not entry.get("subresource")
        }
    )


def _last_applied(obj: Json) -> str:
    text = (obj["metadata"].get("annotations") or {}).get(LAST_APPLIED, "{}")
    try:
        return str(msgspec.json.decode(text).get("apiVersion", ""))
    except (msgspec.DecodeError, AttributeError):  # a person may have written anything into it
        return ""


def _name(thing: Json) -> str:
    namespace, name = thing.get("namespace", ""), str(thing.get("name", ""))
    return f"{namespace}/{name}" if namespace else name


def _finding(ground: Ground, removal: Removal, source: Source, users: dict[str, str]) -> Finding:
    return Finding(
        NAME,
        _severity(ground, removal, source),
        str(removal),
        f"{_when(ground, removal)}; {_who(source, users)}",
        _remedy(removal, source),
    )


def _severity(ground: Ground, removal: Removal, source: Source) -> Severity:
    """Only what is certain blocks: released, within the jump, and not just an old annotation."""
    if removal.planned or _is_later(ground, removal) or source == "last-applied":
        return "warning"
    return "blocker"


def _is_later(ground: Ground, removal: Removal) -> bool:
    """Whether the target still serves it; whatever has not been released yet is later than any target."""
    return by_number(removal.removed_in) > by_number(ground.version)


def _when(ground: Ground, removal: Removal) -> str:
    if _is_later(ground, removal):
        certainty = "it is announced to be removed" if removal.planned else "it is removed"
        return f"{certainty} in Kubernetes {removal.removed_in}; {ground.version} still serves it"
    certainty = "it was announced to be removed" if removal.planned else "it is removed"
    return f"{certainty} in Kubernetes {removal.removed_in}, so {ground.version} does not serve it"


def _who(source: Source, users: dict[str, str]) -> str:
    named = [f"{name} ({by})" for name, by in sorted(users.items())]
    more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
    listed = ", ".join(named[:NAMED]) + more
    match source:
        case "Argo CD":
            return f"Git renders it: {listed}"
        case "managedFields":
            return f"it was written in this version: {listed}"
        case "last-applied":
            return f"only the last-applied annotation says so, which may be old: {listed}"


def _remedy(removal: Removal, source: Source) -> str:
    if not removal.replacement:
        return "it has no replacement; remove it"
    match source:
        case "Argo CD":
            return f"change it to apiVersion {removal.replacement} in Git and sync blue"
        case "managedFields":
            return (
                f"let its writer use apiVersion {removal.replacement}; when no writer uses the old one any more, clear"
                ' what is left: kubectl patch --type=json -p \'[{"op":"replace","path":"/metadata/managedFields",'
                '"value":[{}]}]\''
            )
        case "last-applied":
            return f"apply it again as apiVersion {removal.replacement}"
