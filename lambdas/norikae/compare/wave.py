"""One wave, application by application: green's targets at the pinned commit against what lives on blue."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from norikae.argocd.applications import APPLICATIONS, follows_pin
from norikae.argocd.home import IN_CLUSTER, Home, counterpart, home_of
from norikae.argocd.manifests import target_manifests
from norikae.compare.difference import Difference
from norikae.compare.dry_run import Coming, dry_run
from norikae.compare.expected import BY_NAME, IGNORED, PINNED, is_ignored, is_pin, with_rules
from norikae.compare.fields import Names, changes
from norikae.compare.objects import SECRET, Identity, comparable, identity, is_hook, listed
from norikae.errors import NotFoundError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from norikae.cluster.ports import Json, Kubernetes
    from norikae.compare.difference import What
    from norikae.compare.fields import Change
    from norikae.environment import Environment
    from norikae.ports import Ports
    from norikae.upgrade.plan import Plan

IN_CLUSTER_NAME = "in-cluster"
"""How Argo CD calls the cluster that it runs in when it is named (Argo CD docs, "Declarative Setup")."""
REMEDY = "give group norikae:compare get and list by a ClusterRole with the label norikae.dev/aggregate-to-compare"


@dataclass(frozen=True, slots=True)
class Part:
    """One application of a wave.

    Args:
        app: the Application of green.
        on_blue: the Application of blue; None when blue has none.
        targets: the manifests that a sync would apply, each with its namespace.
        green: the API that the sync would go to.
        blue: the API in which blue's objects live.
        is_green: whether that API is green's own, and not a hub's.
    """

    app: Json
    on_blue: Json | None
    targets: tuple[Json, ...]
    green: Kubernetes
    blue: Kubernetes
    is_green: bool


@dataclass
class Wave:
    """The applications of one wave and how to compare them.

    Args:
        names: of both clusters.
        revision: the pinned commit.
        parts: the applications.
    """

    names: Names
    revision: str
    parts: list[Part] = field(default_factory=list)
    _namespaces: dict[str, bool] = field(default_factory=dict)

    def differences(self, environment: Environment) -> list[Difference]:
        """Everything that differs, each with the reason why it is expected, if there is one.

        Raises:
            TransientError: a cluster cannot say now.
        """
        coming = Coming()
        for part in self.parts:
            coming.add(part.app, part.targets)
        found = [one for part in self.parts for one in self._part(part, coming)]
        return with_rules(found, environment.argocd.differences)

    def _part(self, part: Part, coming: Coming) -> Iterator[Difference]:
        there = {listed(entry): entry for entry in _resources(part.on_blue)}
        for target in part.targets:
            mine = identity(target)
            on_blue = Identity(mine.group, mine.kind, *map(self.names.on_blue, (mine.namespace, mine.name)))
            entry = there.pop(mine, None) or there.pop(on_blue, None)
            yield from self._object(part, target, on_blue, is_listed=entry is not None)
            yield from self._tried(part, target, coming)
        for gone, entry in there.items():
            if not entry.get("hook"):
                text = "blue has it, and green's sync would not bring it"
                yield _about(part, gone, "only on blue", text=text)

    def _object(self, part: Part, target: Json, on_blue: Identity, *, is_listed: bool) -> Iterator[Difference]:
        one = identity(target)
        if is_hook(target) or not one.name:
            yield _about(part, one, "note", text="it is run or made anew by each sync, so blue has none to compare")
            return
        if one.kind == SECRET:
            if is_listed:
                yield _about(part, one, "note", text="blue has it; Secrets are never read, so values are not compared")
            else:
                yield _about(part, one, "only on green", text="blue's application has no such Secret")
            return
        metadata = {**target["metadata"], "name": on_blue.name}
        if on_blue.namespace:
            metadata["namespace"] = on_blue.namespace
        try:
            live = part.blue.current({**target, "metadata": metadata})
        except RefusedError as error:
            yield _about(part, one, "not comparable", text=f"{error}; {REMEDY}")
            return
        if live is None:
            yield _about(part, one, "only on green", text="blue has no such object")
            return
        yield from self._fields(part, target, live)

    def _fields(self, part: Part, target: Json, live: Json) -> Iterator[Difference]:
        one = identity(target)
        for change in changes(comparable(target), comparable(live), self.names):
            yield Difference(
                application=part.app["metadata"]["name"],
                what="only on blue" if change.green is None else "only on green" if change.blue is None else "changed",
                kind=one.kind,
                name=one.where,
                path=".".join(change.path),
                blue=change.blue,
                green=change.green,
                expected=self._why(part.app, one, change),
            )

    def _why(self, app: Json, one: Identity, change: Change) -> str:
        if change.by_name:
            return BY_NAME
        if is_pin(one, change, self.revision):
            return PINNED
        return IGNORED if is_ignored(app, one, change.path) else ""

    def _tried(self, part: Part, target: Json, coming: Coming) -> Iterator[Difference]:
        one = identity(target)
        if not one.name or not part.is_green:
            return
        said = dry_run(part.green, target, coming, self._namespaces)
        if said.text:
            yield _about(part, one, "refused" if said.is_refusal else "note", text=said.text)


def read_wave(ports: Ports, plan: Plan, applications: Sequence[str], revision: str) -> Wave:
    """The applications of a wave with their targets, as Argo CD renders them for green.

    Args:
        ports: the world.
        plan: the run's plan.
        applications: their names on green.
        revision: the pinned commit; applications from elsewhere have revisions of their own.

    Raises:
        NotFoundError: an application is not there.
        RefusedError: Argo CD cannot render one; the text is its own.
        UnreachableError: Argo CD's API server does not answer.
    """
    argocd = ports.environment.argocd
    green, blue = home_of(argocd, plan.green.name), home_of(argocd, plan.blue.name)
    wave = Wave(Names(plan.blue.name, plan.green.name), revision)
    for name in applications:
        home = ports.kubernetes(green.cluster)
        app = home.get(APPLICATIONS, name, green.namespace)
        if app is None:
            raise NotFoundError(f"there is no application {green.namespace}/{name} to compare; its parent creates it")
        other = counterpart(argocd, name, plan.green.name, plan.blue.name)
        targets = target_manifests(home, argocd, name, revision if follows_pin(app, argocd) else "")
        api = ports.kubernetes(_cluster(app, green))
        wave.parts.append(
            Part(
                app=app,
                on_blue=ports.kubernetes(blue.cluster).get(APPLICATIONS, other, blue.namespace),
                targets=tuple(_placed(api, app, target) for target in targets),
                green=api,
                blue=ports.kubernetes(_cluster(app, blue)),
                is_green=_cluster(app, green) == plan.green.name,
            )
        )
    return wave


def _cluster(app: Json, home: Home) -> str:
    """The cluster that an application of this home is synced to: of a hub, only its own kind stays in the hub."""
    destination = app["spec"]["destination"]
    stays = destination.get("server") == IN_CLUSTER or destination.get("name") == IN_CLUSTER_NAME
    return home.cluster if stays else home.of


def _placed(kubernetes: Kubernetes, app: Json, target: Json) -> Json:
    """The manifest with the namespace that the sync gives it; a kind that nobody serves yet is taken to have one."""
    metadata = dict(target["metadata"])
    if kubernetes.scope(target["apiVersion"], target["kind"]) == "cluster":
        metadata.pop("namespace", None)
    elif not metadata.get("namespace"):
        metadata["namespace"] = app["spec"]["destination"].get("namespace") or "default"
    return {**target, "metadata": metadata}


def _resources(app: Json | None) -> list[Json]:
    return ((app or {}).get("status") or {}).get("resources") or []


def _about(part: Part, one: Identity, what: What, *, text: str) -> Difference:
    name = part.app["metadata"]["name"]
    return Difference(application=name, what=what, kind=one.kind, name=one.where, text=text)
