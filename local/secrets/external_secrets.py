"""The External Secrets Operator of one cluster: it polls Secrets Manager and writes Secrets; docs/world/secrets.md.

Source: github.com/external-secrets/external-secrets (v2.9), ``pkg/controllers/externalsecret``,
``pkg/controllers/common`` (BuildRateLimiter: one second, doubling, up to seven minutes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.cluster.objects import is_terminating, stamp, with_condition
from local.kubernetes.errors import ApiError
from local.secrets.blueprint import blueprint, manager_of, target_name
from local.secrets.fetching import FetchError, gather
from local.secrets.operator import Operator
from local.secrets.refresh import MANAGED, BadDurationError, is_due, is_unharmed, next_look, resource_version
from local.secrets.stores import MANAGER, role_of, store_of

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key
    from local.cluster.objects import Json
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer
    from local.secrets.reading import Reading

EXTERNAL_SECRETS = "externalsecrets.external-secrets.io"
SECRETS = "secrets"
_NO_DATA, _NOT_WRITTEN = "could not get secret data from provider", "could not update Secret"


class ExternalSecrets(Operator):
    """Fetches what is due, and puts right what somebody has changed in its Secrets.

    Args:
        kernel: virtual time.
        api: the cluster's API server.
        informer: the shared cache.
        reading: Secrets Manager.
    """

    name = "externalsecret"
    resource = EXTERNAL_SECRETS
    image = "external-secrets"
    first_retry, last_retry = 1.0, 420.0

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer, reading: Reading) -> None:
        self._reading = reading
        super().__init__(kernel, api, informer)

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at Secrets too that carry, or carried, its label."""
        super().on_change(event, resource, obj, before)
        if resource == SECRETS and (_is_managed(obj) or (before is not None and _is_managed(before))):
            namespace, name = obj["metadata"]["namespace"], obj["metadata"]["name"]
            for declared in self.informer.every(self.resource, namespace):
                if target_name(declared) == name:
                    self.wake((namespace, declared["metadata"]["name"]))

    def work(self, key: Key, obj: Json) -> None:
        """Refresh if it is due or its Secret is harmed; otherwise come again when it will be."""
        if is_terminating(obj):
            return
        secret = self.informer.get(SECRETS, (key[0], target_name(obj)))
        try:
            if is_due(obj, self.kernel.now()) or not is_unharmed(obj, secret):
                if not _is_finished(obj):
                    self._refresh(key, obj, secret)
                return
            self._look_later(key, obj)
        except BadDurationError as error:
            self._tell_failure(key, obj, _NO_DATA, str(error))

    def _refresh(self, key: Key, obj: Json, secret: Json | None) -> None:
        started = stamp(self.kernel.utcnow())
        try:
            data = self._fetched(obj)
        except FetchError as error:
            self._tell_failure(key, obj, _NO_DATA, str(error))
            return
        try:
            said = self._write(obj, data, secret)
        except FetchError as error:
            self._tell_failure(key, obj, _NOT_WRITTEN, str(error))
            return
        except ApiError as error:
            self._tell_failure(key, obj, _NOT_WRITTEN, f"{error.code} {error.reason}")
            return
        status: dict[str, Any] = {"refreshTime": started, "syncedResourceVersion": resource_version(obj)}
        if self._policy(obj) != "None":
            status["binding"] = {"name": target_name(obj)}
        self._tell(obj, {"type": "Ready", "status": "True", **said}, status)
        self.worked(key)
        self._look_later(key, self.informer.get(self.resource, key) or obj)

    def _fetched(self, obj: Json) -> dict[str, bytes]:
        store, home, namespace = store_of(self.informer, obj), self.home or {}, obj["metadata"]["namespace"]
        account = home["spec"]["template"]["spec"].get("serviceAccountName", "default")
        role = role_of(store, namespace, (home["metadata"]["namespace"], account), self._reading)
        prefix = store["spec"]["provider"]["aws"].get("prefix", "")
        return gather(obj["spec"], lambda name, **version: self._reading.value(role, prefix + name, **version))

    def _write(self, obj: Json, data: dict[str, bytes], secret: Json | None) -> dict[str, str]:
        """The Secret as it should be; reason and message of the condition."""
        target, manager = obj["spec"].get("target") or {}, manager_of(obj)
        policy, name, namespace = self._policy(obj), target_name(obj), obj["metadata"]["namespace"]
        if not data and target.get("deletionPolicy", "Retain") == "Delete":
            if policy != "Owner":
                raise FetchError(f"invalid creationPolicy={policy}. Can not delete secret i do not own")
            if secret is not None:
                self.api.delete(SECRETS, name, namespace)
            return {"reason": "SecretDeleted", "message": "secret deleted due to DeletionPolicy"}
        if not data and target.get("deletionPolicy", "Retain") == "Retain":
            return {"reason": "SecretSynced", "message": "secret synced"}
        if policy == "Merge" and secret is None:
            return {"reason": "SecretMissing", "message": "secret will not be created due to CreationPolicy=Merge"}
        if policy != "None" and secret is None:
            self.api.create(SECRETS, blueprint(obj, data, None), manager=manager)
        elif policy != "None":
            self.api.update(SECRETS, blueprint(obj, data, secret), manager=manager)
        return {"reason": "SecretSynced", "message": "secret synced"}

    def _tell_failure(self, key: Key, obj: Json, message: str, why: str) -> None:
        """The status has the kind of failure, the operator's log the reason."""
        self._tell(obj, {"type": "Ready", "status": "False", "reason": "SecretSyncedError", "message": message}, {})
        self.failed(key, f"{message}: {why}")

    def _tell(self, obj: Json, verdict: Json, more: Json) -> None:
        meta = obj["metadata"]
        before = (obj.get("status") or {}).get("conditions") or ()
        conditions = with_condition(before, verdict, stamp(self.kernel.utcnow()))
        body = {"status": {**more, "conditions": conditions}}
        self.api.patch(self.resource, meta["name"], meta["namespace"], body, subresource="status", manager=MANAGER)

    def _look_later(self, key: Key, obj: Json) -> None:
        after = next_look(obj, self.kernel.now())
        if after is not None:
            self.wake(key, after + 1.0)  # refreshTime has whole seconds, and has to be over

    @staticmethod
    def _policy(obj: Json) -> str:
        return str((obj["spec"].get("target") or {}).get("creationPolicy", "Owner"))


def _is_managed(secret: Json) -> bool:
    return (secret["metadata"].get("labels") or {}).get(MANAGED) == "true"


def _is_finished(obj: Json) -> bool:
    """Whether an immutable Secret has been synced once."""
    conditions = (obj.get("status") or {}).get("conditions") or ()
    immutable = (obj["spec"].get("target") or {}).get("immutable")
    return bool(immutable) and any(one.get("reason") == "SecretSynced" for one in conditions)
