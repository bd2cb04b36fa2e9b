"""What every bench does with its figures: percentiles, a print, a file, an exit code."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

FOLDER = Path(__file__).resolve().parent.parent / "build" / "bench"


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """The 50th and the 99th, by nearest rank."""
    ordered = sorted(values) or [math.inf]
    ranks = (math.ceil(len(ordered) * share) - 1 for share in (0.5, 0.99))
    fifty, ninety_nine = (round(ordered[max(0, rank)], 2) for rank in ranks)
    return fifty, ninety_nine


def show(name: str, figures: Any) -> None:  # noqa: ANN401 - any dataclass
    """Print one run."""
    print(f"{name}:")
    for key, value in asdict(figures).items():
        print(f"  {key.replace('_', ' '):16} {value}")
    sys.stdout.flush()


def keep(name: str, found: Mapping[str, Any]) -> None:
    """``build/bench/<name>.json`` has the figures of every run.

    Args:
        name: of the bench.
        found: a dataclass for each run, by its name.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps({run: asdict(figures) for run, figures in found.items()}, indent=2)
    (FOLDER / f"{name}.json").write_text(text + "\n")


def exit_code(broken: Iterable[str]) -> int:
    """1 when a promise is broken, which is printed.

    Args:
        broken: what is not kept, in words.
    """
    lines = list(broken)
    for line in lines:
        print(f"broken: {line}")
    return 1 if lines else 0
