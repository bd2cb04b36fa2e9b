"""Where each singleton of a run is, as the table has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.singletons.policy import CRON_JOBS, GREEN_SUSPENDED, SUSPENDED
from norikae.upgrade.state import SingletonItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from norikae.ports import Ports
    from norikae.upgrade.identity import Writer
    from norikae.upgrade.plan import Plan, PlannedSingleton

Named = tuple[str, str, str]
"""``plural.group``, namespace and name."""
PREFIX = "SINGLETON#"


def key_of(singleton: PlannedSingleton) -> str:
    """The name of its item in the table."""
    return f"{PREFIX}{singleton.resource}/{singleton.namespace}/{singleton.name}"


def read_ledger(ports: Ports, plan: Plan) -> dict[str, SingletonItem]:
    """Every singleton that runs in one cluster at a time, by its key: those of the plan, and those that came later."""
    planned = {key_of(one): SingletonItem(singleton=one) for one in plan.singletons if one.policy == GREEN_SUSPENDED}
    return {
        **planned,
        **{key_of(item.singleton): item for item in ports.table.read_all(plan.run, PREFIX, SingletonItem)},
    }


def write(ports: Ports, writer: Writer, item: SingletonItem) -> None:
    """Write down where a singleton is, in the name of the run."""
    ports.table.write(writer, key_of(item.singleton), item)


def on_green(plan: Plan, singleton: PlannedSingleton) -> tuple[str, str]:
    """Namespace and name on green: green's name stands where the names on blue have blue's."""
    blue, green = plan.blue.name, plan.green.name
    return singleton.namespace.replace(blue, green), singleton.name.replace(blue, green)


def suspended_on_green(ports: Ports, plan: Plan) -> frozenset[Named]:
    """The CronJobs that are suspended on green as they should be: not handed off yet, or suspended by Git."""
    waiting = [item.singleton for item in read_ledger(ports, plan).values() if item.place != "green" or not item.size]
    return frozenset((one.resource, *on_green(plan, one)) for one in _cron_jobs(waiting, plan))


def suspended_on_blue(ports: Ports, plan: Plan) -> frozenset[Named]:
    """The CronJobs that are suspended on blue as they should be: handed off, or suspended by Git."""
    gone = [item.singleton for item in read_ledger(ports, plan).values() if item.place != "blue"]
    return frozenset((one.resource, one.namespace, one.name) for one in _cron_jobs(gone, plan))


def _cron_jobs(moved: Iterable[PlannedSingleton], plan: Plan) -> Iterator[PlannedSingleton]:
    """Only of CronJobs does Argo CD say Suspended; a workload with 0 replicas is Healthy."""
    idle = (one for one in plan.singletons if one.policy == SUSPENDED)
    return (one for one in (*moved, *idle) if one.resource == CRON_JOBS)


def pending_back(ports: Ports, run: str) -> frozenset[str]:
    """The applications with something that is not back on blue; "" for what belongs to none."""
    items = ports.table.read_all(run, PREFIX, SingletonItem)
    return frozenset(item.singleton.application for item in items if item.place != "blue")
