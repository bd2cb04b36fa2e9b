"""The table of ``docs/benchmarks.md``, from the figures of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.page import put

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

BEGIN, END = "<!-- drain: written by `make bench-drain WRITE=1` -->", "<!-- /drain -->"
HEAD = (
    "| Run | cordon | first eviction | node empty | in time | 429 | API calls | calls a node | last node / floor |",
    "|---|---|---|---|---|---|---|---|---|",
)
REFERENCE = (
    "| *NTH, defaults, 200 nodes, stopped at 420 s* | 198/392 | 221/417 | 224/420 | 20 of 200 | 0 | 2,105 | | |",
    "| *NTH, defaults, 50 nodes, stopped at 200 s* | 133/200 | 97/177 | 102/182 | 20 of 50 | 0 | 1,007 | | |",
    "| *NTH, 50 workers, QPS 50/100, 200 nodes* | 50.5/114.7 | 69/127 | 73/130 | 170 of 200 | 0 | 6,680 | 33.4 | |",
    "| *NTH, 200 workers, QPS 500/1000, 200 nodes* | 19.1/37.1 | 19.1/37.1 | 22/40.2 | 200 of 200 | 0 | 12,400 | 62.0 | |",  # noqa: E501 - a row is a line
    "| *the same, budgets of 2* | 19.1/37.1 | 35/68 | 65/87.4 | 200 of 200 | 8,562 | 20,962 | 104.8 | |",
)
"""Of aws-node-termination-handler in queue mode, measured before with another API server of the same latencies."""


def write_page(page: Path, found: Mapping[str, Mapping[str, Any]]) -> None:
    """The page has the figures of this run between its marks.

    Raises:
        ValueError: the page has no marks.
    """
    rows = [_row(name, figures) for name, figures in found.items()]
    put(page, BEGIN, END, (*HEAD, *rows, *REFERENCE))


def _row(name: str, figures: Mapping[str, Any]) -> str:
    times = [f"{figures[key][0]}/{figures[key][1]}" for key in ("cordon", "first", "empty")]
    nodes = name.partition(" ")[0]
    cells = (
        f"**norikae, {name}**",
        *times,
        f"{figures['in_time']} of {nodes}",
        f"{figures['refused']:,}",
        f"{figures['calls']:,}",
        f"{figures['calls_a_node']}",
        f"{figures['of_floor']}",
    )
    return f"| {' | '.join(cells)} |"
