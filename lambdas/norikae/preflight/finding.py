"""What a check says about one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["blocker", "unknown", "warning", "note"]

BLOCKING: frozenset[Severity] = frozenset({"blocker", "unknown"})
"""Not knowing is not passing."""

ORDER: tuple[Severity, ...] = ("blocker", "unknown", "warning", "note")


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason to think before an upgrade starts.

    Args:
        check: which check found it, such as ``host-names``.
        severity: blocker and unknown keep the upgrade from starting.
        subject: the thing that it is about, such as ``Ingress shop/web``.
        text: what is the case.
        remedy: what would make it go away.
    """

    check: str
    severity: Severity
    subject: str
    text: str
    remedy: str = ""

    @property
    def blocks(self) -> bool:
        """Whether the upgrade must not start with this."""
        return self.severity in BLOCKING


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Worst first; equal ones by check and subject, so that the same world always reads the same."""
    return tuple(sorted(findings, key=lambda f: (ORDER.index(f.severity), f.check, f.subject, f.text)))
