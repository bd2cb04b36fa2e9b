"""One environment as its file describes it: the values that every function reads, with every threshold and its default.

The YAML is read, checked and completed at synth (``stacks/environment_file.py``); the functions read the canonical
JSON of the same values from their own bundle. Durations in the file are texts like ``10m``; here they are seconds.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from norikae.environment.access import Access, Person, Role
from norikae.environment.argocd import ArgoCd, Differences, ExpectedDifference, Hub
from norikae.environment.clusters import Clusters, Endpoint, LogType, Network, NodeGroup, PodIdentity, Spot
from norikae.environment.gates import (
    CloudWatchQuery,
    GateKind,
    GateLimits,
    Http5xxGate,
    LatencyGate,
    QueryMetric,
    ServedShareGate,
    TargetHealthGate,
    Thresholds,
)
from norikae.environment.interruptions import Interruptions
from norikae.environment.notify import Chatwork, Notify, Route, Slack
from norikae.environment.part import Name, Part, Percent, RoleArn, Seconds, StackName, Version, WholePercent
from norikae.environment.policies import Rollback, Team
from norikae.environment.secrets import SecretSync
from norikae.environment.traffic import Decommission, Dns, Owner, Shift, Soak
from norikae.environment.windows import Scheduled, Support, Windows
from norikae.errors import SettingsError

__all__ = [
    "Access",
    "Approvals",
    "ArgoCd",
    "Chatwork",
    "CloudWatchQuery",
    "Clusters",
    "Decommission",
    "Differences",
    "Dns",
    "Endpoint",
    "Environment",
    "ExpectedDifference",
    "GateKind",
    "GateLimits",
    "Http5xxGate",
    "Hub",
    "Interruptions",
    "LatencyGate",
    "LogType",
    "Name",
    "Network",
    "NodeGroup",
    "Notify",
    "OnStop",
    "Owner",
    "Part",
    "Percent",
    "Person",
    "PodIdentity",
    "Preflight",
    "QueryMetric",
    "Retention",
    "Role",
    "RoleArn",
    "Rollback",
    "Route",
    "Scheduled",
    "Seconds",
    "SecretSync",
    "ServedShareGate",
    "Shift",
    "Slack",
    "Soak",
    "Spot",
    "Support",
    "TargetHealthGate",
    "Team",
    "Thresholds",
    "Verify",
    "Version",
    "WholePercent",
    "Windows",
    "read_environment",
]


class Preflight(Part, frozen=True):
    """What the checks before a run go by."""

    insights_age: Annotated[
        Seconds, msgspec.Meta(ge=3600, description="An EKS insight that is older than this counts as unknown.")
    ] = 129600
    spare_addresses: Annotated[
        int, msgspec.Meta(ge=0, description="Addresses that each subnet has to keep free when both clusters run.")
    ] = 16


class Verify(Part, frozen=True):
    """What proves green before the first weight."""

    probe: Annotated[
        bool, msgspec.Meta(description="Whether each public name is requested from green's load balancer directly.")
    ] = True
    jobs: Annotated[
        str, msgspec.Meta(description="Verification Jobs as a manifest, relative to this file; none when empty.")
    ] = ""
    jobs_deadline: Annotated[Seconds, msgspec.Meta(ge=60, description="Jobs that take longer hold the run.")] = 1800


class Approvals(Part, frozen=True):
    """Where a person has to say yes."""

    plan: Annotated[
        Literal["required", "none"], msgspec.Meta(description="Whether a person approves the plan, by its hash.")
    ] = "required"
    sync: Annotated[
        Literal["always", "unexpected-only", "never"],
        msgspec.Meta(description="Whether a person approves the diff of a wave, by its hash, before it is synced."),
    ] = "unexpected-only"
    decommission: Annotated[
        Literal["required", "none"], msgspec.Meta(description="Whether a person approves that blue is deleted.")
    ] = "required"
    deadline: Annotated[
        Seconds, msgspec.Meta(ge=60, le=2592000, description="An approval that nobody gives refuses.")
    ] = 259200
    persons: Annotated[
        int,
        msgspec.Meta(
            ge=1, le=2, description="How many different people have to say yes to a plan, and to the end of blue."
        ),
    ] = 1
    requester: Annotated[
        Literal["may-approve", "may-not-approve"],
        msgspec.Meta(description="Whether who started a run may say yes in it, too."),
    ] = "may-approve"


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

    environment: Annotated[
        StackName, msgspec.Meta(description="The name of this environment, 25 characters at most; one stack each.")
    ]
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
    decommission: Decommission = Decommission()
    preflight: Preflight = Preflight()
    verify: Verify = Verify()
    approvals: Approvals = Approvals()
    on_stop: OnStop = OnStop()
    interruptions: Interruptions = Interruptions()
    secret_sync: SecretSync = SecretSync()
    access: Access = Access()
    notify: Notify = Notify()
    windows: Windows = Windows()
    schedule: Annotated[tuple[Scheduled, ...], msgspec.Meta(description="Upgrades that start by themselves.")] = ()
    support: Support = Support()
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
