"""A command as JSON becomes a ``Command``, or one clear sentence about what is wrong with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.commands.model import VERBS, Command, Form
from norikae.errors import BadRequestError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from norikae.commands.model import Verb

OF_PEOPLE = ("environment", "by", "reason")
WITH_EACH = (*OF_PEOPLE, "actor", "proof")
"""Fields that may be said with every verb; the last two are for programs."""
OF_A_MACHINE = "application"
"""What a shift says besides when it stops its run: the application whose lease it holds."""
FIELDS = tuple(name for name in Command.__struct_fields__ if name != "command")
MOST = 40
"""Characters of a word that is none of ours which an error repeats."""
CODE = re.compile(r"[A-Za-z0-9]{6}")
"""A question's code; names of runs have dashes."""
NOTHING_SAID = Command(command="help")


def parse(event: Mapping[str, Any], environment: str) -> Command:
    """The command, with no field that its verb does not take and every field that it needs.

    Args:
        event: the command as JSON.
        environment: whose function this is.

    Raises:
        BadRequestError: it is no command; the text names the field and what would be right.
    """
    verb = event.get("command", "")
    if not isinstance(verb, str) or verb not in VERBS:
        name = str(verb)[:MOST]
        raise BadRequestError(f"command: there is no command {name!r}; {_near(name, VERBS, 'there are')}")
    unknown = sorted(map(str, set(event) - set(Command.__struct_fields__)))
    if unknown:
        name = unknown[0][:MOST]
        near = _near(name, (*takes(verb), *OF_PEOPLE), f"{verb} takes")
        raise BadRequestError(f"command: {name}: there is no such field; {near}")
    try:
        command = msgspec.convert(dict(event), Command)
    except msgspec.ValidationError as error:
        raise BadRequestError(f"command: {error}; docs/commands.md has every field") from error
    _refuse_other_fields(command)
    if command.environment not in ("", environment):
        raise BadRequestError(
            f"command: environment: this is norikae of {environment}, not of {command.environment}; "
            "say it to that environment's operator-command"
        )
    return command


def takes(verb: Verb) -> tuple[str, ...]:
    """The fields of a verb, without those that every verb takes."""
    form = VERBS[verb]
    return (*(word.rstrip("?") for word in form.words), *form.options)


def needs(form: Form) -> tuple[str, ...]:
    """The fields without which a verb says nothing."""
    return tuple(word for word in form.words if not word.endswith("?"))


def said(command: Command) -> dict[str, Any]:
    """The fields that a command says something with, as JSON, without its proof."""
    return {
        name: value
        for name, value in msgspec.to_builtins(command).items()
        if name not in ("actor", "proof") and value not in ("", [], ())
    }


def _refuse_other_fields(command: Command) -> None:
    allowed = {"command", *takes(command.command), *WITH_EACH}
    if command.actor is not None and command.actor.door == "machine":
        allowed.add(OF_A_MACHINE)
    for name in FIELDS:
        if name not in allowed and getattr(command, name) != getattr(NOTHING_SAID, name):
            fields = ", ".join((*takes(command.command), *OF_PEOPLE))
            raise BadRequestError(f"command: {name}: {command.command} takes no such field; it takes: {fields}")
    for name in needs(VERBS[command.command]):
        if not getattr(command, name):
            besides = ", or use pause for the whole run" if command.command == "hold" else ""
            raise BadRequestError(f"command: {name}: name the {name} to {command.command}{besides}")


def code_instead_of_run(form: Form, fields: dict[str, Any]) -> None:
    """In a line of words the run may be left out before a code, which stands for one.

    Args:
        form: the verb's.
        fields: what was said, by the order of the verb's words; changed.
    """
    if "code?" in form.words and "code" not in fields and CODE.fullmatch(fields.get("run", "")):
        fields["code"] = fields.pop("run")


def near_to(word: object, known: Collection[str]) -> str:
    """Which of some names somebody may have meant; "" for none.

    Args:
        word: as it was said.
        known: the names that there are.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    return next(iter(get_close_matches(str(word), known, n=1)), "")


def _near(word: object, known: Collection[str], what: str) -> str:
    near = near_to(word, known)
    return f"did you mean {near}?" if near else f"{what}: {', '.join(known)}"
