"""Running every check, none of which can make another one disappear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.errors import TransientError
from norikae.preflight.checks import (
    addons,
    applications_ready,
    authentication_mode,
    dns_ownership,
    external_dns,
    host_names,
    insights,
    irsa,
    keep_alive,
    leased_names,
    locks,
    removed_apis,
    singletons,
    subnet_addresses,
    versions,
)
from norikae.preflight.finding import Finding, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from norikae.preflight.ground import Ground

    Check = Callable[[Ground], Iterator[Finding]]

CHECKS: Mapping[str, Check] = {
    "versions": versions.check,
    "authentication-mode": authentication_mode.check,
    "addons": addons.check,
    "removed-apis": removed_apis.check,
    "insights": insights.check,
    "subnet-addresses": subnet_addresses.check,
    "applications-ready": applications_ready.check,
    "singletons": singletons.check,
    "irsa": irsa.check,
    "host-names": host_names.check,
    "keep-alive": keep_alive.check,
    "dns-ownership": dns_ownership.check,
    "external-dns": external_dns.check,
    "leased-names": leased_names.check,
    "locks": locks.check,
}
"""Every check by its name; the names are what people read in reports."""


def run_checks(ground: Ground, checks: Mapping[str, Check] = CHECKS) -> tuple[Finding, ...]:
    """Every finding of every check, worst first; a check that fails is an unknown, and an unknown blocks.

    Raises:
        TransientError: the world could not be read just now; the state machine tries again before anyone is asked.
    """
    findings: list[Finding] = []
    for name, check in checks.items():
        try:
            findings.extend(check(ground))  # what was found before an error stays
        except TransientError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong, this check has not passed
            findings.append(_unknown(name, error))
    return in_order(findings)


def may_start(findings: tuple[Finding, ...]) -> bool:
    """Whether nothing among the findings keeps the upgrade from starting."""
    return not any(finding.blocks for finding in findings)


def _unknown(check: str, error: Exception) -> Finding:
    return Finding(
        check=check,
        severity="unknown",
        subject=check,
        text=f"the check could not be made: {type(error).__name__}: {error}",
        remedy="make what it reads readable, then start the upgrade again",
    )
