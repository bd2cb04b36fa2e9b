"""Each answer of an API server has one meaning."""

import pytest

from norikae.adapters.kubernetes.status import error_of
from norikae.errors import (
    ConflictError,
    CredentialsExpiredError,
    RefusedError,
    ThrottledError,
    UnreachableError,
)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, CredentialsExpiredError),
        (403, RefusedError),
        (404, RefusedError),
        (409, ConflictError),
        (410, ConflictError),
        (422, RefusedError),
        (429, ThrottledError),
        (500, UnreachableError),
        (503, UnreachableError),
    ],
)
def test_the_status_decides_the_error(status: int, expected: type[Exception]) -> None:
    error = error_of("GET https://x/api", status, b'{"kind":"Status","reason":"Because","message":"of this"}')
    assert type(error) is expected
    assert str(error) == f"GET https://x/api was answered {status} Because: of this"


def test_an_answer_of_something_in_between_is_quoted() -> None:
    assert str(error_of("GET /", 502, b"<html>Bad Gateway</html>")).endswith(
        "was answered 502: <html>Bad Gateway</html>"
    )
