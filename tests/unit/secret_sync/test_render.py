"""What a Secret holds: exactly what the value says, or nothing and the reason."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from norikae.errors import RefusedError
from norikae.secret_sync.render import fingerprint
from norikae.secret_sync.sealed import Sealed
from tests.unit.secret_sync.declared import rendered

DEEP = '{"a":' * 65 + "1" + "}" * 65


def test_strings_are_written_as_they_are() -> None:
    assert rendered('{"user": "a\\"b", "password": "p\\u00e4ss\\n"}') == {
        "user": b'a"b',
        "password": "p\u00e4ss\n".encode(),
    }


@pytest.mark.parametrize(
    "literal",
    [
        "1.10",
        "1e400",
        "-0.0",
        "0E-7",
        "123456789012345678901234567890",
        "9007199254740993",
        "true",
        "false",
        "null",
        "5432",
    ],
)
def test_what_is_no_string_stays_as_it_is_written(literal: str) -> None:
    assert rendered(f'{{"a": {literal}}}') == {"a": literal.encode()}
    assert rendered(f'{{"a": [ {literal} , {{"b" : {literal}}} ]}}') == {"a": f'[{literal},{{"b":{literal}}}]'.encode()}
    assert rendered(f'{{"a": {{"b": {literal}}}}}', nested="flatten") == {"a.b": literal.encode()}


def test_objects_inside_are_json_text_or_joined_names() -> None:
    text = '{"db": {"host": "h", "more": {"port": 1, "none": {}}, "list": [1, "\u00e4"]}, "a": "b"}'
    assert rendered(text) == {"db": '{"host":"h","more":{"port":1,"none":{}},"list":[1,"\u00e4"]}'.encode(), "a": b"b"}
    assert rendered(text, nested="flatten") == {
        "db.host": b"h",
        "db.more.port": b"1",
        "db.more.none": b"{}",
        "db.list": '[1,"\u00e4"]'.encode(),
        "a": b"b",
    }


def test_only_the_keys_that_are_named_are_taken() -> None:
    assert rendered('{"a": 1, "b": 2, "not a key": 3}', keys=["a"]) == {"a": b"1"}
    assert rendered('{"a": {"b": 1, "c": 2}}', keys=["a.c"], nested="flatten") == {"a.c": b"2"}


def test_templates_join_what_the_secret_has() -> None:
    text = '{"username": "a", "password": "p@/:%", "db": {"host": "h", "port": 5432}, "my key": "x"}'
    templates = {
        "URL": "postgres://${username}:${password|url}@${db.host}:${ db.port }/shop",
        "BASIC": "${password | base64}",
        "JSON": '{"p": ${password|json}, "db": ${db|json}, "port": ${db.port|json}}',
        "CHAIN": "${db|json|base64}",
        "KEY": "${my key}",
        "TEXT": "$${username} costs $5 $ {} ${username}",
    }
    assert rendered(text, keys=[], templates=templates) == {
        "URL": b"postgres://a:p%40%2F%3A%25@h:5432/shop",
        "BASIC": base64.b64encode(b"p@/:%"),
        "JSON": b'{"p": "p@/:%", "db": {"host":"h","port":5432}, "port": 5432}',
        "CHAIN": base64.b64encode(b'{"host":"h","port":5432}'),
        "KEY": b"x",
        "TEXT": b"${username} costs $5 $ {} a",
    }


def test_a_template_takes_the_place_of_the_key_with_its_name_and_the_others_stay() -> None:
    made = rendered('{"password": "p/", "user": "u"}', templates={"password": "${password|url}"})
    assert made == {"password": b"p%2F", "user": b"u"}


def test_a_path_may_name_a_key_that_has_a_dot_itself() -> None:
    assert rendered('{"tls.crt": "c"}', templates={"A": "${tls.crt}"})["A"] == b"c"
    assert rendered('{"a.b": {"c": 1}, "a": {"x": 2}}', keys=[], templates={"A": "${a.b.c}"}) == {"A": b"1"}


def test_text_and_bytes_go_under_one_key() -> None:
    assert rendered("not json", format="text") == {"value": b"not json"}
    assert rendered("-----BEGIN", format="text", key="tls.crt") == {"tls.crt": b"-----BEGIN"}
    assert rendered(b"\x00\xff", binary=True, format="binary", key="store.jks") == {"store.jks": b"\x00\xff"}
    assert rendered("p\u00e4ss", format="binary") == {"value": "p\u00e4ss".encode()}
    assert rendered("", format="text") == {"value": b""}


def test_a_value_of_64_kib_is_carried() -> None:
    assert rendered(b"x" * 65536, binary=True, format="binary")["value"] == b"x" * 65536
    assert rendered(json.dumps({"a": "x" * 65000}))["a"] == b"x" * 65000


@pytest.mark.parametrize(
    ("secret_type", "content"),
    [
        ("kubernetes.io/tls", {"tls.crt": "c", "tls.key": "k"}),
        ("kubernetes.io/basic-auth", {"password": "p"}),
        ("kubernetes.io/ssh-auth", {"ssh-privatekey": "k"}),
        ("kubernetes.io/dockerconfigjson", {".dockerconfigjson": {"auths": {"r": {"auth": "x"}}}}),
        ("kubernetes.io/dockercfg", {".dockercfg": "{}"}),
        ("example.com/own", {"a": "b"}),
    ],
)
def test_a_type_has_the_keys_that_it_needs(secret_type: str, content: dict[str, Any]) -> None:
    assert rendered(json.dumps(content), target={"type": secret_type}).keys() == content.keys()


REFUSED: list[tuple[dict[str, Any], str | bytes, str]] = [
    ({}, "@", "prod/db is not JSON; store a JSON object, or set spec.format: text"),
    ({}, '{"a": "@",}', "prod/db is not JSON"),
    ({}, '{"a": "@", "b": NaN}', "prod/db is not JSON"),
    ({}, '["@"]', "prod/db is JSON, but no object; store a JSON object, or set spec.format: text"),
    ({}, '"@"', "prod/db is JSON, but no object"),
    ({}, '{"a": "@", "b": {"c": "@", "c": "@"}}', "prod/db has keys twice in one object: 'c'; leave one of each"),
    ({}, DEEP.replace("1", '"@"'), "prod/db nests deeper than 64 levels; nest it less, or set spec.format: text"),
    ({}, "[" * 60000 + '"@"' + "]" * 60000, "prod/db nests deeper than 64 levels"),
    ({}, '{"a": "@\\ud800"}', "prod/db has half a character (a lone surrogate) in 'a'; correct the secret"),
    ({}, "{}", "the secret has no keys, and an empty Secret would take everything from its pods; add a key to it"),
    ({}, '{"a b": "@", "": "@"}', "prod/db has '', 'a b', which cannot be keys of a Secret (letters, digits and -._"),
    ({}, json.dumps({f"k {one}": "@" for one in range(9)}), "'k 4' and 4 more, which cannot be keys of a Secret"),
    ({}, json.dumps({"k" * 254: "@"}), f"'{'k' * 60}...', which cannot be keys of a Secret"),
    ({}, '{"a\\n\\u2028": "@"}', "prod/db has 'a\\n\\u2028', which cannot be keys"),
    ({"keys": ["a", "b"]}, '{"a": "@"}', "spec.keys names 'b', which prod/db lacks"),
    ({"nested": "flatten"}, '{"a.b": "@", "a": {"b": "@"}}', "spec.nested: flatten gives 'a.b' twice; set spec.nested"),
    ({"nested": "flatten"}, json.dumps({"k" * 254: {"a": "@"}}), "which cannot be keys of a Secret"),
    ({"templates": {"A": "${x.y}"}}, '{"x": "@"}', "spec.templates.A names ${x.y}, which the secret does not have"),
    ({"templates": {"A": "${x.0}"}}, '{"x": ["@"]}', "spec.templates.A names ${x.0}, which the secret does not have"),
    (
        {"templates": {"A": "${a.b}"}},
        '{"a.b": "@", "a": {"b": "@"}}',
        "names ${a.b}, which may be two keys of the secret",
    ),
    (
        {"templates": {"A": "${a}" * 999}},
        json.dumps({"a": "@" * 300}),
        "spec.templates.A makes the Secret larger than 1",
    ),
    (
        {"templates": {f"k{one}": "${a|base64|base64|base64}" for one in range(30)}},
        json.dumps({"a": "@" * 1500}),
        "makes the Secret larger than 1 MiB, which Kubernetes refuses; shorten it",
    ),
    ({"nested": "flatten"}, json.dumps({"k" * 240: {f"{one}": "@" for one in range(900)}}), "longer than 128 KiB"),
    (
        {"format": "binary"},
        b"@" * 70_000,
        "the Secret would be larger than 1 MiB, which Kubernetes refuses; take",
    ),
    ({}, b"\xff@", "prod/db is not UTF-8; set spec.format: binary"),
    ({"format": "text"}, b"\xff@", "prod/db is not UTF-8; set spec.format: binary"),
    (
        {"target": {"type": "kubernetes.io/tls"}},
        '{"tls.crt": "@"}',
        "spec.target.type is kubernetes.io/tls, which needs tls.key",
    ),
    (
        {"target": {"type": "kubernetes.io/basic-auth"}},
        '{"a": "@"}',
        "which needs username or password; add spec.templates",
    ),
    ({"target": {"type": "kubernetes.io/ssh-auth"}}, '{"a": "@"}', "which needs ssh-privatekey; set spec.key, or add"),
    (
        {"target": {"type": "kubernetes.io/dockerconfigjson"}},
        '{".dockerconfigjson": "@"}',
        "so .dockerconfigjson has to be a JSON object with auths; correct the secret or spec.templates",
    ),
    ({"target": {"type": "kubernetes.io/dockerconfigjson"}}, '{"auths": {"@": "@"}}', "which needs .dockerconfigjson"),
    (
        {"target": {"type": "kubernetes.io/dockerconfigjson"}},
        json.dumps({".dockerconfigjson": '{"auths": ["@"]}'}),
        "so .dockerconfigjson has to be a JSON object with auths",
    ),
    (
        {"target": {"type": "kubernetes.io/dockercfg"}},
        '{".dockercfg": "[@"}',
        "so .dockercfg has to be a JSON object; correct",
    ),
]
CANARY = "canary-7f3a9c51"


@pytest.mark.parametrize(("spec", "content", "text"), REFUSED)
def test_what_does_not_fit_is_refused_with_the_remedy_and_without_the_value(
    spec: dict[str, Any], content: str | bytes, text: str
) -> None:
    planted = content.replace(b"@", CANARY.encode()) if isinstance(content, bytes) else content.replace("@", CANARY)
    with pytest.raises(RefusedError) as refused:
        rendered(planted, **spec)
    assert str(refused.value).startswith("SecretSync shop/db: ")
    assert text in str(refused.value)
    shown = [str(refused.value), repr(refused.value), repr(refused.value.__context__), repr(refused.value.__cause__)]
    assert CANARY[:6] not in " ".join(shown)


@pytest.mark.parametrize("form", ["json", "text"])
def test_bytes_need_their_format(form: str) -> None:
    with pytest.raises(RefusedError, match=r"prod/db is a SecretBinary; set spec.format: binary"):
        rendered(b'{"a": 1}', binary=True, format=form)


def test_a_path_that_could_be_read_in_many_ways_is_looked_up_quickly() -> None:
    """Each key that a path passes exists twice: as a name with a dot, and as an object."""
    text = "1"
    for _ in range(10):
        text = f'{{"a": {{"a": {text}}}, "a.a": {{"b": 2}}}}'
    with pytest.raises(RefusedError, match="does not have"):
        rendered(text, keys=[], templates={"A": "${" + ".".join("a" * 2000) + "}"})


def test_a_fingerprint_tells_apart_what_looks_the_same_in_a_row() -> None:
    prints = [
        fingerprint(version, {key: Sealed(value) for key, value in data.items()})
        for version, data in [
            ("v", {"a": b"bc"}),
            ("v", {"ab": b"c"}),
            ("va", {"": b"bc"}),
            ("v", {"a": b"b", "c": b""}),
            ("v", {"a": b"", "b": b"c"}),
            ("v", {}),
            ("v2", {"a": b"bc"}),
        ]
    ]
    assert len(set(prints)) == len(prints)
    assert all(len(one) == 64 for one in prints)


def test_a_fingerprint_does_not_depend_on_the_order() -> None:
    one, other = Sealed(b"1"), Sealed(b"2")
    assert fingerprint("v", {"a": one, "b": other}) == fingerprint("v", {"b": other, "a": one})
