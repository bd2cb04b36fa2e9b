"""Whatever a secret holds arrives unchanged, and whatever is refused shows nothing of it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.errors import BadRequestError, RefusedError
from norikae.secret_sync.decide import wanted
from norikae.secret_sync.declaration import read_declaration, target_of_sync
from norikae.secret_sync.document import flat, json_of, parse
from norikae.secret_sync.keys import is_key
from norikae.secret_sync.render import fingerprint, render
from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.stored import Stored
from tests.unit.secret_sync.declared import NOW, V1, decided, rendered, secret, sync, value

CANARY = "canary7f3a9c51"
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEY = st.from_regex(r"[-._a-zA-Z0-9]{1,12}", fullmatch=True).filter(is_key)
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
TREE: st.SearchStrategy[Any] = st.recursive(
    LEAF, lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=3), max_leaves=12
)
SECRET = st.dictionaries(KEY, TREE, min_size=1, max_size=6)
NUMBER = st.from_regex(r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,6})?", fullmatch=True)
PLANTED = st.recursive(
    st.just(CANARY) | st.just(CANARY * 2),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEY | TEXT, below, max_size=3),
    max_leaves=8,
)
REFERENCE = st.sampled_from(["a", "a.b", "x.y", "a|url", "a|json|base64", "a.a", "zz"]).map(lambda path: f"${{{path}}}")
SPEC = st.fixed_dictionaries(
    {},
    optional={
        "format": st.sampled_from(["json", "text", "binary"]),
        "nested": st.sampled_from(["keep", "flatten"]),
        "keys": st.lists(st.sampled_from(["a", "a.b", "x"]), max_size=2),
        "key": st.sampled_from([".dockerconfigjson", "tls.crt"]),
        "templates": st.dictionaries(KEY, st.lists(REFERENCE | st.just("://"), max_size=3).map("".join), max_size=2),
        "target": st.fixed_dictionaries(
            {"type": st.sampled_from(["Opaque", "kubernetes.io/tls", "kubernetes.io/dockerconfigjson"])}
        ),
    },
)


@given(SECRET, st.sampled_from([None, 2]))
def test_every_value_can_be_read_back(content: dict[str, Any], indent: int | None) -> None:
    made = rendered(json.dumps(content, indent=indent))
    assert made.keys() == content.keys()
    for key, part in content.items():
        assert made[key].decode() == part if isinstance(part, str) else json.loads(made[key]) == part


@given(SECRET)
def test_json_inside_has_no_white_space_and_the_same_meaning(content: dict[str, Any]) -> None:
    text = json.dumps(content)
    again = json_of(parse(text, "it"))
    assert json.loads(again) == content
    assert again == json_of(parse(again, "it"))
    assert len(again) <= len(text)


@given(NUMBER)
def test_a_number_keeps_every_digit(literal: str) -> None:
    assert rendered(f'{{"n": {literal}, "o": {{"n": [{literal}]}}}}') == {
        "n": literal.encode(),
        "o": f'{{"n":[{literal}]}}'.encode(),
    }


@given(st.dictionaries(KEY, st.dictionaries(KEY, LEAF, min_size=1, max_size=3), min_size=1, max_size=4))
def test_joined_names_lose_nothing(content: dict[str, Any]) -> None:
    names = [name for name, _ in flat(parse(json.dumps(content), "it"))]
    assert len(names) == sum(len(inner) for inner in content.values())
    if len(set(names)) == len(names) and all(is_key(name) for name in names):
        assert sorted(rendered(json.dumps(content), nested="flatten")) == sorted(names)
    else:
        with pytest.raises(RefusedError, match=r"cannot be keys|spec.nested: flatten gives"):
            rendered(json.dumps(content), nested="flatten")


@given(TEXT)
def test_a_text_in_a_url_can_be_read_back(password: str) -> None:
    made = rendered(json.dumps({"p": password}), keys=[], templates={"U": "x://u:${p|url}@h", "J": "${p|json}"})
    inner = re.fullmatch(r"x://u:([A-Za-z0-9%._~-]*)@h", made["U"].decode())
    assert inner is not None
    assert unquote(inner[1]) == password
    assert json.loads(made["J"]) == password


@given(st.text(max_size=30))
def test_a_template_of_any_text_is_read_or_refused(text: str) -> None:
    problem = target_of_sync(sync(templates={"A": text})).problem
    assert problem == "" or problem.startswith("SecretSync shop/db: spec.templates.A has ")


@given(st.recursive(LEAF, lambda below: st.lists(below) | st.dictionaries(st.text(max_size=8), below), max_leaves=10))
def test_an_object_of_any_form_is_a_target(junk: Any) -> None:
    target = target_of_sync({"metadata": junk, "spec": junk, "status": junk})
    assert target.problem
    assert target_of_sync({**sync(), "status": junk}).versions == {}


@given(
    SPEC,
    st.dictionaries(KEY | TEXT | st.sampled_from(["a", "x", "a.b"]), PLANTED, max_size=4).map(json.dumps)
    | PLANTED.map(json.dumps)
    | st.text(max_size=5).map(lambda text: text + CANARY)
    | st.sampled_from([f'{{"a": "{CANARY}', f'{{"a": "{CANARY}\\ud800"}}', f'{{"a":"{CANARY}","a":"{CANARY}"}}']),
    st.booleans(),
)
def test_no_error_has_anything_of_a_value(spec: dict[str, Any], content: str, binary: bool) -> None:  # noqa: FBT001
    raw = content.encode(errors="surrogatepass")
    try:
        made = rendered(raw, binary=binary, **spec)
    except (RefusedError, BadRequestError) as error:
        shown: list[BaseException | None] = [error, error.__context__, error.__cause__]
        assert all(CANARY[:6] not in f"{one} {one!r} {getattr(one, 'args', '')}" for one in shown)
    else:
        assert all(is_key(key) for key in made)


@given(st.dictionaries(KEY, st.binary(max_size=8), max_size=4), st.dictionaries(KEY, st.binary(max_size=8), max_size=4))
def test_a_fingerprint_is_the_same_only_for_the_same_data(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    prints = [fingerprint("v", {key: Sealed(value) for key, value in data.items()}) for data in (one, other)]
    assert (prints[0] == prints[1]) is (one == other)


@given(SECRET, st.data())
def test_what_was_written_is_kept_until_somebody_edits_it(content: dict[str, Any], data: st.DataObject) -> None:
    target, declaration = target_of_sync(sync()), read_declaration(sync())
    made = wanted(target, declaration, secret(), V1, render(declaration, value(json.dumps(content))), None, now=NOW)
    stored = Stored("shop", "db", "1", annotations=made.annotations, data=made.data)
    assert decided(sync(), secret(), stored).action == "keep"
    key = data.draw(st.sampled_from(sorted(made.data)))
    edited = {**made.data, key: Sealed(made.data[key].open() + b"x")}
    assert decided(sync(), secret(), replace(stored, data=edited)).action == "write"
