"""What every part of an environment file shares, and the kinds of values that several parts use."""

from typing import Annotated

import msgspec

Seconds = Annotated[int, msgspec.Meta(extra_json_schema={"format": "duration"})]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
WholePercent = Annotated[int, msgspec.Meta(ge=1, le=100)]
Version = Annotated[
    str, msgspec.Meta(pattern=r"^1\.[1-9][0-9]$", description='A Kubernetes minor version such as "1.35".')
]
Name = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,40}$", description="Lower-case letters, digits and dashes.")
]
StackName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z][a-z0-9-]{0,24}$",
        # CloudFormation puts 33 characters of a stack's name before a queue's (80, less 14 of its own, halved: as seen,
        # AWS does not say), and a boundary knows the stack's queues by norikae-<environment>-.
        description="Lower-case letters, digits and dashes, 25 at most.",
    ),
]
RoleArn = Annotated[str, msgspec.Meta(pattern=r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+$")]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the environment file: immutable, and closed to keys whose feature does not exist."""
