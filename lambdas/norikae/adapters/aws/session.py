"""One boto3 session per process and one client per service, made when it is first asked for."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

PATIENCE = Config(
    connect_timeout=3,
    read_timeout=10,
    # Standard mode backs off with jitter and spends a quota, so a broken service is not hammered. Three attempts fit
    # into every function's timeout; the state machine's own Retry takes over after that.
    retries={"mode": "standard", "total_max_attempts": 3},
)
"""Timeouts in seconds and attempts of every AWS call (botocore guide, "Retries", standard mode)."""


@cache
def session() -> boto3.Session:
    """The process's session: region and credentials from the function's environment."""
    return boto3.Session()


@cache
def client(service: str, region: str | None = None) -> Any:
    """The client of a service, shared by every adapter in the process.

    Args:
        service: botocore's service name, such as ``eks``.
        region: another one than the session's, for a service that has only one.
    """
    return session().client(service, config=PATIENCE, region_name=region)
