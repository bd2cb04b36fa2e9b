"""Who a run is: its id outlives attempts, executions are named after it, and every write carries its fencing token."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from norikae.errors import BadRequestError

EXECUTION_NAME_LIMIT = 80
"""Step Functions: 1 to 80 characters (API reference, StartExecution)."""

_ATTEMPT = re.compile(r"^(?P<run>.+)-a(?P<attempt>[1-9][0-9]{0,2})$")
_HASH_LENGTH = 8
_RUN_LIMIT = EXECUTION_NAME_LIMIT - len("-a999-") - _HASH_LENGTH


@dataclass(frozen=True, slots=True)
class Writer:
    """The execution in whose name something is written.

    Args:
        run: the run's id.
        attempt: 1 for the first execution of the run.
        token: the fencing token of the environment's lease; an older one is refused by the table.
        application: whose lease a shift holds besides; "" for the machines that move none.
        lease: the fencing token of that lease.
    """

    run: str
    attempt: int
    token: int
    application: str = ""
    lease: int = 0

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Writer":
        """The writer that a state machine's payload names.

        Raises:
            BadRequestError: a field is missing or of the wrong type.
        """
        try:
            writer = cls(run=str(event["run"]), attempt=int(event["attempt"]), token=int(event["token"]))
            if "lease" not in event:
                return writer
            return replace(writer, application=str(event["application"]), lease=int(event["lease"]))
        except (KeyError, TypeError, ValueError) as error:
            raise BadRequestError(f"payload: {error}; run, attempt and token come from Plan upgrade") from error

    def answer(self) -> dict[str, Any]:
        """The same as fields of a state machine's payload."""
        return {"run": self.run, "attempt": self.attempt, "token": self.token, **self._shift()}

    def _shift(self) -> dict[str, Any]:
        return {"application": self.application, "lease": self.lease} if self.lease else {}


def run_of_execution(execution_name: str, environment: str, version: str) -> tuple[str, int]:
    """The run's id and the attempt that an execution's name stands for.

    A name ``<run>-a<attempt>`` says both. Any other name (the console proposes a UUID) is the first attempt of a run
    that is named after the environment, the version and that name.
    """
    named = _ATTEMPT.match(execution_name)
    if named and len(named["run"]) <= _RUN_LIMIT:
        return named["run"], int(named["attempt"])
    return f"{environment[:41]}-{version.replace('.', '-')}-{short_hash(execution_name)}", 1


def shift_execution_name(writer: Writer, application: str, turn: int) -> str:
    """The name of a child execution; a new turn gives a new one, since names are used up for 90 days."""
    return f"{writer.run}-a{writer.attempt}-{short_hash(f'{application}/{writer.token}/{turn}')}"


def short_hash(text: str) -> str:
    """Eight hexadecimal digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]
