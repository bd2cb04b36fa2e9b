"""What a shift of many applications asks of Route 53: one writer for the zone, beside one change per application.

The real core functions run over the real adapters against the world's Route 53 with its five requests a second, in
virtual time. All applications move at once, which is the worst that can happen; two external-dns list the zone every
minute beside. Load balancers and clusters answer from memory: they are not what is measured.

    python bench/shift.py [--applications 500] [--bake 120]
"""

from __future__ import annotations

import argparse
import json
import logging
import statistics
import sys
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "lambdas")]

from bench.shift_account import STEPS, WRITER, Account  # noqa: E402 - the path is set above
from norikae.errors import NorikaeError  # noqa: E402
from norikae.traffic.shift import set_weights, verify_weights  # noqa: E402

if TYPE_CHECKING:
    from local.kernel import Steps

MOST_A_SECOND = 3
"""norikae's requests within any second stay below this."""
SLOWEST = 1.3
"""A step may take so many times what propagation and bake take."""
Step = tuple[str, float, float]
"""A host, and when a step of it began and ended."""


def main() -> int:
    """Move, print, write ``build/bench/shift.json``; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--applications", type=int, default=500, help="how many move at once")
    parser.add_argument("--bake", type=int, default=120, help="seconds that each step bakes")
    options = parser.parse_args()
    logging.disable(logging.WARNING)  # retries are counted here, not told
    together = move(options.applications, options.bake, direct=False)
    print(f"one writer: {asdict(together)}", flush=True)
    alone = move(options.applications, options.bake, direct=True)
    show(together, alone)
    file = ROOT / "build" / "bench" / "shift.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"one writer": asdict(together), "one change each": asdict(alone)}, indent=2) + "\n")
    broken = broken_promises(together, options.applications)
    for line in broken:
        print(f"broken: {line}")
    return 1 if broken else 0


@dataclass(frozen=True)
class Figures:
    """What a way of shifting came to.

    Args:
        calls: Route 53 calls of norikae by operation, those that were throttled included.
        calls_per_step: all of them, divided by the steps.
        peak: most calls of norikae within any second.
        throttled: how many of norikae's calls Route 53 refused to serve.
        external_dns_throttled: the same for the two external-dns.
        moved: applications that arrived at 100.
        seconds: simulated time of a step of an application, at the median and at most.
        floor: propagation of its change and the bake, at the median.
        ratio: of the means of both.
    """

    calls: dict[str, int]
    calls_per_step: float
    peak: int
    throttled: int
    external_dns_throttled: int
    moved: int
    seconds: float
    longest: float
    floor: float
    ratio: float


def move(count: int, bake: int, *, direct: bool) -> Figures:
    """Move all applications at once; what that came to.

    Args:
        count: how many.
        bake: seconds of each step.
        direct: one change per application, as fast as Route 53 lets them.
    """
    account = Account(count, direct)
    kernel, began = account.kernel, account.kernel.now()
    steps: list[Step] = []
    for number in range(2):
        kernel.process(account.external_dns(7.0 + 31 * number))
    moves = [kernel.process(_shift(account, host, bake, steps)) for host in account.hosts]
    kernel.run(kernel.env.all_of(moves))
    account.front.stop()
    if account.front.failures:
        raise RuntimeError(account.front.failures[0])
    return _figures(account, steps, began, bake, sum(1 for one in moves if one.value))


def _shift(account: Account, host: str, bake: int, steps: list[Step]) -> Steps:
    """One application; whether it arrived."""
    kernel, name = account.kernel, host.partition(".")[0]
    for weight in STEPS:
        start = kernel.now()
        try:
            yield from _step(account, name, weight)
        except NorikaeError:
            return False
        yield kernel.env.timeout(bake)
        steps.append((host, start, kernel.now()))
    return True


def _step(account: Account, name: str, weight: int) -> Steps:
    """One weight, until it is in force."""
    kernel = account.kernel
    done = yield kernel.process(account.task(lambda ports: set_weights(ports, WRITER, name, weight)))
    while done.get("next") != "bake":
        change = done["change"]
        yield kernel.env.timeout(done["retry_after_seconds"])
        verify = partial(verify_weights, writer=WRITER, application=name, weight=weight, change=change)
        done = yield kernel.process(account.task(verify))


def _figures(account: Account, steps: list[Step], began: float, bake: int, moved: int) -> Figures:
    made = [call for call in account.front.calls if call.service == "route53" and call.time >= began]
    times = sorted(call.time for call in made)
    peak = max((sum(1 for later in times[place : place + 9] if later < time + 1) for place, time in enumerate(times)))
    took = [end - start for _, start, end in steps]
    floors = [propagation + bake for propagation in _propagations(account, steps)]
    calls: dict[str, int] = {}
    for call in made:
        calls[call.operation] = calls.get(call.operation, 0) + 1
    return Figures(
        calls=calls,
        calls_per_step=round(len(made) / len(STEPS), 1),
        peak=peak,
        throttled=sum(1 for call in made if call.error_code in ("Throttling", "ThrottlingException")),
        external_dns_throttled=account.refused_external_dns,
        moved=moved,
        seconds=round(statistics.median(took), 1),
        longest=round(max(took), 1),
        floor=round(statistics.median(floors), 1),
        ratio=round(statistics.mean(took) / statistics.mean(floors), 3),
    )


def _propagations(account: Account, steps: list[Step]) -> list[float]:
    """How long the change of each step took to propagate, as Route 53 knows it."""
    batches: dict[str, list[Any]] = {}
    for batch in account.route53.history:
        for name in {change.record.name for change in batch.changes}:
            batches.setdefault(name, []).append(batch)
    return [
        next(batch.insync - batch.time for batch in batches[f"{host}."] if start <= batch.time <= end)
        if f"{host}." in batches
        else next(batch.insync - batch.time for batch in batches[host] if start <= batch.time <= end)
        for host, start, end in steps
    ]


def broken_promises(together: Figures, count: int) -> list[str]:
    """What the figures of one writer do not keep, in words."""
    found = []
    if together.peak >= MOST_A_SECOND:
        found.append(f"{together.peak} requests within a second, expected fewer than {MOST_A_SECOND}")
    if together.ratio > SLOWEST:
        found.append(f"a step takes {together.ratio} times propagation and bake, expected at most {SLOWEST}")
    if together.moved < count:
        found.append(f"{together.moved} of {count} applications moved")
    if together.throttled:
        found.append(f"Route 53 throttled norikae {together.throttled} times")
    return found


def show(together: Figures, alone: Figures) -> None:
    """Print both ways side by side."""
    print(f"{'':44} {'one writer':>12} {'one each':>12}")
    for name in ("calls_per_step", "peak", "throttled", "external_dns_throttled", "moved"):
        print(f"{name.replace('_', ' '):44} {getattr(together, name):12} {getattr(alone, name):12}")
    for name in ("seconds", "longest", "floor", "ratio"):
        print(f"{'a step: ' + name:44} {getattr(together, name):12} {getattr(alone, name):12}")
    for name in sorted(together.calls | alone.calls):
        print(f"{name:44} {together.calls.get(name, 0):12} {alone.calls.get(name, 0):12}")


if __name__ == "__main__":
    sys.exit(main())
