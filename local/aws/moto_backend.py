"""moto behind the front: its state begins empty, its random numbers repeat, its clock is the world's."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import time_machine
from moto.core import responses
from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.core.model_instances import reset_model_data
from moto.core.utils import method_names_from_class
from moto.kms import models as kms
from moto.kms.utils import generate_private_key
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import s3_backends
from werkzeug.test import run_wsgi_app

from local.aws.duplicates import remember_duplicates
from local.aws.loopback import HttpAnswer
from local.aws.protocol import environ
from local.aws.topics import deliver_by_policy

if TYPE_CHECKING:
    from local.aws.loopback import HttpRequest
    from local.kernel import Kernel


class MotoBackend:
    """The services that have no simulator of ours.

    Args:
        kernel: the clock and the seed.
        account: the account in which moto creates everything.
    """

    def __init__(self, kernel: Kernel, account: str) -> None:
        self._kernel = kernel
        self._account = account
        default_user_config["stepfunctions"] = {"execute_state_machine": False}
        self.reset()
        default_user_config["iam"] = {"load_aws_managed_policies": True}
        mock_random.seed(kernel.seed)
        vars(kms)["generate_private_key"] = _key_pair
        vars(responses)["method_names_from_class"] = _methods
        deliver_by_policy()
        remember_duplicates()
        self._app = _Dispatcher(create_backend_app)

    def reset(self) -> None:
        """Nothing is left of what moto stored."""
        default_user_config["iam"] = {
            "load_aws_managed_policies": False
        }  # a reset would load them, to drop them at once
        BackendDict.reset()
        reset_model_data()

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """The answer of moto to a request, given at the world's time.

        Raises:
            NotImplementedError: moto does not know the operation.
        """
        wsgi = environ(request)
        wsgi["HTTP_X_MOTO_ACCOUNT_ID"] = self._account
        with time_machine.travel(self._kernel.utcnow(), tick=False):
            parts, status, headers = run_wsgi_app(self._app, wsgi, buffered=True)
            body = b"".join(parts)
        kept = {name: value for name, value in headers.items() if name.lower() not in _OURS}
        code = int(status.split()[0])
        if code == HTTPStatus.NOT_FOUND and "text/html" in headers.get("content-type", ""):
            raise NotImplementedError(f"moto has no {request.method} {request.target}")
        return HttpAnswer(code, body, kept)

    def keep(self, bucket: str, key: str, body: bytes) -> None:
        """An object that another service of AWS writes, as ELB does its access logs; without the bucket it is lost."""
        if self.has_bucket(bucket):
            with time_machine.travel(self._kernel.utcnow(), tick=False):
                s3_backends[self._account]["aws"].put_object(bucket, key, body)

    def has_bucket(self, bucket: str) -> bool:
        """Whether a bucket exists."""
        return bucket in s3_backends[self._account]["aws"].buckets


class _Dispatcher(DomainDispatcherApplication):
    """Finds the application of a host once; moto lists its own directory for each request."""

    def __init__(self, create_app: Any) -> None:
        super().__init__(create_app)
        self._found: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        """The name of the backend that answers for a host."""
        if host not in self._found:
            self._found[host] = super().get_backend_for_host(host)
        return self._found[host]


def _key_pair(key_spec: str) -> Any:
    """The key pair of a KMS key; a symmetric key has none, although moto makes one of RSA, which takes its time.

    Source: "Key spec reference", KMS Developer Guide.
    """
    return None if key_spec == "SYMMETRIC_DEFAULT" or key_spec.startswith("HMAC") else generate_private_key(key_spec)


_methods = cache(method_names_from_class)
"""The operations of a service, looked up once; moto does it for each request, a tenth of its time."""

_OURS = frozenset({"content-length", "date", "connection", "server", "transfer-encoding"})
