"""What a run needs of the world: its table, the executions, a place for evidence and a way to tell people."""

from typing import Any, Protocol, TypeVar

import msgspec

from norikae.errors import BadRequestError
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import ExecutionStatus, Lease
from norikae.upgrade.state import ClustersItem, Event, PlanItem

T = TypeVar("T")


class RunTable(Protocol):
    """The one table. Items are values of ``norikae.upgrade.state``, stored whole."""

    def lease(self, key: str) -> Lease | None:
        """The lease of an environment (``""``) or of an application (its name)."""

    def take(self, key: str, lease: Lease, *, instead_of: Lease | None) -> None:
        """Write a lease if it still is what was read; ConflictError otherwise."""

    def release(self, key: str, holder: str) -> bool:
        """Free a lease; False (and no write) when that execution does not hold it. The token is kept."""

    def read(self, run: str, item: str, kind: type[T]) -> T | None:
        """One item of a run, consistently."""

    def read_all(self, run: str, prefix: str, kind: type[T]) -> list[T]:
        """All items of a run whose key begins so, in key order."""

    def write(self, writer: Writer, item: str, value: object) -> None:
        """Write an item of the run; StaleWriterError when the writer's token is not the environment lease's."""

    def write_unfenced(self, run: str, item: str, value: object) -> None:
        """Write an item that operators own (flags, approvals' ends)."""

    def swap(self, run: str, item: str, value: object, *, instead_of: object) -> None:
        """Write an item of operators if it still is what was read, None for nothing; ConflictError otherwise."""

    def delete(self, run: str, item: str, *, only: object = None) -> None:
        """Remove an item that has had its effect; with ``only`` nothing when it is another one by now."""

    def environment(self, item: str, kind: type[T]) -> T | None:
        """One item of the environment (``CLUSTERS``)."""

    def write_environment(self, writer: Writer, item: str, value: object) -> None:
        """Write an item of the environment, fenced like ``write``."""

    def log(self, run: str, event: Event) -> None:
        """Append to the audit trail of a run, or of the environment (``""``); the same event again changes nothing."""


class Executions(Protocol):
    """The executions of our own machines."""

    def status(self, execution: str) -> ExecutionStatus:
        """How an execution fares; UNKNOWN when Step Functions does not know it (any more)."""

    def start(self, machine: str, name: str, request: dict[str, Any]) -> bool:
        """Start an execution of one of our machines; False when one of that name runs or ran."""

    def succeed(self, task_token: str, output: dict[str, Any]) -> bool:
        """Hand a waiting task its answer; False when it does not wait any more."""


class Topic(Protocol):
    """Where people read."""

    def tell(self, subject: str, message: dict[str, Any]) -> None:
        """Publish one message, at least once."""


class Evidence(Protocol):
    """Where plans, findings and reports are kept."""

    def keep(self, key: str, document: dict[str, Any]) -> str:
        """Store a JSON document under ``<run>/<key>``; where it lies."""


def read_clusters(table: RunTable, adopted: str) -> ClustersItem:
    """The record of clusters; while it knows none that serves, that is the one of the environment file.

    Args:
        table: the table.
        adopted: ``clusters.adopt`` of the environment file.
    """
    found = table.environment("CLUSTERS", ClustersItem) or ClustersItem(blue=adopted)
    return found if found.blue else msgspec.structs.replace(found, blue=adopted)


def read_plan(table: RunTable, run: str) -> PlanItem:
    """The plan of a run and its hash.

    Raises:
        BadRequestError: the run has none.
    """
    stored = table.read(run, "PLAN", PlanItem)
    if stored is None:
        raise BadRequestError(f"run {run!r} has no plan; runs begin with an execution of the upgrade machine")
    return stored
