"""Reads an environment file into the values that everything else uses, or says everything that is wrong with it.

``python -m stacks.environment_file environments/*.yaml`` checks files; ``--schema`` and ``--docs`` write the JSON
Schema for editors and the table of ``docs/environment-file.md``.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    # What is zipped is the import root of the functions, and the values of an environment are defined there.
    sys.path.insert(0, str(ROOT / "lambdas"))

from norikae.environment import Environment  # noqa: E402
from norikae.errors import SettingsError  # noqa: E402
from stacks.environment import lines, mistakes, reference, rules  # noqa: E402
from stacks.environment.schema import editor_schema  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA = ROOT / "environments" / "environment.schema.json"
PAGE = ROOT / "docs" / "environment-file.md"


class EnvironmentFileError(SettingsError):
    """A file that is no environment file; the text has one line for each mistake.

    Args:
        file: the file, as it was given.
        found: every mistake, in the order of the lines.
    """

    def __init__(self, file: Path, found: Sequence[lines.Mistake]) -> None:
        self.file = file
        self.mistakes = tuple(found)
        super().__init__("\n".join(f"{file}:{mistake}" for mistake in found))


def load(path: Path) -> Environment:
    """The values of one environment, complete with every default.

    Raises:
        EnvironmentFileError: the file is not there, is not YAML, or has mistakes; all of them are named.
    """
    try:
        document = lines.read(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        unreadable = lines.Mistake(1, (), f"cannot be read: {error}", "name a file in environments/")
        raise EnvironmentFileError(path, [unreadable]) from error
    if document.value is None and not document.mistakes:
        document.mistake((), "is empty", "start from environments/example.yaml")
    elif document.value is not None:
        mistakes.check(document)
        rules.check(document, path)
    if document.mistakes:
        raise EnvironmentFileError(path, sorted(document.mistakes, key=lambda mistake: (mistake.line, mistake.field)))
    return msgspec.convert(document.value, Environment)


def schema_text() -> str:
    """The JSON Schema for editors, as it is committed."""
    return json.dumps(editor_schema(), indent=2) + "\n"


def main(arguments: Sequence[str]) -> int:
    """The command line; 2 when a file has mistakes."""
    parser = argparse.ArgumentParser(prog="python -m stacks.environment_file", description="Checks environment files.")
    parser.add_argument("files", nargs="*", type=Path, help="files to check")
    parser.add_argument("--schema", action="store_true", help="write the JSON Schema for editors")
    parser.add_argument("--docs", action="store_true", help="write the table of keys into the documentation")
    asked = parser.parse_args(arguments)
    if asked.schema:
        SCHEMA.write_text(schema_text())
    if asked.docs:
        reference.write_into(PAGE)
    wrong = 0
    for file in asked.files:
        try:
            load(file)
        except EnvironmentFileError as error:
            wrong += len(error.mistakes)
            sys.stderr.write(f"{error}\n")
    if wrong:
        sys.stderr.write(f"{wrong} mistake{'s' if wrong > 1 else ''}\n")
    return 2 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
