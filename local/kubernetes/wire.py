"""What goes over the wire: requests, answers, and the parts of a request that several verbs read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
import yaml

from local.kubernetes import errors
from local.kubernetes.objects import Json, clone
from local.kubernetes.resources import Resource
from local.kubernetes.routes import Route


@dataclass(frozen=True)
class Request:
    """What came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What goes back: a JSON document, a text, or a watch; nothing at all when ``is_lost``: the connection is reset."""

    code: int
    content: Any
    headers: dict[str, str] = field(default_factory=dict)
    is_lost: bool = False


def success(**more: Any) -> Json:
    """The ``Status`` that says it is done."""
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", **more}


def agent(headers: Mapping[str, str]) -> str:
    """The field manager of a client that names none: its User-Agent up to the slash."""
    return headers.get("User-Agent", "").partition("/")[0] or "unknown"


def check_accepted(headers: Mapping[str, str]) -> None:
    """406 for a client that takes neither JSON nor anything; tables and protobuf are not made here."""
    kinds = [kind.strip() for kind in headers.get("Accept", "").split(",") if kind.strip()]
    plain = {"application/json", "application/*", "*/*"}
    if kinds and not any(kind.partition(";")[0] in plain and "as=" not in kind for kind in kinds):
        message = "only the following media types are accepted: application/json"
        raise errors.ApiError(406, "NotAcceptable", message)


def decode(body: bytes) -> Any:
    """A body as JSON, or else as YAML; 400 when it is neither."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        pass
    try:
        return clone(yaml.safe_load(body))
    except (yaml.YAMLError, TypeError, UnicodeDecodeError) as error:
        raise errors.bad_request(f"the object provided is unrecognized: {type(error).__name__}") from error


def json_object(request: Request) -> Json:
    """The object in a body; 415 for protobuf, 400 for anything else that is no object."""
    if request.headers.get("Content-Type", "").startswith("application/vnd.kubernetes.protobuf"):
        raise errors.unsupported_media_type("application/json, application/yaml")
    body = decode(request.body)
    if not isinstance(body, dict):
        raise errors.bad_request("the object provided is unrecognized (must be of type Object)")
    return body


def delete_options(asked: Route, request: Request) -> dict[str, Any]:
    """The arguments of ``ApiServer.delete`` from the query and the ``DeleteOptions`` body."""
    body = json_object(request) if request.body else {}
    grace = asked.number("gracePeriodSeconds")
    return {
        "preconditions": body.get("preconditions"),
        "propagation": asked.option("propagationPolicy") or body.get("propagationPolicy") or "Background",
        "grace_seconds": body.get("gracePeriodSeconds") if grace is None else grace,
        "dry_run": asked.dry_run or is_dry_run(body),
    }


def is_dry_run(options: Json) -> bool:
    """Whether ``DeleteOptions`` ask for a dry run; 422 for anything but ``All`` (``ValidateDryRun``)."""
    asked = options.get("dryRun") or []
    if any(each != "All" for each in asked):
        why = f'Unsupported value: {json.dumps(asked)}: supported values: "All"'
        raise errors.invalid("DeleteOptions.meta.k8s.io", "", [errors.Cause("FieldValueNotSupported", why, "dryRun")])
    return bool(asked)


def check_name(obj: Json, asked: Route) -> None:
    """400 for an object that is not the one in the path."""
    named = (obj.get("metadata") or {}).get("name")
    if named != asked.name:
        raise errors.bad_request(
            f"the name of the object ({named or ''}) does not match the name on the URL ({asked.name})"
        )


def check_identity(obj: Json, asked: Route, kind: Resource, expected: str) -> None:
    """Complete an applied object's name and namespace from the path; 400 where they, or its kind, differ."""
    meta = obj.setdefault("metadata", {})
    meta.setdefault("name", asked.name)
    check_name(obj, asked)
    if (obj.get("apiVersion"), obj.get("kind")) != (expected, kind.kind):
        told = f"{obj.get('apiVersion')}, Kind={obj.get('kind')}"
        raise errors.bad_request(
            f"the object provided ({told}) does not match the expected one ({expected}, Kind={kind.kind})"
        )
    if kind.namespaced and meta.setdefault("namespace", asked.namespace) != asked.namespace:
        raise errors.bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
