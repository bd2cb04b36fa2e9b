"""Whether a value of a secret is anywhere that it should not be, while a world lives and when its story is over.

What is found is named by its sink and its place, never by what is there: that would be one more sink.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.demo.checks import Check
from local.demo.sink_watch import Leaks, named
from local.sinks import SECRETS, Place, objects, of_files, sinks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from local.canary import Canary
    from local.kubernetes.api import ApiServer
    from local.kubernetes.store import Change
    from local.world import World

LOOK_SECONDS = 5


class CanaryWatch:
    """Looks at every object that a cluster stores, from now on, and at every other sink at the end.

    Args:
        world: whose.
        canary: what only values of secrets have.
    """

    def __init__(self, world: World, canary: Canary) -> None:
        self._world, self._canary = world, canary
        self.leaks: Leaks = {}
        self.searched: dict[str, int] = {}
        """How many places were searched, by sink."""
        self.holders: set[tuple[str, str]] = set()
        """Clusters and Secrets that had a value, as they should."""
        self._watched: set[str] = set()
        self._look()
        world.kernel.every(LOOK_SECONDS, self._look)

    def search(self, files: Mapping[str, str] = {}) -> None:
        """Search everything that is there now.

        Args:
            files: texts that somebody is given besides, by name.
        """
        self._search(sinks(self._world))
        self.read(files)

    def read(self, files: Mapping[str, str]) -> None:
        """Search what somebody is given; the world may be gone by then.

        Args:
            files: texts by name.
        """
        self._search(of_files(files))

    def check(self) -> Check:
        """That no value was found, and that the search would have found one."""
        name = "no value of a secret is anywhere but in the clusters' Secrets"
        if self.leaks:
            return Check(name, False, named(self.leaks))
        places_count = sum(self.searched.values())
        detail = f"{len(self.holders)} Secrets have them; {places_count:,} places of {len(self.searched)} kinds do not"
        return Check(name, bool(self.holders), detail)

    def _look(self) -> None:
        """A cluster that is new is watched from the first look on; what it has by then is searched once."""
        for name, cluster in self._world.clusters.items():
            if name not in self._watched:
                self._watched.add(name)
                self._watch(name, cluster.api)

    def _watch(self, name: str, api: ApiServer) -> None:
        self._search(objects(api, name))
        for secret in api.list(SECRETS):
            self._hold(name, secret["metadata"], repr(secret))
        api.store.observe(lambda change: self._changed(name, change))

    def _changed(self, cluster: str, change: Change) -> None:
        body = change.after.body
        meta, text = body["metadata"], repr(body)
        if change.resource != SECRETS:
            where = f"{cluster} {change.resource} {meta.get('namespace', '')}/{meta['name']}"
            self._search([Place("clusters", where, text)])
            return
        self._hold(cluster, meta, text)
        self._search([Place("annotations of Secrets", f"{cluster} {meta.get('namespace')}/{meta['name']}", repr(meta))])

    def _hold(self, cluster: str, meta: Mapping[str, str], text: str) -> None:
        if self._canary.is_in(text):
            self.holders.add((cluster, f"{meta.get('namespace')}/{meta['name']}"))

    def _search(self, places: Iterable[Place]) -> None:
        for place in places:
            self.searched[place.sink] = self.searched.get(place.sink, 0) + 1
            if self._canary.is_in(place.content):
                self.leaks[(place.sink, place.where)] = None
