"""Reads an environment file into the values that everything else uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from norikae.environment import Environment
from norikae.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"^(\d+)([smhd])$")


def load(path: Path) -> Environment:
    """The values of one environment, complete with every default.

    Raises:
        SettingsError: the file is not there, is not YAML, or a field is not what ``norikae.environment`` allows.
    """
    try:
        return msgspec.convert(_seconds(yaml.safe_load(path.read_text())), Environment)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as error:
        raise SettingsError(f"{path}: {error}") from error


def _seconds(value: Any) -> Any:  # noqa: ANN401 - YAML is any JSON value
    """The same document with every duration text as seconds."""
    if isinstance(value, dict):
        return {key: _seconds(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_seconds(item) for item in value]
    if isinstance(value, str) and (match := DURATION.match(value)):
        return int(match[1]) * UNITS[match[2]]
    return value
