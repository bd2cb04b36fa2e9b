"""Types of Secrets: which keys Kubernetes wants in them, and which ones nobody may make."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from norikae.secret_sync.sealed import Sealed

_CREDENTIALS = {
    "kubernetes.io/service-account-token": "a token of the cluster itself",
    "bootstrap.kubernetes.io/token": "a token that lets nodes join",
}
_ALL_OF = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}
_ONE_OF = {"kubernetes.io/basic-auth": ("username", "password")}
_JSON = {
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson", "auths"),
    "kubernetes.io/dockercfg": (".dockercfg", ""),
}


def forbidden(secret_type: str) -> str:
    """Why a type is for nobody to declare; "" when it is allowed.

    Whoever could write them would be somebody else in the cluster.

    Args:
        secret_type: such as ``Opaque``.

    Source: kubernetes ``pkg/apis/core/types.go`` (SecretType).
    """
    what = _CREDENTIALS.get(secret_type)
    return f"is {secret_type}, {what}, which no secret of AWS may become; use another type" if what else ""


def misfit(secret_type: str, data: Mapping[str, Sealed]) -> str:
    """Why Kubernetes, or a kubelet, would not take data as this type, with field and remedy; "" when it would.

    Args:
        secret_type: such as ``kubernetes.io/tls``.
        data: the keys that will be there, with their values.

    Source: kubernetes ``pkg/apis/core/validation/validation.go`` (ValidateSecret).
    """
    missing = [key for key in _ALL_OF.get(secret_type, ()) if key not in data]
    if missing:
        names = " and ".join(missing)
        return f"spec.target.type is {secret_type}, which needs {names}; set spec.key, or add spec.templates for it"
    either = _ONE_OF.get(secret_type, ())
    if either and not any(key in data for key in either):
        return f"spec.target.type is {secret_type}, which needs {' or '.join(either)}; add spec.templates for it"
    key, member = _JSON.get(secret_type, ("", ""))
    if key and not _is_object(data[key], member):
        wanted = f"a JSON object with {member}" if member else "a JSON object"
        return f"spec.target.type is {secret_type}, so {key} has to be {wanted}; correct the secret or spec.templates"
    return ""


def _is_object(value: Sealed, member: str) -> bool:
    """What json raises has the whole text in it, so that ends here."""
    try:
        read = json.loads(value.open())
    except (ValueError, RecursionError):
        return False
    return isinstance(read, dict) and (not member or isinstance(read.get(member), dict))
