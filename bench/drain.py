"""How long it takes to empty nodes whose machines go at once, and what that asks of the API server.

Wall clock, no simulation of time: norikae's own ingest and slices run in this process over their real client; the
embedded API server with its controllers runs in another, over HTTPS, and takes 2 ms more for a read and 8 ms for a
write. A spot warning per node goes through a local queue with the batches and pollers of an SQS event source.

    python bench/drain.py [--nodes 1 50 200] [--seed 1] [--write]
"""

from __future__ import annotations

import argparse
import logging
import math
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "lambdas")]

from bench.cluster import Cluster  # noqa: E402 - the path is set above
from bench.drain_page import write_page  # noqa: E402
from bench.drain_rig import Claims, Fleet, Rig  # noqa: E402
from bench.figures import exit_code, keep, percentiles, show  # noqa: E402
from bench.hop import Hop  # noqa: E402
from norikae.drain.ingest import ingest  # noqa: E402
from stacks.environment_file import load  # noqa: E402

SIZES = (1, 50, 200)
POD_STOP, TURNOVER, CONTROLLERS = 3.0, 8.0, 0.55
"""Seconds from SIGTERM to the end of a container; from a pod's eviction until its budget counts the successor; and what
of that the world's controllers take at the mean: ReplicaSet and scheduler 0.1 each, kubelet 0.05, disruption 0.3."""
PODS, DAEMONS, APPLICATIONS, MOST_UNAVAILABLE = 10, 5, 100, 2
"""Pods and DaemonSet pods of a node; applications that share the pods; what their budgets allow, if there are any."""
LONG_FLOOR = 60.0
"""Seconds of a floor that a drain is compared with: two pass before the first eviction, a large part of a short one."""
MACHINE_SECONDS = 120.0
PATIENCE = 150.0
"""Seconds after which a run is given up."""
MOST_CALLS, CORDON_P99, EMPTY_P99, MOST_OF_FLOOR, MOST_REFUSED = 16.0, 5.0, 12.0, 1.15, 0.2
"""The promises: API calls a node; seconds; times the floor that budgets set; answers 429 for each eviction."""


@dataclass(frozen=True)
class Case:
    """One run.

    Args:
        nodes: how many machines go at once.
        budgets: whether every application has a budget.
        seed: of the population and the lags.
    """

    nodes: int
    budgets: bool
    seed: int

    @property
    def name(self) -> str:
        """As in the table."""
        machines = "1 node" if self.nodes == 1 else f"{self.nodes} nodes"
        return f"{machines}, {f'budgets of {MOST_UNAVAILABLE}' if self.budgets else 'no budgets'}"

    @property
    def floor(self) -> float:
        """Seconds that the budgets take in any case: so many pods of an application at a time.

        A ReplicaSet replaces a pod as soon as it is told to go, so its own end counts only for the last.
        """
        if not self.budgets:
            return POD_STOP
        largest = math.ceil(self.nodes * PODS / min(APPLICATIONS, self.nodes * PODS))
        return (math.ceil(largest / MOST_UNAVAILABLE) - 1) * TURNOVER + POD_STOP


@dataclass(frozen=True)
class Figures:
    """What a run came to; times in seconds since the events were sent, at the 50th and the 99th percentile.

    Args:
        cordon: until a node was cordoned.
        first: until the first of its pods was told to go.
        empty: until the last of them was gone.
        in_time: nodes that were empty before their machine went.
        calls: requests to the API server.
        calls_a_node: the same for each node.
        by_kind: by verb and resource.
        evictions: those that were granted.
        refused: answers 429.
        refused_each: for each granted eviction.
        most_at_once: requests in flight.
        ingest: seconds of an invocation of the ingest.
        slices: invocations of the coordinator.
        messages: what people were told.
        table: requests to the table by kind.
        floor: seconds that pods and budgets take in any case.
        of_floor: the last empty node, as a multiple of that.
    """

    cordon: tuple[float, float]
    first: tuple[float, float]
    empty: tuple[float, float]
    in_time: int
    calls: int
    calls_a_node: float
    by_kind: dict[str, int]
    evictions: int
    refused: int
    refused_each: float
    most_at_once: int
    ingest: tuple[float, float]
    slices: int
    messages: int
    table: dict[str, int]
    floor: float
    of_floor: float


