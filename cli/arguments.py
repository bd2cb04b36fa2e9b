"""The arguments of the terminal, made from ``norikae.commands.model.VERBS``: the same verbs in the same words."""

from __future__ import annotations

import argparse
import inspect
import re
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from cli.exits import Exit
from norikae.commands.model import VERBS, Command
from norikae.commands.parse import code_instead_of_run
from norikae.duration import duration_seconds
from norikae.errors import BadRequestError

if TYPE_CHECKING:
    from norikae.commands.model import Form

SHELLS = ("bash", "zsh", "fish")
HERE_ONLY = {"help": "Shows this, or how one verb is said.", "completion": "Prints what makes a shell complete verbs."}
"""Words that are answered without anybody being asked."""
UNTIL = ("waiting", "ended")
ABOUT = {
    name: " ".join(text.split())
    for name, text in re.findall(
        r"^ {4}(\w+): (.+(?:\n {8}.+)*)", inspect.cleandoc(Command.__doc__ or ""), re.MULTILINE
    )
}
"""What each field of a command is, in the model's own words."""


class Arguments(argparse.ArgumentParser):
    """Ends with ``Exit.USAGE`` and one line about what is wrong."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, then exit."""
        self.exit(Exit.USAGE, f"norikae: {message}; {self.prog} --help\n")


def make_parser() -> Arguments:
    """The parser of the whole command line; whatever is for every verb may stand before or after the verb."""
    parser = Arguments(
        prog="norikae",
        description="Moves every application of an EKS cluster to a freshly built one, from a terminal.",
        epilog="Exit codes and examples: docs/cli.md.",
        allow_abbrev=False,
    )
    _add_options(parser.add_argument_group("for every verb"))
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, title="verbs", parser_class=Arguments)
    for verb, form in VERBS.items():
        if verb not in HERE_ONLY:
            _add_fields(_verb(verbs, verb, form.about), form)
    _add_watching(verbs.choices["status"])
    shown = _verb(verbs, "help", HERE_ONLY["help"])
    shown.add_argument("about", nargs="?", default="", choices=["", *verbs.choices], metavar="VERB")
    completes = _verb(verbs, "completion", HERE_ONLY["completion"])
    completes.add_argument("shell", choices=SHELLS)
    return parser


def fields_of(options: argparse.Namespace) -> dict[str, Any]:
    """The command that was typed, as ``operate`` takes it; what was not typed is left out.

    Raises:
        BadRequestError: a field is not as the model has it.
    """
    form: Form = VERBS[options.verb]
    names = [*(word.rstrip("?") for word in form.words), *form.options, "reason"]
    fields = {name: value for name in names if (value := getattr(options, name, ""))}
    code_instead_of_run(form, fields)
    command = {"command": options.verb, **fields}
    try:
        msgspec.convert(command, Command)
    except msgspec.ValidationError as error:
        raise BadRequestError(f"{options.verb}: {error}; norikae {options.verb} --help") from error
    return command


def _verb(verbs: Any, name: str, about: str) -> Arguments:  # noqa: ANN401 - argparse keeps the class to itself
    made: Arguments = verbs.add_parser(name, help=about, description=about, allow_abbrev=False)
    _add_options(made.add_argument_group("for every verb"), unless_given=True)
    return made


def _add_fields(parser: Arguments, form: Form) -> None:
    for word in form.words:
        name = word.rstrip("?")
        optional: dict[str, Any] = {"nargs": "?", "default": ""} if word.endswith("?") else {}
        parser.add_argument(name, metavar=name.upper().replace("_", "-"), help=ABOUT.get(name), **optional)
    for name in form.options:
        kind: Any = _names if name == "applications" else str
        option = name.replace("_", "-")
        parser.add_argument(f"--{option}", metavar=option.upper(), dest=name, type=kind, help=ABOUT.get(name))


def _add_watching(parser: Arguments) -> None:
    parser.add_argument("--watch", action="store_true", help="show it again and again")
    parser.add_argument(
        "--until", choices=UNTIL, default="waiting", help="watch until a person is waited for (5) or the run has ended"
    )
    parser.add_argument("--every", type=_duration, default=5.0, metavar="TIME", help="between two looks; 5s by default")


def _add_options(group: Any, *, unless_given: bool = False) -> None:  # noqa: ANN401 - argparse keeps the class to itself
    """Options of every verb; after the verb they do not undo what stood before it."""

    def add(name: str, about: str, **more: Any) -> None:
        default = argparse.SUPPRESS if unless_given else more.pop("default", None)
        more.pop("default", None)
        group.add_argument(f"--{name}", help=about, default=default, **more)

    add("environment", "else NORIKAE_ENVIRONMENT, else the only file in environments/", metavar="NAME")
    add("region", "else AWS_REGION, else the environment file's", metavar="REGION")
    add("profile", "of the AWS configuration, else AWS_PROFILE", metavar="NAME")
    add("function", "else norikae-<environment>-operator-command", metavar="NAME")
    add("world", "where an embedded world answers for AWS, else AWS_ENDPOINT_URL", metavar="URL")
    add("output", "text for people, or the answer as one JSON document", choices=("text", "json"), default="text")
    add("timeout", "for an answer (60s), or for a watch (none)", type=_duration, metavar="TIME")
    add("reason", "why, for the audit trail", metavar="TEXT")
    add("yes", "do not ask before what cannot be undone", action="store_true", default=False)


def _duration(text: str) -> float:
    try:
        return float(text) if text.isdecimal() else float(duration_seconds(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 30s, 10m or 2h") from error


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]
