"""The part of an environment file that says whose records carry the traffic and how it moves."""

from typing import Annotated, Literal

import msgspec

from norikae.environment.gates import GateKind, GateLimits, Thresholds
from norikae.environment.part import Part, Seconds, WholePercent
from norikae.environment.policies import Rollback, Team

Owner = Literal["controller", "lease", "external-dns"]
"""Who owns the record sets of an application's public names."""


class Dns(Part, frozen=True):
    """Whose records carry the traffic."""

    zones: Annotated[
        tuple[str, ...], msgspec.Meta(min_length=1, max_length=1, description="The hosted zone of the public names.")
    ]
    owner: Annotated[
        Literal["controller", "lease", "external-dns", "detect"],
        msgspec.Meta(
            description="Who owns the public names: norikae, or an external-dns that norikae takes them from or tells."
        ),
    ] = "controller"
    protect: Annotated[
        bool,
        msgspec.Meta(description="Whether names are locked in Route 53 for everybody while a weight is watched."),
    ] = False
    propagation_poll: Annotated[
        Seconds, msgspec.Meta(description="How often a Route 53 change is asked for INSYNC.")
    ] = 15
    propagation_deadline: Annotated[Seconds, msgspec.Meta(description="A change that is PENDING for longer holds.")] = (
        300
    )
    answer_ttl: Annotated[
        Seconds, msgspec.Meta(description="How long resolvers keep an ALB alias answer (60 s, set by AWS).")
    ] = 60


class Shift(Part, frozen=True):
    """How an application's weight moves."""

    steps: Annotated[
        tuple[WholePercent, ...],
        msgspec.Meta(min_length=1, description="Green's weight after each step; ends with 100."),
    ] = (5, 25, 50, 100)
    bake: Annotated[Seconds, msgspec.Meta(description="How long a step is watched; also at 100.")] = 600
    poll: Annotated[Seconds, msgspec.Meta(ge=5, le=30, description="How often gates and flags are read in a bake.")] = (
        30
    )
    gates: Annotated[
        tuple[GateKind, ...], msgspec.Meta(min_length=1, description="What judges a step; all of them have to pass.")
    ] = ("target-health", "http-5xx")
    background: Annotated[
        tuple[GateKind, ...],
        msgspec.Meta(description="What also judges every step of every application, and the soak."),
    ] = ()
    limits: Annotated[
        tuple[GateLimits, ...],
        msgspec.Meta(description="How patiently gates judge that shall not be measured at every look."),
    ] = ()
    together: Annotated[int, msgspec.Meta(ge=1, le=40, description="Applications that shift at the same time.")] = 3
    client_keep_alive: Annotated[
        Seconds,
        msgspec.Meta(
            description="How long clients may keep a connection to blue's load balancers while a run lasts, 1m to 7d; "
            "the old value is restored at its end. With 0s nothing is touched."
        ),
    ] = 0
    hand_off_deadline: Annotated[
        Seconds,
        msgspec.Meta(ge=60, description="A singleton that does not end in one cluster by then holds its application."),
    ] = 900
    thresholds: Thresholds = Thresholds()
    canary: Annotated[
        str,
        msgspec.Meta(description="The application that moves first, alone; no other begins before it has moved."),
    ] = ""
    scale: Annotated[
        bool,
        msgspec.Meta(
            description="Whether green gets as many pods as blue has before an application's first weight, and blue as "
            "many as it had before a rollback; `norikae.dev/scale` of an application wins."
        ),
    ] = True
    scale_deadline: Annotated[
        Seconds, msgspec.Meta(ge=60, description="A green that does not have them by then holds the application.")
    ] = 600
    on_failure: Annotated[
        Literal["continue", "hold", "roll-back-all"],
        msgspec.Meta(
            description="What a failed gate means for the other applications; its own one goes back to blue anyway."
        ),
    ] = "continue"
    rollback: Rollback = Rollback()
    team: Team = Team()


class Soak(Part, frozen=True):
    """How long blue is kept at weight 0 before it may be deleted."""

    duration: Annotated[
        Seconds, msgspec.Meta(description="Counted from the last application that arrived at 100 on green.")
    ] = 172800
    poll: Annotated[Seconds, msgspec.Meta(ge=600, description="How often applications are looked at meanwhile.")] = 600


class Decommission(Part, frozen=True):
    """When nobody talks to blue any more, so that it may be deleted."""

    quiet: Annotated[
        Seconds,
        msgspec.Meta(ge=600, description="The time for which nobody may have asked anything of blue's load balancers."),
    ] = 1800
    max_requests: Annotated[
        int,
        msgspec.Meta(ge=0, description="Requests, or connections, to one target group in that time that do not count."),
    ] = 0
    max_connections: Annotated[
        int,
        msgspec.Meta(
            ge=0,
            description="Connections that one load balancer has all the time and that do not count, as a monitor's.",
        ),
    ] = 0
    access_logs: Annotated[
        tuple[Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")], ...],
        msgspec.Meta(
            description="Buckets of load balancers' access logs that are read to name the clients who still come."
        ),
    ] = ()
    deadline: Annotated[
        Seconds, msgspec.Meta(description="When somebody still talks to blue after waiting so long, the run holds.")
    ] = 86400
    drain: Annotated[
        Seconds,
        msgspec.Meta(
            le=21600,
            description="How long blue's pods may take to end in order before its nodes are deleted, disruption "
            "budgets respected; with 0s they end with their nodes.",
        ),
    ] = 600
    drain_together: Annotated[
        int, msgspec.Meta(ge=1, le=100, description="Nodes of blue that are drained at the same time.")
    ] = 10
