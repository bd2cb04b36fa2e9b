"""One environment as its file describes it: the values that every function reads, with every threshold and its default.

The YAML is read, checked and completed at synth (``stacks/environment_file.py``); the functions read the canonical
JSON of the same values from their own bundle. Durations in the file are texts like ``10m``; here they are seconds.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from norikae.errors import SettingsError

Seconds = Annotated[int, msgspec.Meta(extra_json_schema={"format": "duration"})]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Version = Annotated[
    str, msgspec.Meta(pattern=r"^1\.[1-9][0-9]$", description='A Kubernetes minor version such as "1.35".')
]
Name = Annotated[
    str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,40}$", description="Lower-case letters, digits and dashes.")
]
GateKind = Literal["target-health", "http-5xx"]
WholePercent = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of the environment file: immutable, and closed to keys whose feature does not exist."""


class Network(Part, frozen=True):
    """Where the clusters and the functions that talk to them live."""

    vpc: Annotated[str, msgspec.Meta(pattern=r"^vpc-[0-9a-z-]+$", description="The VPC of both clusters.")]
    subnets: Annotated[
        dict[str, str],
        msgspec.Meta(min_length=2, description="Subnet id to availability zone id, for the clusters and their nodes."),
    ]
    controller_subnets: Annotated[
        tuple[str, ...], msgspec.Meta(min_length=1, description="Subnets of the functions that call the cluster API.")
    ]
    security_groups: Annotated[
        tuple[str, ...], msgspec.Meta(min_length=1, description="Security groups of those functions.")
    ]


class NodeGroup(Part, frozen=True):
    """A group of nodes that green gets."""

    name: Annotated[Name, msgspec.Meta(description="Name of the group; lower-case letters, digits and dashes.")]
    kind: Annotated[
        Literal["managed"], msgspec.Meta(description="EKS managed node groups; self-managed ones are not built yet.")
    ]
    instances: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, description="Instance types, best first.")]
    min_size: Annotated[
        int, msgspec.Meta(ge=0, description="Nodes at least; a new group begins with as many, but never with none.")
    ] = 1
    max_size: Annotated[int, msgspec.Meta(ge=1, le=450, description="Nodes at most.")] = 3
    labels: Annotated[dict[str, str], msgspec.Meta(description="Kubernetes labels of the nodes.")] = {}


class Clusters(Part, frozen=True):
    """Which cluster serves today and what its successor looks like."""

    prefix: Annotated[Name, msgspec.Meta(description="Clusters are named <prefix>-<version>-<letter>.")]
    adopt: Annotated[str, msgspec.Meta(description="The cluster that serves today; needed once.")]
    version: Version
    addons: Annotated[
        tuple[str, ...],
        msgspec.Meta(min_length=1, description="EKS add-ons of green, each in the newest version that goes with it."),
    ]
    node_groups: Annotated[tuple[NodeGroup, ...], msgspec.Meta(min_length=1, description="The node groups of green.")]
    poll: Annotated[Seconds, msgspec.Meta(description="How often a build or a deletion is looked at.")] = 30
    build_deadline: Annotated[
        Seconds, msgspec.Meta(description="Building green for longer than this holds the run.")
    ] = 5400
    delete_deadline: Annotated[
        Seconds, msgspec.Meta(description="Deleting blue for longer than this holds the run.")
    ] = 5400


class ArgoCd(Part, frozen=True):
    """How Argo CD comes to green and what it syncs."""

    install: Annotated[str, msgspec.Meta(description="A rendered Argo CD install manifest, relative to this file.")]
    repository: Annotated[str, msgspec.Meta(description="The Git repository of the root application.")]
    path: Annotated[str, msgspec.Meta(description="The folder of the root application in the repository.")]
    namespace: Annotated[Name, msgspec.Meta(description="The namespace of Argo CD, in both clusters.")] = "argocd"
    platform: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Platform applications, in the order of their waves; all others follow."),
    ] = ()
    poll: Annotated[Seconds, msgspec.Meta(description="How often a sync is looked at.")] = 30
    settle: Annotated[
        Seconds, msgspec.Meta(description="An application counts as ready when it stayed so for this long.")
    ] = 30
    sync_deadline: Annotated[Seconds, msgspec.Meta(description="A phase of syncs that takes longer holds the run.")] = (
        3600
    )


