"""The command ``norikae``: one verb, said to an environment's Operator command, and its answer as text or JSON."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import msgspec

from cli.arguments import HERE_ONLY, fields_of, make_parser
from cli.exits import Exit, exit_of_answer, exit_of_error
from cli.here import Here
from cli.target import find_target
from norikae.commands.model import VERBS
from norikae.errors import NorikaeError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from cli.target import Target
    from cli.watch import View
    from norikae.commands.ports import Commander

Json = dict[str, Any]
PATIENCE_SECONDS = 60.0
"""The function itself may take as long."""


def main() -> int:
    """What the process was started for; its exit code."""
    code = run(sys.argv[1:], Here())
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has read enough; Python would complain about it at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def run(arguments: Sequence[str], here: Here) -> int:
    """Say what was typed and show the answer; nothing is raised, and the exit code is one of ``Exit``.

    Args:
        arguments: the command line without the program.
        here: what is around it.
    """
    try:
        options = make_parser().parse_args(arguments)
        if options.verb == "help":
            make_parser().parse_args([*filter(None, [options.about]), "--help"])
    except SystemExit as end:  # argparse has said what there is to say
        return int(end.code or 0)
    try:
        return _complete(options, here) if options.verb in HERE_ONLY else _say(options, here)
    except (NorikaeError, TimeoutError) as error:
        here.err.write(f"norikae: {error}\n")
        return exit_of_error(error)
    except BrokenPipeError:  # whoever read has read enough
        return Exit.DONE
    except KeyboardInterrupt:
        here.err.write("\n")
        return Exit.INTERRUPTED


def _complete(options: argparse.Namespace, here: Here) -> int:
    from cli.completion import completion  # noqa: PLC0415 - no other verb pays for it

    here.say(completion(options.shell))
    return Exit.DONE


def _say(options: argparse.Namespace, here: Here) -> int:
    target = find_target(options, here.variables, here.folder)
    command = {**fields_of(options), "environment": target.environment}
    watches = options.verb == "status" and options.watch
    patience = PATIENCE_SECONDS if watches or options.timeout is None else options.timeout
    commander = here.reach(target, changes=VERBS[options.verb].changes, patience=patience)
    if watches:
        return _watch(command, commander, options, here, target)
    if not options.yes:
        from cli.confirm import confirm  # noqa: PLC0415 - as above

        confirm(command, here, commander)
    answer = commander.carry_out(command)
    if options.output == "json":
        here.say(msgspec.json.encode(answer).decode())
    else:
        _show(command, answer, here, target)
    return exit_of_answer(answer) if options.verb == "status" else Exit.DONE


def _show(command: Json, answer: Json, here: Here, target: Target) -> None:
    """The answer for people."""
    if command["command"] != "status":
        from cli.told import told  # noqa: PLC0415 - as above

        for line in told(command, answer, target.typed):
            here.say(line)
        return
    from cli.picture import lines, picture  # noqa: PLC0415 - as above

    row = picture(answer, target.typed)
    if here.is_terminal:
        from cli.screen import console_of, tree  # noqa: PLC0415 - pipes do not wait for rich

        console_of(here).print(tree(row))
        return
    for line in lines(row):
        here.say(line)


def _watch(command: Json, commander: Commander, options: argparse.Namespace, here: Here, target: Target) -> int:
    from cli.watch import watch  # noqa: PLC0415 - as above

    answer, code = watch(
        lambda: commander.carry_out(command),
        _view(options, here, target),
        here,
        until=options.until,
        every=options.every,
        patience=options.timeout,
    )
    if options.output == "json":
        here.say(msgspec.json.encode(answer).decode())
    return code


def _view(options: argparse.Namespace, here: Here, target: Target) -> View:
    from cli.watch import PlainView, SilentView  # noqa: PLC0415 - as above

    if options.output == "json":
        return SilentView(here)
    if not here.is_terminal:
        return PlainView(here, target.typed)
    from cli.screen import Screen  # noqa: PLC0415 - pipes do not wait for rich

    return Screen(here, target.typed)
