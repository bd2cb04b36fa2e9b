"""What External Secrets makes of the values of Secrets Manager: keys and bytes, by ``data`` and ``dataFrom``.

Source: github.com/external-secrets/external-secrets, ``externalsecret_controller_secret.go``,
``providers/v1/aws/secretsmanager`` (GetSecret, GetSecretMap, constructSecretValue), ``runtime/esutils`` (ConvertKeys,
Decode). A property is looked up as gjson does it, without gjson's queries and modifiers.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

import msgspec

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.cluster.objects import Json

    Fetch = Callable[..., dict[str, Any]]
    """GetSecretValue by ``secret`` and VersionId or VersionStage; raises AwsError."""

_QUERY = re.compile(r"[#*?|@{}\[\]!~\\]")
_CONVERTED = re.compile(r"[^-._a-zA-Z0-9]")
_PLAIN = {"metadataPolicy": "None", "conversionStrategy": "Default"}


class FetchError(Exception):
    """Why there is no data; the text has no value in it."""


class GoneError(FetchError):
    """The secret does not exist (``NoSecretErr``)."""


def gather(spec: Json, fetch: Fetch) -> dict[str, bytes]:
    """The data of an ExternalSecret, ``dataFrom`` first; what is gone is left out unless it is to be retained.

    Args:
        spec: of the ExternalSecret.
        fetch: reads a version of a secret; equal reads of one refresh are made once.

    Raises:
        FetchError: something can not be had, or is outside the model.
    """
    seen: dict[tuple[str, str], dict[str, Any]] = {}
    retained = (spec.get("target") or {}).get("deletionPolicy", "Retain") == "Retain"
    data: dict[str, bytes] = {}
    for part in (*(spec.get("dataFrom") or ()), *(spec.get("data") or ())):
        try:
            data |= _part(part, fetch, seen)
        except GoneError:
            if retained:
                raise
    return data


def _part(part: Json, fetch: Fetch, seen: dict[tuple[str, str], dict[str, Any]]) -> dict[str, bytes]:
    for member in ("find", "rewrite", "sourceRef"):
        if part.get(member):
            raise FetchError(f"the embedded world does not model {member} of an ExternalSecret")
    reference = part.get("remoteRef") or part.get("extract")
    if reference is None:
        raise FetchError("the embedded world does not model an entry of dataFrom without extract")
    for member, plain in _PLAIN.items():
        if reference.get(member, plain) != plain:
            raise FetchError(f"the embedded world does not model {member}: {reference[member]}")
    raw = _value(reference, fetch, seen)
    if "remoteRef" in part:
        return {part["secretKey"]: _decoded(reference, raw)}
    return {key: _decoded(reference, value) for key, value in _members(reference["key"], raw).items()}


def _value(reference: Json, fetch: Fetch, seen: dict[tuple[str, str], dict[str, Any]]) -> bytes:
    key, version = reference["key"], reference.get("version") or "AWSCURRENT"
    if (key, version) not in seen:
        asked = {"VersionId": version[5:]} if version.startswith("uuid/") else {"VersionStage": version}
        try:
            seen[key, version] = fetch(key, **asked)
        except AwsError as error:
            if error.code == "ResourceNotFoundException":
                raise GoneError("Secret does not exist") from None
            raise FetchError(f"{error.code}: {error.message}") from None
    answer = seen[key, version]
    raw: bytes = answer["SecretBinary"] if "SecretBinary" in answer else str(answer["SecretString"]).encode()
    return _property(raw, reference["property"], key) if reference.get("property") else raw


def _property(raw: bytes, path: str, key: str) -> bytes:
    if _QUERY.search(path):
        raise FetchError(f"the embedded world does not model the property {path}")
    absent = FetchError(f"key {path} does not exist in secret {key}")
    whole = _object(raw)
    if path in whole:
        return _text(whole[path])
    steps = path.split(".")
    here = msgspec.Raw(raw)
    for step in steps:
        inside: Mapping[str, msgspec.Raw] = _object(bytes(here)) or _list(bytes(here))
        if step not in inside:
            raise absent
        here = inside[step]
    return _text(here)


def _members(key: str, raw: bytes) -> dict[str, bytes]:
    found = _object(raw)
    if not found and raw.strip() not in {b"{}", b"null"}:
        raise FetchError(f"unable to unmarshal secret {key}")
    members = {_CONVERTED.sub("_", name): _text(value) for name, value in found.items()}
    if len(members) < len(found):
        raise FetchError(f"secret {key} has two keys that are the same in Kubernetes")
    return members


def _object(raw: bytes) -> dict[str, msgspec.Raw]:
    try:
        return msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _list(raw: bytes) -> dict[str, msgspec.Raw]:
    try:
        return {str(index): one for index, one in enumerate(msgspec.json.decode(raw, type=list[msgspec.Raw]))}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _text(value: msgspec.Raw) -> bytes:
    """A text without its quotes, null as nothing, everything else as its JSON."""
    raw = bytes(value)
    if raw == b"null":
        return b""
    return msgspec.json.decode(raw, type=str).encode() if raw.startswith(b'"') else raw


def _decoded(reference: Json, raw: bytes) -> bytes:
    strategy = reference.get("decodingStrategy", "None")
    if strategy == "None":
        return raw
    if strategy != "Base64":
        raise FetchError(f"the embedded world does not model decodingStrategy: {strategy}")
    try:
        return base64.b64decode(raw, validate=True)
    except binascii.Error:
        raise FetchError("could not apply decoding strategy to a value that is no base64") from None
