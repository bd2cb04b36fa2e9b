"""SecretStores and ClusterSecretStores: their status, and with which role they read.

Source: github.com/external-secrets/external-secrets, ``pkg/controllers/secretstore`` (validateStore, five minutes
between two looks), ``providers/v1/aws/auth/auth.go``: without ``auth`` the operator's own credentials are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from local.aws.simulator import AwsError
from local.cluster.objects import condition, stamp, with_condition
from local.kubernetes.errors import ApiError
from local.secrets.fetching import FetchError
from local.secrets.operator import Operator

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key
    from local.cluster.objects import Json
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer
    from local.secrets.reading import Reading

STORES = "secretstores.external-secrets.io"
CLUSTER_STORES = "clustersecretstores.external-secrets.io"
MANAGER = "external-secrets"
LOOK_SECONDS = 300.0
_MODELLED = frozenset({"service", "region", "auth", "prefix"})


class SecretStores(Operator):
    """Says of each store whether it is usable.

    Args:
        kernel: virtual time.
        api: the cluster's API server.
        informer: the shared cache.
        region: the only one of the world.
    """

    name = "secretstore"
    resource: ClassVar[str] = STORES
    image = "external-secrets"
    first_retry, last_retry = 1.0, 420.0

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer, region: str) -> None:
        self._region = region
        super().__init__(kernel, api, informer)

    def work(self, key: Key, obj: Json) -> None:
        """Write the condition Ready when it has changed, and look again in five minutes."""
        problem = problem_of(obj, self._region)
        verdict = {"type": "Ready", "status": "False" if problem else "True"}
        verdict |= {"reason": "InvalidProviderConfig" if problem else "Valid", "message": problem or "store validated"}
        before = condition(obj, "Ready") or {}
        if any(before.get(member) != said for member, said in verdict.items()):
            conditions = with_condition((obj.get("status") or {}).get("conditions") or (), verdict, self._now())
            body = {"status": {"capabilities": "ReadWrite", "conditions": conditions}}
            self.api.patch(self.resource, key[1], key[0] or None, body, subresource="status", manager=MANAGER)
        if problem:
            self.failed(key, problem)
        else:
            self.worked(key)
            self.wake(key, LOOK_SECONDS)

    def _now(self) -> str:
        return stamp(self.kernel.utcnow())


class ClusterSecretStores(SecretStores):
    """The same for those of the whole cluster."""

    name = "clustersecretstore"
    resource = CLUSTER_STORES


def problem_of(store: Json, region: str) -> str:
    """Why a store can not be used; "" when it can."""
    provider = store["spec"].get("provider") or {}
    aws = provider.get("aws")
    if aws is None or aws.get("service") != "SecretsManager":
        what = f"service {aws.get('service')}" if aws else f"provider {next(iter(provider), '')}"
        return f"the embedded world does not model the {what}"
    unknown = sorted(set(aws) - _MODELLED)
    if unknown or (aws.get("auth") or {}).get("secretRef"):
        return f"the embedded world does not model aws.{unknown[0] if unknown else 'auth.secretRef'}"
    if aws["region"] != region:
        return f"the embedded world is in {region}, not in {aws['region']}"
    return ""


def store_of(informer: Informer, declared: Json) -> Json:
    """The store that an ExternalSecret names.

    Raises:
        FetchError: it is not there, or not ready.
    """
    reference = declared["spec"].get("secretStoreRef") or {}
    kind, name = reference.get("kind") or "SecretStore", reference.get("name", "")
    wide = kind == "ClusterSecretStore"
    key = ("" if wide else declared["metadata"]["namespace"], name)
    store = informer.get(CLUSTER_STORES if wide else STORES, key)
    if store is None:
        raise FetchError(f'could not get {kind} "{name}", {kind}.external-secrets.io "{name}" not found')
    if (condition(store, "Ready") or {}).get("status") != "True":
        raise FetchError(f"the desired {kind} {name} is not ready")
    return store


def role_of(store: Json, namespace: str, own: tuple[str, str], reading: Reading) -> str:
    """With which role a store reads for a namespace.

    Args:
        store: ready.
        namespace: of the ExternalSecret.
        own: namespace and name of the operator's service account.
        reading: who knows the roles.

    Raises:
        FetchError: there is none.
    """
    jwt = (store["spec"]["provider"]["aws"].get("auth") or {}).get("jwt") or {}
    account = jwt.get("serviceAccountRef")
    place = (account.get("namespace") or namespace, account["name"]) if account else own
    try:
        return reading.role(*place)
    except AwsError as error:
        raise FetchError(f"unable to create session: {error.code}: {error.message}") from None
    except ApiError as error:
        raise FetchError(f"unable to create session: {error.message}") from None