class Dns(Part, frozen=True):
    """Whose records carry the traffic."""

    zones: Annotated[
        tuple[str, ...], msgspec.Meta(min_length=1, max_length=1, description="The hosted zone of the public names.")
    ]
    owner: Annotated[
        Literal["controller"],
        msgspec.Meta(description="norikae owns the public weighted names; the other modes are not built yet."),
    ] = "controller"
    propagation_poll: Annotated[
        Seconds, msgspec.Meta(description="How often a Route 53 change is asked for INSYNC.")
    ] = 15
    propagation_deadline: Annotated[Seconds, msgspec.Meta(description="A change that is PENDING for longer holds.")] = (
        300
    )
    answer_ttl: Annotated[
        Seconds, msgspec.Meta(description="How long resolvers keep an ALB alias answer (60 s, set by AWS).")
    ] = 60


class TargetHealthGate(Part, frozen=True):
    """When green's targets count as unhealthy."""

    min_healthy: Annotated[int, msgspec.Meta(ge=1, description="Healthy targets that each target group needs.")] = 1
    max_unhealthy_percent: Annotated[
        Percent, msgspec.Meta(description="More targets than this share of a group that are not healthy fail the gate.")
    ] = 0.0


class Http5xxGate(Part, frozen=True):
    """When green answers too many errors."""

    max_percent: Annotated[
        Percent, msgspec.Meta(description="Share of 5xx among green's answers that is still fine.")
    ] = 1.0
    window: Annotated[Seconds, msgspec.Meta(ge=60, description="The time that is looked at.")] = 120
    min_requests: Annotated[
        int, msgspec.Meta(ge=1, description="With fewer requests in the window the gate is inconclusive.")
    ] = 20


class Thresholds(Part, frozen=True):
    """The figures by which the gates judge."""

    target_health: Annotated[TargetHealthGate, msgspec.Meta(description="Gate target-health.")] = TargetHealthGate()
    http_5xx: Annotated[Http5xxGate, msgspec.Meta(description="Gate http-5xx.")] = Http5xxGate()
    inconclusive_limit: Annotated[
        int,
        msgspec.Meta(ge=0, description="A step that stays inconclusive for more looks than this after its bake holds."),
    ] = 10


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
    together: Annotated[int, msgspec.Meta(ge=1, le=40, description="Applications that shift at the same time.")] = 3
    thresholds: Thresholds = Thresholds()


class Soak(Part, frozen=True):
    """How long blue is kept at weight 0 before it may be deleted."""

    duration: Annotated[
        Seconds, msgspec.Meta(description="Counted from the last application that arrived at 100 on green.")
    ] = 172800
    poll: Annotated[Seconds, msgspec.Meta(ge=60, description="How often applications are looked at meanwhile.")] = 600


class Approvals(Part, frozen=True):
    """Where a person has to say yes."""

    plan: Annotated[
        Literal["required", "none"], msgspec.Meta(description="Whether a person approves the plan, by its hash.")
    ] = "required"
    decommission: Annotated[
        Literal["required", "none"], msgspec.Meta(description="Whether a person approves that blue is deleted.")
    ] = "required"
    deadline: Annotated[
        Seconds, msgspec.Meta(ge=60, le=2592000, description="An approval that nobody gives refuses.")
    ] = 259200


class OnStop(Part, frozen=True):
    """What happens when somebody stops an execution from the console, or it dies."""

    upgrade: Annotated[
        Literal["roll-back", "hold"], msgspec.Meta(description="For the applications that already moved.")
    ] = "hold"
    shift: Annotated[Literal["roll-back", "hold"], msgspec.Meta(description="For the application that was moving.")] = (
        "roll-back"
    )


class Retention(Part, frozen=True):
    """How long records are kept."""

    logs_days: Annotated[int, msgspec.Meta(ge=1, description="Logs of the functions and of the state machines.")] = 90
    runs_days: Annotated[int, msgspec.Meta(ge=1, description="Ephemera in the table; the audit trail stays.")] = 365


class Environment(Part, frozen=True):
    """One EKS environment: two clusters at most, one of which serves."""

    environment: Annotated[Name, msgspec.Meta(description="The name of this environment; one stack each.")]
    account: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{12}$", description="Quoted: twelve digits.")]
    region: Annotated[
        str, msgspec.Meta(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$", description="The AWS region of both clusters.")
    ]
    network: Network
    clusters: Clusters
    argocd: ArgoCd
    dns: Dns
    shift: Shift = Shift()
    soak: Soak = Soak()
    approvals: Approvals = Approvals()
    on_stop: OnStop = OnStop()
    retention: Retention = Retention()


def read_environment(path: Path) -> Environment:
    """The environment in a canonical JSON file, as synth wrote it into the bundle.

    Raises:
        SettingsError: the file is missing or is not what synth writes.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Environment)
    except (OSError, msgspec.DecodeError) as error:
        raise SettingsError(f"{path}: {error}; build the bundle again with `make synth`") from error
