"""What the API server answers when it refuses, in Kubernetes' own codes, reasons and words.

Source of the shapes: ``k8s.io/apimachinery/pkg/api/errors/errors.go`` and ``pkg/util/validation/field/errors.go``.
"""

from dataclasses import dataclass
from typing import Any

from local.kubernetes.objects import Json


@dataclass(frozen=True)
class Cause:
    """One field of a 422 answer, or one reason of another refusal."""

    reason: str
    message: str
    field: str = ""

    def as_json(self) -> Json:
        """The member of ``details.causes``."""
        return {
            key: text
            for key, text in (("reason", self.reason), ("message", self.message), ("field", self.field))
            if text
        }


class ApiError(Exception):
    """A refusal of the API server.

    Args:
        code: the HTTP status.
        reason: ``metav1.StatusReason``, such as ``NotFound``.
        message: Kubernetes' text.
        details: the members of ``Status.details``.
        retry_after: seconds of the Retry-After header.
    """

    def __init__(
        self, code: int, reason: str, message: str, *, details: Json | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message
        self.details, self.retry_after = details or {}, retry_after
        self.continue_token = ""

    def status(self) -> Json:
        """The ``Status`` object that goes over the wire."""
        answer: Json = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        answer["message"] = self.message
        if self.reason:
            answer["reason"] = self.reason
        if self.details:
            answer["details"] = self.details
        if self.continue_token:
            answer["metadata"] = {"continue": self.continue_token}
        return answer | {"code": self.code}


def _about(resource: str, name: str = "", **more: Any) -> Json:
    plural, _, group = resource.partition(".")
    details = {"name": name, "group": group, "kind": plural, **more}
    return {key: member for key, member in details.items() if member}


def unknown_resource() -> ApiError:
    """404 for a path that no API serves."""
    return ApiError(404, "NotFound", "the server could not find the requested resource", details={})


def not_found(resource: str, name: str) -> ApiError:
    """404 for an object that is not there."""
    return ApiError(404, "NotFound", f'{resource} "{name}" not found', details=_about(resource, name))


def already_exists(resource: str, name: str) -> ApiError:
    """409 for a name that is taken."""
    return ApiError(409, "AlreadyExists", f'{resource} "{name}" already exists', details=_about(resource, name))


def conflict(resource: str, name: str, why: str) -> ApiError:
    """409 for a precondition that does not hold."""
    message = f'Operation cannot be fulfilled on {resource} "{name}": {why}'
    return ApiError(409, "Conflict", message, details=_about(resource, name))


def modified(resource: str, name: str) -> ApiError:
    """409 for an older resourceVersion."""
    why = "the object has been modified; please apply your changes to the latest version and try again"
    return conflict(resource, name, why)


def apply_conflict(causes: list[Cause]) -> ApiError:
    """409 of server-side apply: other managers own fields with other values.

    Source: ``k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go``.
    """
    if len(causes) == 1:
        message = f"Apply failed with 1 conflict: {causes[0].message}: {causes[0].field}"
    else:
        lines = []
        for told in sorted({cause.message for cause in causes}):
            lines.append(told.replace("conflict", "conflicts", 1) + ":")
            lines += [f"- {cause.field}" for cause in causes if cause.message == told]
        message = f"Apply failed with {len(causes)} conflicts: " + "\n".join(lines)
    return ApiError(409, "Conflict", message, details={"causes": [cause.as_json() for cause in causes]})


def invalid(kind: str, name: str, causes: list[Cause]) -> ApiError:
    """422 for fields that break a rule; ``kind`` is ``Kind.group``."""
    texts = [f"{cause.field}: {cause.message}" for cause in causes]
    why = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    plain, _, group = kind.partition(".")
    details: Json = {"name": name, "group": group, "kind": plain}
    details = {key: member for key, member in details.items() if member}
    details["causes"] = [cause.as_json() for cause in causes]
    return ApiError(422, "Invalid", f'{kind} "{name}" is invalid: {why}', details=details)


def bad_request(message: str) -> ApiError:
    """400 for a request that cannot be read."""
    return ApiError(400, "BadRequest", message)


def undecodable(kind: str, version: str, why: str) -> ApiError:
    """400 for an object with a value of another type than its field has."""
    return bad_request(f'{kind} in version "{version}" cannot be handled as a {kind}: {why}')


def untyped(kind: str, namespace: str, name: str, api_version: str, field: str) -> ApiError:
    """500 of server-side apply: the schema does not know a field (``fieldmanager/structuredmerge.go``, Apply)."""
    about = f"{namespace}/{name}; {api_version}, Kind={kind}"
    return ApiError(
        500, "InternalError", f"failed to create typed patch object ({about}): {field}: field not declared in schema"
    )


def forbidden(resource: str, name: str, why: str, causes: list[Cause] | None = None) -> ApiError:
    """403 with Kubernetes' ``<resource> "<name>" is forbidden: <why>``."""
    told = f'{resource} "{name}" is forbidden: {why}' if name else f"{resource} is forbidden: {why}"
    return ApiError(
        403, "Forbidden", told, details=_about(resource, name, causes=[cause.as_json() for cause in causes or []])
    )


def unauthorized() -> ApiError:
    """401 for a missing or refused token."""
    return ApiError(401, "Unauthorized", "Unauthorized")


def expired(message: str) -> ApiError:
    """410 for a resourceVersion or continue token of which the store no longer knows the history."""
    return ApiError(410, "Expired", message)


def method_not_allowed() -> ApiError:
    """405 for a verb that the path does not serve."""
    return ApiError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")


def unsupported_media_type(accepted: str) -> ApiError:
    """415 for a patch type that the resource does not take."""
    message = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    return ApiError(415, "UnsupportedMediaType", message)


def outside(what: str) -> ApiError:
    """501: the real server does this and this one does not; said loudly instead of pretending."""
    return ApiError(501, "NotImplemented", f"the embedded Kubernetes API server does not do this: {what}")


def required(field: str, detail: str = "") -> Cause:
    """A field that must be there."""
    return Cause("FieldValueRequired", "Required value" + (f": {detail}" if detail else ""), field)


def invalid_value(field: str, value: Any, detail: str) -> Cause:
    """A value that breaks a rule; text is quoted as Go's ``%q`` does."""
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    return Cause("FieldValueInvalid", f"Invalid value: {shown}: {detail}", field)
