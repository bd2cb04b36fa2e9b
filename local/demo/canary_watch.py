"""Whether a value of a secret is anywhere that it should not be, while a world lives and when its story is over.

What is found is named by its sink and its place, never by what is there: that would be one more sink.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.demo.sink_watch import SinkWatch
from local.sinks import SECRETS, Place, objects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.canary import Canary
    from local.kubernetes.api import ApiServer
    from local.kubernetes.store import Change
    from local.world import World

LOOK_SECONDS = 5


class Values:
    """The values of a world's secrets, and the Secrets that have them.

    Args:
        canary: what only values of secrets have.
    """

    name = "no value of a secret is anywhere but in the clusters' Secrets"

    def __init__(self, canary: Canary) -> None:
        self._canary = canary
        self.holders: set[tuple[str, str]] = set()
        """Clusters and Secrets that had a value, as they should."""

    def is_in(self, content: str | bytes) -> bool:
        """Whether a value, as it is or coded, is in something."""
        return self._canary.is_in(content)

    def may_be_at(self, place: Place) -> bool:
        """It belongs nowhere; Secrets are no sinks."""
        del place
        return False

    def exists(self) -> str:
        """How many Secrets have values."""
        return f"{len(self.holders)} Secrets have them" if self.holders else ""


class CanaryWatch(SinkWatch):
    """Looks at every object that a cluster stores, from now on; at every other sink when it is told to.

    Args:
        world: whose.
        canary: what only values of secrets have.
    """

    def __init__(self, world: World, canary: Canary) -> None:
        self._world, self._values = world, Values(canary)
        super().__init__(self._values)
        self._watched: set[str] = set()
        self._look()
        world.kernel.every(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        """A cluster that is new is watched from the first look on; what it has by then is searched once."""
        for name, cluster in self._world.clusters.items():
            if name not in self._watched:
                self._watched.add(name)
                self._watch(name, cluster.api)

    def _watch(self, name: str, api: ApiServer) -> None:
        for place in objects(api, name):
            self.see(place)
        for secret in api.list(SECRETS):
            self._hold(name, secret["metadata"], repr(secret))
        api.store.observe(lambda change: self._changed(name, change))

    def _changed(self, cluster: str, change: Change) -> None:
        body = change.after.body
        meta, text = body["metadata"], repr(body)
        if change.resource != SECRETS:
            self.see(Place("clusters", f"{cluster} {change.resource} {meta.get('namespace', '')}/{meta['name']}", text))
            return
        self._hold(cluster, meta, text)
        self.see(Place("annotations of Secrets", f"{cluster} {meta.get('namespace')}/{meta['name']}", repr(meta)))

    def _hold(self, cluster: str, meta: Mapping[str, str], text: str) -> None:
        if self._values.is_in(text):
            self._values.holders.add((cluster, f"{meta.get('namespace')}/{meta['name']}"))
