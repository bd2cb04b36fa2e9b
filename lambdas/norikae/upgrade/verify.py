"""Verify green: everything that can be proven before the first weight is proven, cheapest first."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from norikae.argocd.home import home_of
from norikae.cluster.assume import unassumable
from norikae.cluster.verification import Result, Round, last_lines, log_of, look_at_jobs
from norikae.cluster.verify import Green, unmet
from norikae.drain.busy import too_many_drains
from norikae.errors import RefusedError
from norikae.gates.probe import unproven_names
from norikae.gates.target_health import target_health
from norikae.gates.verdict import Outcome
from norikae.secret_sync.gate import behind
from norikae.singletons.ledger import suspended_on_green
from norikae.traffic.applications import find_applications
from norikae.traffic.keep_alive import waited_until, waiting
from norikae.traffic.learn import place_of, survey_of
from norikae.upgrade.phase import advance, enter
from norikae.upgrade.pin import pinned
from norikae.upgrade.ports import read_plan
from norikae.upgrade.progress import Progress, counted
from norikae.upgrade.sync_state import HandOverItem, VerificationItem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from norikae.cluster.ports import Json
    from norikae.ports import Ports
    from norikae.traffic.applications import Application
    from norikae.upgrade.identity import Writer
    from norikae.upgrade.plan import Plan

Answer = dict[str, Any]


def verify_green(ports: Ports, writer: Writer) -> Answer:
    """Green could carry traffic: nodes, add-ons, applications, secrets, targets, every public name, AWS roles, Jobs.

    Raises:
        RefusedError: a verification Job failed; the next look begins another round.
    """
    plan = read_plan(ports.table, writer.run).plan
    wanted = ports.environment.verify

    def move() -> Progress:
        found, (clients, pause) = tuple(_unmet(ports, writer, plan)), waiting(ports, writer.run)
        if found:
            poll = min(ports.environment.clusters.poll, ports.environment.argocd.poll)
            return Progress.wait(counted((*found, clients) if clients else found), max(poll, pause))
        if clients:  # the Jobs end meanwhile
            jobs = _run_jobs(ports, writer, plan) if wanted.jobs else Progress.done()
            return Progress.wait(f"{clients}{'' if jobs.ready else f' | {jobs.waiting_for}'}", pause)
        return _run_jobs(ports, writer, plan) if wanted.jobs else Progress.done()

    # Green has its whole time beside that for which clients are waited for.
    since = enter(ports, writer, "verify-green").spans[-1].since
    clinging = max(0, ceil(waited_until(ports, writer.run) - since))
    deadline = clinging + ports.environment.argocd.sync_deadline + (wanted.jobs_deadline if wanted.jobs else 0)
    return advance(ports, writer, "verify-green", deadline, move)


def has_been_handed_over(ports: Ports, writer: Writer) -> bool:
    """Whether this attempt has given green back to its branch, so that the pin does not judge it any more."""
    done = ports.table.read(writer.run, "HANDOVER", HandOverItem)
    return done is not None and done.attempt == writer.attempt


def _unmet(ports: Ports, writer: Writer, plan: Plan) -> Iterator[str]:
    """The first kind of unmet things: later ones would only repeat what earlier ones cause."""
    kubernetes = ports.kubernetes(plan.green.name)
    home = home_of(ports.environment.argocd, plan.green.name)
    green = Green(
        name=plan.green.name,
        api=kubernetes,
        home=home,
        home_api=ports.kubernetes(home.cluster),
        revision="" if has_been_handed_over(ports, writer) else pinned(ports, writer.run),
        suspended=suspended_on_green(ports, plan),
    )
    found = unmet(ports.eks, ports.environment, green, ports.now)
    if busy := too_many_drains(ports, plan.green.name):
        found = (*found, busy)
    if found:
        yield from found
        return
    planned = {application.name for application in plan.applications()}
    listed = find_applications(kubernetes.list("ingresses.networking.k8s.io"))
    applications = [one for one in listed if one.name in planned]
    proofs = (
        _absent(planned, applications),
        _secrets(ports, plan, applications),
        _targets(ports, applications),
        _names(ports, applications),
        _record_sets(ports, plan),
    )
    for kind in proofs:
        reasons = tuple(kind)
        if reasons:
            yield from reasons
            return
    if ports.environment.clusters.irsa_roles:
        cluster = ports.eks.cluster(plan.green.name)
        yield from unassumable(ports.identity, kubernetes, ports.environment, cluster.issuer if cluster else "")


def _absent(planned: set[str], applications: Sequence[Application]) -> Iterator[str]:
    for name in sorted(planned - {application.name for application in applications}):
        yield f"{name}: green has no Ingress of it"


def _secrets(ports: Ports, plan: Plan, applications: Sequence[Application]) -> Iterator[str]:
    """Pods of green that began with an older value would be judged by it; blue is looked at before each weight."""
    namespaces = {ingress.namespace for application in applications for ingress in application.ingresses}
    if lag := behind(ports, (plan.green.name,), namespaces):
        yield lag


def _targets(ports: Ports, applications: Sequence[Application]) -> Iterator[str]:
    threshold = ports.environment.shift.thresholds.target_health
    for application in applications:
        for ingress in application.ingresses:
            groups = ports.load_balancers.health(ingress.load_balancer, ingress.resources)
            verdict = target_health(groups, threshold)
            if verdict.outcome is not Outcome.PASS:
                yield f"{application.name}: {verdict.reason}"


def _names(ports: Ports, applications: Sequence[Application]) -> Iterator[str]:
    if ports.environment.verify.probe:
        yield from unproven_names(ports.probe, ports.load_balancers, applications)


def _record_sets(ports: Ports, plan: Plan) -> Iterator[str]:
    """Where external-dns owns the names, that of green has registered them as well, so that they can be moved."""
    owned = [one for one in plan.applications() if one.owner != "controller"]
    if not owned:
        return
    places = (place_of(ports, plan.blue.name), place_of(ports, plan.green.name))
    for planned in owned:
        for obstacle in survey_of(ports, planned.hosts, places).obstacles:
            yield f"{planned.name}: {obstacle}"


def _run_jobs(ports: Ports, writer: Writer, plan: Plan) -> Progress:
    """Look at the round's Jobs; when one has failed, the next look begins another round."""
    jobs: list[Json] = ports.manifests("verification")
    item = ports.table.read(writer.run, "VERIFICATION", VerificationItem) or VerificationItem()
    if item.failed or item.attempt != writer.attempt:
        item = VerificationItem(attempt=writer.attempt, round=item.round + 1)
        ports.table.write(writer, "VERIFICATION", item)
    this = Round(writer.run, writer.attempt, item.round, ports.environment.verify.jobs_deadline)
    kubernetes = ports.kubernetes(plan.green.name)
    results = look_at_jobs(kubernetes, jobs, this, ports.now)
    failed = [result for result in results if result.state == "failed"]
    running = [f"Job {result.job}: {result.why}" for result in results if result.state == "running"]
    if running and not failed:
        return Progress.wait(counted(running), ports.environment.argocd.poll)
    ended = [result for result in results if result.state != "running"]
    kept = {result.job: _keep(ports, this, plan, result) for result in ended}
    if not failed:
        return Progress.done()
    ports.table.write(writer, "VERIFICATION", VerificationItem(attempt=writer.attempt, round=item.round, failed=True))
    first = failed[0]
    where, lines = kept[first.job]
    raise RefusedError(
        f"verification Job {first.job} failed ({first.why}); its last lines: {lines}; the whole log is at {where}; "
        "repair what it found, then resume, and all Jobs run once more"
    )


def _keep(ports: Ports, this: Round, plan: Plan, result: Result) -> tuple[str, str]:
    """Keep the log of a Job that has ended as evidence; where it lies, and its last lines."""
    document = log_of(ports.kubernetes(plan.green.name), result.job, this)
    where = ports.evidence.keep(
        f"{this.run}/verification-{this.name_of(result.job)}.log.json",
        {**document, "state": result.state, "why": result.why},
    )
    return where, last_lines(document)
