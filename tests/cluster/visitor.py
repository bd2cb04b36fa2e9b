"""norikae's client, coming as an administrator with a kubeconfig, or as a member of one of norikae's groups."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

from norikae.adapters.kubernetes.client import KubernetesClient

if TYPE_CHECKING:
    from collections.abc import Mapping

    import urllib3

    from tests.cluster.kubeconfig import Access


class Visitor(KubernetesClient):
    """The client under test; what it adds is how a test comes in, not what it asks.

    Args:
        access: where and as whom.
        group: the Kubernetes group to act as, by impersonation; the user of the kubeconfig when empty.
    """

    def __init__(self, access: Access, group: str = "") -> None:
        super().__init__(endpoint=access.server, ca_pem=access.ca, token=lambda: access.token)
        self._acting = {"Impersonate-User": "norikae-test", "Impersonate-Group": group} if group else {}
        if access.certificate:
            with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:  # the ssl module reads keys from files only
                file.write(access.certificate)
                file.flush()
                self._pool.connection_pool_kw["ssl_context"].load_cert_chain(file.name)

    def _once(
        self, method: str, path: str, query: Mapping[str, str] | None, body: Any, sent: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        return super()._once(method, path, query, body, {**sent, **self._acting})
