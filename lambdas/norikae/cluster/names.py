"""What clusters and the things in them are called."""

from __future__ import annotations

import hashlib
import string
from typing import TYPE_CHECKING

from norikae.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection

ENVIRONMENT_TAG = "norikae:environment"
RUN_TAG = "norikae:run"
ROLE_TAG = "norikae:role"
ADMIN_GROUP = "norikae:admin"
"""Stands for EKS's admin policy; Kubernetes itself knows no such group."""
HUB_GROUP = "norikae:hub"
"""Has rights in the cluster of a central Argo CD only."""


def next_name(prefix: str, version: str, taken: Collection[str]) -> str:
    """The next free ``<prefix>-<version>-<letter>``, such as "demo-1-35-a".

    Args:
        prefix: the environment's prefix.
        version: a Kubernetes minor version such as "1.35".
        taken: names that exist, in any environment of the account and region.

    Raises:
        RefusedError: all 26 letters are taken.
    """
    stem = f"{prefix}-{version.replace('.', '-')}"
    for letter in string.ascii_lowercase:
        if f"{stem}-{letter}" not in taken:
            return f"{stem}-{letter}"
    raise RefusedError(f"every name from {stem}-a to {stem}-z is taken; delete clusters that nobody needs")


def request_token(run: str, thing: str) -> str:
    """The same token for the same thing of the same run, so that a creation that is sent twice happens once."""
    return hashlib.sha256(f"{run}/{thing}".encode()).hexdigest()[:32]
