"""RBAC."""

from typing import TYPE_CHECKING

from local.kubernetes.objects import Json
from local.kubernetes.resources import Resource
from local.kubernetes.users import User

if TYPE_CHECKING:
    from local.kubernetes.api import ApiServer


def bootstrap_objects() -> list[Json]:
    """The roles that every cluster has."""
    return []


def check_escalation(api: "ApiServer", kind: Resource, new: Json, user: User, old: Json | None = None) -> None:
    """Refuse to grant what the user does not hold."""


def allows(api: "ApiServer", user: User, verb: str, resource: str, namespace: str, name: str) -> bool:
    """Whether a role allows it."""
    return False
