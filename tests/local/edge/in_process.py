"""A test's cluster and the world's simulators, as norikae's own adapters and functions meet them."""

from __future__ import annotations

from types import MethodType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kernel import Kernel
    from tests.local.edge.dns_cluster import Cluster

NORIKAE = "norikae-demo-shift"
"""Under which name norikae calls."""
PASSING = frozenset({"Throttling", "PriorRequestNotComplete"})


class Api:
    """A cluster's API server as norikae's port has it."""

    def __init__(self, cluster: Cluster) -> None:
        self._api = cluster.api

    def list(self, resource: str, namespace: str | None = None, **_: str) -> list[dict[str, Any]]:
        return self._api.list(resource, namespace)

    def get(self, resource: str, name: str, namespace: str | None = None) -> dict[str, Any] | None:
        return next((one for one in self.list(resource, namespace) if one["metadata"]["name"] == name), None)

    def patch(self, resource: str, name: str, namespace: str, body: dict[str, Any]) -> None:
        self._api.put(resource, _merged(self.get(resource, name, namespace), body))


def _merged(old: Any, patch: Any) -> Any:
    """A merge patch (RFC 7386), as far as nothing is deleted."""
    if not isinstance(patch, dict) or not isinstance(old, dict):
        return patch
    return {**old, **{key: _merged(old.get(key), value) for key, value in patch.items()}}


class InProcess:
    """A simulator as boto3's client: it waits and tries again when it is throttled, and its errors are botocore's."""

    def __init__(self, kernel: Kernel, simulator: Any) -> None:
        self._kernel, self._simulator = kernel, simulator
        self.meta = SimpleNamespace(
            service_model=SimpleNamespace(signing_name=simulator.service), method_to_api_mapping={}
        )

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def called(self: InProcess, **params: Any) -> Any:
            return self.ask(operation, params)

        return MethodType(called, self)

    def ask(self, operation: str, params: dict[str, Any]) -> Any:
        for _ in range(50):
            try:
                with self._simulator.as_caller(NORIKAE):
                    return getattr(self._simulator, operation)(**params)
            except AwsError as error:
                if error.code not in PASSING:
                    answer = {
                        "Error": {"Code": error.code, "Message": error.message},
                        "ResponseMetadata": {"HTTPStatusCode": error.status, "RetryAttempts": 0},
                    }
                    raise ClientError(answer, operation) from error
            self._kernel.run(0.25)
        raise AssertionError(f"{operation} is throttled for ever")
