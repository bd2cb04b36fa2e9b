"""How long a rotated secret takes to every live cluster, and what that asks of Secrets Manager and the API servers.

Wall clock, no simulation of time: norikae's own carrying runs in this process over its real client; two embedded API
servers run in others, over HTTPS, and take 2 ms more for a read and 8 ms for a write. Events go through a local queue
with the batches and pollers of an SQS event source.

    python bench/secrets.py [--seed 1] [--write]
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "lambdas")]

from bench.cluster import Cluster  # noqa: E402 - the path is set above
from bench.figures import exit_code, keep, percentiles, show  # noqa: E402
from bench.page import put  # noqa: E402
from bench.secrets_rig import NAMESPACE, Account  # noqa: E402
from stacks.environment_file import load  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

CLUSTERS = ("bench-1-33-a", "bench-1-35-b")
GROUPS = ("norikae:secrets", "norikae:restart")
PATIENCE = 120.0
"""Seconds after which a run is given up."""
ONE_P99, ALL_SECONDS = 5.0, 60.0
"""The promises, in seconds: one secret with 50 targets; 500 secrets at once."""
DAY, SWEEPS = 86400, 4
ROTATED_DAYS = 30
"""How often a secret rotates, for the comparison with operators that poll."""
BEGIN, END = "<!-- secrets: written by `make bench-secrets WRITE=1` -->", "<!-- /secrets -->"


@dataclass(frozen=True)
class Case:
    """One run.

    Args:
        name: as in the table.
        secrets: how many rotate at once.
        targets: SecretSyncs of each in every cluster.
        rounds: how often they rotate, one round after the other is current.
    """

    name: str
    secrets: int
    targets: int
    rounds: int


CASES = (Case("1 secret, 50 targets in each cluster", 1, 50, 20), Case("500 secrets at once", 500, 1, 1))


@dataclass(frozen=True)
class Figures:
    """What a run came to; times in seconds since the events were sent.

    Args:
        current: until the last target of a secret had its version in both clusters, the 50th and 99th percentile of all
            secrets and rounds.
        last: the longest.
        values: values read of Secrets Manager, and what a version each would be.
        versions: how many versions there were.
        requests: to Secrets Manager, by kind.
        calls: requests to both API servers.
        calls_a_target: the same for each target and version.
        by_kind: by verb, resource and status.
        refused: answers 429.
        most_at_once: requests in flight at one API server.
        batches: invocations, and the 50th and 99th percentile of their seconds.
        table: requests to the table by kind.
        messages: what people were told.
    """

    current: tuple[float, float]
    last: float
    values: int
    versions: int
    requests: dict[str, int]
    calls: int
    calls_a_target: float
    by_kind: dict[str, int]
    refused: int
    most_at_once: int
    batches: tuple[int, float, float]
    table: dict[str, int]
    messages: int


def main() -> int:
    """Run every case, print, write ``build/bench/secrets.json``; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1, help="of the clusters")
    parser.add_argument("--write", action="store_true", help="write the table of docs/benchmarks.md anew")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    found: dict[str, Figures] = {}
    broken: list[str] = []
    for case in CASES:
        found[case.name] = figures = measure(case, options.seed)
        show(case.name, figures)
        broken += [f"{case.name}: {words}" for words in broken_promises(case, figures)]
    rows = [*(row(name, figures) for name, figures in found.items())]
    keep("secrets", found)
    polled = [polling(500, 2, interval) for interval in (3600, 15)]
    print("\n".join(("", *HEAD_OF_DAY, carried(500, found["500 secrets at once"].last), *polled)))
    if options.write:
        table = (*HEAD, *rows, "", *HEAD_OF_DAY, carried(500, found["500 secrets at once"].last), *polled)
        put(ROOT / "docs" / "benchmarks.md", BEGIN, END, table)
    return exit_code(broken)


