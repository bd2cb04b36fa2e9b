"""One botocore session per process and one client per service, made when it is first asked for.

boto3 makes the same clients from such a session; what it adds, resources and transfers to S3, no function uses, and its
import alone would be a tenth of a cold start.
"""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session

PATIENCE = Config(
    connect_timeout=3,
    read_timeout=10,
    # Standard mode backs off with jitter and spends a quota, so a broken service is not hammered. Three attempts fit
    # into every function's timeout; the state machine's own Retry takes over after that.
    retries={"mode": "standard", "total_max_attempts": 3},
)
"""Timeouts in seconds and attempts of every AWS call (botocore guide, "Retries", standard mode)."""


@cache
def session() -> Session:
    """The process's session: region and credentials from the function's environment."""
    return Session()


@cache
def client(service: str, region: str | None = None) -> Any:
    """The client of a service, shared by every adapter in the process.

    Args:
        service: botocore's service name, such as ``eks``.
        region: another one than the session's, for a service that has only one.
    """
    return session().create_client(service, region_name=region, config=PATIENCE)
