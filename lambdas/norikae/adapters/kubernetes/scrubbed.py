"""Errors of an API server without a word of what it was sent.

API servers and webhooks quote the values that they refuse: a 422 has them in its message, a webhook can put anything
into its own. So a text is made of our own request, of the HTTP status, and of those words of the answer that are known
beforehand: Kubernetes' reasons, and paths of fields that we sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from norikae.adapters.kubernetes.status import MEANING, SERVER_ERROR
from norikae.errors import NorikaeError, NotFoundError, RefusedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Verb = Literal["get", "list", "create", "patch"]
METHODS: dict[Verb, str] = {"get": "GET", "list": "GET", "create": "POST", "patch": "PATCH"}
NOT_FOUND, FORBIDDEN = 404, 403
SECRETS = "secrets"
REASONS = frozenset(
    {
        "AlreadyExists",
        "BadRequest",
        "Conflict",
        "Expired",
        "Forbidden",
        "Gone",
        "InternalError",
        "Invalid",
        "MethodNotAllowed",
        "NotAcceptable",
        "NotFound",
        "RequestEntityTooLarge",
        "ServerTimeout",
        "ServiceUnavailable",
        "StoreReadError",
        "Timeout",
        "TooManyRequests",
        "Unauthorized",
        "UnsupportedMediaType",
    }
)
"""``metav1.StatusReason`` (``apimachinery/pkg/apis/meta/v1/types.go``); a webhook may answer with any other text."""
ALWAYS_SAFE = frozenset(
    {
        "data",
        "immutable",
        "metadata",
        "metadata.annotations",
        "metadata.labels",
        "metadata.name",
        "spec",
        "status",
        "type",
    }
    | {
        f"data{middle}[{key}]"
        for middle in ("", "[%s]")
        for key in (
            ".dockercfg",
            ".dockerconfigjson",
            "password",
            "ssh-privatekey",
            "tls.crt",
            "tls.key",
            "username",
        )
    }
)
"""Fields that validation names though they were not sent (``pkg/apis/core/validation/validation.go``, ValidateSecret,
which writes ``data[%s][username]`` for a missing user name)."""
RIGHT = re.compile(r'^\S+(?: "[^"]*")? is forbidden: User "[^"]*" cannot (get|list|create|patch|update) resource "')
"""RBAC's refusal (``apiserver/pkg/endpoints/handlers/responsewriters/errors.go``, forbiddenMessage)."""
NAME = r"([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)"
WEBHOOK = re.compile(rf'^admission webhook "{NAME}" denied the request')
"""``apiserver/pkg/admission/plugin/webhook/errors/statuserror.go``."""
POLICY = re.compile(rf"^\S+(?: \"[^\"]*\")? is forbidden: ValidatingAdmissionPolicy '{NAME}' with binding ")
"""``apiserver/pkg/admission/plugin/policy/validating/dispatcher.go``."""
QUOTA = re.compile(rf'^\S+(?: "[^"]*")? is forbidden: exceeded quota: {NAME},')
OWNER = re.compile(
    r'conflict with "([A-Za-z0-9][A-Za-z0-9._/:-]{0,127})"(?: with subresource "[a-z]+")?'
    r"(?: using [a-z0-9./-]+(?: at [0-9TZ:-]+)?)?"
)
"""``apimachinery/pkg/util/managedfields/internal/conflict.go``: the manager, never a value."""
TERMINATING, MANAGED = "NamespaceTerminating", "FieldManagerConflict"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as its errors name it.

    Args:
        verb: RBAC's.
        resource: as ``plural.group``, with ``/status`` for the subresource; or a path that is no resource.
        namespace: where; "" for all namespaces.
        name: of the object; "" for a list.
    """

    verb: Verb
    resource: str
    namespace: str = ""
    name: str = ""

    def __str__(self) -> str:
        place = "/".join(part for part in (self.namespace, self.name) if part)
        return " ".join(part for part in (METHODS[self.verb], self.resource, place) if part)


class _Cause(msgspec.Struct):
    reason: str = ""
    message: str = ""
    field: str = ""


class _Details(msgspec.Struct):
    causes: list[_Cause] | None = None


class _Status(msgspec.Struct):
    message: str = ""
    reason: str = ""
    details: _Details | None = None

    @property
    def causes(self) -> list[_Cause]:
        return (self.details.causes if self.details else None) or []


def scrubbed(asked: Asked, status: int, body: bytes, sent: Mapping[str, Any] | None = None) -> NorikaeError:
    """The error that an answer with this HTTP status is; nothing of a value is in it.

    Args:
        asked: the request.
        status: the HTTP status, 400 or more.
        body: the answer.
        sent: the body of the request, whose fields may be named.
    """
    read = _read(body)
    fallback = NotFoundError if status == NOT_FOUND else UnreachableError if status >= SERVER_ERROR else RefusedError
    reason = f" {read.reason}" if read.reason in REASONS else ""
    why = _why(asked, read, frozenset(_paths(sent or {}, "")) | ALWAYS_SAFE)
    return MEANING.get(status, fallback)(f"{asked} was answered {status}{reason}{why}")


def _read(body: bytes) -> _Status:
    try:
        return msgspec.json.decode(body, type=_Status)
    except msgspec.DecodeError:  # also when it is no text at all
        return _Status()


def _why(asked: Asked, read: _Status, known: frozenset[str]) -> str:
    """What can be said of the reason, in our words."""
    if missing := RIGHT.match(read.message):
        return f": {_missing(asked, missing[1])}"
    if webhook := WEBHOOK.match(read.message):
        return f": the admission webhook {webhook[1]} denied it"
    if policy := POLICY.match(read.message):
        return f": the ValidatingAdmissionPolicy {policy[1]} denied it"
    if quota := QUOTA.match(read.message):
        return f": the ResourceQuota {quota[1]} is used up"
    if any(cause.reason == TERMINATING for cause in read.causes):
        return ": the namespace is being deleted"
    fields = sorted({cause.field for cause in read.causes if cause.field in known})
    owners = {OWNER.fullmatch(cause.message) for cause in read.causes if cause.reason == MANAGED}
    names = sorted({owner[1] for owner in owners if owner})
    at = f" at {', '.join(fields)}" if fields else ""
    return f"{at}, which {', '.join(names)} owns" if names else at


def _missing(asked: Asked, verb: str) -> str:
    """The right that RBAC did not find, and who gives it."""
    if asked.resource != SECRETS:
        where = f"namespace {asked.namespace}" if asked.namespace else "all namespaces"
        return (
            f"norikae has no right to {verb} {asked.resource} in {where}; its ClusterRoles give it "
            "(lambdas/manifests/rbac.yaml): adopt the cluster again with this release"
        )
    named = "" if verb == "create" else f", resourceNames [{asked.name}]"
    return (
        f"norikae has no right to {verb} it; give the group norikae:secrets a Role in namespace {asked.namespace} with "
        f"resources [secrets]{named} and verbs [{'create' if verb == 'create' else 'get, patch'}]"
    )


def _paths(value: object, above: str) -> Iterator[str]:
    """The paths of all fields of a body, as server-side apply and as validation write them."""
    if isinstance(value, dict):
        for key, member in value.items():
            for path in (f"{above}.{key}", f"{above}[{key}]"):
                yield path
                yield path.removeprefix(".")
            yield from _paths(member, f"{above}.{key}")
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield f"{above}[{place}]".removeprefix(".")
            yield from _paths(member, f"{above}[{place}]")