def measure(case: Case, seed: int) -> Figures:
    """Rotate, round after round, and wait each time until both clusters are current; what that came to.

    Raises:
        RuntimeError: a part of norikae raised, or the patience is over.
    """
    environment = load(ROOT / "environments" / "demo.yaml")
    names = [f"bench/app-{number:03d}" for number in range(case.secrets)]
    sync = msgspec.structs.replace(environment.secret_sync, secrets=("bench/*",), restart_apart=0)
    environment = msgspec.structs.replace(environment, secret_sync=sync)
    with ExitStack() as stack, tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(objects(names, case.targets), file)
        file.flush()
        words = ["--nodes", "1", "--spare-nodes", "1", "--pods-per-node", "1", "--applications", "1"]
        words += ["--daemon-sets", "0", "--seed", str(seed), "--seconds", "600", "--objects", file.name]
        clusters = [stack.enter_context(Cluster([*words, "--groups", *GROUPS])) for _ in CLUSTERS]
        servers = {name: one.server for name, one in zip(CLUSTERS, clusters, strict=True)}
        account = Account(environment, servers)
        for name in names:
            account.rotate(name)
        _await(account, clusters, dict.fromkeys(names, 1), case.targets)  # the first versions make the Secrets
        for cluster in clusters:
            cluster.ask("forget")
        before = dict(account.safe.requests)
        account.deliveries.requests.clear()
        account.seconds.clear()
        lasted = [_round(account, clusters, names, case.targets, number + 2) for number in range(case.rounds)]
        told = [cluster.ask("requests") for cluster in clusters]
        return _figures(case, account, [one for round_ in lasted for one in round_], told, before)


def _round(
    account: Account, clusters: Sequence[Cluster], names: Sequence[str], targets: int, number: int
) -> list[float]:
    """Seconds until each secret's version was everywhere."""
    offsets = [float(cluster.ask("clock")["at"]) for cluster in clusters]
    for name in names:
        account.rotate(name)
    stories = _await(account, clusters, dict.fromkeys(names, number), targets)
    return [
        max(
            at - offset
            for offset, story in zip(offsets, stories, strict=True)
            for place in range(targets)
            for version, at in story[f"{NAMESPACE}/{secret_name(name, place)}"]
            if version == f"{name.replace('/', '-')}-{number}"
        )
        for name in names
    ]


def _await(
    account: Account, clusters: Sequence[Cluster], versions: dict[str, int], targets: int
) -> list[dict[str, list[tuple[str, float]]]]:
    until = time.time() + PATIENCE
    while time.time() < until and not account.failures:
        stories = [cluster.ask("secrets") for cluster in clusters]
        if all(
            any(
                version == f"{name.replace('/', '-')}-{number}"
                for version, _ in story.get(f"{NAMESPACE}/{secret_name(name, place)}", ())
            )
            for story in stories
            for name, number in versions.items()
            for place in range(targets)
        ):
            if not account.queue.is_idle():  # statuses and restarts follow; the next round is not to meet them
                time.sleep(0.05)
                continue
            return stories
        time.sleep(0.2)
    if account.failures:
        raise RuntimeError("a part of norikae raised") from account.failures[0]
    raise RuntimeError(f"not everything was current after {PATIENCE:.0f} s")


def secret_name(secret: str, place: int) -> str:
    """The Kubernetes Secret of one target."""
    return f"{secret.partition('/')[2]}-{place}"


def objects(names: Sequence[str], targets: int) -> list[dict[str, Any]]:
    """What an administrator and a team put into a cluster: rights, and a SecretSync for every target."""
    manifests = [
        one
        for file in sorted((ROOT / "lambdas" / "manifests").glob("*.yaml"))
        for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))
        if one["kind"] in {"CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding"}
    ]
    written = [secret_name(name, place) for name in names for place in range(targets)]
    rules = [
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": written, "verbs": ["get", "patch"]},
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]},
    ]
    of, group = {"name": "norikae-secrets", "namespace": NAMESPACE}, "rbac.authorization.k8s.io"
    version = f"{group}/v1"
    binding = {
        "apiVersion": version,
        "kind": "RoleBinding",
        "metadata": of,
        "roleRef": {"apiGroup": group, "kind": "Role", "name": of["name"]},
        "subjects": [{"apiGroup": group, "kind": "Group", "name": "norikae:secrets"}],
    }
    syncs = [
        {
            "apiVersion": "norikae.dev/v1alpha1",
            "kind": "SecretSync",
            "metadata": {"name": secret_name(name, place), "namespace": NAMESPACE},
            "spec": {"secret": name},
        }
        for name in names
        for place in range(targets)
    ]
    return [*manifests, {"apiVersion": version, "kind": "Role", "metadata": of, "rules": rules}, binding, *syncs]


