"""Rules of fields."""

from local.kubernetes import errors
from local.kubernetes.errors import required
from local.kubernetes.objects import Json
from local.kubernetes.resources import Resource


def check_meta(kind: Resource, obj: Json) -> None:
    """422 for a name that is missing."""
    if not obj["metadata"].get("name"):
        raise errors.invalid(kind.full_kind, "", [required("metadata.name", "name or generateName is required")])


def check(kind: Resource, new: Json, old: Json | None) -> None:
    """422 for fields that break a rule of their kind."""
