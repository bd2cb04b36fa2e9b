"""``python -m local.demo``: plays a scenario and exits with what it came to."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn, get_args

from rich.console import Console
from rich.text import Text

from local.assembly import ROOT
from local.demo.play import play
from local.demo.report import OUTCOMES
from local.demo.scenarios import SCENARIOS, Scenario, Size
from local.demo.view import view_for

FOLDER = ROOT / "build" / "demo"
ALL = "all"
NOT_PLAYED = 1
UNTRUE = 5
"""The run ended, and something that has to be so at its end is not."""
USAGE = 64
"""``EX_USAGE`` of sysexits(3): argparse's own 2 would read as "refused"."""
INTERRUPTED = 130
"""128 and SIGINT, as shells have it."""


class Arguments(argparse.ArgumentParser):
    """Ends with ``USAGE`` and one line about what is wrong."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, then exit."""
        self.exit(USAGE, f"norikae: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Play what the arguments ask for; the exit code of one scenario is its outcome's, of all whether each came out.

    Args:
        arguments: the command line without the program; the process's own when None.
    """
    options = parser().parse_args(arguments)
    console = Console()
    if options.list:
        _say(console, "\n".join(f"{one.name:<18} {one.what} ({one.outcome})" for one in SCENARIOS.values()))
        return 0
    try:
        return _play_all(options, console) if options.scenario == ALL else _play(options.scenario, options, console)
    except KeyboardInterrupt:
        Console(stderr=True).print("norikae: stopped")
        return INTERRUPTED


def parser() -> Arguments:
    """The command line."""
    arguments = Arguments(prog="make demo", description="A whole upgrade in the embedded world.", allow_abbrev=False)
    arguments.add_argument("--scenario", default="upgrade", type=_scenario, help="what happens; see --list")
    arguments.add_argument("--seed", default=1, type=_seed, help="the same seed gives the same run")
    arguments.add_argument("--size", default="full", type=_size, help="small: three applications; full: all")
    arguments.add_argument("--list", action="store_true", help="print the scenarios and how each has to end")
    return arguments


def _play_all(options: argparse.Namespace, console: Console) -> int:
    codes = {name: _play(name, options, console) for name in SCENARIOS}
    wrong = [name for name, code in codes.items() if code != OUTCOMES[SCENARIOS[name].outcome]]
    ended = f"{len(codes) - len(wrong)} of {len(codes)} scenarios ended as they should"
    _say(console, f"\n{ended}; these did not: {', '.join(wrong)}" if wrong else f"\n{ended}")
    return 1 if wrong else 0


def _play(name: str, options: argparse.Namespace, console: Console) -> int:
    scenario, began = SCENARIOS[name], time.monotonic()
    folder = FOLDER if name == "upgrade" else FOLDER / name
    for old in ("report.html", "report.json", "error.txt"):  # nobody shall read the last run's report as this one's
        (folder / old).unlink(missing_ok=True)
    _say(console, Text.assemble((name, "bold"), f": {scenario.what}"))
    try:
        report = play(scenario, seed=options.seed, size=options.size, view=view_for(console), folder=folder)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, a person reads one line and finds the rest in a file
        return _not_played(error, folder)
    requests, applications = report["requests"], report["applications"]
    moved = sum(one["outcome"] == "moved" for one in applications)
    _say(
        console,
        Text.assemble(
            "\n",
            (report["outcome"], "bold"),
            f": {moved} of {len(applications)} applications on green, {requests['failed']:,} of "
            f"{requests['total']:,} requests failed, {time.monotonic() - began:.0f} s",
        ),
    )
    _explain(report, scenario, console)
    for file in ("report.html", "report.json"):
        _say(console, f"  {_shown(folder / file)}")
    return OUTCOMES[report["outcome"]] if all(check["holds"] for check in report["checks"]) else UNTRUE


def _explain(report: dict[str, Any], scenario: Scenario, console: Console) -> None:
    for check in report["checks"]:
        _say(console, f"  {'✔' if check['holds'] else '✘'} {check['name']}: {check['detail']}")
    if report["waiting_for"]:
        _say(console, f"  {report['waiting_for']}")
    if report["outcome"] != scenario.outcome:
        _say(console, f"  {scenario.name} has to end as {scenario.outcome}; please report this with its seed")


def _not_played(error: Exception, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    details = folder / "error.txt"
    details.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    first = next(iter(str(error).splitlines()), "")
    line = f"norikae: the world broke off: {type(error).__name__}: {first} ({_shown(details)} has the details)"
    Console(stderr=True).print(Text(line), soft_wrap=True)
    return NOT_PLAYED


def _say(console: Console, line: str | Text) -> None:
    console.print(Text(line) if isinstance(line, str) else line, soft_wrap=True)


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _scenario(text: str) -> str:
    return _one_of("scenario", text, [*SCENARIOS, ALL])


def _size(text: str) -> str:
    return _one_of("size", text, list(get_args(Size)))


def _seed(text: str) -> int:
    if text.isascii() and text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError(f"a seed is a whole number from 0 on, not {text!r}")


def _one_of(kind: str, text: str, known: list[str]) -> str:
    if text in known:
        return text
    raise argparse.ArgumentTypeError(f"there is no {kind} {text!r}; there are: {', '.join(known)}")


if __name__ == "__main__":
    sys.exit(main())
