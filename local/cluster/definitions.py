"""CustomResourceDefinitions become Established.

In a real cluster the API server's own controllers do this (``apiextensions-apiserver/pkg/controller/establish``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.cluster.controller import Controller
from local.cluster.objects import is_true, stamp, with_condition

if TYPE_CHECKING:
    from local.cluster.informer import Key


class Definitions(Controller):
    """Accepts the names of each definition and establishes it."""

    name = "crd-establishing-controller"
    resource = "customresourcedefinitions.apiextensions.k8s.io"
    delay = 0.5

    def reconcile(self, key: Key) -> None:
        """Write the two conditions once."""
        mine = self.informer.get(self.resource, key)
        if mine is None or is_true(mine, "Established"):
            return
        now = stamp(self.kernel.utcnow())
        conditions = list((mine.get("status") or {}).get("conditions") or ())
        for kind, reason, message in (
            ("NamesAccepted", "NoConflicts", "no conflicts found"),
            ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        ):
            verdict = {"type": kind, "status": "True", "reason": reason, "message": message}
            conditions = with_condition(conditions, verdict, now)
        stored = [version["name"] for version in mine["spec"]["versions"] if version["storage"]]
        status = {"conditions": conditions, "acceptedNames": mine["spec"]["names"], "storedVersions": stored}
        self.api.patch(self.resource, key[1], None, {"status": status}, subresource="status", manager="kube-apiserver")
