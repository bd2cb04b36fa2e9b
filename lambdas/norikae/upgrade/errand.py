"""What a person starts by a command and no run needs: it has the environment for itself meanwhile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from norikae.errors import BadRequestError
from norikae.ports import Ports
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import take_lease

Request = TypeVar("Request")


def read_request(request: Mapping[str, Any], kind: type[Request]) -> Request:
    """The input of an errand's execution.

    Raises:
        BadRequestError: a field is of the wrong type.
    """
    try:
        return msgspec.convert(dict(request), kind)
    except msgspec.ValidationError as error:
        raise BadRequestError(f"input: {error}; docs/console.md has the command") from error


def is_over(ports: Ports, started_at: str, deadline_seconds: int) -> bool:
    """Whether an execution has lived for longer than its deadline.

    Args:
        ports: the world.
        started_at: when it was started, as Step Functions writes instants (RFC 3339).
        deadline_seconds: how long it may take.
    """
    return ports.now - datetime.fromisoformat(started_at).timestamp() > deadline_seconds


def take_environment(ports: Ports, execution: str) -> Writer:
    """The environment's lease is this execution's, so that no run is open meanwhile.

    Args:
        ports: the world.
        execution: ARN of the errand's execution; its name stands for the run.

    Raises:
        LeaseHeldError: a run, or another errand, is going on.
    """
    lease = take_lease(ports, "", execution, execution.rpartition(":")[2])
    return Writer(run=lease.run, attempt=1, token=lease.token)
