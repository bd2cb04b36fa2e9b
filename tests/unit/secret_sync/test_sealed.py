"""A value shows itself to nobody who does not open it."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable

import msgspec
import pytest

from norikae.secret_sync.sealed import Sealed
from norikae.secret_sync.secret import Value
from norikae.secret_sync.stored import Stored

CANARY = "canary7f3a9c51"
SEALED = Sealed(CANARY.encode())


@pytest.mark.parametrize(
    "shown", [SEALED, Value("v", SEALED), Stored("shop", "db", "1", data={"password": SEALED}), [SEALED], {"a": SEALED}]
)
def test_no_text_of_it_has_the_value(shown: object) -> None:
    assert CANARY not in f"{shown} {shown!r}"


@pytest.mark.parametrize(
    "encode", [json.dumps, msgspec.json.encode, pickle.dumps, copy.deepcopy], ids=["json", "msgspec", "pickle", "copy"]
)
def test_nobody_encodes_it_by_accident(encode: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as refused:
        encode(SEALED)
    assert CANARY not in str(refused.value)


def test_only_open_gives_it_out() -> None:
    assert SEALED.open() == CANARY.encode()
    assert Sealed(CANARY.encode()) != SEALED
