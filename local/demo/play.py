"""Plays one scenario: sets the stage, starts the upgrade as the console does, watches, and writes the report."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.adopted import SET_IDENTIFIER
from local.demo.brownfield import set_identifier
from local.demo.chat_watch import ChatWatch
from local.demo.checks import Check, Ending, checks_of, failed_requests, record_sets
from local.demo.clung import clinging_checks, who_clung
from local.demo.pages import html_page
from local.demo.people import people_of
from local.demo.report import Seen, Served, Unplanned, demo_report
from local.demo.rotation import Rotation
from local.demo.rotation_checks import rotation_checks, steps
from local.demo.scenarios import SMALL, Scenario, Size
from local.demo.sink_watch import search
from local.demo.stage import AFTERMATH_SECONDS, ENVIRONMENT, TARGET, Stage, set_stage
from local.demo.storm import storm_of
from local.demo.storm_checks import storm_checks
from local.demo.token_watch import token_watch
from local.demo.view import View
from local.demo.watcher import Watcher
from local.deploy import Deployment
from local.world import World

if TYPE_CHECKING:
    from local.aws.step_functions.execution import Execution
    from local.demo.checks import Records

LOOK_SECONDS = 20


def play(scenario: Scenario, *, seed: int, size: Size, view: View, folder: Path) -> dict[str, Any]:
    """Play a scenario to its end; the report, which is also written as ``report.json`` and ``report.html``.

    Args:
        scenario: what is played.
        seed: the same seed gives the same report.
        size: how many applications.
        view: where snapshots go.
        folder: where the reports go.
    """
    stage = set_stage(scenario, seed, SMALL if size == "small" else ())
    with stage.world as world, view:
        before = record_sets(world.route53)
        chats = ChatWatch(stage.office, world) if stage.office else None
        execution = chats.started() if chats else _started(scenario, seed, stage)
        watcher = Watcher(stage, execution, view)
        if chats:
            chats.show(watcher.say)
        command = stage.deployment.functions["operator_command"]
        operator = people_of(scenario, world, stage.blue, command, watcher.say)
        storm = storm_of(stage, watcher.say) if scenario.storm else None
        rotation = Rotation(stage, watcher.say, everything=scenario.rotates == "all") if scenario.rotates else None
        world.kernel.every(LOOK_SECONDS, watcher.look)
        world.kernel.run(execution.finished)
        world.kernel.run(AFTERMATH_SECONDS)
        stage.close()
        watcher.look()
        exposed = tuple(storm.seen.exposed) if storm else ()
        ending = replace(_ending(stage, before, tuple(operator.pages)), exposed=exposed)
        product = _product_report(world, stage.deployment)
        found = checks_of(scenario, ending)
        found += _rotated(stage, rotation, everything=scenario.rotates == "all") if rotation else []
        if storm:
            found += storm_checks(storm.seen)
        if scenario.restarts:
            found += _clinging(stage, watcher.left_at, product)
        found += [*(chats.checks() if chats else []), *_searched(stage, chats)]
        report = demo_report(
            product,
            scenario=scenario.name,
            seed=seed,
            states=world.cluster_states(),
            served=_served(stage),
            seen=Seen(ending, found),
            unplanned=Unplanned(
                blue=stage.blue,
                version=scenario.blue_version,
                applications=tuple((one.name, one.team) for one in stage.applications),
                error=execution.error or "",
                cause=execution.cause or "",
            ),
        )
    pages = "\n".join(operator.pages)
    stage.canary.read({"pages": pages, "report.json": json.dumps(report), "report.html": html_page(report)})
    report["checks"].append(asdict(stage.canary.check()))
    _write(report, folder)
    return report


def _searched(stage: Stage, chats: ChatWatch | None) -> list[Check]:
    """What was found nowhere; the search for values of secrets goes on in what is written of the run."""
    watches = [*([chats.credentials] if chats else []), token_watch(stage.world)]
    search(stage.world, *watches, stage.canary)
    return [watch.check() for watch in watches]


def _write(report: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "report.json").write_text(json.dumps(report, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    (folder / "report.html").write_text(html_page(report), encoding="utf-8")


def _started(scenario: Scenario, seed: int, stage: Stage) -> Execution:
    """The execution that somebody starts in the console."""
    machines, functions = stage.deployment.machines, stage.world.step_functions
    machine = next(arn for name, arn in machines.items() if "upgrade" in name.lower())
    name = _name(scenario, seed)
    started = functions.start_execution(stateMachineArn=machine, input=_request(scenario), name=name)
    return functions.executions[started["executionArn"]]


def _request(scenario: Scenario) -> str:
    return json.dumps({"version": scenario.target} if scenario.target else {})


def _name(scenario: Scenario, seed: int) -> str:
    version = (scenario.target or TARGET).replace(".", "-")
    return f"{ENVIRONMENT}-{version}-20261124-{seed:04}-a1"


def _served(stage: Stage) -> Served:
    by_cluster = stage.clients.served()
    blue = stage.blue
    reasons: dict[str, int] = {}
    for counts in stage.clients.counts.values():
        for reason, count in counts.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + count
    return Served(
        total=stage.clients.total,
        blue=by_cluster.get(blue, 0),
        green=sum(count for cluster, count in by_cluster.items() if cluster != blue),
        failed=stage.clients.failed,
        reasons=reasons,
    )


def _ending(stage: Stage, before: Records, pages: tuple[str, ...]) -> Ending:
    world, hosts = stage.world, {one.name: one.hosts for one in stage.applications}
    return Ending(
        blue=stage.blue,
        states=world.cluster_states(),
        failed=failed_requests(stage.clients.counts),
        before=before,
        after=record_sets(world.route53),
        weights={host: world.route53.weights_of(host) for names in hosts.values() for host in names},
        hosts=hosts,
        scanned=dict(stage.scanners.statuses),
        pages=pages,
    )


def _clinging(stage: Stage, left_at: dict[str, float], product: dict[str, Any]) -> list[Check]:
    clung = who_clung(stage.clients.lasting, stage.blue, left_at)
    ended = [event["at"] for event in product.get("events", ()) if event["what"] == "point-of-no-return"]
    quiet = stage.world.environment.decommission.quiet
    return clinging_checks(clung, frozenset({"keep-alive", "websocket"}), ended[0] if ended else None, quiet)


def _rotated(stage: Stage, rotation: Rotation, *, everything: bool) -> list[Check]:
    rotation.close()
    hosts = {host: one.name for one in stage.applications for host in one.hosts}
    blues = frozenset({stage.blue, set_identifier(stage.blue), SET_IDENTIFIER})
    taken = steps(stage.world.route53.history, hosts, blues)
    return rotation_checks(rotation.seen, taken, stage.applications, everything=everything)


def _product_report(world: World, deployment: Deployment) -> dict[str, Any]:
    bucket = next(value for value in deployment.ids.values() if "evidence" in value.lower())
    s3 = world.client("s3")
    listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    reports = [one["Key"] for one in listed if one["Key"].endswith("/report.json")]
    if not reports:
        return {}
    document: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=reports[-1])["Body"].read())
    return document
