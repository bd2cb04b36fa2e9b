"""What secret sync needs of the world: Secrets Manager, the clusters, its queue and its lines in the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from norikae.errors import NorikaeError
    from norikae.secret_sync.delivery import Delivery
    from norikae.secret_sync.letter import Letter
    from norikae.secret_sync.secret import Described, Value
    from norikae.secret_sync.stored import Stored, Wanted
    from norikae.secret_sync.target import Beside, Json, Kind


class Safe(Protocol):
    """Secrets Manager in the process's account and region."""

    def describe(self, secret: str) -> Described:
        """What is known of a secret without its value.

        Args:
            secret: a name, or an ARN with or without its suffix.

        Raises:
            NotFoundError: there is none.
            RefusedError: AWS denies it; the text has AWS's own.
            ThrottledError, UnreachableError: not now.
        """

    def current(self, secret: str) -> Value:
        """The value of the version that has AWSCURRENT at this moment; one GetSecretValue with its VersionStage.

        Args:
            secret: an ARN.

        Raises:
            NotFoundError: there is none, or no version has the label.
            RefusedError: AWS denies it, or it is marked for deletion; the text has AWS's own, never a value.
            ThrottledError, UnreachableError: not now.
        """


class Shelf(Protocol):
    """One cluster's API as secrets are carried to it.

    Reads and writes raise as ``norikae.cluster.ports.Kubernetes`` does, but no error holds anything of a body: API
    servers and webhooks echo what they were sent. A text has the verb, the place, the HTTP status and Kubernetes' own
    reason, such as ``PATCH secrets shop/db was answered 403 Forbidden``; for a RefusedError of the API server (403) the
    text ends with what right is missing.
    """

    def declared(self, kind: Kind | Beside) -> list[Json]:
        """All objects of a kind in all namespaces; none when the cluster does not know the kind."""

    def secret(self, namespace: str, name: str) -> Stored | None:
        """A Secret by name, or None."""

    def create(self, wanted: Wanted) -> None:
        """A Secret that is not there yet; ConflictError when it is."""

    def write(self, wanted: Wanted, *, instead_of: Stored, force: bool = True) -> None:
        """Server-side apply of data, type, labels and annotations as ``norikae-secrets``.

        ConflictError when the Secret is not the one that was read any more, or, without ``force``, when another field
        manager owns a field with another value.
        """

    def patch(self, kind: Kind, namespace: str, name: str, body: Json, *, instead_of: str, status: bool = False) -> str:
        """A merge patch of a declaration, or of its status; its new resourceVersion.

        Args:
            kind: of which kind.
            namespace: where.
            name: its name.
            body: what changes.
            instead_of: the resourceVersion that was read; ConflictError when it is another by now.
            status: whether it is the status subresource.
        """

    def workloads(self, namespace: str) -> list[Json]:
        """The Deployments, StatefulSets and DaemonSets of a namespace, each with its ``kind``."""

    def annotate_template(self, workload: Json, annotations: Mapping[str, str]) -> None:
        """Annotations of a workload's pod template; ConflictError when it is not the one that was read any more."""

    def together(self, calls: Iterable[Callable[[], object]]) -> list[object | NorikaeError]:
        """Make calls at once; the answers or errors in the order of the calls."""


class Letters(Protocol):
    """norikae's queue of secrets."""

    def send(self, letters: Sequence[Letter], *, after_seconds: int = 0) -> None:
        """Every letter is in the queue, at least once.

        Args:
            letters: any number.
            after_seconds: when they can be read, 0 to 900.
        """

    def redrive(self) -> str:
        """What is among the dead letters goes back to the queue; the id of the task that moves it.

        Raises:
            RefusedError: such a task runs already.
        """


class Deliveries(Protocol):
    """What became of secrets, in the table."""

    def of(self, secret: str) -> list[Delivery]:
        """The deliveries of a secret to any cluster, consistently.

        Args:
            secret: its ARN.
        """

    def write(self, delivery: Delivery, *, instead_of: Delivery | None) -> None:
        """Write one if what is there still is what was read; ConflictError otherwise. It is forgotten after weeks."""
