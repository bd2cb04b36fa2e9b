"""Whatever an API server, a webhook or a broken connection says: nothing of a value is in an error or in a log."""

from __future__ import annotations

import base64
import http.client
import json
import logging
import traceback
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

import pytest
import urllib3

from norikae.adapters.kubernetes.client import KubernetesClient
from norikae.adapters.kubernetes.scrubbed import Asked, scrubbed
from norikae.adapters.kubernetes.shelf import ApiShelf
from norikae.errors import (
    ConflictError,
    CredentialsExpiredError,
    NorikaeError,
    NotFoundError,
    RefusedError,
    ThrottledError,
    UnreachableError,
)
from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.stored import Stored, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kubernetes import ApiServer

Json = dict[str, Any]
CANARY = "c4nary-7f3a"
CODED = base64.b64encode(CANARY.encode()).decode()
PATCH = Asked("patch", "secrets", "shop", "db")
SENT = {"metadata": {"annotations": {"norikae.dev/a": "b"}}, "data": {"password": CANARY, "tls.key": CANARY}}


def text_of(status: int, **body: Any) -> str:
    return str(scrubbed(PATCH, status, json.dumps(body).encode(), SENT))


def holds(error: BaseException | None) -> bool:
    """Whether a value is anywhere in an error, its causes or what a traceback prints of it."""
    if error is None:
        return False
    told = "".join(traceback.format_exception(error)) + repr(error.args) + repr(error.__dict__)
    return any(one in told for one in (CANARY, CODED)) or holds(error.__cause__) or holds(error.__context__)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedError),
        (401, CredentialsExpiredError),
        (403, RefusedError),
        (404, NotFoundError),
        (409, ConflictError),
        (410, ConflictError),
        (413, RefusedError),
        (422, RefusedError),
        (429, ThrottledError),
        (500, UnreachableError),
        (503, UnreachableError),
    ],
)
def test_an_answer_that_is_full_of_values_becomes_an_error_without_any(status: int, kind: type[NorikaeError]) -> None:
    cause = {"reason": CANARY, "message": f'Invalid value: "{CANARY}"', "field": f"data[{CANARY}]"}
    owned = {"reason": "FieldManagerConflict", "message": f'conflict with "a": {CANARY}', "field": f".data.{CANARY}"}
    body = {"message": f"Secret is invalid: {CANARY}", "reason": CANARY, "details": {"causes": [cause, owned]}}
    for answer in (json.dumps(body).encode(), f"<html>{CANARY}".encode(), CANARY.encode() + b"\xff", b"", b"[1]"):
        error = scrubbed(PATCH, status, answer, SENT)
        assert type(error) is kind
        assert str(error) == f"PATCH secrets shop/db was answered {status}"
        assert not holds(error)


def test_a_field_that_we_sent_is_named() -> None:
    causes = [
        {"field": "data[password]", "message": CANARY},
        {"field": "data[other]"},
        {"field": "metadata.annotations"},
    ]
    told = text_of(422, reason="Invalid", message=CANARY, details={"causes": causes})
    assert told == "PATCH secrets shop/db was answered 422 Invalid at data[password], metadata.annotations"
    told = text_of(422, reason="Invalid", details={"causes": [{"field": "data[%s][username]"}]})
    assert told.endswith("422 Invalid at data[%s][username]"), "a key that was not sent and has to be there"


def test_whoever_owns_a_field_is_named() -> None:
    said = [
        ('conflict with "kubectl-edit" using v1', ".data.password"),
        (
            'conflict with "External-Secrets" with subresource "status" using v1 at 2026-11-28T21:00:00Z',
            ".data.tls.key",
        ),
        (f'conflict with "a" using v1: {CANARY}', ".data.other"),
    ]
    causes = [{"reason": "FieldManagerConflict", "message": message, "field": field} for message, field in said]
    assert text_of(409, reason="Conflict", message=CANARY, details={"causes": causes}) == (
        "PATCH secrets shop/db was answered 409 Conflict at .data.password, .data.tls.key, "
        "which External-Secrets, kubectl-edit owns"
    )


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (
            f'admission webhook "guard.example.com" denied the request: {CANARY}',
            "the admission webhook guard.example.com",
        ),
        (
            f"secrets \"db\" is forbidden: ValidatingAdmissionPolicy 'no-plain' with binding 'all' denied it: {CANARY}",
            "the ValidatingAdmissionPolicy no-plain",
        ),
        (f'secrets "db" is forbidden: exceeded quota: few, requested: {CANARY}', "the ResourceQuota few is used up"),
        (f'admission webhook "{CANARY.upper()}" denied the request', ""),
        (f'secrets "db" is forbidden: {CANARY}', ""),
    ],
)
def test_whoever_refused_it_is_named(message: str, told: str) -> None:
    text = text_of(403, reason="Forbidden", message=message)
    assert CANARY not in text
    assert (told in text) if told else text.endswith("403 Forbidden")


