"""SecretProviderClasses of the Secrets Store CSI driver: what pods mount of them; norikae only looks, and restarts.

Facts (kubernetes-sigs/secrets-store-csi-driver): ``apis/v1/secretproviderclasspodstatus_types.go`` has, for each pod,
the class and the version of each file; files of a running pod change only when the driver rotates
(``enableSecretRotation``, alpha, every ``rotationPollInterval``), and then every pod asks AWS by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.secret_sync.class_objects import objects_of
from norikae.secret_sync.garbage import readable
from norikae.secret_sync.target import Standing, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from norikae.secret_sync.ports import Shelf
    from norikae.secret_sync.secret import Described
    from norikae.secret_sync.target import Json, Kind

KIND: Kind = "secretproviderclasses.secrets-store.csi.x-k8s.io"
PIN = "="
"""Before a version that the class is pinned to, in ``Target.versions``."""
UNKNOWN = "-"
"""What a pod mounts of an object that was not in the class when it started."""


def targets(shelf: Shelf, *, account: str = "", region: str = "") -> list[Target]:
    """The classes of a cluster that mount secrets of Secrets Manager.

    ``Target.versions`` has, for each reference, the version that each pod mounts, with spaces between, and before them
    ``=`` and the pin, if there is one; a reference that no pod mounts and nothing pins is missing.

    Args:
        shelf: the cluster.
        account: not needed: an ARN names its own.
        region: a class whose ``parameters.region`` is another one is none of ours; "" for any.
    """
    del account
    classes = readable(lambda one: one if _is_ours(one, region) else None, shelf.declared(KIND))
    if not classes:
        return []
    pods = shelf.declared("secretproviderclasspodstatuses.secrets-store.csi.x-k8s.io")
    mounted: dict[tuple[str, str], list[dict[str, str]]] = {}
    for place, files in readable(_mount, pods):
        mounted.setdefault(place, []).append(files)
    found = readable(
        lambda one: _target(one, mounted.get((one["metadata"]["namespace"], one["metadata"]["name"]), [])), classes
    )
    return [target for target in found if target.secrets or target.problem]


def standing_of(target: Target, secret: Described) -> Standing:
    """How the pods that mount a class stand towards the current version of a secret.

    Args:
        target: one of ``targets``.
        secret: as DescribeSecret gives it.
    """
    if target.problem:
        return Standing("refused", target.problem)
    pins, versions = mounts_of(target, secret)
    if pins and pins != {secret.current}:
        return Standing(
            "observed",
            f"{target} pins {secret.name} to {', '.join(sorted(pins))};"
            " take objectVersion and objectVersionLabel away and new pods mount AWSCURRENT",
        )
    old = sum(one != secret.current for one in versions)
    if not old:
        return Standing("current")
    return Standing(
        "observed",
        f"{old} of {len(versions)} mounts of {target} have an older version; pods that start anew mount the current "
        f"one: annotate their workload norikae.dev/restart-on-secret: class:{target.name}, or turn on the driver's "
        "rotation (enableSecretRotation)",
    )


def nudge(target: Target, secret: Described, *, now: float) -> Json | None:
    """None: nothing in a class makes the driver fetch.

    Args:
        target: one of ``targets``.
        secret: as DescribeSecret gives it.
        now: not needed.
    """
    del target, secret, now
    return None


def mounts_of(target: Target, secret: Described) -> tuple[set[str], list[str]]:
    """What pins a secret in a class, and the version that each pod mounts of it.

    Args:
        target: one of ``targets``.
        secret: as DescribeSecret gives it.
    """
    words = [
        word
        for reference, versions in target.versions.items()
        if secret.is_meant_by(reference)
        for word in versions.split()
    ]
    return {word[1:] for word in words if word.startswith(PIN)}, [word for word in words if not word.startswith(PIN)]


def _mount(pod: Json) -> tuple[tuple[str, str], dict[str, str]]:
    """Namespace and class of a pod's mount, and the version of each file."""
    status = pod.get("status") or {}
    place = (pod["metadata"]["namespace"], str(status.get("secretProviderClassName", "")))
    return place, {str(one.get("id")): str(one.get("version")) for one in status.get("objects") or ()}


def _is_ours(obj: Json, region: str) -> bool:
    spec = obj.get("spec") or {}
    own = (spec.get("parameters") or {}).get("region") or region
    return spec.get("provider") == "aws" and region in {"", own}


def _target(obj: Json, pods: Sequence[dict[str, str]]) -> Target:
    metadata, problem = obj["metadata"], ""
    try:
        objects = objects_of(obj["spec"].get("parameters") or {})
    except ValueError as error:
        objects = ()
        problem = (
            f"SecretProviderClass {metadata['namespace']}/{metadata['name']}: norikae cannot read "
            f"spec.parameters.objects: {error}; write a list of objects with one member a line"
        )
    versions: dict[str, list[str]] = {}
    for one in objects:
        words = [f"{PIN}{one.pin}"] if one.pin else []
        versions.setdefault(one.reference, []).extend([*words, *_sorted(pod.get(one.file, UNKNOWN) for pod in pods)])
    return Target(
        KIND,
        metadata["namespace"],
        metadata["name"],
        tuple(sorted(versions)),
        metadata["resourceVersion"],
        generation=metadata.get("generation", 0),
        versions={reference: " ".join(words) for reference, words in versions.items() if words},
        problem=problem,
        object=obj,
    )


def _sorted(versions: Iterable[str]) -> list[str]:
    return sorted(version or UNKNOWN for version in versions)
