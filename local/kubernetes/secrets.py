"""Secrets: ``stringData`` becomes ``data``, and what the API server refuses.

Source: ``pkg/apis/core/v1/conversion.go`` (Convert_v1_Secret_To_core_Secret), ``pkg/apis/core/validation``
(ValidateSecret, ValidateSecretUpdate), ``pkg/apis/core/v1/defaults.go``. No text has a value in it.
"""

import base64
import binascii
import json
import re
from typing import Any

from local.kubernetes import errors
from local.kubernetes.errors import Cause, invalid_value, required
from local.kubernetes.objects import Json

NAME = "secrets"
MOST_BYTES = 1024 * 1024
_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_KEY_RULE = (
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  "
    "or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
)
_NEEDED = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
}
_JSON_KEYS = frozenset({".dockerconfigjson", ".dockercfg"})


def decode(obj: Json) -> None:
    """Move ``stringData`` into ``data``, in place; 400 for values that are no text or no base64."""
    given = obj.pop("stringData", None)
    _check_texts(given, "stringData")
    encoded = {key: base64.b64encode(str(text).encode()).decode() for key, text in (given or {}).items()}
    if encoded:
        obj["data"] = {**(obj.get("data") or {}), **encoded}
    _check_texts(obj.get("data"), "data")
    for text in (obj.get("data") or {}).values():
        if text is not None:
            _bytes(text)


def default(obj: Json) -> None:
    """A Secret without a type is ``Opaque``, in place."""
    if not obj.get("type"):
        obj["type"] = "Opaque"


def causes(new: Json, old: Json | None) -> list[Cause]:
    """What is wrong with a Secret."""
    data: dict[str, str] = new.get("data") or {}
    found = [
        invalid_value(f"data[{key}]", key, _KEY_RULE)
        for key in data
        if not _KEY.fullmatch(key) or key in {".", ".."} or key.startswith("..")
    ]
    if sum(len(_bytes(text)) for text in data.values()) > MOST_BYTES:
        found.append(Cause("FieldValueTooLong", f"Too long: may not be more than {MOST_BYTES} bytes", "data"))
    found += _of_type(new.get("type", ""), data)
    return found + (_of_update(new, old) if old is not None else [])


def _of_type(kind: str, data: dict[str, str]) -> list[Cause]:
    if kind == "kubernetes.io/basic-auth" and not {"username", "password"} & set(data):
        return [required("data[username]"), required("data[password]")]
    found = [required(f"data[{key}]") for key in _NEEDED.get(kind, ()) if key not in data]
    for key in _JSON_KEYS & set(_NEEDED.get(kind, ())) & set(data):
        if not _is_json(_bytes(data[key])):
            why = 'Invalid value: "<secret contents redacted>": invalid character looking for beginning of value'
            found.append(Cause("FieldValueInvalid", why, f"data[{key}]"))
    return found


def _of_update(new: Json, old: Json) -> list[Cause]:
    found = []
    if new.get("type") != old.get("type"):
        found.append(invalid_value("type", new.get("type", ""), "field is immutable"))
    if old.get("immutable"):
        if not new.get("immutable"):
            why = "Forbidden: field is immutable when `immutable` is set"
            found.append(Cause("FieldValueForbidden", why, "immutable"))
        if (new.get("data") or {}) != (old.get("data") or {}):
            found.append(Cause("FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", "data"))
    return found


def _check_texts(members: Any, field: str) -> None:
    if members is not None and not isinstance(members, dict):
        raise errors.undecodable("Secret", "v1", f"json: cannot unmarshal into Go struct field Secret.{field}")
    for value in (members or {}).values():
        if value is not None and not isinstance(value, str):
            told = {bool: "bool", int: "number", float: "number", list: "array"}.get(type(value), "object")
            why = f"json: cannot unmarshal {told} into Go struct field Secret.{field} of type string"
            raise errors.undecodable("Secret", "v1", why)


def _bytes(text: str | None) -> bytes:
    try:
        return base64.b64decode(text or "", validate=True)
    except (binascii.Error, ValueError):
        raise errors.undecodable("Secret", "v1", "illegal base64 data at input byte") from None


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except ValueError:
        return False
    return True
