"""Whether Argo CD leaves a field alone that norikae patches: ``versionId`` of an AWSSecret.

Sources: Argo CD docs, "Diff Customization" and "Sync Options"; argoproj/argo-cd ``util/argo/normalizers``. An
annotation on an ExternalSecret needs none of it: a field that Git does not have, and had not when it was applied last,
is no difference (argoproj/gitops-engine ``pkg/diff``, ThreeWayDiff).
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import msgspec

from norikae.argocd.applications import name_of
from norikae.compare.expected import is_ignored
from norikae.compare.objects import Identity
from norikae.secret_sync.aws_secret import KIND, fields_of
from norikae.secret_sync.stored import MANAGER
from norikae.traffic.applications import owner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.cluster.ports import Json
    from norikae.secret_sync.target import Target

GROUP, AWS_SECRET = "mumoshu.github.io", "AWSSecret"
RESPECTED = "RespectIgnoreDifferences=true"
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
INSTANCE = "app.kubernetes.io/instance"


def owner_of(target: Target) -> str:
    """The name of the Argo CD application that a target comes from; "" when none does.

    With annotations that is certain, with the label a Helm release of this name may be meant instead, so whoever finds
    no such application can go on. Source: Argo CD docs, "Resource Tracking".

    Args:
        target: any.
    """
    labels = target.object["metadata"].get("labels") or {}
    return owner(target.object) or str(labels.get(INSTANCE, ""))


def ignored(application: Json, target: Target) -> str:
    """What an application lacks so that it does not put a target's patched field back, with the YAML to add.

    Rules for all applications (``resource.customizations.ignoreDifferences`` of argocd-cm) cannot be seen here.

    Args:
        application: the Argo CD application that owns the target.
        target: any; only an AWSSecret has a field that is patched.

    Returns:
        "" when nothing is missing.
    """
    if target.kind != KIND:
        return ""
    open_paths = [path for path in _paths(target) if not _is_left(application, target, path)]
    options = (application["spec"].get("syncPolicy") or {}).get("syncOptions") or ()
    if not _paths(target) or (not open_paths and RESPECTED in options):
        return ""
    pointers = ", ".join(f'"/{"/".join(path)}"' for path in open_paths)
    rule = f"{{group: {GROUP}, kind: {AWS_SECRET}, jsonPointers: [{pointers}]}}"
    parts = [f"ignoreDifferences: [{rule}]"] if open_paths else []
    parts += [f'syncPolicy: {{syncOptions: ["{RESPECTED}"]}}'] if RESPECTED not in options else []
    return (
        f"Argo CD puts versionId of AWSSecret {target.namespace}/{target.name} back to what Git says; add to spec of "
        f"Application {name_of(application)}: {' and '.join(parts)} (docs/secrets-other-operators.md)"
    )


def _paths(target: Target) -> list[tuple[str, ...]]:
    """The paths that are patched, but those that Git does not set, as far as the last client-side apply tells."""
    paths: list[tuple[str, ...]] = [
        ("spec", field, "secretsManagerSecretRef", "versionId") for field in fields_of(target)
    ]
    text = (target.object["metadata"].get("annotations") or {}).get(APPLIED)
    try:
        applied = msgspec.json.decode(text) if text else None
    except (ValueError, RecursionError):
        applied = None
    return paths if applied is None else [path for path in paths if _has(applied, path)]


def _has(obj: object, path: tuple[str, ...]) -> bool:
    for step in path:
        if not isinstance(obj, dict) or step not in obj:
            return False
        obj = obj[step]
    return True


def _is_left(application: Json, target: Target, path: tuple[str, ...]) -> bool:
    if is_ignored(application, Identity(GROUP, AWS_SECRET, target.namespace, target.name), path):
        return True
    wanted = "." + ".".join(path)
    for rule in _rules(application, target):
        if MANAGER in (rule.get("managedFieldsManagers") or ()):
            return True
        expressions = [re.sub(r'\["([^"]+)"\]', r".\1", one) for one in rule.get("jqPathExpressions") or ()]
        if any(wanted == one or wanted.startswith(f"{one}.") for one in expressions):
            return True
    return False


def _rules(application: Json, target: Target) -> Iterator[Json]:
    for rule in application["spec"].get("ignoreDifferences") or ():
        values = (
            (rule.get("group") or "", GROUP),
            (rule.get("kind") or "", AWS_SECRET),
            (rule.get("name") or "*", target.name),
            (rule.get("namespace") or "*", target.namespace),
        )
        if all(fnmatchcase(value, pattern) for pattern, value in values):
            yield rule
