"""Which Kubernetes API versions stop being served, and when.

The table is ``removals.csv`` beside this module: every API version that Kubernetes removes from 1.31 on; EKS runs
nothing older. Sources: ``zz_generated.prerelease-lifecycle.go`` of kubernetes/api (tags up to 0.37), and the
deprecation guide for 1.32. A version that left the source earlier than it was announced counts from when it left.
``planned`` rows are announcements, and announcements have moved both ways before.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("removals.csv")


@dataclass(frozen=True, slots=True)
class Removal:
    """One kind in one API version.

    Args:
        api_version: ``group/version``.
        kind: as in manifests.
        resource: ``plural.group``; empty for kinds that are never stored, such as reviews.
        removed_in: the first Kubernetes version that does not serve it.
        replacement: the ``group/version`` to use instead; empty when there is none.
        planned: only announced; the version has not been released when the table was made.
    """

    api_version: str
    kind: str
    resource: str
    removed_in: str
    replacement: str
    planned: bool

    def __str__(self) -> str:
        return f"{self.kind} {self.api_version}"


@cache
def removals() -> tuple[Removal, ...]:
    """The table, read once per process."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Removal(
                api_version=f"{row['group']}/{row['version']}",
                kind=row["kind"],
                resource=f"{row['plural']}.{row['group']}" if row["plural"] else "",
                removed_in=row["removed_in"],
                replacement=row["replacement"],
                planned=row["certainty"] == "planned",
            )
            for row in csv.DictReader(file)
        )
