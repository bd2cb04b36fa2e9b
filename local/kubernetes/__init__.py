"""The in-memory Kubernetes API server of the embedded world; ``docs/world/kubernetes.md`` is its contract."""

from local.kubernetes.api import ApiServer
from local.kubernetes.endpoint import Endpoint, serve
from local.kubernetes.errors import ApiError
from local.kubernetes.users import SYSTEM, User

__all__ = ["SYSTEM", "ApiError", "ApiServer", "Endpoint", "User", "serve"]
