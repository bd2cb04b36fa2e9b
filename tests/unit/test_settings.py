"""A function knows what the stack tells it, and says which variable is missing or wrong."""

from __future__ import annotations

import dataclasses
import json

import pytest

from norikae.errors import SettingsError
from norikae.settings import Settings, to_variable

NAMES = [field.name for field in dataclasses.fields(Settings) if field.name != "access"]
ROLES = {"norikae:read": ["arn:role/plan", "arn:role/soak"], "norikae:drain-delete": ["arn:role/soak"]}


def test_every_setting_has_a_variable_of_its_name() -> None:
    variables = {f"NORIKAE_{name.upper()}": f"value of {name}" for name in NAMES}
    settings = Settings.from_variables({**variables, "PATH": "/bin", "NORIKAE_UNKNOWN": "x"})
    assert [settings.need(name) for name in NAMES] == [f"value of {name}" for name in NAMES]


def test_groups_and_their_roles_come_as_json() -> None:
    variable = to_variable(ROLES)
    assert variable == {"arn:role/plan": "read", "arn:role/soak": "read drain-delete"}
    settings = Settings.from_variables({"NORIKAE_ACCESS": json.dumps(variable)})
    assert settings.access == {group: tuple(roles) for group, roles in ROLES.items()}
    assert Settings.from_variables({}).access == {}


@pytest.mark.parametrize("text", ["", "not json", "[]", '"admin"', '{"arn:role/plan": 1}', '{"arn:role/plan": null}'])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(SettingsError, match="NORIKAE_ACCESS: "):
        Settings.from_variables({"NORIKAE_ACCESS": text})


@pytest.mark.parametrize("name", NAMES)
def test_a_function_that_lacks_a_setting_says_which(name: str) -> None:
    with pytest.raises(SettingsError, match=f"NORIKAE_{name.upper()} is not set"):
        Settings().need(name)