def _figures(
    case: Case, account: Account, lasted: list[float], told: list[dict[str, Any]], before: dict[str, int]
) -> Figures:
    requests = [one for each in told for one in each["requests"]]
    asked = {kind: count - before.get(kind, 0) for kind, count in sorted(account.safe.requests.items())}
    versions = case.secrets * case.rounds
    return Figures(
        current=percentiles(lasted),
        last=round(max(lasted), 2),
        values=asked.get("value", 0),
        versions=versions,
        requests=asked,
        calls=len(requests),
        calls_a_target=round(len(requests) / (versions * case.targets * len(CLUSTERS)), 2),
        by_kind=dict(sorted(Counter(f"{one['kind']} {one['status']}" for one in requests).items())),
        refused=sum(1 for one in requests if one["status"] == 429),  # noqa: PLR2004 - Too Many Requests
        most_at_once=max(each["most_at_once"] for each in told),
        batches=(len(account.seconds), *percentiles(account.seconds)),
        table=dict(account.deliveries.requests),
        messages=len(account.topic.messages),
    )


def broken_promises(case: Case, figures: Figures) -> list[str]:
    """What the figures do not keep, in words."""
    wanted = {
        f"{figures.values} values read of {figures.versions} versions": figures.values == figures.versions,
        f"{figures.refused} answers 429 of the API servers": figures.refused == 0,
        f"{figures.messages} messages to people": figures.messages == 0,
    }
    if case.secrets == 1:
        wanted[f"current after {figures.current[1]} s, at most {ONE_P99}"] = figures.current[1] < ONE_P99
    else:
        wanted[f"all current after {figures.last} s, at most {ALL_SECONDS}"] = figures.last < ALL_SECONDS
    return [words for words, kept in wanted.items() if not kept]


HEAD = (
    "| Run | current in both clusters | last | values read / versions | 429 | API calls | calls a target | at once |",
    "|---|---|---|---|---|---|---|---|",
)
HEAD_OF_DAY = (
    "| 500 secrets in two clusters | value reads a day | other reads a day | worst staleness |",
    "|---|---|---|---|",
)


def row(name: str, figures: Figures) -> str:
    """One run in the table."""
    cells = (
        f"**{name}**",
        f"{figures.current[0]}/{figures.current[1]}",
        f"{figures.last}",
        f"{figures.values} / {figures.versions}",
        f"{figures.refused}",
        f"{figures.calls:,}",
        f"{figures.calls_a_target}",
        f"{figures.most_at_once}",
    )
    return f"| {' | '.join(cells)} |"


def carried(secrets: int, last: float) -> str:
    """Norikae's calls of a day: a read and a look for each rotation, and a look at everything in each sweep."""
    rotations = secrets / ROTATED_DAYS
    looks = rotations + SWEEPS * secrets
    return (
        f"| **norikae**, each rotates every {ROTATED_DAYS} days | {rotations:,.0f} | {looks:,.0f} | {last} s measured |"
    )


def polling(secrets: int, clusters: int, interval: int) -> str:
    """What an operator asks that reads every secret of every cluster once in each interval, whatever changes."""
    reads = secrets * clusters * DAY // interval
    words = f"{interval // 3600} h" if interval >= 3600 else f"{interval} s"  # noqa: PLR2004 - an hour
    return f"| polling every {words} (computed) | {reads:,} | 0 | {words} |"


if __name__ == "__main__":
    sys.exit(main())
