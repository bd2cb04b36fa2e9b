"""The plan: what a run will do, written once, and identified by the hash of its canonical JSON."""

import hashlib
from typing import Any, Literal

import msgspec

from norikae.environment import Owner


class Cluster(msgspec.Struct, frozen=True):
    """A cluster in its role for one run."""

    name: str
    version: str


class PlannedApplication(msgspec.Struct, frozen=True, kw_only=True):
    """How one application will move.

    Args:
        name: the application.
        team: who owns it.
        hosts: its public names; all of them move together.
        steps: green's weights, one after the other.
        bake_seconds: how long each step is watched.
        gates: what judges a step.
        sources: the Argo CD applications that its Ingresses come from.
        probe: the path that is requested to prove green, such as ``/healthz``.
        shift: ``auto``, or ``team`` when its own team says when it moves.
        owner: who owns its record sets: ``controller`` is norikae, ``lease`` an external-dns that norikae takes them
            from meanwhile, ``external-dns`` one that norikae tells the weights.
        scale: whether a cluster is made large enough before it gets the traffic.
        hold: whether it starts only when somebody says so.
        after: the applications of the run that move before it, as its team named them.
        restarts: ``<resource>/<namespace>/<name>`` of what is restarted on blue in the soak.
    """

    name: str
    team: str
    hosts: tuple[str, ...]
    steps: tuple[int, ...]
    bake_seconds: int
    gates: tuple[str, ...]
    sources: tuple[str, ...] = ()
    probe: str = "/"
    shift: Literal["auto", "team"] = "auto"
    owner: Owner = "controller"
    scale: bool = True
    hold: bool = False
    after: tuple[str, ...] = ()
    restarts: tuple[str, ...] = ()


class PlannedSingleton(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that must not run in both clusters at once.

    Args:
        resource: ``plural.group``, such as ``cronjobs.batch``.
        namespace: where it is.
        name: its name there.
        policy: ``green-suspended`` (handed off with its application), ``both`` or ``manual``.
        application: the application with which it is handed off; "" when that is after all of them.
    """

    resource: str
    namespace: str
    name: str
    policy: str
    application: str = ""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a run will do, in order; it never changes once written.

    Args:
        run: the run's id.
        environment: its environment.
        blue: the cluster that serves when the run starts.
        green: the cluster that will serve.
        revision: the Git commit that green is synced to.
        groups: applications by order; a group begins when the one before is done.
        creates: what the run will create, in words.
        deletes: what the run will delete after the soak, in words.
        tracks: the revision that each of blue's Argo CD applications follows, such as a branch, by its name.
        automated: how blue's root application syncs by itself (``spec.syncPolicy.automated``); None when it does not.
        singletons: what must not run in both clusters at once.
        waits: every deadline and pause of the run in seconds, by its key in the environment file.
        dry_run: nothing of it will be done.
        canary: the application that moves first, alone; without it having moved no other begins. "" for none.
    """

    run: str
    environment: str
    blue: Cluster
    green: Cluster
    revision: str
    groups: tuple[tuple[PlannedApplication, ...], ...]
    creates: tuple[str, ...]
    deletes: tuple[str, ...]
    tracks: dict[str, str] = {}
    automated: dict[str, Any] | None = None
    singletons: tuple[PlannedSingleton, ...] = ()
    waits: dict[str, int] = {}
    dry_run: bool = False
    canary: str = ""

    def applications(self) -> tuple[PlannedApplication, ...]:
        """All applications, in order."""
        return tuple(application for group in self.groups for application in group)

    def application(self, name: str) -> PlannedApplication | None:
        """One application by name."""
        return next((application for application in self.applications() if application.name == name), None)


def canonical(plan: Plan) -> bytes:
    """The plan as JSON that is the same for the same plan, whoever writes it."""
    return msgspec.json.encode(plan, order="sorted")


def plan_hash(plan: Plan) -> str:
    """SHA-256 of the canonical JSON; approvals are bound to it."""
    return hashlib.sha256(canonical(plan)).hexdigest()
