"""What green's API server says to each object before anything is synced: admission, quotas, APIs that are gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from norikae.compare.objects import SECRET, identity
from norikae.errors import RefusedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from norikae.cluster.ports import Json, Kubernetes

NO_DRY_RUN = "does not support dry run"
NO_WEBHOOK = "failed calling webhook"


@dataclass
class Coming:
    """What a wave itself brings, so that objects which need it cannot be tried before.

    Args:
        namespaces: names of namespaces.
        kinds: groups and kinds that its CRDs define.
    """

    namespaces: set[str] = field(default_factory=set)
    kinds: set[tuple[str, str]] = field(default_factory=set)

    def add(self, app: Json, targets: Iterable[Json]) -> None:
        """Add what one application of the wave brings."""
        options = (app.get("spec", {}).get("syncPolicy") or {}).get("syncOptions") or ()
        if "CreateNamespace=true" in options:
            self.namespaces.add(str(app["spec"]["destination"].get("namespace") or ""))
        for target in targets:
            if target["kind"] == "Namespace":
                self.namespaces.add(target["metadata"]["name"])
            elif target["kind"] == "CustomResourceDefinition":
                self.kinds.add((target["spec"]["group"], target["spec"]["names"]["kind"]))


@dataclass(frozen=True, slots=True)
class Said:
    """What came of trying an object.

    Args:
        text: the API server's words or norikae's; "" when green takes the object.
        is_refusal: whether a sync would fail, too.
    """

    text: str = ""
    is_refusal: bool = False


def dry_run(kubernetes: Kubernetes, target: Json, coming: Coming, namespaces: dict[str, bool]) -> Said:
    """Server-side apply with ``dryRun=All``: the whole way through admission, and nothing is stored.

    Argo CD's own server-side diff asks the same (Argo CD docs, "Server-Side Diff"). Secrets are not tried, because
    Argo CD hides their values from norikae.

    Args:
        kubernetes: green's API.
        target: the object as the sync would apply it.
        coming: what the wave brings.
        namespaces: which namespaces green has, as far as it was asked already; is added to.

    Raises:
        TransientError: the API server cannot say now.
    """
    untried = _untried(kubernetes, target, coming, namespaces)
    if untried.text:
        return untried
    try:
        kubernetes.apply(target, dry_run=True)
    except RefusedError as error:
        return Said(str(error), is_refusal=NO_DRY_RUN not in str(error))
    except UnreachableError as error:
        if NO_WEBHOOK not in str(error):
            raise
        return Said(str(error), is_refusal=True)  # a webhook that fails closed would refuse the sync as well
    return Said()


def _untried(kubernetes: Kubernetes, target: Json, coming: Coming, namespaces: dict[str, bool]) -> Said:
    """Why an object cannot be tried; nothing when it can."""
    one = identity(target)
    if one.kind == SECRET:
        return Said("values of Secrets are hidden from norikae, so it was not tried on green")
    if not kubernetes.scope(target["apiVersion"], one.kind):
        if (one.group, one.kind) in coming.kinds:
            return Said("its CRD comes with the same wave, so it could not be tried on green")
        return Said(f"green does not serve {target['apiVersion']} {one.kind}", is_refusal=True)
    if one.namespace and not _exists(kubernetes, one.namespace, namespaces):
        if one.namespace in coming.namespaces:
            return Said("its namespace comes with the same wave, so it could not be tried on green")
        text = f"green has no namespace {one.namespace}, and nothing in this wave creates it"
        return Said(text, is_refusal=True)
    return Said()


def _exists(kubernetes: Kubernetes, namespace: str, known: dict[str, bool]) -> bool:
    if namespace not in known:
        known[namespace] = kubernetes.get("namespaces", namespace) is not None
    return known[namespace]
