"""The aws-secret-operator of one cluster: a Secret from the version that an AWSSecret names; docs/world/secrets.md.

Source: github.com/mumoshu/aws-secret-operator (last commit 2024), ``controllers/awssecret_controller.go``,
``controllers/secret.go``; controller-runtime v0.11.1 (``RecoverPanic`` is off by default; failures are tried again
after 5 ms, doubling, up to 1000 s).
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from local.aws.simulator import AwsError
from local.cluster.crashes import Crashes
from local.cluster.objects import controlled_by, controller_of
from local.kubernetes.errors import ApiError
from local.secrets.go_json import Panic, bytes_map, string_map
from local.secrets.operator import Operator

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key
    from local.cluster.objects import Json
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer
    from local.secrets.reading import Reading

AWS_SECRETS = "awssecrets.mumoshu.github.io"
SECRETS = "secrets"
VERSION = "AWSVersionId"
"""The key of the data that has the version's id."""
MANAGER = "aws-secret-operator"
REQUEUE_SECONDS = 300.0


class AwsSecretOperator(Operator):
    """Reads the version of every AWSSecret every five minutes, and dies of a binary one.

    Args:
        kernel: virtual time.
        api: the cluster's API server.
        informer: the shared cache.
        reading: Secrets Manager.
    """

    name = "awssecret-controller"
    resource = AWS_SECRETS
    image = "aws-secret-operator"
    first_retry, last_retry = 0.005, 1000.0

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer, reading: Reading) -> None:
        self._reading = reading
        self._crashes = Crashes(kernel, api, informer)
        self.is_down = False
        """Whether it has died and waits to be started again."""
        super().__init__(kernel, api, informer)

    @property
    def runs(self) -> bool:
        """Not while its pod is in CrashLoopBackOff, whatever the Deployment's status says yet."""
        return super().runs and not self.is_down

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at Secrets too that an AWSSecret controls."""
        super().on_change(event, resource, obj, before)
        if resource == SECRETS:
            owner = controller_of(obj) or {}
            if owner.get("kind") == "AWSSecret":
                self.wake((obj["metadata"]["namespace"], owner["name"]))

    def work(self, key: Key, obj: Json) -> None:
        """Read the version and write the Secret if it is not there or looks different."""
        try:
            desired = self._desired(obj)
            self._write(key, desired)
        except Panic as panic:
            self._die(key, panic)
        except AwsError as error:
            self.failed(key, f"failed to compute secret for cr: {error.code}: {error.message}")
        except ValueError as error:
            self.failed(key, f"failed to compute secret for cr: {error}")
        except ApiError as error:
            self.failed(key, f"{error.code} {error.reason}")
        else:
            self.worked(key)
            self.wake(key, REQUEUE_SECONDS)

    def _desired(self, obj: Json) -> Json:
        """The Secret with ``stringData`` and ``data`` apart; without a versionId there is nothing in it."""
        spec, meta = obj["spec"], obj["metadata"]
        made: Json = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": meta["name"], "namespace": meta["namespace"], "ownerReferences": controlled_by(obj)},
        }
        for member in ("labels", "annotations"):
            if given := (spec.get("metadata") or {}).get(member):
                made["metadata"][member] = given
        if spec.get("type"):
            made["type"] = spec["type"]
        if (found := self._read(spec.get("stringDataFrom"))) is not None:
            made["stringData"] = {**string_map(found[0]), VERSION: found[1]}
        if (found := self._read(spec.get("dataFrom"))) is not None:
            data = {**bytes_map(found[0]), VERSION: found[1].encode()}
            made["data"] = {name: base64.b64encode(raw).decode() for name, raw in data.items()}
        return made

    def _read(self, source: Json | None) -> tuple[str, str] | None:
        """The text and the id of a version; nothing when secret or version are not named."""
        reference = (source or {}).get("secretsManagerSecretRef") or {}
        secret, version = reference.get("secretId"), reference.get("versionId")
        if not secret or not version:
            return None
        home: Any = self.home
        account = home["spec"]["template"]["spec"].get("serviceAccountName", "default")
        role = self._reading.role(home["metadata"]["namespace"], account)
        answer = self._reading.value(role, secret, VersionId=version)
        if "SecretString" not in answer:
            raise Panic("runtime error: invalid memory address or nil pointer dereference")
        return answer["SecretString"], answer["VersionId"]

    def _write(self, key: Key, desired: Json) -> None:
        current = self.informer.get(SECRETS, key)
        if current is None:
            self.api.create(SECRETS, desired, manager=MANAGER)
        elif _looks_different(current, desired):
            self.api.update(SECRETS, desired, manager=MANAGER)

    def _die(self, key: Key, panic: Panic) -> None:
        """Nothing of the cluster is reconciled until the pod starts again, and what comes first then is the same."""
        self.failed(key, f"panic: {panic}")
        self.is_down = True
        if self.home is not None:
            self._crashes.crash(self.home, self._start_again)

    def _start_again(self) -> None:
        self.is_down = False
        self.begin()


def _looks_different(current: Json, desired: Json) -> bool:
    """By the version under ``stringData``, labels and annotations; never by the rest of the data.

    With ``dataFrom`` there is no version under ``stringData``, so that it always looks different.
    """
    kept = base64.b64decode((current.get("data") or {}).get(VERSION, "")).decode()
    if kept != (desired.get("stringData") or {}).get(VERSION, ""):
        return True
    now, then = current["metadata"], desired["metadata"]
    return any((now.get(member) or {}) != (then.get(member) or {}) for member in ("labels", "annotations"))
