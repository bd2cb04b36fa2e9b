"""What an external-dns takes from one object, and what the readers of all kinds of objects have in common.

Source: github.com/kubernetes-sigs/external-dns, ``source/annotations``, ``newChange`` in ``provider/aws/aws.go``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from norikae.ownership.filters import selects
from norikae.ownership.instances import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from norikae.ownership.instances import Instance

HOSTNAME, SET_IDENTIFIER, WEIGHT = "hostname", "set-identifier", "aws-weight"
ANNOTATION_ONLY, DEFINED_ONLY = "annotation-only", "defined-hosts-only"


@dataclass(frozen=True, slots=True)
class Claim:
    """A public name that an external-dns would write.

    Args:
        host: the name.
        resource: the object that makes it, such as ``Ingress shop/web``.
        prefix: how the annotations begin that it reads; "" when no annotation of the object counts.
        is_defined: it takes the name from fields of the object, or of one that the object belongs to.
        annotation: the annotation that names it, "" when none does.
        identifier: the set identifier of a weighted record; "" for a simple one.
        unread: the prefix of annotations on the object that it does not read, "" when there are none.
        by: the fields that name it, in words that follow "its".
        quieted_by: the annotation whose value ``annotation-only`` takes the defined names away; "" when none does.
        weight: of the record, from 0; None when it is not weighted.
    """

    host: str
    resource: str
    prefix: str
    is_defined: bool
    annotation: str
    identifier: str = ""
    unread: str = ""
    by: str = "rules"
    quieted_by: str = ""
    weight: int | None = None


def unread_prefix(obj: Mapping[str, Any], read: Collection[str]) -> str:
    """The prefix of annotations of external-dns on an object that nobody reads; "" when there are none."""
    notes = notes_of(obj)
    return next((one for one in PREFIXES if one not in read and any(key.startswith(one) for key in notes)), "")


def titled(kind: str, obj: Mapping[str, Any]) -> str:
    """An object as people name it: ``Ingress shop/web``."""
    return f"{kind} {obj['metadata']['namespace']}/{obj['metadata']['name']}"


def notes_of(obj: Mapping[str, Any]) -> Mapping[str, str]:
    """The annotations of an object."""
    return obj["metadata"].get("annotations") or {}


def is_listed(obj: Mapping[str, Any], instance: Instance) -> bool:
    """Whether namespace, annotations and labels of an object pass the filters of an external-dns."""
    metadata = obj["metadata"]
    if instance.namespaces and metadata["namespace"] not in instance.namespaces:
        return False
    return selects(instance.annotation_filter, notes_of(obj)) and selects(
        instance.label_filter, metadata.get("labels") or {}
    )


def is_seen(obj: Mapping[str, Any], instance: Instance, prefix: str) -> bool:
    """Whether it is listed, and no annotation gives it to another controller."""
    controller = notes_of(obj).get(prefix + "controller", "dns-controller")
    return is_listed(obj, instance) and controller == "dns-controller"


def annotated_set(obj: Mapping[str, Any], prefix: str) -> tuple[str, int | None]:
    """The set identifier and the weight that annotations ask for."""
    notes = notes_of(obj)
    identifier = str(notes.get(prefix + SET_IDENTIFIER, ""))
    return identifier, weight_of(notes.get(prefix + WEIGHT)) if identifier else None


def weight_of(text: str | None) -> int | None:
    """A weight as it is written: what is no number is 0, nothing is none."""
    try:
        return None if text is None else int(text)
    except ValueError:
        return 0


def names_in(text: str) -> list[str]:
    """The names in an annotation."""
    return [plain(name) for name in str(text).split(",") if name.strip()]


def plain(name: str) -> str:
    """A name without blanks, capitals and the last dot."""
    return name.strip().lower().rstrip(".")
