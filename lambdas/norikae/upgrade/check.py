"""Preflight as a state: every check is run, findings are kept, the machine learns whether the run may start."""

from dataclasses import asdict
from typing import Any

from norikae.argocd.home import home_of
from norikae.drain.busy import is_disturbed
from norikae.ports import Ports
from norikae.preflight.finding import Finding
from norikae.preflight.ground import Ground
from norikae.preflight.run import may_start, run_checks
from norikae.singletons.ledger import suspended_on_blue
from norikae.upgrade.identity import Writer
from norikae.upgrade.phase import close, enter
from norikae.upgrade.ports import read_plan
from norikae.upgrade.state import ApprovedItem, Event

Answer = dict[str, Any]


def run_preflight(ports: Ports, writer: Writer) -> Answer:
    """All findings are in the table and in the evidence; the answer is go-on, ask, finish (dry run) or refuse.

    An attempt that comes after the point of no return has nothing to check and only one way: ``decommission``.
    """
    stored = read_plan(ports.table, writer.run)
    if enter(ports, writer, "run-preflight").point_of_no_return:
        return {"next": "decommission"}
    findings = run_checks(
        Ground(
            environment=ports.environment,
            blue_name=stored.plan.blue.name,
            version=stored.plan.green.version,
            eks=ports.eks,
            kubernetes=ports.kubernetes(stored.plan.blue.name),
            names=ports.dns,
            locks=ports.locks,
            insights=ports.insights,
            subnets=ports.compute,
            trust=ports.identity,
            balancers=ports.load_balancers,
            now=ports.now,
            green_name=stored.plan.green.name,
            suspended=suspended_on_blue(ports, stored.plan),
            disturbed=is_disturbed(ports, stored.plan.blue.name),
            home_api=ports.kubernetes(home_of(ports.environment.argocd, stored.plan.blue.name).cluster),
        )
    )
    documents = [asdict(finding) for finding in findings]
    ports.table.write(writer, "FINDINGS", documents)
    ports.evidence.keep(f"{writer.run}/findings.json", {"findings": documents})
    ports.table.log(writer.run, Event(at=ports.now, what="preflight", detail={"findings": len(findings)}))
    if not may_start(findings):
        text = _reasons(findings)
        close(ports, writer, waiting_for=text)
        return {"next": "refuse", "waiting_for": text}
    if stored.plan.dry_run:
        return {"next": "finish"}
    approved = ports.table.read(writer.run, "APPROVED#plan", ApprovedItem)
    is_approved = approved is not None and approved.plan_hash == stored.hash
    return {"next": "go-on" if is_approved or ports.environment.approvals.plan == "none" else "ask"}


def _reasons(findings: tuple[Finding, ...]) -> str:
    blocking = [finding for finding in findings if finding.blocks]
    first = blocking[0]
    more = f" (and {len(blocking) - 1} more in findings.json)" if len(blocking) > 1 else ""
    return f"{first.check}: {first.subject}: {first.text}; {first.remedy}{more}"
