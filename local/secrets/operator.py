"""What every operator of secrets has in common: it works only while its own pods do, and tries again what failed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from local.cluster.controller import Controller
from local.cluster.informer import key_of

if TYPE_CHECKING:
    from local.cluster.informer import Informer, Key
    from local.cluster.objects import Json
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

DEPLOYMENTS = "deployments.apps"


@dataclass(frozen=True)
class Failure:
    """An entry of an operator's log, without any value. ``time`` is in seconds since the epoch."""

    time: float
    key: Key
    message: str


class Operator(Controller):
    """A reconcile loop that lives in a cluster because a Deployment of its image has a ready replica there.

    Args:
        kernel: virtual time.
        api: the cluster's API server.
        informer: the shared cache.
    """

    image: ClassVar[str]
    """The last part of the image's name, without its tag."""
    first_retry: ClassVar[float]
    """Seconds after the first failure; each further one doubles them."""
    last_retry: ClassVar[float]

    def __init__(self, kernel: Kernel, api: ApiServer, informer: Informer) -> None:
        self.errors: deque[Failure] = deque(maxlen=1000)
        """What went wrong, oldest first."""
        self.home: Json | None = None
        """The Deployment that runs it, while a replica is ready."""
        self._misses: dict[Key, int] = {}
        super().__init__(kernel, api, informer)

    @property
    def runs(self) -> bool:
        """Whether it works at the moment."""
        return self.home is not None

    def on_change(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        """Look at its own Deployment, and at what it reconciles."""
        if resource == DEPLOYMENTS and is_image_of(obj, self.image):
            there = event != "DELETED" and (obj.get("status") or {}).get("readyReplicas", 0) > 0
            began = there and self.home is None
            self.home = obj if there else None
            if began:
                self.begin()
        super().on_change(event, resource, obj, before)

    def begin(self) -> None:
        """A new process: everything is reconciled once, in the order in which the API server lists it."""
        self._misses.clear()
        for key in sorted(key_of(one) for one in self.informer.every(self.resource)):
            self.wake(key)

    def reconcile(self, key: Key) -> None:
        """Work at a key, if the operator works."""
        obj = self.informer.get(self.resource, key)
        if self.runs and obj is not None:
            self.work(key, obj)

    def work(self, key: Key, obj: Json) -> None:
        """Make the next move for an object that is there."""
        raise NotImplementedError

    def failed(self, key: Key, message: str) -> None:
        """Note what went wrong and try again later; ``message`` holds no value."""
        misses = self._misses[key] = self._misses.get(key, 0) + 1
        self.errors.append(Failure(self.kernel.now(), key, message))
        self.wake(key, min(self.first_retry * 2.0 ** (misses - 1), self.last_retry))

    def worked(self, key: Key) -> None:
        """The next failure is the first again."""
        self._misses.pop(key, None)


def is_image_of(workload: Json, image: str) -> bool:
    """Whether a container of a workload's template has an image of that name."""
    containers = workload["spec"]["template"]["spec"].get("containers") or ()
    return any(_name(str(one.get("image", ""))) == image for one in containers)


def _name(image: str) -> str:
    return image.rpartition("/")[2].partition("@")[0].partition(":")[0]
