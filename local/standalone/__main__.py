"""A cluster for a benchmark in another process: one JSON line says where it is, then it answers to lines of stdin.

    python -m local.standalone --nodes 200 --pods-per-node 10 --most-unavailable 2

It prints ``{"url": …, "ca": …, "token": …, "seconds_to_settle": …}``, and then one line of JSON for each line it reads:

* ``requests``: the log so far,
* ``nodes``: when each node was cordoned, lost its first pod and was empty,
* ``secrets``: when each Secret got which version,
* ``clock``: ``at``, the time on the clock of the other answers,
* ``forget``: the log is emptied; ``at`` is the time on the clock of the other answers,
* ``mishap {"kind": "throttled", "times": 20}``: a ``Mishap`` of ``local/kubernetes/mishaps.py``.

It ends when stdin is closed, or after ``--seconds``.
"""

from __future__ import annotations

import argparse
import gc
import json
import queue
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.kubernetes.mishaps import Kind, Mishap
from local.standalone.population import Population
from local.standalone.server import Plan, Standalone
from local.standalone.traffic import Latency


def main() -> int:
    """Serve until nobody listens any more; 1 when a controller failed."""
    options = _options()
    began = time.monotonic()
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    standalone = Standalone(_plan(options))
    gc.freeze()  # the population lives as long as the process; a collection that walks it would stop everybody
    with standalone as cluster:
        where = {"url": cluster.endpoint.url, "ca": cluster.endpoint.ca_pem, "token": cluster.token}
        _say({**where, "seconds_to_settle": round(time.monotonic() - began, 1)})
        while (left := options.seconds - cluster.clock.seconds()) > 0 and cluster.clock.failure is None:
            try:
                line = lines.get(timeout=min(left, 1.0))
            except queue.Empty:
                continue
            if not line:
                break
            _say(answer(cluster, line))
    if cluster.clock.failure is not None:
        sys.stderr.write(f"a controller failed: {cluster.clock.failure!r}\n")
        return 1
    return 0


def answer(cluster: Standalone, line: str) -> Any:
    """What is said to a line."""
    word, _, rest = line.strip().partition(" ")
    if word not in ANSWERS:
        return {"error": f"{word!r} is none of {', '.join(ANSWERS)}"}
    return ANSWERS[word](cluster, rest)


def _requests(cluster: Standalone, _: str) -> Any:
    return {"most_at_once": cluster.requests.most_at_once, "requests": cluster.requests.told()}


def _nodes(cluster: Standalone, _: str) -> Any:
    with cluster.kernel.lock:
        return cluster.chronicle.told()


def _secrets(cluster: Standalone, _: str) -> Any:
    with cluster.kernel.lock:
        return cluster.secrets.told()


def _clock(cluster: Standalone, _: str) -> Any:
    return {"at": round(cluster.clock.seconds(), 4)}


def _forget(cluster: Standalone, _: str) -> Any:
    cluster.requests.forget()
    return {"done": "forget", "at": round(cluster.clock.seconds(), 4)}


def _mishap(cluster: Standalone, rest: str) -> Any:
    told = json.loads(rest)
    with cluster.kernel.lock:
        cluster.api.mishaps.happen(Mishap(**{**told, "kind": Kind(told["kind"])}))
    return {"done": "mishap"}


ANSWERS: dict[str, Callable[[Standalone, str], Any]] = {
    "requests": _requests,
    "nodes": _nodes,
    "secrets": _secrets,
    "clock": _clock,
    "forget": _forget,
    "mishap": _mishap,
}


def _read(lines: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        lines.put(line)
    lines.put("")


def _say(told: Any) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    people, plan, latency = Population(), Plan(), Latency()
    parser = argparse.ArgumentParser(prog="python -m local.standalone", description=__doc__.splitlines()[0])
    for name, default, told in (
        ("nodes", people.nodes, "machines full of pods"),
        ("spare-nodes", people.spare_nodes, "machines with room for evicted pods"),
        ("pods-per-node", people.pods_per_node, "application pods on each full machine"),
        ("applications", people.applications, "ReplicaSets that share the pods"),
        ("daemon-sets", people.daemon_sets, "DaemonSets"),
        ("grace-seconds", people.grace_seconds, "grace period of the pods"),
        ("seed", plan.seed, "of names and lags"),
    ):
        parser.add_argument(f"--{name}", type=int, default=default, help=told)
    parser.add_argument("--most-unavailable", type=int, help="maxUnavailable of each application's budget")
    for name, value, told in (
        ("stop-seconds", plan.stop_seconds, "from SIGTERM to the end of a container"),
        ("start-seconds", plan.start_seconds, "from binding to readiness"),
        ("read-seconds", latency.read, "what a read takes besides the server's work"),
        ("write-seconds", latency.write, "what a write takes besides the server's work"),
        ("seconds", 900.0, "the longest time to live"),
    ):
        parser.add_argument(f"--{name}", type=float, default=value, help=told)
    parser.add_argument("--objects", type=Path, help="a JSON list of objects that are there besides")
    parser.add_argument("--groups", nargs="*", default=(), help="groups of whoever has the token")
    parser.add_argument("--disruption-lag", type=float, nargs=2, default=plan.disruption_lag, metavar="SECONDS")
    return parser.parse_args()


def _plan(options: argparse.Namespace) -> Plan:
    population = Population(
        nodes=options.nodes,
        spare_nodes=options.spare_nodes,
        pods_per_node=options.pods_per_node,
        applications=options.applications,
        daemon_sets=options.daemon_sets,
        most_unavailable=options.most_unavailable,
        grace_seconds=options.grace_seconds,
    )
    return Plan(
        population=population,
        latency=Latency(options.read_seconds, options.write_seconds),
        stop_seconds=options.stop_seconds,
        start_seconds=options.start_seconds,
        disruption_lag=tuple(options.disruption_lag),
        seed=options.seed,
        objects=tuple(json.loads(options.objects.read_text(encoding="utf-8"))) if options.objects else (),
        groups=tuple(options.groups),
    )


if __name__ == "__main__":
    sys.exit(main())
