"""Slack's Web API over the wire: what is sent, and what each refusal becomes."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from norikae.adapters.chat import wire
from norikae.adapters.chat.slack import HttpSlack
from norikae.chat.ports import Posted
from norikae.errors import NorikaeError, RefusedError, ThrottledError, UnreachableError

from .server import Server

TOKEN = "xoxb-12-secret"
BLOCKS = [{"type": "section", "text": {"type": "mrkdwn", "text": "移行"}}]
HOOK = "https://hooks.slack.com/actions/T01AB/123/secretpath?x=1"
JSON = "application/json; charset=utf-8"


@pytest.fixture
def slack() -> HttpSlack:
    return HttpSlack(TOKEN)


def raised(act: Any) -> NorikaeError:
    """The error of an action; nothing of it or of what led to it has a secret."""
    with pytest.raises(NorikaeError) as error:
        act()
    shown = "".join(traceback.format_exception(error.value))
    assert TOKEN not in shown
    assert "secretpath" not in str(error.value)
    return error.value


def test_a_message_is_posted_with_its_blocks(api: Server, slack: HttpSlack) -> None:
    api.says(200, {"ok": True, "channel": "C01AB", "ts": "1790000000.000100", "message": {"text": "hi"}})
    assert slack.post("C01AB", "hi", BLOCKS) == Posted(place="C01AB", message="1790000000.000100")
    (asked,) = api.asked
    assert (asked.method, asked.host, asked.path) == ("POST", "slack.com", "/api/chat.postMessage")
    assert (asked.headers["authorization"], asked.headers["content-type"]) == (f"Bearer {TOKEN}", JSON)
    assert asked.json == {
        "channel": "C01AB",
        "text": "hi",
        "blocks": BLOCKS,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_an_answer_in_a_thread_names_it(api: Server, slack: HttpSlack) -> None:
    api.says(200, {"ok": True, "channel": "C01AB", "ts": "2"})
    slack.post("C01AB", "hi", [], thread="1")
    assert (api.asked[0].json["thread_ts"], "blocks" in api.asked[0].json) == ("1", False)


def test_a_message_is_updated_in_its_place(api: Server, slack: HttpSlack) -> None:
    api.says(200, {"ok": True, "channel": "C01AB", "ts": "1", "text": "bye"})
    slack.update(Posted(place="C01AB", message="1"), "bye", [])
    assert api.asked[0].path == "/api/chat.update"
    assert api.asked[0].json == {"channel": "C01AB", "ts": "1", "text": "bye", "blocks": []}


def test_an_answer_is_for_its_readers_eyes_and_goes_without_the_token(api: Server, slack: HttpSlack) -> None:
    api.says(200, b"ok")
    slack.respond(HOOK, "done", replace=True)
    (asked,) = api.asked
    assert (asked.host, asked.path) == ("hooks.slack.com", "/actions/T01AB/123/secretpath?x=1")
    assert asked.json == {"response_type": "ephemeral", "text": "done", "replace_original": True}
    assert "authorization" not in asked.headers


def test_what_slack_says_to_an_answer_may_be_json(api: Server, slack: HttpSlack) -> None:
    api.says(200, {"ok": True})
    slack.respond(HOOK, "done")
    api.says(200, {"ok": False, "error": "expired_url"})
    assert str(raised(lambda: slack.respond(HOOK, "done"))) == "slack response_url: Slack refuses it: expired_url"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.slack.com/commands/secretpath",
        "https://hooks.slack.com.evil.example/secretpath",
        "https://evil.example/hooks.slack.com/secretpath",
        "https://hooks.slack.com@evil.example/secretpath",
        "https://x@hooks.slack.com/secretpath",
        "https://hooks.slack.com:8443/secretpath",
        "https://HOOKS.slack.com/secretpath",
        "https://hooks.slack.com",
        "https://[hooks.slack.com/secretpath",
        "https://hooks.slack.com/secret path",
        "https://hooks.slack.com/secretpath\r\nHost: evil.example",
        "https://hooks.slack.com/secretpath\u3002",
        "//hooks.slack.com/secretpath",
    ],
)
def test_an_answer_goes_to_slack_and_nowhere_else(api: Server, slack: HttpSlack, url: str) -> None:
    error = raised(lambda: slack.respond(url, "done"))
    assert type(error) is RefusedError
    assert "nothing is sent there" in str(error)
    assert api.asked == []


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "text"),
    [
        (200, {"ok": False, "error": "channel_not_found"}, {}, RefusedError, "Slack refuses it: channel_not_found"),
        (200, {"ok": False, "error": "invalid_auth"}, {}, RefusedError, "Slack refuses it: invalid_auth"),
        (200, {"ok": False, "error": f"bad {TOKEN}"}, {}, RefusedError, "an error without a word"),
        (200, {"ok": False, "error": "ratelimited"}, {"Retry_After": "7"}, ThrottledError, "again in 7 s"),
        (200, {"ok": False, "error": "rate_limited"}, {}, ThrottledError, "again in 30 s"),
        (200, {"ok": False, "error": "internal_error"}, {}, UnreachableError, "may have worked"),
        (429, {"ok": False, "error": "ratelimited"}, {"Retry_After": "12"}, ThrottledError, "again in 12 s"),
        (429, b"", {"Retry_After": "Mon, 30 Nov"}, ThrottledError, "again in 30 s"),
        (500, b"oops", {}, UnreachableError, "HTTP 500; the call may have worked"),
        (503, b"", {}, UnreachableError, "HTTP 503"),
        (404, b"no such\x00 path", {}, RefusedError, "refused with HTTP 404: no such path"),
        (302, b"", {"Location": "https://evil.example/"}, RefusedError, "a redirect (HTTP 302), which is not followed"),
        (200, b"<html>captive portal</html>", {}, UnreachableError, "not Slack's API"),
        (200, b"[]", {}, UnreachableError, "not Slack's API"),
    ],
)
def test_a_refusal_becomes_an_error_of_ours(
    api: Server, slack: HttpSlack, status: int, body: Any, headers: Any, kind: type[Exception], text: str
) -> None:
    api.says(status, body, **headers)
    error = raised(lambda: slack.post("C01AB", "hi", []))
    assert type(error) is kind
    assert str(error).startswith("slack chat.postMessage: ")
    assert text in str(error)
    assert len(api.asked) == 1, "nothing is sent twice"


def test_a_connection_that_breaks_may_have_worked(api: Server, slack: HttpSlack) -> None:
    api.answer = lambda _: None
    error = raised(lambda: slack.respond(HOOK, "hi"))
    assert type(error) is UnreachableError
    assert "the call may have worked" in str(error)
    assert len(api.asked) == 1


def test_silence_is_not_waited_for_long(api: Server, slack: HttpSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading  # noqa: PLC0415 - only here somebody keeps silent

    silent = threading.Event()
    monkeypatch.setattr(wire, "READ_SECONDS", 0.1)

    def wait(_: object) -> None:
        silent.wait(5)

    api.answer = wait
    assert "no answer within 0.1 s; the call may have worked" in str(raised(lambda: slack.post("C01AB", "hi", [])))
    silent.set()


def test_a_stranger_with_another_certificate_gets_no_token(
    api: Server, slack: HttpSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    error = raised(lambda: slack.post("C01AB", "hi", []))
    assert (type(error), str(error)) == (
        UnreachableError,
        "slack chat.postMessage: its certificate is not to be trusted",
    )
    assert api.asked == []


@pytest.mark.parametrize(("port", "text"), [(1, "it refuses the connection")])
def test_a_closed_port_refuses(
    api: Server, slack: HttpSlack, monkeypatch: pytest.MonkeyPatch, port: int, text: str
) -> None:
    monkeypatch.setattr(wire, "PORT", port)
    assert text in str(raised(lambda: slack.post("C01AB", "hi", [])))
    assert api.asked == []


def test_a_name_that_does_not_resolve_says_so(api: Server, slack: HttpSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("norikae.adapters.chat.slack.API", "gone.example")
    assert "its name cannot be resolved" in str(raised(lambda: slack.post("C01AB", "hi", [])))
    assert api.asked == []
