"""Chatwork's API over the wire: what is sent, and what each refusal becomes."""

from __future__ import annotations

import time
import traceback
from typing import Any
from urllib.parse import parse_qs

import pytest

from norikae.adapters.chat.chatwork import HttpChatwork
from norikae.chat.ports import Posted
from norikae.errors import NorikaeError, RefusedError, ThrottledError, UnreachableError

from .server import Server

TOKEN = "0123456789abcdefsecret"


@pytest.fixture
def chatwork() -> HttpChatwork:
    return HttpChatwork(TOKEN)


def raised(act: Any) -> NorikaeError:
    """The error of an action; nothing of it or of what led to it has the token."""
    with pytest.raises(NorikaeError) as error:
        act()
    assert TOKEN not in "".join(traceback.format_exception(error.value))
    return error.value


def test_a_message_is_posted_as_a_form(api: Server, chatwork: HttpChatwork) -> None:
    api.says(200, {"message_id": "1234"})
    assert chatwork.post("331", "[info]移行 & co[/info]") == Posted(place="331", message="1234")
    (asked,) = api.asked
    assert (asked.method, asked.host, asked.path) == ("POST", "api.chatwork.com", "/v2/rooms/331/messages")
    assert (asked.headers["x-chatworktoken"], asked.headers["content-type"]) == (
        TOKEN,
        "application/x-www-form-urlencoded",
    )
    assert parse_qs(asked.body.decode()) == {"body": ["[info]移行 & co[/info]"], "self_unread": ["0"]}


def test_a_message_is_edited_in_its_place(api: Server, chatwork: HttpChatwork) -> None:
    api.says(200, {"message_id": "1234"})
    chatwork.edit(Posted(place="331", message="1234"), "done")
    (asked,) = api.asked
    assert (asked.method, asked.path) == ("PUT", "/v2/rooms/331/messages/1234")
    assert parse_qs(asked.body.decode()) == {"body": ["done"]}


@pytest.mark.parametrize("room", ["", "../me", "331/messages", "\uff13\uff13", "331\r\n"])
def test_a_room_is_a_number(api: Server, chatwork: HttpChatwork, room: str) -> None:
    assert type(raised(lambda: chatwork.post(room, "hi"))) is RefusedError
    assert type(raised(lambda: chatwork.edit(Posted(place="331", message=room), "hi"))) is RefusedError
    assert api.asked == []


def test_a_429_says_when_there_is_room_again(api: Server, chatwork: HttpChatwork) -> None:
    api.says(429, {"errors": ["Rate limit exceeded"]}, Retry_After="9")
    assert "again in 9 s" in str(raised(lambda: chatwork.post("331", "hi")))
    api.says(429, {"errors": ["Rate limit exceeded"]}, x_ratelimit_reset=str(int(time.time()) + 40))
    error = raised(lambda: chatwork.post("331", "hi"))
    assert type(error) is ThrottledError
    assert any(f"again in {seconds} s" in str(error) for seconds in (38, 39, 40))
    api.says(429, b"", x_ratelimit_reset="9999999999")
    assert "again in 300 s" in str(raised(lambda: chatwork.post("331", "hi")))
    api.says(429, b"")
    assert "again in 30 s" in str(raised(lambda: chatwork.post("331", "hi")))


@pytest.mark.parametrize(("left", "seconds"), [("241", 10), ("10", 10), ("0", 40), ("00", 40), ("", 40)])
def test_a_room_that_is_full_is_empty_long_before_the_accounts_requests_are_counted_anew(
    api: Server, chatwork: HttpChatwork, left: str, seconds: int
) -> None:
    until = str(int(time.time()) + 40)
    refusal = {"errors": ["Rate limit for message posting per room exceeded."]}
    api.says(429, refusal, x_ratelimit_reset=until, x_ratelimit_remaining=left)
    error = str(raised(lambda: chatwork.post("331", "hi")))
    assert any(f"again in {one} s" in error for one in (seconds, seconds - 1, seconds - 2))


@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (401, {"errors": ["Invalid API token"]}, RefusedError, 'HTTP 401: {"errors": ["Invalid API token"]}'),
        (403, {"errors": ["You don't have permission"]}, RefusedError, "HTTP 403"),
        (400, {"errors": ["body is too long"]}, RefusedError, "body is too long"),
        (502, b"", UnreachableError, "HTTP 502; the call may have worked"),
        (301, b"", RefusedError, "a redirect"),
        (200, b"<html>", UnreachableError, "not Chatwork's API"),
        (204, b"", UnreachableError, "not Chatwork's API"),
    ],
)
def test_a_refusal_becomes_an_error_of_ours(
    api: Server, chatwork: HttpChatwork, status: int, body: Any, kind: type[Exception], text: str
) -> None:
    api.says(status, body)
    error = raised(lambda: chatwork.post("331", "hi"))
    assert type(error) is kind
    assert str(error).startswith("chatwork POST /v2/rooms/331/messages: ")
    assert text in str(error)
    assert len(api.asked) == 1
