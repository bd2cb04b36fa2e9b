"""The Secrets by which people tell Argo CD of clusters, repositories and credentials."""

from __future__ import annotations

import base64

from local.cluster.objects import Json

SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105 - a label


def texts_of(secret: Json) -> dict[str, str]:
    """The values of a Secret."""
    data = {name: base64.b64decode(value).decode() for name, value in (secret.get("data") or {}).items()}
    return data | (secret.get("stringData") or {})
