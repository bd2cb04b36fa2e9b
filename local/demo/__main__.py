"""``python -m local.demo``: plays a scenario and exits with what it came to."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console

from local.assembly import ROOT, SynthError
from local.demo.play import play
from local.demo.report import OUTCOMES
from local.demo.scenarios import SCENARIOS
from local.demo.view import view_for


def main() -> int:
    """Play what the arguments ask for; the exit code tells the outcome, 1 also for an outcome that was not due."""
    parser = argparse.ArgumentParser(prog="make demo", description="A whole upgrade in the embedded world.")
    parser.add_argument("--scenario", default="upgrade", choices=[*SCENARIOS, "all"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", default="full", choices=["small", "full"])
    options = parser.parse_args()
    console = Console()
    if options.scenario != "all":
        return _play(options.scenario, options, console)
    codes = {name: _play(name, options, console) for name in SCENARIOS}
    wrong = [name for name, code in codes.items() if code != OUTCOMES[SCENARIOS[name].outcome]]
    console.print(f"{len(codes) - len(wrong)} of {len(codes)} scenarios ended as they should {' '.join(wrong)}")
    return 1 if wrong else 0


def _play(name: str, options: argparse.Namespace, console: Console) -> int:
    scenario, began = SCENARIOS[name], time.monotonic()
    folder = ROOT / "build" / "demo" if name == "upgrade" else ROOT / "build" / "demo" / name
    console.print(f"[bold]{name}[/bold]: {scenario.what}")
    try:
        report = play(scenario, seed=options.seed, size=options.size, view=view_for(console), folder=folder)
    except SynthError as error:
        console.print(str(error), highlight=False)
        return 1
    requests = report["requests"]
    moved = sum(one["outcome"] == "moved" for one in report["applications"])
    console.print(
        f"\n[bold]{report['outcome']}[/bold]: {moved} of {len(report['applications'])} applications on green, "
        f"{requests['failed']} of {requests['total']:,} requests failed, {time.monotonic() - began:.0f} s"
    )
    for file in ("report.html", "report.json"):
        console.print(f"  {_shown(folder / file)}", highlight=False)
    return OUTCOMES.get(report["outcome"], 1)


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    sys.exit(main())
