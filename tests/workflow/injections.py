"""What can happen to a run at a state, done to it there, and what has to be so afterwards wherever it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.aws.simulator import AwsError
from local.runtime.crash import Fate, Strike
from norikae.cluster.trust import sid_of
from norikae.upgrade.state import PlanItem
from tests.workflow.upgrades import RUN, Upgrade

if TYPE_CHECKING:
    from local.aws.step_functions.execution import Execution

APP, CRON_JOB, NAMESPACE = "files-preview", "previews-cleanup", "files"
"""An application with something that must not run twice."""
GREEN = "demo-1-35-a"
RECOVERY_SECONDS = 400
"""Within which ``recover`` has rolled back what it has to, with its retries."""
OUTCOMES = {"succeeded", "partial", "rolled-back", "held", "failed", "refused"}
WHOLE = 100


@dataclass
class Bed:
    """One world that many attempts share, and what was wrong in any of them.

    Args:
        upgrade: the world.
        troubles: what was not as it has to be, by state.
    """

    upgrade: Upgrade
    troubles: list[str] = field(default_factory=list)

    def start(self) -> Execution:
        """The next attempt of the run."""
        return self.upgrade.start()

    def reach(self, execution: Execution, state: str, *, later: Iterable[str] = (), may_pass: bool = False) -> bool:
        """Let an execution enter a state, at most until it enters a later one; that it does not is trouble.

        Args:
            execution: the execution.
            state: where it has to come.
            later: the states behind it.
            may_pass: whether it may pass by, which then stops it.
        """
        found = self.upgrade.run_until_any(execution, {state, *later})
        if found != state and not (found and may_pass):
            self.troubles.append(f"{state}: never entered; {execution.status} {execution.cause}")
        if found != state and execution.status == "RUNNING":
            self.upgrade.stop(execution)
            self.upgrade.run(RECOVERY_SECONDS)
        return found == state

    def settle(self, execution: Execution, state: str, ended: set[str]) -> None:
        """After what was done to it, an execution is over and nothing is left that should not be."""
        self.upgrade.run(RECOVERY_SECONDS)
        if execution.status not in ended:
            self.troubles.append(f"{state}: {execution.status} instead of {' or '.join(sorted(ended))}")
        self.troubles += [f"{state}: {trouble}" for trouble in troubles(self.upgrade)]


def troubles(upgrade: Upgrade) -> Iterator[str]:
    """What must never be while no execution runs."""
    yield from _leases(upgrade)
    yield from _report(upgrade)
    if not upgrade.serves_everywhere():
        yield f"weights {upgrade.weights(APP)}"
    yield from _singletons(upgrade)
    yield from orphans(upgrade)


def _leases(upgrade: Upgrade) -> Iterator[str]:
    for key in ("", APP):
        lease = upgrade.lease(key)
        if lease is not None and lease.holder:
            yield f"the lease of {key or 'the environment'} is held by {lease.holder.rpartition(':')[2]}"


def _report(upgrade: Upgrade) -> Iterator[str]:
    if upgrade.table().read(RUN, "PLAN", PlanItem) is None:
        return
    outcome = upgrade.report()["outcome"]
    if outcome not in OUTCOMES:
        yield f"the report says {outcome!r}"


def _singletons(upgrade: Upgrade) -> Iterator[str]:
    runs = {name: _runs(upgrade, name) for name in upgrade.world.clusters}
    serves = [name for name, weight in upgrade.weights(APP).items() if weight == WHOLE]
    if sum(runs.values()) > 1:
        yield f"{CRON_JOB} runs on every cluster"
    for name in serves:
        if not runs[name]:
            yield f"{CRON_JOB} is suspended on {name}, which serves"


def _runs(upgrade: Upgrade, cluster: str) -> bool:
    jobs = upgrade.world.clusters[cluster].api.list("cronjobs.batch", NAMESPACE)
    return any(job["metadata"]["name"] == CRON_JOB and not job["spec"].get("suspend") for job in jobs)


def orphans(upgrade: Upgrade) -> Iterator[str]:
    """What belongs to a cluster that is not there, or to one of which the run knows nothing."""
    world = upgrade.world
    clusters = world.cluster_states()
    unknown = clusters.keys() - {upgrade.blue, GREEN}
    if unknown:
        yield f"clusters {sorted(unknown)}"
    for kind, owners in _owned(upgrade).items():
        for owner in sorted(owners - clusters.keys()):
            yield f"a {kind} of {owner}, which is not there"


def _owned(upgrade: Upgrade) -> dict[str, set[str]]:
    """The clusters that things belong to, by kind of thing; issuers of clusters for role statements."""
    world = upgrade.world
    groups = [{key: value for key, (value, _) in group.tags.items()} for group in world.autoscaling.groups.values()]
    tags: dict[str, list[dict[str, str]]] = {
        "load balancer": [one.tags for one in world.elb.load_balancers.values()],
        "target group": [one.tags for one in world.elb.target_groups.values()],
        "launch template": [one.tags for one in world.ec2.templates.values()],
        "instance": [one.tags for one in world.ec2.instances.values() if one.state == "running"],
        "Auto Scaling group": groups,
    }
    owners = {kind: {owner for one in found for owner in _clusters(one)} for kind, found in tags.items()}
    return {**owners, "role statement": _statements(upgrade)}


def _statements(upgrade: Upgrade) -> set[str]:
    """What norikae has added to roles: the cluster for which it did, or the statement's Sid when that is not there."""
    world = upgrade.world
    sids = {sid_of(world.environment.region, name): name for name in world.eks.clusters}
    roles = world.client("iam").list_roles()["Roles"]
    found = {
        str(statement.get("Sid", ""))
        for role in roles
        for statement in role["AssumeRolePolicyDocument"].get("Statement", [])
    }
    ours = {sid for sid in found if sid.startswith("Norikae")}
    return {next((name for known, name in sids.items() if sid.startswith(known)), sid) for sid in ours}


