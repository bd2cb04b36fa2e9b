"""A wave that waits to be compared: what Argo CD renders for green, what lives on blue, and who looks."""

from __future__ import annotations

import base64
import copy
from typing import Any

import msgspec

from norikae.argocd.home import IN_CLUSTER
from norikae.argocd.manifests import TOKEN_SECRET
from norikae.argocd.root import root_application
from norikae.compare.difference import Difference
from norikae.compare.wave import read_wave
from norikae.environment import ArgoCd, ExpectedDifference
from norikae.upgrade.compare import compare_wave
from norikae.upgrade.pin import pinned
from norikae.upgrade.state import ApprovedItem
from norikae.upgrade.sync_state import DiffItem, PinItem, WaveItem
from tests.unit.fakes.beginning import Beginning
from tests.unit.fakes.demo import SHA, namespace
from tests.unit.fakes.story import APP, BLUE, GREEN, RUN

Json = dict[str, Any]
IN_SHOP = {"server": IN_CLUSTER, "namespace": "shop"}


def config_map(name: str = "billing", place: str = "shop", **data: str) -> Json:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": place}, "data": data}


def resource(obj: Json) -> Json:
    """An object as an Argo CD application lists it."""
    group = obj["apiVersion"].rpartition("/")[0]
    named = {"group": group, "kind": obj["kind"], "name": obj["metadata"]["name"], "status": "Synced"}
    return {**named, **{key: value for key, value in obj["metadata"].items() if key == "namespace"}}


class Wave(Beginning):
    """Green's applications are there, nothing is synced, and the next wave is one application."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.writer = self.starts()
        self.green_is_synced()
        self.green.put(root_application(self.argocd, GREEN, SHA))
        self.green.account_tokens["a token"] = "norikae"
        token = base64.b64encode(b"a token").decode()
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": TOKEN_SECRET, "namespace": "argocd"}}
        self.green.put({**secret, "data": {"token": token}})
        for place in ("argocd", "shop"):
            self.green.put(namespace(place))
        for cluster in (self.green, self.blue):
            self._change(cluster, APP, lambda app: app["spec"].update(destination=IN_SHOP))
        self.lives()
        self.renders()
        self.waits_for(APP)

    @property
    def argocd(self) -> ArgoCd:
        argocd: ArgoCd = self.ports.environment.argocd
        return argocd

    def waits_for(self, *names: str, phase: str = "sync-applications") -> None:
        """The sync functions say what they would sync next."""
        wave = WaveItem(phase=phase, applications=names, revision=pinned(self.ports, RUN))
        self.ports.table.write(self.writer, "WAVE", wave)

    def renders(self, *objects: Json, app: str = APP, revision: str = SHA) -> None:
        """What Git has for an application at a commit, as argocd-server tells it."""
        self.green.rendered[app, revision] = list(objects)

    def lives(self, *objects: Json, app: str = APP, listed: tuple[Json, ...] | None = None) -> None:
        """What blue's application consists of; every object of it lives there, except Secrets, which nobody reads."""
        named = objects if listed is None else listed
        self._change(self.blue, app, lambda stored: stored["status"].update(resources=[*map(resource, named)]))
        for obj in objects:
            if obj["kind"] != "Secret":
                self.blue.put(obj)

    def green_application(self, app: str = APP, **spec: Any) -> None:
        """Green's application has other fields than the usual ones."""
        self._change(self.green, app, lambda stored: stored["spec"].update(spec))

    def blue_syncs(self, revision: str, status: str = "Synced") -> None:
        """Blue's root application is at another commit."""
        sync = {"status": status, "revision": revision}
        self._change(self.blue, "root", lambda stored: stored["status"].update(sync=sync))

    def has(self, *rules: ExpectedDifference, deletions: int = 0, policy: str = "unexpected-only") -> None:
        """The environment file has rules for differences."""
        environment = self.ports.environment
        differences = msgspec.structs.replace(environment.argocd.differences, expected=rules, deletions=deletions)
        self.ports.environment = msgspec.structs.replace(
            environment,
            argocd=msgspec.structs.replace(environment.argocd, differences=differences),
            approvals=msgspec.structs.replace(environment.approvals, sync=policy),
        )

    def compared(self) -> dict[str, Any]:
        """One look by Compare wave; its answer."""
        return compare_wave(self.ports, self.writer)

    def differences(self) -> list[Difference]:
        """What differs, as Compare wave sees it."""
        wave = self.ports.table.read(RUN, "WAVE", WaveItem)
        assert wave is not None
        return read_wave(self.ports, self.plan(), wave.applications, SHA).differences(self.ports.environment)

    def unexpected(self) -> list[tuple[str, str, str, str]]:
        """What nobody expects: what, kind, name, path."""
        return [(one.what, one.kind, one.name, one.path) for one in self.differences() if one.is_unexpected]

    def notes(self) -> list[str]:
        return [one.text for one in self.differences() if one.what == "note"]

    def item(self, app: str = APP, phase: str = "sync-applications") -> DiffItem:
        found = self.ports.table.read(RUN, f"DIFF#{phase}#{app}", DiffItem)
        assert found is not None
        return found

    def approves(self, digest: str) -> None:
        """A person says yes to a hash."""
        approved = ApprovedItem(plan_hash=digest, by="mio", at=self.ports.now)
        self.ports.table.write_unfenced(RUN, "APPROVED#sync", approved)

    def pin(self) -> PinItem | None:
        return self.ports.table.read(RUN, "PIN", PinItem)

    @staticmethod
    def _change(kubernetes: Any, app: str, change: Any) -> None:
        stored = copy.deepcopy(kubernetes.objects["applications.argoproj.io", "argocd", app])
        change(stored)
        kubernetes.put(stored)


__all__ = ["BLUE", "GREEN", "Wave", "config_map", "resource"]