def words_of(case: Case) -> list[str]:
    """The command line of a cluster with what lives in it."""
    arguments = {
        "nodes": case.nodes,
        "spare-nodes": max(2, case.nodes // 4),
        "pods-per-node": PODS,
        "daemon-sets": DAEMONS,
        "applications": APPLICATIONS,
        "stop-seconds": POD_STOP,
        "start-seconds": TURNOVER - CONTROLLERS,
        "seed": case.seed,
        "seconds": PATIENCE + 60,
        **({"most-unavailable": MOST_UNAVAILABLE} if case.budgets else {}),
    }
    return [word for name, value in arguments.items() for word in (f"--{name}", str(value))]


def main() -> int:
    """Run every case, print, write ``build/bench/drain.json``; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--nodes", type=int, nargs="+", default=list(SIZES), help="machines that go at once; one run each"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the population and the lags")
    parser.add_argument("--write", action="store_true", help="write the table of docs/benchmarks.md anew")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    cases = [Case(nodes, budgets=False, seed=options.seed) for nodes in options.nodes]
    bound = [Case(nodes, budgets=True, seed=options.seed) for nodes in options.nodes if nodes * PODS > APPLICATIONS]
    cases += [case for case in bound if case.floor < MACHINE_SECONDS]  # nobody keeps budgets that take longer
    found: dict[str, Figures] = {}
    broken: list[str] = []
    for case in cases:
        found[case.name] = figures = drain(case)
        show(case.name, figures)
        broken += [f"{case.name}: {words}" for words in broken_promises(case, figures)]
    keep("drain", found)
    if options.write:
        write_page(ROOT / "docs" / "benchmarks.md", {name: asdict(figures) for name, figures in found.items()})
    return exit_code(broken)


def drain(case: Case) -> Figures:
    """Interrupt all nodes at once and wait until they are empty; what that came to.

    Raises:
        RuntimeError: a part of norikae raised.
    """
    environment = load(ROOT / "environments" / "demo.yaml")
    if case.budgets:  # as the budgets allow, also when time runs out: that is what is compared with their floor
        policy = msgspec.structs.replace(environment.interruptions.spot, budgets="respect")
        interruptions = msgspec.structs.replace(environment.interruptions, spot=policy)
        environment = msgspec.structs.replace(environment, interruptions=interruptions)
    name = environment.clusters.adopt
    with Cluster(words_of(case)) as cluster:
        names = {story["instance"]: node for node, story in cluster.ask("nodes").items() if story["pods"]}
        rig = Rig(environment, name, cluster.server, Claims(), Fleet(name, names))
        hop = Hop(lambda batch: ingest(rig.ports(), batch), rig.failures, rig.ingest_seconds)
        began, sent = cluster.ask("forget")["at"], time.time()
        for instance in names:
            hop.send(_warning(instance, sent))
        while time.time() - sent < PATIENCE and not rig.failures:
            time.sleep(1.0)
            claims = rig.claims.all()
            if len(claims) == len(names) and not any(claim.is_open for claim in claims):
                break
        if rig.failures:
            raise RuntimeError("a part of norikae raised") from rig.failures[0]
        return _figures(case, rig, began, list(names.values()), cluster.ask("nodes"), cluster.ask("requests"))


def _warning(instance: str, at: float) -> dict[str, Any]:
    """A spot interruption warning, as EventBridge puts it into a queue."""
    return {
        "version": "0",
        "id": f"event-of-{instance}",
        "detail-type": "EC2 Spot Instance Interruption Warning",
        "source": "aws.ec2",
        "account": "111122223333",
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
        "region": "ap-northeast-1",
        "resources": [f"arn:aws:ec2:ap-northeast-1a:instance/{instance}"],
        "detail": {"instance-id": instance, "instance-action": "terminate"},
    }


def _figures(
    case: Case, rig: Rig, began: float, names: list[str], stories: dict[str, Any], told: dict[str, Any]
) -> Figures:
    mine = [stories[name] for name in names]
    requests = told["requests"]
    evictions = [one for one in requests if "eviction" in one["kind"]]
    granted = sum(1 for one in evictions if one["status"] in (200, 201))
    refused = sum(1 for one in requests if one["status"] == 429)  # noqa: PLR2004 - Too Many Requests
    empty = [story["empty"] - began for story in mine if story["empty"] is not None]
    return Figures(
        cordon=percentiles([story["cordoned"] - began for story in mine if story["cordoned"] is not None]),
        first=percentiles([story["first_deletion"] - began for story in mine if story["first_deletion"] is not None]),
        empty=percentiles(empty),
        in_time=sum(1 for seconds in empty if seconds < MACHINE_SECONDS),
        calls=len(requests),
        calls_a_node=round(len(requests) / case.nodes, 1),
        by_kind=dict(sorted(Counter(f"{one['kind']} {one['status']}" for one in requests).items())),
        evictions=granted,
        refused=refused,
        refused_each=round(refused / granted, 3) if granted else 0.0,
        most_at_once=told["most_at_once"],
        ingest=percentiles(rig.ingest_seconds),
        slices=rig.executions.slices,
        messages=len(rig.topic.messages),
        table=dict(rig.claims.requests),
        floor=case.floor,
        of_floor=round(max(empty) / case.floor, 3) if len(empty) == case.nodes else math.inf,
    )


def broken_promises(case: Case, figures: Figures) -> list[str]:
    """What the figures do not keep, in words."""
    wanted = {
        f"{figures.in_time} of {case.nodes} nodes were empty in time": figures.in_time == case.nodes,
        f"{figures.calls_a_node} API calls a node, at most {MOST_CALLS}": figures.calls_a_node <= MOST_CALLS,
        f"cordoned after {figures.cordon[1]} s, at most {CORDON_P99}": figures.cordon[1] < CORDON_P99,
        f"{figures.refused_each} answers 429 for each eviction, below {MOST_REFUSED}": (
            figures.refused_each < MOST_REFUSED
        ),
    }
    if case.budgets and case.floor >= LONG_FLOOR:
        wanted[f"{figures.of_floor} times the floor, at most {MOST_OF_FLOOR}"] = figures.of_floor <= MOST_OF_FLOOR
    if not case.budgets:
        wanted[f"empty after {figures.empty[1]} s, at most {EMPTY_P99}"] = figures.empty[1] < EMPTY_P99
    return [words for words, kept in wanted.items() if not kept]


if __name__ == "__main__":
    sys.exit(main())
