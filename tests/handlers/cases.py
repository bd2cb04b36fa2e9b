"""Each handler with a recorded event and the world in which that event was sent."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import yaml

from norikae.cluster.eks_port import Cluster
from norikae.drain.ports import Machine
from norikae.environment import Scheduled
from norikae.environment.notify import Notify, Slack
from norikae.upgrade.compare import compare_wave
from norikae.upgrade.lease import Lease
from norikae.upgrade.phase import enter
from tests.unit.drain.claims import resting
from tests.unit.drain.heard import MACHINE, NODE, Nodes, node
from tests.unit.drain.yards import Story as Draining
from tests.unit.fakes.beginning import Beginning
from tests.unit.fakes.demo import unsynced
from tests.unit.fakes.nodes import Nodes as Cordoned
from tests.unit.fakes.nodes import marked
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.singletons import NIGHTLY, HandOff, cron_job
from tests.unit.fakes.story import APP, BLUE, GREEN, RUN, WRITER, Story
from tests.unit.fakes.waves import Wave, config_map
from tests.unit.notify.told import Chats
from tests.unit.secret_sync.carried import Story as Secrets
from tests.unit.support.looks import Looks
from tests.unit.zone.stories import Zones

Json = dict[str, Any]
Handler = Callable[[Json, object], Json]

EXECUTIONS = "arn:aws:states:ap-northeast-1:123456789012:execution"
READERS = {"norikae:read": ("arn:aws:iam::123456789012:role/preflight",)}
UPGRADE = f"{EXECUTIONS}:norikae-demo-upgrade:{RUN}-a1"
DRAIN = "arn:aws:states:ap-northeast-1:123456789012:stateMachine:norikae-demo-drain"
SHIFT = f"{EXECUTIONS}:norikae-demo-shift:{RUN}-a1-5f0c1a2b"


def event(name: str) -> Json:
    """The recorded event of a handler."""
    recorded: Json = json.loads(Path(f"tests/events/{name}.json").read_text())
    return recorded


def handler(name: str) -> Handler:
    """The handler of a state, an event or a command."""
    events = dict.fromkeys(
        ("carry_secrets", "interruptions", "notify_people", "recover", "reconcile_interruptions", "write_zone"),
        "events",
    )
    others = {"operator_command": "operator", "answer_chat": "chat", "watch_support": "schedule"}
    folder = {**events, **others, "start_on_schedule": "schedule"}.get(name, "workflow")
    found: Handler = importlib.import_module(f"handlers.{folder}.{name}").handler
    return found


def _free() -> Beginning:
    world = Beginning()
    world.ports.executions.statuses |= {UPGRADE: "RUNNING", SHIFT: "RUNNING"}
    world.ports.table.leases[""] = Lease("", "old", WRITER.token - 1)
    return world


def _rotated() -> Secrets:
    world = Secrets()
    world.declares("db")
    world.rotates("db")
    return world


def _unadopted() -> Beginning:
    world = _free()
    ports = world.ports
    ports.settings = replace(ports.settings, role="arn:aws:iam::123456789012:role/adopt", access=READERS)
    ports.files["rbac"] = [obj for obj in yaml.safe_load_all(Path("lambdas/manifests/rbac.yaml").read_text()) if obj]
    return world


def _planned() -> Beginning:
    world = _free()
    world.starts(execution=UPGRADE)
    return world


def _built() -> Beginning:
    world = _planned()
    world.green_is_built()
    return world


def _syncing() -> Beginning:
    world = _planned()
    world.green.put(unsynced("root", children=("load-balancers", "dns", APP)))
    world.wave_is_compared(WRITER, "sync-platform", "root")
    return world


def _differing() -> Wave:
    wave = Wave()
    wave.ports.executions.statuses |= {UPGRADE: "RUNNING"}
    wave.renders(config_map(LOG_LEVEL="info"))
    wave.lives(config_map(LOG_LEVEL="debug"))
    wave.ports.table.leases[""] = Lease(UPGRADE, RUN, WRITER.token)
    return wave


def _compared() -> Wave:
    wave = _differing()
    compare_wave(wave.ports, WRITER)
    return wave


def _left_behind() -> Beginning:
    world = _free()
    world.ports.executions.statuses[UPGRADE] = "FAILED"
    tags = {"norikae:environment": "demo"}
    world.eks.clusters[GREEN] = Cluster(GREEN, "1.35", "ACTIVE", tags, deletion_protection=True)
    return world


def _story(*, weight: int | None = None, arrived: bool = False, began: bool = True) -> Story:
    """A shift by the machine: prepared, at a weight, or arrived."""
    story = Story("A", "AAAA")
    story.ports.table.leases[""] = Lease(UPGRADE, RUN, WRITER.token)
    story.ports.executions.statuses |= {UPGRADE: "RUNNING", SHIFT: "RUNNING"}
    if began:
        enter(story.ports, WRITER, "ensure-green-cluster")
    if arrived:
        story.moved()
    elif began:
        story.prepared(SHIFT)
    if weight:
        story.moved_to(weight)
    return story


def _supported() -> Looks:
    looks = Looks()
    looks.comes("2026-06-01")
    return looks


def _written() -> Story:
    story = _story()
    story.set_to(5)
    return story


def _soaked() -> Story:
    story = _story(arrived=True)
    story.time_passes(story.ports.environment.soak.duration)
    story.approved()
    return story


def _handing_off() -> Story:
    story = HandOff(msgspec.structs.replace(NIGHTLY, application=""))
    story.ports.table.leases[""] = Lease(UPGRADE, RUN, WRITER.token)
    story.ports.executions.statuses |= {UPGRADE: "RUNNING", SHIFT: "RUNNING"}
    story.blue.put(cron_job())
    story.green.put(cron_job(suspend=True))
    story.moved()
    return story


def _rung() -> Story:
    story = _story()
    zone = Zones()
    zone.ports.table = story.ports.table
    story.ports.zone = zone.ports.zone
    zone.wants(zone.hosts[0], 5)
    return story


def _interrupted() -> Story:
    story = _story()
    story.ports.settings = replace(story.ports.settings, drain_machine=DRAIN)
    story.ports.fleet.known[MACHINE] = Machine(MACHINE, "running", NODE, {"eks:cluster-name": BLUE})
    story.ports.yards[BLUE] = Nodes(node())
    return story


def _draining() -> Draining:
    world = Draining()
    world.node(pods=3)
    return world


def _cordoned() -> Beginning:
    """A rebalance recommendation came half an hour ago, and the machine was kept."""
    world = _free()
    claim = resting(cluster=BLUE, deadline=world.ports.now)
    world.ports.claims.write(claim, instead_of=None)
    world.ports.yards[BLUE] = Cordoned(marked())
    return world


def _spoken() -> Story:
    story = _story(weight=5)
    slack = Slack(secret="norikae/demo/slack", team="T01AB", channel="C01AB")
    story.ports.environment = msgspec.structs.replace(story.ports.environment, notify=Notify(slack=slack))
    return story


def _told() -> Chats:
    world = Chats()
    world.asks(expires=1_795_773_600.0)
    return world


def _scheduled() -> Story:
    story = _story(began=False)
    quarterly = Scheduled(name="quarterly", at="cron(0 10 ? 1,4,7,10 TUE#2 *)")
    story.ports.environment = msgspec.structs.replace(story.ports.environment, schedule=(quarterly,))
    return story


WORLDS: dict[str, Callable[[], Beginning | Chats | Draining | Looks | Secrets | Story]] = {
    "plan_upgrade": _free,
    "run_preflight": _planned,
    "request_plan_approval": _planned,
    "ensure_green_cluster": _planned,
    "ensure_argo_cd": _planned,
    "sync_platform": _syncing,
    "sync_applications": _built,
    "compare_wave": _differing,
    "request_sync_approval": _compared,
    "verify_green": _built,
    "hand_over_green": _built,
    "hand_off_singletons": _handing_off,
    "soak": _soaked,
    "request_decommission_approval": _soaked,
    "decommission_blue": _soaked,
    "restore_revisions": _built,
    "finish_upgrade": _soaked,
    "hold_upgrade": _planned,
    "adopt_cluster": _unadopted,
    "clean_green": _left_behind,
    "roll_back_applications": lambda: _story(weight=5),
    "report_failure": _planned,
    "prepare_shift": lambda: _story(began=False),
    "prove_ownership": _story,
    "set_weights": _story,
    "verify_weights": _written,
    "scale_green": _story,
    "judge_gates": lambda: _story(weight=5),
    "restore_safe_weights": lambda: _story(weight=5),
    "roll_back_application": lambda: _story(weight=5),
    "hold_application": lambda: _story(weight=5),
    "hold_failed_rollback": lambda: _story(weight=5),
    "hold_partial_run": lambda: _story(weight=5),
    "conclude_shifts": lambda: _story(weight=5),
    "ask_team": _story,
    "check_window": _story,
    "await_window": _story,
    "finish_shift": lambda: _story(weight=5),
    "recover": lambda: _story(weight=5),
    "reconcile_interruptions": _cordoned,
    "write_zone": _rung,
    "interruptions": _interrupted,
    "carry_secrets": _rotated,
    "drain_slice": _draining,
    "operator_command": lambda: _story(weight=5),
    "answer_chat": _spoken,
    "notify_people": _told,
    "start_on_schedule": _scheduled,
    "watch_support": _supported,
}
"""Every handler, and the world before its recorded event."""


def world(name: str) -> FakePorts:
    """The world in which a handler's recorded event was sent."""
    return WORLDS[name]().ports
