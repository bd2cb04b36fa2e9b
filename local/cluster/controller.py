"""What every controller has in common: a work queue that coalesces changes and retries what was refused."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, ClassVar

from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key
    from local.cluster.objects import Json
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

_log = logging.getLogger(__name__)
_FIRST_RETRY = 0.5
_LAST_RETRY = 300.0


class Controller:
    """A reconcile loop; each reconcile asks again for the deadline that its key waits for.

    Changes put a key into the queue; the key is reconciled once, a moment later, however many changes came. A refusal
    of the API server (a conflict, a quota, a webhook) is tried again with doubling delays, as client-go's rate limiter
    does. Nothing runs while nothing changes.

    Args:
        kernel: virtual time.
        api: the cluster's API server; used for writes.
        informer: the shared cache; used for reads.
    """

    name: ClassVar[str]
    resource: ClassVar[str]
    delay: ClassVar[float] = 0.1

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer) -> None:
        self.kernel, self.api, self.informer = kernel, api, informer
        self._due: dict[Key, float] = {}
        self._failures: dict[Key, int] = {}
        informer.listen(self.on_change)

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at a change; by default each change of the own resource wakes its key."""
        del event, before
        if resource == self.resource:
            self.wake((obj["metadata"].get("namespace", ""), obj["metadata"]["name"]))

    def reconcile(self, key: Key) -> None:
        """Make the next move for a key."""
        raise NotImplementedError

    def wake(self, key: Key, after: float | None = None) -> None:
        """Reconcile a key in ``after`` seconds, or sooner if it is due sooner anyway.

        A change made by a running invocation happens after the time that the invocation has spent already, so
        reactions are counted from there.
        """
        due = self.kernel.seconds() + (self.delay if after is None else after)
        if self._due.get(key, due + 1) <= due:
            return
        self._due[key] = due
        self.kernel.after(due - self.kernel.env.now, lambda: self._run(key, due))

    def _run(self, key: Key, due: float) -> None:
        if self._due.get(key) != due or self.informer.is_closed:
            return
        del self._due[key]
        try:
            self.reconcile(key)
        except ApiError as error:
            self._retry(key, error)
        else:
            self._failures.pop(key, None)

    def _retry(self, key: Key, error: ApiError) -> None:
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        _log.debug("%s %s: %s", self.name, key, error)
        self.wake(key, min(_FIRST_RETRY * 2 ** (failures - 1), _LAST_RETRY))
