"""Strategic merge patch."""

from typing import Any

from local.kubernetes import errors
from local.kubernetes.objects import Json
from local.kubernetes.resources import Resource


def patch(kind: Resource, old: Json, body: Any) -> Json:
    """The object with a strategic merge patch applied."""
    raise errors.outside("strategic merge patch")
