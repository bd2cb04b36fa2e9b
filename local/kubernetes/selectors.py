"""Label and field selectors, with Kubernetes' grammar and refusals."""

import re
from collections.abc import Callable, Mapping

from local.kubernetes import errors
from local.kubernetes.objects import Json, labels_of

Test = Callable[[Json], bool]

_SPLIT = re.compile(r",(?![^(]*\))")
_SET = re.compile(r"^([\w./-]+)\s+(in|notin)\s+\(([^)]*)\)$")
_EQUAL = re.compile(r"^([\w./-]+)\s*(==|=|!=)\s*([\w.-]*)$")
_EXISTS = re.compile(r"^(!?)\s*([\w./-]+)$")

FIELDS: Mapping[str, frozenset[str]] = {
    "pods": frozenset({"spec.nodeName", "status.phase"}),
    "namespaces": frozenset({"status.phase"}),
    "events": frozenset({"involvedObject.name", "involvedObject.namespace", "involvedObject.kind", "reason", "type"}),
    "secrets": frozenset({"type"}),
}
"""The field selectors beyond metadata.name and metadata.namespace.

Source: ``pkg/apis/core/v1/conversion.go`` (AddFieldLabelConversionsFor…); the rarer ones of pods are left out.
"""


def _anything(_obj: Json) -> bool:
    return True


def label_test(selector: str) -> Test:
    """What an object must pass; 400 for a selector that cannot be read.

    Source: ``k8s.io/apimachinery/pkg/labels/selector.go`` ("!=" and "notin" also match objects without the key).
    """
    tests = [_label_term(term.strip()) for term in _SPLIT.split(selector) if term.strip()]
    if len(tests) == 1:
        only = tests[0]
        return lambda obj: only(labels_of(obj))
    return (lambda obj: all(test(labels_of(obj)) for test in tests)) if tests else _anything


def _label_term(term: str) -> Callable[[Mapping[str, str]], bool]:
    if found := _SET.match(term):
        key, wanted = found[1], {value.strip() for value in found[3].split(",")}
        if found[2] == "in":
            return lambda labels: labels.get(key) in wanted
        return lambda labels: labels.get(key) not in wanted
    if found := _EQUAL.match(term):
        key, value = found[1], found[3]
        if found[2] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if found := _EXISTS.match(term):
        key = found[2]
        return (lambda labels: key not in labels) if found[1] else (lambda labels: key in labels)
    raise errors.bad_request(f"unable to parse requirement: found '{term}', expected: a label requirement")


def matches(selector: Json | None, labels: Mapping[str, str]) -> bool:
    """Whether a ``LabelSelector`` object matches; none matches nothing, an empty one everything.

    Source: ``metav1.LabelSelectorAsSelector``.
    """
    if selector is None:
        return False
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_expression(each, labels) for each in selector.get("matchExpressions") or [])


def _expression(expression: Json, labels: Mapping[str, str]) -> bool:
    key, values = expression["key"], expression.get("values") or []
    match expression["operator"]:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    raise errors.bad_request(f'"{expression["operator"]}" is not a valid label selector operator')


def field_test(resource: str, selector: str) -> Test:
    """What an object must pass; 400 for a field that this resource cannot be selected by."""
    tests = [_field_term(resource, term.strip()) for term in selector.split(",") if term.strip()]
    if len(tests) == 1:
        return tests[0]
    return (lambda obj: all(test(obj) for test in tests)) if tests else _anything


def exact(selector: str, field: str) -> str | None:
    """The value that a field selector asks of a field, or None when it does not name one."""
    for term in selector.split(","):
        found = re.match(r"^([\w.]+)(==|=)(.*)$", term.strip())
        if found and found[1] == field:
            return found[3]
    return None


def _field_term(resource: str, term: str) -> Test:
    found = re.match(r"^([\w.]+)(==|=|!=)(.*)$", term)
    if not found:
        raise errors.bad_request(f"invalid selector: '{term}'; can't understand '{term}'")
    field, operator, value = found[1], found[2], found[3]
    if field not in {"metadata.name", "metadata.namespace"} | FIELDS.get(resource, frozenset()):
        raise errors.bad_request(f"field label not supported: {field}")
    wanted = operator != "!="
    parts = tuple(field.split("."))
    return lambda obj: (_text_at(obj, parts) == value) is wanted


def _text_at(obj: Json, parts: tuple[str, ...]) -> str:
    value: object = obj
    for part in parts:
        value = value.get(part, "") if isinstance(value, dict) else ""
    return str(value)
