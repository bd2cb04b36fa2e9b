"""The extension on loopback gives the signing key, or an error that says what to do and no secret."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from norikae.adapters.chat import extension
from norikae.adapters.chat.extension import signing_key
from norikae.errors import NorikaeError, SettingsError, UnreachableError

from .beside import CHATWORK, SLACK, Beside, beside

WORDS = {"token": "xoxb-1-never-told", "signing_key": "never told either"}


@pytest.fixture
def lambda_extension() -> Iterator[Beside]:
    with beside() as running:
        running.secrets[SLACK] = json.dumps(WORDS)
        running.secrets[CHATWORK] = json.dumps({"token": "t", "webhook_token": "dG9rZW4="})
        yield running


def test_each_chat_has_its_own_secret(lambda_extension: Beside) -> None:
    variables = lambda_extension.variables
    assert signing_key("slack", "signing_key", variables) == "never told either"
    assert signing_key("chatwork", "webhook_token", variables) == "dG9rZW4="
    assert lambda_extension.asked == [SLACK, CHATWORK]


@pytest.mark.parametrize("secret", ["", "no json", "[]", "{}", "null", json.dumps({"signing_key": ""}), None, 7])
@pytest.mark.parametrize("field", ["signing_key"])
def test_a_secret_without_its_key_names_the_key(lambda_extension: Beside, secret: Any, field: str) -> None:
    lambda_extension.secrets[SLACK] = secret
    with pytest.raises(SettingsError, match=f"norikae/slack-AbCdEf: it has no {field}"):
        signing_key("slack", field, lambda_extension.variables)


@pytest.mark.parametrize("chats", ["", "no json", "[]", "{}", '{"slack": ""}', '{"slack": 7}'])
def test_a_function_without_a_secret_names_the_setting(lambda_extension: Beside, chats: str) -> None:
    with pytest.raises(SettingsError, match="NORIKAE_CHATS: it names no secret of slack"):
        signing_key("slack", "signing_key", {**lambda_extension.variables, "NORIKAE_CHATS": chats})
    assert lambda_extension.asked == []


@pytest.mark.parametrize("port", ["http", "-1", "\uff12\uff17\uff17\uff13", "27.73"])
def test_a_port_that_is_none_names_the_setting(port: str) -> None:
    variables = {"NORIKAE_CHATS": json.dumps({"slack": SLACK}), "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": port}
    with pytest.raises(SettingsError, match="PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"):
        signing_key("slack", "signing_key", variables)


def test_without_the_functions_own_token_nothing_is_given(lambda_extension: Beside) -> None:
    with pytest.raises(UnreachableError, match=r"answered 401; may the function read it\?"):
        signing_key("slack", "signing_key", {**lambda_extension.variables, "AWS_SESSION_TOKEN": ""})


def test_a_secret_that_may_not_be_read_is_named(lambda_extension: Beside) -> None:
    lambda_extension.secrets.clear()
    with pytest.raises(UnreachableError, match=r"norikae/slack-AbCdEf: the extension on port [0-9]+ answered 400"):
        signing_key("slack", "signing_key", lambda_extension.variables)


def _hangs_up(request: BaseHTTPRequestHandler) -> None:
    request.connection.shutdown(socket.SHUT_RDWR)


def _speaks_no_http(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"never told either\r\n\r\n")


def _stops_in_the_middle(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 900\r\n\r\n{")


def _says_nothing(_request: BaseHTTPRequestHandler) -> None:
    time.sleep(0.3)


@pytest.mark.parametrize("instead", [_hangs_up, _speaks_no_http, _says_nothing])
def test_an_extension_that_does_not_answer_is_out_of_reach(
    lambda_extension: Beside, instead: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extension, "SECONDS", 0.1)
    lambda_extension.instead = instead
    begun = time.monotonic()
    with pytest.raises(UnreachableError, match="did not answer") as raised:
        signing_key("slack", "signing_key", lambda_extension.variables)
    assert time.monotonic() - begun < 1
    assert "never told" not in str(raised.value)


def test_half_an_answer_is_no_key(lambda_extension: Beside) -> None:
    lambda_extension.instead = _stops_in_the_middle
    with pytest.raises(NorikaeError):
        signing_key("slack", "signing_key", lambda_extension.variables)


@pytest.mark.parametrize("port", ["1", "99999"])
def test_no_extension_is_out_of_reach(port: str) -> None:
    variables = {"NORIKAE_CHATS": json.dumps({"slack": SLACK}), "PARAMETERS_SECRETS_EXTENSION_HTTP_PORT": port}
    with pytest.raises(UnreachableError, match=f"the extension on port {port} did not answer"):
        signing_key("slack", "signing_key", variables)


def test_a_token_that_no_header_takes_is_no_crash(lambda_extension: Beside) -> None:
    for token in ("a\r\nb", "日本"):
        with pytest.raises(UnreachableError, match="did not answer"):
            signing_key("slack", "signing_key", {**lambda_extension.variables, "AWS_SESSION_TOKEN": token})


def test_a_chat_still_waits_when_the_extension_does_not_answer() -> None:
    assert extension.SECONDS < 1