def test_a_namespace_that_goes_is_named() -> None:
    text = text_of(403, reason="Forbidden", message=CANARY, details={"causes": [{"reason": "NamespaceTerminating"}]})
    assert text.endswith("403 Forbidden: the namespace is being deleted")


class Answering:
    """A connection on which anything may come."""

    def __init__(self, status: int, body: bytes, failure: Exception | None = None) -> None:
        self.status, self.data, self.failure = status, body, failure

    def ask(self, *_: Any, **__: Any) -> Answering:
        if self.failure:
            raise UnreachableError(f"PATCH https://…: {self.failure}") from self.failure
        return self


WANTED = Wanted("shop", "db", "Opaque", {"password": Sealed(CANARY.encode())}, {})
READ = Stored("shop", "db", "1", data={"password": Sealed(CANARY.encode())})
REQUESTS: dict[str, Callable[[ApiShelf], object]] = {
    "get": lambda shelf: shelf.secret("shop", "db"),
    "create": lambda shelf: shelf.create(WANTED),
    "write": lambda shelf: shelf.write(WANTED, instead_of=READ),
    "list": lambda shelf: shelf.declared("secretsyncs.norikae.dev"),
    "workloads": lambda shelf: shelf.workloads("shop"),
    "patch": lambda shelf: shelf.patch("secretsyncs.norikae.dev", "shop", "db", {"a": CANARY}, instead_of="1"),
}
BROKEN: list[Exception] = [
    urllib3.exceptions.ProtocolError("Connection aborted.", http.client.BadStatusLine(CANARY)),
    urllib3.exceptions.DecodeError(f"cannot decode {CANARY}"),
    urllib3.exceptions.LocationParseError(CANARY),
]


@pytest.mark.parametrize("asked", REQUESTS)
def test_no_request_lets_a_value_out_whatever_comes_back(asked: str) -> None:
    body = {"message": CANARY, "metadata": {"resourceVersion": 1, "x": CANARY}, "data": {"k": CODED}}
    answers = [Answering(status, json.dumps(body).encode()) for status in (400, 403, 409, 422, 500)]
    answers += [Answering(200, text.encode()) for text in (CANARY, f'{{"metadata": "{CANARY}"}}', f'["{CANARY}"]')]
    answers += [Answering(0, b"", failure) for failure in BROKEN]
    for answer in answers:
        shelf = ApiShelf(cast("KubernetesClient", answer))
        (error,) = shelf.together([partial(REQUESTS[asked], shelf)])
        if answer.status == HTTPStatus.OK and asked in {"create", "write"}:
            assert error is None, "what a write answers is not read"
            continue
        assert isinstance(error, NorikaeError), answer.__dict__
        assert not holds(error)
        assert error.__cause__ is None
        assert error.__context__ is None


def test_a_secret_that_cannot_be_read_says_nothing_of_itself() -> None:
    shelf = ApiShelf(cast("KubernetesClient", Answering(200, json.dumps({"data": {"k": CANARY}}).encode())))
    with pytest.raises(
        UnreachableError, match=r"^GET secrets shop/db was answered with something that cannot be read$"
    ):
        shelf.secret("shop", "db")


def test_the_real_refusals_of_an_api_server_hold_nothing(server: ApiServer, client: KubernetesClient) -> None:
    server.create("namespaces", {"metadata": {"name": "shop"}})
    shelf, wrong = ApiShelf(client), Wanted("shop", "UPPER", "Opaque", WANTED.data, {}, {"team": f"{CANARY}!"})
    with pytest.raises(RefusedError, match=r"^POST secrets shop/UPPER was answered 422 Invalid at metadata") as refusal:
        shelf.create(wrong)
    assert not holds(refusal.value)


def test_no_logger_writes_what_goes_over_the_wire(
    server: ApiServer, client: KubernetesClient, caplog: pytest.LogCaptureFixture
) -> None:
    server.create("namespaces", {"metadata": {"name": "shop"}})
    shelf = ApiShelf(client)
    with caplog.at_level(logging.DEBUG):
        shelf.create(WANTED)
        read = shelf.secret("shop", "db")
        assert read is not None
        shelf.write(WANTED, instead_of=read)
    assert caplog.records, "urllib3 tells of requests"
    assert not any(one in caplog.text for one in (CANARY, CODED))
    assert CANARY not in f"{read!r} {WANTED!r}"
