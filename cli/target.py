"""Which environment is meant, and where it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from norikae.errors import BadRequestError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

TEMPLATE = "example"
"""The environment file that everybody copies, and nobody deploys."""
REGION = re.compile(r"^region:\s*[\"']?([a-z0-9-]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Target:
    """An environment and how it is reached.

    Args:
        environment: its name.
        function: the name of its Operator command.
        region: "" for whatever the AWS configuration says.
        profile: of the AWS configuration; "" for the default.
        world: the URL of an embedded world that answers for AWS; "" for AWS.
        typed: the options that led here, for commands that a person is to type.
    """

    environment: str
    function: str
    region: str = ""
    profile: str = ""
    world: str = ""
    typed: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where the function is, in words."""
        return self.world or self.region or "the region of the AWS configuration"


def find_target(options: argparse.Namespace, variables: Mapping[str, str], folder: Path) -> Target:
    """The environment that the options, else the variables, else the files in ``environments/`` name.

    Args:
        options: the command line's.
        variables: of the process.
        folder: where ``environments/`` may be.

    Raises:
        BadRequestError: nothing names one, or several files do.
    """
    environment = options.environment or variables.get("NORIKAE_ENVIRONMENT") or _only_one(folder)
    names = ("environment", "region", "profile", "function", "world")
    typed = tuple(part for name in names if (said := getattr(options, name)) for part in (f"--{name}", said))
    return Target(
        environment=environment,
        function=options.function or f"norikae-{environment}-operator-command",
        region=options.region
        or variables.get("AWS_REGION")
        or variables.get("AWS_DEFAULT_REGION")
        or _region_of(folder / "environments" / f"{environment}.yaml"),
        profile=options.profile or "",
        world=options.world or "",
        typed=typed,
    )


def _only_one(folder: Path) -> str:
    names = sorted(file.stem for file in (folder / "environments").glob("*.yaml") if file.stem != TEMPLATE)
    if len(names) == 1:
        return names[0]
    there = f"; environments/ has {', '.join(names)}" if names else ""
    raise BadRequestError(f"environment: say which, with --environment NAME or NORIKAE_ENVIRONMENT{there}")


def _region_of(file: Path) -> str:
    try:
        found = REGION.search(file.read_text(encoding="utf-8"))
    except OSError:
        return ""
    return found[1] if found else ""
