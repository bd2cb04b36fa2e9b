"""A command is read strictly: what is wrong is said in one sentence that names the field and what would be right."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.commands.model import VERBS, Verb
from norikae.commands.operate import operate
from norikae.commands.parse import OF_PEOPLE, needs, parse, takes
from norikae.commands.table import CARRY
from norikae.errors import BadRequestError, NorikaeError
from stacks.command_schema import command_schema, schema_text
from tests.unit.fakes.ports import FakePorts
from tests.unit.fakes.story import Story

SAMPLES: dict[str, Any] = {
    "subject": "plan",
    "applications": ["billing"],
    "version": "1.35",
}


def whole(verb: Verb) -> dict[str, Any]:
    """A command with every field that its verb takes."""
    fields = (*takes(verb), *OF_PEOPLE)
    return {"command": verb, **{name: SAMPLES.get(name, "demo") for name in fields}}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_takes_its_fields_and_is_in_the_schema(verb: Verb) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow to import

    said = whole(verb)
    assert parse(said, "demo").command == verb
    validator = Draft202012Validator(command_schema())
    validator.validate(said)
    assert not validator.is_valid({**said, "colour": "green"})
    for name in needs(VERBS[verb]):
        assert not validator.is_valid({key: value for key, value in said.items() if key != name})


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_refuses_the_fields_of_the_others(verb: Verb) -> None:
    others = {name for one in VERBS for name in takes(one)} - set(takes(verb))
    for name in sorted(others):
        said = {**whole(verb), name: SAMPLES.get(name, "x")}
        with pytest.raises(BadRequestError, match=rf"^command: {name}: {verb} takes no such field; it takes: "):
            parse(said, "demo")


@pytest.mark.parametrize("verb", [verb for verb, form in VERBS.items() if needs(form)])
def test_each_verb_needs_what_it_is_about(verb: Verb) -> None:
    for name in needs(VERBS[verb]):
        for said in ({**whole(verb), name: ""}, {key: value for key, value in whole(verb).items() if key != name}):
            with pytest.raises(BadRequestError, match=rf"^command: {name}: name the {name} to {verb}"):
                parse(said, "demo")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({}, "command: there is no command ''; there are: help, status,"),
        ({"command": "abrot"}, "command: there is no command 'abrot'; did you mean abort?"),
        ({"command": "Status"}, "command: there is no command 'Status'; did you mean status?"),
        ({"command": ["abort"]}, "command: there is no command"),
        ({"command": None}, "command: there is no command 'None'"),
        ({"command": "x" * 5000}, "command: there is no command"),
        ({"command": "shift", "app": "web"}, "command: app: there is no such field; shift takes: application, run,"),
        ({"command": "shift", "aplication": "web"}, "command: aplication: there is no such field; did you mean applic"),
        ({"command": "abort", "resaon": "x"}, "command: resaon: there is no such field; did you mean reason?"),
        ({"command": "shift", "application": 7}, "command: Expected `str`, got `int` - at `$.application`"),
        ({"command": "start", "version": 1.35}, "command: Expected `str`, got `float` - at `$.version`"),
        ({"command": "start", "applications": "web"}, "command: Expected `array`, got `str`"),
        ({"command": "abort", "reason": "x" * 1001}, "command: Expected `str` of length <= 1000"),
        ({"command": "abort", "run": "x" * 201}, "command: Expected `str` of length <= 200"),
        ({"command": "abort", "actor": {"door": "window"}}, "command: Invalid enum value 'window'"),
        ({"command": "abort", "actor": {"door": "slack", "admin": True}}, "command: Object contains unknown field"),
        ({"command": "abort", "proof": "x" * 4097}, "command: Expected `str` of length <= 4096"),
        ({"command": "abort", "environment": "prod"}, "command: environment: this is norikae of demo, not of prod"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(said: dict[str, Any], text: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        parse(said, "demo")
    assert str(refused.value).startswith(text)
    assert len(str(refused.value)) < 600


def test_every_verb_is_carried_out_by_something() -> None:
    assert set(CARRY) == set(VERBS)


def test_the_schema_is_the_one_of_the_model() -> None:
    written = Path("docs/command.schema.json").read_text(encoding="utf-8")
    assert written == schema_text(), "python -m stacks.command_schema"
    assert all(json.loads(written)["$defs"][verb]["properties"]["command"] == {"const": verb} for verb in VERBS)


def test_the_schema_says_what_each_field_is() -> None:
    for verb, form in command_schema()["$defs"].items():
        for name, field in form["properties"].items():
            assert verb == "Actor" or name == "command" or field["description"], (verb, name)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from([*{name for verb in VERBS for name in takes(verb)}, *OF_PEOPLE, "actor", "proof", "x"])


@given(st.dictionaries(NAMES, JSON, max_size=5), st.sampled_from([*sorted(set(VERBS) - {"windows"}), "x", "", 1]))
def test_whatever_comes_is_carried_out_or_refused_with_a_reason(fields: dict[str, Any], verb: Any) -> None:
    """Also in an environment in which everybody may say everything, no command ends in another kind of error."""
    with suppress(NorikaeError):
        operate(Story().ports if fields else FakePorts(), {**fields, "command": verb})
