"""Argo CD's ApplicationSet controller, as much of it as puts Applications back: list generators and plain templates.

It runs only while its Deployment ``argocd-applicationset-controller`` is ready. Whoever changes the spec or the
finalizers of a generated Application is overruled at once; an element that goes takes its Application along.

Source: ``applicationset/controllers/applicationset_controller.go`` of Argo CD 3.4 (createOrUpdateInCluster,
deleteInCluster); docs, "Controlling if/when the ApplicationSet controller modifies Application resources".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from local.cluster.argocd.application import APPLICATIONS, FINALIZER, NAMESPACE
from local.cluster.controller import Controller
from local.cluster.objects import Json, controlled_by, is_terminating

if TYPE_CHECKING:
    from local.cluster.informer import Key

APPLICATION_SETS = "applicationsets.argoproj.io"
DEPLOYMENT = "argocd-applicationset-controller"
UPDATING = frozenset({"sync", "create-update"})
DELETING = frozenset({"sync", "create-delete"})
_FIELDS = {"generators", "template", "syncPolicy"}


class UnmodelledSetError(Exception):
    """The ApplicationSet asks for something that the embedded world does not have."""


class ApplicationSets(Controller):
    """Keeps the Applications of each ApplicationSet as its template says."""

    name: ClassVar[str] = DEPLOYMENT
    resource: ClassVar[str] = APPLICATION_SETS
    delay: ClassVar[float] = 0.3

    @property
    def is_active(self) -> bool:
        """Whether the controller's own Deployment has a ready replica."""
        found = self.informer.get("deployments.apps", (NAMESPACE, DEPLOYMENT)) or {}
        return bool((found.get("status") or {}).get("readyReplicas", 0))

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """A set, one of its Applications, or the controller's own Deployment changed."""
        super().on_change(event, resource, obj, before)
        if resource == APPLICATIONS:
            for owner in obj["metadata"].get("ownerReferences") or ():
                if owner["kind"] == "ApplicationSet":
                    self.wake((NAMESPACE, owner["name"]))
        if resource == "deployments.apps" and obj["metadata"]["name"] == DEPLOYMENT:
            for one in self.informer.every(APPLICATION_SETS, NAMESPACE):
                self.wake((NAMESPACE, one["metadata"]["name"]))

    def reconcile(self, key: Key) -> None:
        """Create, update and delete Applications by the set's policy; what is not modelled becomes a condition."""
        found = self.informer.get(APPLICATION_SETS, key)
        if found is None or is_terminating(found) or not self.is_active:
            return
        try:
            wanted = {app["metadata"]["name"]: app for app in generated(found)}
        except UnmodelledSetError as error:
            condition = {"type": "ErrorOccurred", "status": "True", "message": str(error)}
            self._report(found, [condition])
            return
        policy = (found["spec"].get("syncPolicy") or {}).get("applicationsSync", "sync")
        owned = {app["metadata"]["name"]: app for app in self.informer.owned(found["metadata"]["uid"], APPLICATIONS)}
        for name, app in wanted.items():
            if name not in owned:
                self.api.create(APPLICATIONS, app, namespace=NAMESPACE, manager=DEPLOYMENT)
            elif policy in UPDATING:
                self._overrule(owned[name], app)
        for name in owned.keys() - wanted.keys() if policy in DELETING else ():
            self.api.delete(APPLICATIONS, name, NAMESPACE)

    def _overrule(self, app: Json, wanted: Json) -> None:
        now = app["spec"], app["metadata"].get("finalizers") or []
        if is_terminating(app) or now == (wanted["spec"], wanted["metadata"]["finalizers"]):
            return
        body = [
            {"op": "replace", "path": "/spec", "value": wanted["spec"]},
            {"op": "add", "path": "/metadata/finalizers", "value": wanted["metadata"]["finalizers"]},
        ]
        self.api.patch(APPLICATIONS, app["metadata"]["name"], NAMESPACE, body, kind="json", manager=DEPLOYMENT)

    def _report(self, found: Json, conditions: list[Json]) -> None:
        if (found.get("status") or {}).get("conditions") != conditions:
            body, name = {"status": {"conditions": conditions}}, found["metadata"]["name"]
            self.api.patch(APPLICATION_SETS, name, NAMESPACE, body, subresource="status", manager=DEPLOYMENT)


def generated(found: Json) -> list[Json]:
    """The Applications that a set asks for.

    Raises:
        UnmodelledSetError: it asks for something else than lists of texts and a plain template.
    """
    spec = found["spec"]
    strange = [
        *(spec.keys() - _FIELDS),
        *(kind for one in spec.get("generators", []) for kind in one.keys() - {"list"}),
    ]
    if strange:
        raise UnmodelledSetError(f"{strange[0]} is not modelled by the embedded world")
    return [_application(found, element) for one in spec["generators"] for element in one["list"].get("elements") or []]


def _application(found: Json, element: Json) -> Json:
    text = json.dumps(found["spec"]["template"])
    for name, value in element.items():
        if not isinstance(value, str):
            raise UnmodelledSetError(f"element {name} is no text")
        for spelling in (f"{{{{{name}}}}}", f"{{{{ {name} }}}}"):
            text = text.replace(spelling, json.dumps(value)[1:-1])
    template: Json = json.loads(text)
    keeps = (found["spec"].get("syncPolicy") or {}).get("preserveResourcesOnDeletion")
    metadata = {
        **template["metadata"],
        "namespace": NAMESPACE,
        "finalizers": [] if keeps else template["metadata"].get("finalizers") or [FINALIZER],
        "ownerReferences": controlled_by(found),
    }
    return {"apiVersion": found["apiVersion"], "kind": "Application", "metadata": metadata, "spec": template["spec"]}