def _clusters(tags: dict[str, str]) -> set[str]:
    owned = "kubernetes.io/cluster/"
    return {tags.get("elbv2.k8s.aws/cluster", "")} - {""} | {
        key.removeprefix(owned) for key in tags if key.startswith(owned)
    }


def functions_of(upgrade: Upgrade, machine: str, states: list[str]) -> set[str]:
    """The names of the functions that some states of a machine invoke."""
    known = upgrade.world.step_functions.machines.values()
    described = next(one.definition["States"] for one in known if one.name.endswith(machine))
    arns = [
        str(described[state].get("Parameters", {}).get("FunctionName", described[state].get("Resource", "")))
        for state in states
    ]
    return {arn.rpartition(":function:")[2] for arn in arns if ":function:" in arn}


def contest(upgrade: Upgrade, application: str) -> None:
    """A stranger gives green's records of an application another weight, in the names of both families."""
    route53, name = upgrade.world.route53, f"{application}.demo.example.com."
    zone = next(iter(route53.zones.values()))
    mine = [one for one in zone.records.values() if one.name == name and one.identifier == GREEN]
    changes = [{"Action": "UPSERT", "ResourceRecordSet": {**one.to_api(), "Weight": 77}} for one in mine]
    with route53.as_caller("somebody/else"):
        route53.change_resource_record_sets(HostedZoneId=zone.id, ChangeBatch={"Changes": changes})


def stop(bed: Bed, execution: Execution, state: str) -> None:
    """Somebody stops the execution in the console."""
    bed.upgrade.stop(execution)
    bed.settle(execution, state, {"ABORTED"})


def abort(bed: Bed, execution: Execution, state: str) -> None:
    """Somebody wants everything back; where that is refused the execution is stopped, so that the next one begins."""
    answer = bed.upgrade.command(command="abort", by="mio", reason="a story")
    if "error" in answer:
        if answer["error"] != "RefusedError":
            bed.troubles.append(f"{state}: abort answers {answer}")
        stop(bed, execution, state)
        return
    bed.upgrade.run_to_end(execution)
    bed.settle(execution, state, {"FAILED"})


def redrive(bed: Bed, execution: Execution, state: str) -> None:
    """Somebody stops the execution and presses "Redrive" once everything is quiet.

    It does the work of its state again and is stopped at the next one, so that a world serves many attempts.
    """
    bed.upgrade.stop(execution)
    go_on_for_a_state(bed, execution, state)
    bed.settle(execution, state, {"ABORTED", "FAILED", "SUCCEEDED"})


def go_on_for_a_state(bed: Bed, execution: Execution, state: str) -> None:
    """Redrive what was stopped, and stop it at the next state in which it does something."""
    bed.upgrade.run(RECOVERY_SECONDS)
    try:
        bed.upgrade.world.step_functions.redrive_execution(executionArn=execution.arn)
    except AwsError as error:
        bed.troubles.append(f"{state}: {error}")
    described = execution.machine.definition["States"]
    tasks = {name for name, one in described.items() if one["Type"] in ("Task", "Map")}
    bed.upgrade.run_until_any(execution, tasks - {state})
    if execution.status == "RUNNING":
        bed.upgrade.stop(execution)


BEFORE_AND_AFTER: dict[str, Fate] = {"crash before its effect": Fate.BEFORE, "crash after its effect": Fate.AFTER}
TO_AN_EXECUTION: dict[str, Callable[[Bed, Execution, str], None]] = {"stop": stop, "abort": abort, "redrive": redrive}


def strike(upgrade: Upgrade, functions: set[str], fate: Fate) -> Strike:
    """From now on the next invocation of each of these functions dies, once."""
    planned = Strike(dict.fromkeys(functions, fate))
    upgrade.world.runtime.crashes = planned
    return planned
