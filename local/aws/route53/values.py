"""What Route 53 accepts as the value of a record, by type."""

from __future__ import annotations

import ipaddress
import re

_STRING = r'"(?:[^"\\]|\\.)*"'
_STRINGS = re.compile(rf"{_STRING}(?:\s+{_STRING})*")
_MAX_STRING = 255
_MAX_LABEL = 63


def problem(kind: str, value: str) -> str:
    """Why Route 53 refuses a value; empty when it does not.

    Args:
        kind: A, AAAA, CNAME or TXT.
        value: the value as the caller wrote it.
    """
    found = _PROBLEMS[kind](value)
    return f"Invalid Resource Record: 'FATAL problem: {found} encountered with '{value}''" if found else ""


def _ipv4(value: str) -> str:
    try:
        ipaddress.IPv4Address(value)
    except ValueError:
        return "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"
    return ""


def _ipv6(value: str) -> str:
    try:
        ipaddress.IPv6Address(value)
    except ValueError:
        return "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"
    return ""


def _name(value: str) -> str:
    if not value.rstrip("."):
        return "DomainNameEmpty (Domain name is empty)"
    labels = value.rstrip(".").split(".")
    if not all(labels):
        return "DomainLabelEmpty (Domain label is empty)"
    return "DomainLabelTooLong (Domain label is too long)" if any(len(label) > _MAX_LABEL for label in labels) else ""


def _text(value: str) -> str:
    if not _STRINGS.fullmatch(value):
        return "InvalidCharacterString (Value should be enclosed in quotation marks)"
    too_long = any(len(string) - 2 > _MAX_STRING for string in re.findall(_STRING, value))
    return "CharacterStringTooLong (Value is too long)" if too_long else ""


_PROBLEMS = {"A": _ipv4, "AAAA": _ipv6, "CNAME": _name, "TXT": _text}
