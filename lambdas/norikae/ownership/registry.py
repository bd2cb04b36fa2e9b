"""Who owns a name in Route 53: the TXT records that external-dns keeps beside its own, in every dialect.

Source: github.com/kubernetes-sigs/external-dns, ``registry/txt`` and ``registry/mapper`` (v0.11 to v0.22),
``endpoint/labels.go`` and ``endpoint/crypto.go``.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from norikae.traffic.records import RecordSet

KINDS = ("", "a", "aaaa", "cname")
"""What stands for the record's type in a TXT record's name: nothing until 0.17; an A alias is ``cname`` until 0.21."""
EXTERNAL_DNS = "external-dns"
NORIKAE = "norikae"
_A_OF_ITS_OWN = (0, 22)
"""The first version that marks an A alias as an A record."""
_TEMPLATE = "%{record_type}"
_LONGEST_LABEL = 63
_SEALED = 28
"""Bytes of nonce and tag that AES-GCM adds to every text."""
_OWNER = "external-dns/owner="
_FROM = "norikae/from"
"""Where a leased mark says to whom it goes back; external-dns reads no label without its own prefix."""
_LONGEST_STRING = 255
"""Characters of one string of a TXT value (Route 53 developer guide, "TXT record type")."""


@dataclass(frozen=True, slots=True)
class Affixes:
    """How an external-dns spells the names of its TXT records, all in lower case.

    Args:
        prefix: ``--txt-prefix``.
        suffix: ``--txt-suffix``, which ends the first label.
        wildcard: ``--txt-wildcard-replacement``, which stands for an asterisk.
    """

    prefix: str = ""
    suffix: str = ""
    wildcard: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a TXT record says about the owner of the name that it belongs to.

    Args:
        record: the TXT record set.
        heritage: which program wrote it; "" when the text cannot be read.
        owner: the id of that program's copy.
        resource: the object that wanted the name, such as ``ingress/shop/web``.
        labels: whatever else it says.
    """

    record: RecordSet
    heritage: str
    owner: str = ""
    resource: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_readable(self) -> bool:
        """Whether it is in plain text; an encrypted one belongs to somebody who has the key."""
        return bool(self.heritage)

    @property
    def is_ours(self) -> bool:
        """Whether norikae wrote it."""
        return self.heritage == NORIKAE

    @property
    def taken_from(self) -> str:
        """Who owned the record before norikae leased it; "" when it is not leased."""
        return self.labels.get(_FROM, "")

    def __str__(self) -> str:
        if not self.is_readable:
            return f"TXT {self.record.name} (encrypted, or unreadable)"
        return f"TXT {self.record.name} (heritage {self.heritage}, owner {self.owner or 'nobody'})"


def lease_owner(environment: str) -> str:
    """The owner that the marks of leased names say."""
    return f"norikae-{environment}"


def taken(record: RecordSet, environment: str) -> RecordSet:
    """A mark that says norikae owns the name, and to whom it goes back; a leased one stays as it is.

    Every external-dns leaves a name alone whose mark names another owner, and nothing else of the mark changes, so
    that what is returned is what was taken.

    Args:
        record: the TXT record set of an external-dns.
        environment: whose lease it is.
    """
    mark = mark_of(record)
    if mark is None or not mark.is_readable or mark.taken_from:
        return record
    parts = [part if not part.startswith(_OWNER) else _OWNER + lease_owner(environment) for part in _parts(record)]
    return _with_text(record, ",".join([*parts, f"{_FROM}={mark.owner}"]))


def returned(record: RecordSet) -> RecordSet:
    """The mark that was taken, with the weight that the record set has now; any other stays as it is."""
    mark = mark_of(record)
    if mark is None or not mark.taken_from:
        return record
    parts = [part for part in _parts(record) if not part.startswith(f"{_FROM}=")]
    return _with_text(
        record, ",".join(part if not part.startswith(_OWNER) else _OWNER + mark.taken_from for part in parts)
    )


def _parts(record: RecordSet) -> list[str]:
    return _text(str(record.raw["ResourceRecords"][0]["Value"])).split(",")


def _with_text(record: RecordSet, text: str) -> RecordSet:
    strings = [text[start : start + _LONGEST_STRING] for start in range(0, len(text), _LONGEST_STRING)]
    value = " ".join(f'"{one}"' for one in strings)
    return type(record)({**record.raw, "ResourceRecords": [{"Value": value}]})


def owner_names(host: str, spellings: Iterable[Affixes] = ()) -> tuple[str, ...]:
    """Every name at which an owner of a name may be written, in the plain spelling and in others, sorted.

    A name that DNS cannot have (a label that is empty or has more than 63 characters) is left out: nothing is there.
    """
    names = {_twin(host, kind, affixes) for affixes in (Affixes(), *spellings) for kind in KINDS}
    return tuple(sorted(name for name in names if all(0 < len(label) <= _LONGEST_LABEL for label in name.split("."))))


def written_name(host: str, record_type: str, affixes: Affixes, version: tuple[int, int] | None) -> str:
    """The name at which a version writes the owner of an alias; all later ones read it there as well.

    Args:
        host: the public name.
        record_type: A or AAAA.
        affixes: how it spells such names.
        version: minor version, None when nobody knows.
    """
    a_kind = "a" if version and version >= _A_OF_ITS_OWN else "cname"
    return _twin(host, "aaaa" if record_type == "AAAA" else a_kind, affixes)


def covered_types(name: str, host: str, spellings: Iterable[Affixes] = ()) -> tuple[str, ...]:
    """The record types whose owner a TXT record of some name says; a name without a kind speaks for an A record.

    Until 0.21 an A alias is marked as a CNAME, and until 0.17 by the plain name as well.
    """
    for affixes in (Affixes(), *spellings):
        for kind in KINDS:
            if _twin(host, kind, affixes) == name:
                return ("AAAA",) if kind == "aaaa" else ("A",)
    return ()


def mark_of(record: RecordSet) -> Mark | None:
    """What a record set says about an owner; None when it is no TXT record, or is about something else."""
    if record.type != "TXT":
        return None
    for value in record.raw.get("ResourceRecords", ()):
        text = _text(str(value["Value"]))
        parts = dict(part.split("=", 1) for part in text.split(",") if "=" in part)
        heritage = parts.pop("heritage", "")
        if heritage:
            labels = {key.removeprefix(f"{heritage}/"): label for key, label in parts.items()}
            return Mark(record, heritage, labels.pop("owner", ""), labels.pop("resource", ""), labels)
        if _is_sealed(text):
            return Mark(record, "")
    return None


def _twin(host: str, kind: str, affixes: Affixes) -> str:
    label, dot, rest = host.lower().partition(".")
    if affixes.wildcard and label == "*":
        label = affixes.wildcard
    if kind and _TEMPLATE not in affixes.prefix + affixes.suffix:
        label = f"{kind}-{label}"
    prefix, suffix = (affix.replace(_TEMPLATE, kind) for affix in (affixes.prefix, affixes.suffix))
    return f"{prefix}{label}{suffix}{dot}{rest}"


def _text(value: str) -> str:
    """A TXT value as one text: its strings (of 255 characters at most) without quotes, joined."""
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', value)
    joined = "".join(strings) if strings else value
    return re.sub(r"\\(.)", r"\1", joined)


def _is_sealed(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) > _SEALED
    except (binascii.Error, ValueError):
        return False
