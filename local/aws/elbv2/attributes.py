"""The attributes of load balancers and target groups, and what values they take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.aws.elbv2.records import Json

RANGES = {
    "client_keep_alive.seconds": (60, 604800),
    "deregistration_delay.timeout_seconds": (0, 3600),
    "idle_timeout.timeout_seconds": (1, 4000),
    "slow_start.duration_seconds": (0, 900),
}
"""The valid seconds, from the texts of LoadBalancerAttribute and TargetGroupAttribute in botocore's model."""
LOGGING, LOG_BUCKET, LOG_PREFIX = "access_logs.s3.enabled", "access_logs.s3.bucket", "access_logs.s3.prefix"


def write_attributes(attributes: dict[str, str], changes: Sequence[Json], kind: str) -> None:
    """Change attributes by name, all or none.

    Raises:
        AwsError: ValidationError for an attribute that this world does not know; InvalidConfigurationRequest for a
            value that it cannot have, and for access logs without a bucket.
    """
    unknown = [change["Key"] for change in changes if change["Key"] not in attributes]
    if unknown:
        raise AwsError("ValidationError", f"{kind.capitalize()} attribute key '{unknown[0]}' is not recognized")
    wanted = {change["Key"]: change["Value"] for change in changes}
    for key, value in wanted.items():
        _check(key, value)
    if _logs({**attributes, **wanted}) and not {**attributes, **wanted}[LOG_BUCKET]:
        raise AwsError("InvalidConfigurationRequest", f"'{LOG_BUCKET}' is required when access logs are enabled")
    attributes.update(wanted)


def _check(key: str, value: str) -> None:
    low, high = RANGES.get(key, (0, 0))
    if key in RANGES and not (value.isdecimal() and low <= int(value) <= high):
        raise AwsError("InvalidConfigurationRequest", f"'{key}' must be between {low} and {high} inclusive")
    if key.endswith(".enabled") and value not in ("true", "false"):
        raise AwsError("InvalidConfigurationRequest", f"'{key}' must be true or false")
    if key == LOG_PREFIX and "AWSLogs" in value:
        raise AwsError("InvalidConfigurationRequest", f"'{key}' must not contain AWSLogs")


def _logs(attributes: Mapping[str, str]) -> bool:
    return attributes.get(LOGGING) == "true"
