"""Secrets and their versions, and how staging labels move between these.

Source: Secrets Manager API reference, PutSecretValue and UpdateSecretVersionStage; user guide, "What's in a secret".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
MOST_UNLABELLED = 100
DAY = 86400


@dataclass(slots=True)
class Version:
    """One version; its value never changes, its labels do.

    Args:
        id: its id.
        created: when, in seconds since the epoch.
        text: the value as a SecretString, or None.
        binary: the value as a SecretBinary, or None.
        stages: the labels, in the order in which they came.
    """

    id: str
    created: float
    text: str | None = field(default=None, repr=False)
    binary: bytes | None = field(default=None, repr=False)
    stages: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Secret:
    """One secret.

    Args:
        name: its name.
        arn: with the six random characters.
        created: when, in seconds since the epoch.
        changed: when anything of it changed last.
        description: what people wrote.
        key: KmsKeyId, or "" for the account's own key.
        tags: key to value.
        versions: by id, in the order of their making.
        gone_at: when it is gone for good; None while it is not marked for deletion.
        primary_region: the region that it is a replica of; "" when it is at home here.
    """

    name: str
    arn: str
    created: float
    changed: float
    description: str = ""
    key: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    versions: dict[str, Version] = field(default_factory=dict)
    gone_at: float | None = None
    primary_region: str = ""

    def labelled(self, stage: str) -> Version | None:
        """The one version that has a label."""
        return next((one for one in self.versions.values() if stage in one.stages), None)

    def attach(self, stage: str, version: Version) -> bool:
        """A label is on this version and on no other; AWSPREVIOUS follows AWSCURRENT.

        Returns:
            Whether anything moved.
        """
        before = self.labelled(stage)
        if before is version:
            return False
        if before is not None:
            before.stages.remove(stage)
        version.stages.append(stage)
        if stage == CURRENT:
            if PREVIOUS in version.stages:
                version.stages.remove(PREVIOUS)
            if before is not None:
                self.attach(PREVIOUS, before)
        return True

    def forget(self, now: float) -> None:
        """Versions without a label go when there are more than 100, but none of the last day."""
        bare = [one for one in self.versions.values() if not one.stages]
        for one in bare[: max(0, len(bare) - MOST_UNLABELLED)]:
            if one.created < now - DAY:
                del self.versions[one.id]

    def shown(self) -> dict[str, Any]:
        """As DescribeSecret shows it; members without a value are left out."""
        optional = {
            "Description": self.description,
            "KmsKeyId": self.key,
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags.items()],
            "VersionIdsToStages": {one.id: list(one.stages) for one in self.versions.values() if one.stages},
            "PrimaryRegion": self.primary_region,
        }
        return {
            "ARN": self.arn,
            "Name": self.name,
            "CreatedDate": datetime.fromtimestamp(self.created, UTC),
            "LastChangedDate": datetime.fromtimestamp(self.changed, UTC),
            **({"DeletedDate": datetime.fromtimestamp(self.gone_at, UTC)} if self.gone_at is not None else {}),
            **{name: value for name, value in optional.items() if value},
        }
