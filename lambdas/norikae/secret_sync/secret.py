"""A secret of Secrets Manager: what is known of it without its value, and its value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from norikae.secret_sync.sealed import Sealed

NAMESPACES_TAG = "norikae.dev/namespaces"
"""The tag by which the owner of a secret says which namespaces may have it: their names, with a space between."""
ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):secretsmanager:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):secret:(?P<name>.+)"
)
SUFFIX = re.compile(r"-[A-Za-z0-9]{6}$")
"""What Secrets Manager appends to a name in an ARN (Secrets Manager API reference, CreateSecret)."""


@dataclass(frozen=True, slots=True)
class Described:
    """What DescribeSecret says.

    Args:
        arn: the whole ARN, with the suffix.
        name: the name.
        current: the id of the version that has the label AWSCURRENT; "" when none has.
        namespaces: the namespaces that its tag ``norikae.dev/namespaces`` names.
        deleted_at: when it was marked for deletion, in seconds since the epoch; None when it is not.
        primary_region: the region that it is a replica of; "" when it is at home here.
    """

    arn: str
    name: str
    current: str
    namespaces: frozenset[str] = frozenset()
    deleted_at: float | None = None
    primary_region: str = ""

    def is_meant_by(self, reference: str) -> bool:
        """Whether a name, a whole ARN or an ARN without its suffix names this secret.

        Args:
            reference: as somebody wrote it.
        """
        return reference in {self.name, self.arn, SUFFIX.sub("", self.arn)}


@dataclass(frozen=True, slots=True)
class Value:
    """What GetSecretValue says.

    Args:
        version: the version's id.
        content: the value.
        binary: whether it is a SecretBinary, not a SecretString.
    """

    version: str
    content: Sealed
    binary: bool = False
