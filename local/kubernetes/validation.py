"""Names, labels and the dispatch to the rules of each kind.

Source: ``k8s.io/apimachinery/pkg/util/validation/validation.go`` and ``pkg/api/validation/objectmeta.go``.
"""

import re
from typing import Any

from local.kubernetes import errors, structural
from local.kubernetes.errors import Cause, invalid_value, required
from local.kubernetes.objects import Json
from local.kubernetes.resources import Resource
from local.kubernetes.rules import RULES

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_LABEL_VALUE = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?"
_NAME_FORMS = {
    "subdomain": (
        _SUBDOMAIN,
        253,
        (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
            "start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
            f"'{_SUBDOMAIN}')"
        ),
    ),
    "label": (
        _LABEL,
        63,
        (
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and "
            "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
            f"'{_LABEL}')"
        ),
    ),
    "1035": (
        _DNS_1035,
        63,
        (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
            "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
            f"validation is '{_DNS_1035}')"
        ),
    ),
}
_FORM_OF = {"namespaces": "label", "services": "1035"}
_MAX_LABEL = 63


def check_meta(kind: Resource, obj: Json) -> None:
    """400 for metadata of the wrong types, 422 for a name or a label that breaks its rule."""
    meta = obj["metadata"]
    for member in ("labels", "annotations"):
        _check_texts(kind, meta.get(member), f"ObjectMeta.metadata.{member}")
    if kind.name == "configmaps":
        _check_texts(kind, obj.get("data"), "ConfigMap.data")
    name = meta.get("name")
    if not name:
        raise errors.invalid(kind.full_kind, "", [required("metadata.name", "name or generateName is required")])
    causes = [*_name_causes(kind, name), *_label_causes(meta.get("labels") or {})]
    if causes:
        raise errors.invalid(kind.full_kind, name, causes)


def _check_texts(kind: Resource, members: Any, field: str) -> None:
    if members is None:
        return
    values = members.values() if isinstance(members, dict) else [members]
    for value in values:
        if not isinstance(value, str):
            told = {bool: "bool", int: "number", float: "number", list: "array"}.get(type(value), "object")
            raise errors.undecodable(
                kind.kind,
                kind.versions[0],
                f"json: cannot unmarshal {told} into Go struct field {field} of type string",
            )


def _name_causes(kind: Resource, name: str) -> list[Cause]:
    if kind.group == "rbac.authorization.k8s.io":
        return _path_segment_causes(name)
    pattern, longest, why = _NAME_FORMS[_FORM_OF.get(kind.name, "subdomain")]
    if len(name) > longest:
        return [invalid_value("metadata.name", name, f"must be no more than {longest} characters")]
    return [] if re.fullmatch(pattern, name) else [invalid_value("metadata.name", name, why)]


def _path_segment_causes(name: str) -> list[Cause]:
    """Roles and bindings may have any name that is one part of a path (``system:discovery``)."""
    if name in {".", ".."}:
        return [invalid_value("metadata.name", name, f"may not be '{name}'")]
    return [
        invalid_value("metadata.name", name, f"may not contain '{letter}'") for letter in ("/", "%") if letter in name
    ]


def _label_causes(labels: Json) -> list[Cause]:
    causes = []
    for value in labels.values():
        if len(value) > _MAX_LABEL:
            causes.append(invalid_value("metadata.labels", value, f"must be no more than {_MAX_LABEL} characters"))
        elif not re.fullmatch(_LABEL_VALUE, value):
            why = (
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and "
                "must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', "
                f"regex used for validation is '{_LABEL_VALUE}')"
            )
            causes.append(invalid_value("metadata.labels", value, why))
    return causes


def check(kind: Resource, new: Json, old: Json | None) -> None:
    """422 for fields that break a rule of their kind, all of them at once; 400 where a value is of another type."""
    rule = RULES.get(kind.name)
    try:
        causes = rule(new, old) if rule else []
    except (AttributeError, KeyError, TypeError) as error:
        # built-in kinds have no schemas; where a rule stumbles over a value of another type, the real decoder does
        raise errors.undecodable(kind.kind, kind.versions[0], str(error)) from error
    causes = [*causes, *structural.causes(kind, new)]
    if causes:
        raise errors.invalid(kind.full_kind, new["metadata"]["name"], causes)
