"""Names are free, and the same thing is asked for with the same token."""

from __future__ import annotations

import string

import pytest

from norikae.cluster.names import next_name, request_token
from norikae.errors import RefusedError


def test_the_first_cluster_of_a_version_is_a() -> None:
    assert next_name("demo", "1.35", {"demo-1-33"}) == "demo-1-35-a"


def test_a_letter_that_is_taken_is_passed_over() -> None:
    assert next_name("demo", "1.35", {"demo-1-35-a", "demo-1-35-c"}) == "demo-1-35-b"


def test_the_alphabet_ends() -> None:
    taken = {f"demo-1-35-{letter}" for letter in string.ascii_lowercase}
    with pytest.raises(RefusedError, match="demo-1-35-a to demo-1-35-z"):
        next_name("demo", "1.35", taken)


def test_a_token_stands_for_one_thing_of_one_run() -> None:
    assert request_token("run-1", "cluster") == request_token("run-1", "cluster")
    assert len({request_token("run-1", "a"), request_token("run-1", "b"), request_token("run-2", "a")}) == 3
