"""Namespaces: what a new one gets, and how one that is deleted is emptied first.

Source: ``pkg/controller/namespace/deletion/namespaced_resources_deleter.go``, ``pkg/controller/serviceaccount``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.cluster.controller import Controller
from local.cluster.objects import Json, is_terminating
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

_NOT_FOUND = 404


class Namespaces(Controller):
    """Gives each namespace its default ServiceAccount, and empties and finalizes those that are deleted."""

    name = "namespace-controller"
    resource = "namespaces"
    delay = 0.2

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer) -> None:
        super().__init__(kernel, api, informer)
        for namespace in informer.every("namespaces"):
            self.wake(("", namespace["metadata"]["name"]))

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at namespaces, and at terminating ones again whenever something in them is gone."""
        super().on_change(event, resource, obj, before)
        namespace = obj["metadata"].get("namespace", "")
        if event == "DELETED" and namespace:
            mine = self.informer.get("namespaces", ("", namespace))
            if mine is not None and (is_terminating(mine) or resource == "serviceaccounts"):
                self.wake(("", namespace))

    def reconcile(self, key: Key) -> None:
        """Fill a new namespace or empty an old one."""
        mine = self.informer.get("namespaces", key)
        if mine is None:
            return
        if is_terminating(mine):
            self._empty(key[1])
        elif self.informer.get("serviceaccounts", (key[1], "default")) is None:
            account = {
                "apiVersion": "v1",
                "kind": "ServiceAccount",
                "metadata": {"name": "default", "namespace": key[1]},
            }
            self.api.create("serviceaccounts", account, manager="kube-controller-manager")

    def _empty(self, namespace: str) -> None:
        contents = self.informer.contents(namespace)
        if not contents:
            self.api.finalize(namespace)
            return
        for resource, obj in contents:
            if not is_terminating(obj):
                self._delete(resource, obj)

    def _delete(self, resource: str, obj: Json) -> None:
        try:
            self.api.delete(resource, obj["metadata"]["name"], obj["metadata"]["namespace"])
        except ApiError as error:
            if error.code != _NOT_FOUND:
                raise
