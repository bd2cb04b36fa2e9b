"""What ``spec.parameters.objects`` of a SecretProviderClass says: a text with YAML, of which a small part is enough.

The bundle has no YAML parser, and one would cost at every cold start; what is outside of the part that everybody writes
is refused by name, so nothing is ever understood wrongly. Facts (aws/secrets-store-csi-driver-provider-aws,
``provider/secret_descriptor.go``): the members of an object, the type from the ARN, the name of its file, in which a
``/`` becomes ``_`` unless ``pathTranslation`` says otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECRETS_MANAGER = "secretsmanager"
NEEDED = frozenset({"objectName", "objectType", "objectAlias", "objectVersion", "objectVersionLabel"})
_MEMBER = re.compile(r"""(?P<quote>["']?)(?P<key>[A-Za-z]+)(?P=quote):(?:\s+(?P<value>.*))?""")
_QUOTED = re.compile(r"""(?:"(?P<double>[^"\\]*)"|'(?P<single>[^']*)')(?:\s+#.*)?""")
_PLAIN = re.compile(r"[^\s&*!|>%@`{}\[\]#,\"'?-][^#]*?(?:\s+#.*)?")


@dataclass(frozen=True, slots=True)
class ClassObject:
    """One secret that a class mounts.

    Args:
        reference: its name or ARN.
        file: the name of its file, which is its id in the status of a pod.
        pin: the version's id or another stage than AWSCURRENT that it is pinned to; "" when it is not.
    """

    reference: str
    file: str
    pin: str


def objects_of(parameters: Mapping[str, object]) -> tuple[ClassObject, ...]:
    """The secrets of Secrets Manager that a class mounts.

    Args:
        parameters: ``spec.parameters``.

    Raises:
        ValueError: the YAML is beyond what is read here; the text says where.
    """
    separator = {"": "_", "false": ""}.get(str(parameters.get("pathTranslation") or "").lower())
    if separator is None:
        separator = str(parameters["pathTranslation"])
    found = (_object(one, separator) for one in _members(parameters.get("objects") or ""))
    return tuple(one for one in found if one is not None)


def _object(members: Mapping[str, str], separator: str) -> ClassObject | None:
    name = members.get("objectName", "")
    kind = members.get("objectType") or (name.split(":")[2] if name.startswith("arn:") and name.count(":") > 1 else "")
    if not name or kind != SECRETS_MANAGER:
        return None
    file = members.get("objectAlias") or name
    label = members.get("objectVersionLabel", "")
    pin = members.get("objectVersion") or ("" if label == "AWSCURRENT" else label)
    return ClassObject(name, file.replace("/", separator) if separator else file.lstrip("/"), pin)


def _members(objects: object) -> list[dict[str, str]]:
    if isinstance(objects, str) and objects.lstrip().startswith("["):
        try:
            objects = msgspec.json.decode(objects)
        except (ValueError, RecursionError):
            raise ValueError("a list in brackets that is no JSON") from None
    if isinstance(objects, list):
        texts = [one for one in objects if isinstance(one, dict)]
        return [{key: one[key] for key in NEEDED & one.keys() if isinstance(one[key], str)} for one in texts]
    return _parsed(str(objects))


def _parsed(text: str) -> list[dict[str, str]]:
    """A block sequence of mappings; what is nested in a member is passed over."""
    found: list[dict[str, str]] = []
    dash = inner = -1
    last = ""
    for number, line in _lines(text):
        indent = len(line) - len(line.lstrip(" "))
        body = line[indent:]
        dash = indent if dash < 0 else dash
        if indent == dash and (body == "-" or body.startswith("- ")):
            found.append({})
            last, rest = "", body[1:].lstrip(" ")
            inner = dash + len(body) - len(rest) if rest else -1
            if not rest:
                continue
            body = rest
        elif not found or indent <= dash:
            raise ValueError(f"line {number} is no object of the list")
        elif inner < 0:
            inner = indent
        elif indent > inner or (indent == inner and body.startswith("- ")):
            if last in {"", *NEEDED}:
                raise ValueError(f"line {number} continues {last or 'nothing'}")
            continue
        elif indent < inner:
            raise ValueError(f"line {number} is indented as nothing else")
        last, value = _member(body, number)
        if last in NEEDED:
            found[-1][last] = value
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if "\t" in line[: len(line) - len(line.lstrip())]:
            raise ValueError(f"line {number} is indented by a tab")
        if stripped and not stripped.startswith("#") and stripped != "---":
            yield number, line.rstrip()


def _member(body: str, number: int) -> tuple[str, str]:
    member = _MEMBER.fullmatch(body)
    if member is None:
        raise ValueError(f"line {number} is no member such as objectName: db")
    key, value = member["key"], (member["value"] or "").strip()
    if key not in NEEDED or not value or value.startswith("#"):
        return key, ""
    if quoted := _QUOTED.fullmatch(value):
        return key, quoted["double"] if quoted["double"] is not None else quoted["single"]
    if not _PLAIN.fullmatch(value) or ": " in value:
        raise ValueError(f"line {number} has a {key} that is neither plain nor in simple quotes")
    return key, re.sub(r"\s+#.*", "", value)
