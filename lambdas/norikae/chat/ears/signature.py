"""Codes that only somebody with the key can make."""

from __future__ import annotations

import hmac

SECONDS = 300
"""How far a request's time may be from ours (Slack, "Verifying requests from Slack")."""


def code(key: bytes, signed: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104)."""
    return hmac.digest(key, signed, "sha256")


def same(one: str, other: str) -> bool:
    """Whether two ASCII texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def is_near(sent: float, now: float) -> bool:
    """Whether a time is near enough to ours; a number too large for a float is not, and neither is NaN."""
    return now - SECONDS <= sent <= now + SECONDS
