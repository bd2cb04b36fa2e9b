"""Canaries of what we override in moto: each says when upstream makes the override unnecessary, or moves its place."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from moto.core import responses
from moto.core.utils import method_names_from_class
from moto.kms import models as kms
from moto.kms.utils import generate_private_key
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from local.aws.moto_backend import MotoBackend
from local.kernel import Kernel


@pytest.fixture
def untouched() -> Any:
    """What moto is as it comes; other tests of this process may have put our overrides in place."""
    ours = vars(kms)["generate_private_key"]
    vars(kms)["generate_private_key"] = generate_private_key
    yield
    vars(kms)["generate_private_key"] = ours


@pytest.mark.usefixtures("untouched")
def test_moto_still_makes_a_key_pair_for_a_symmetric_key() -> None:
    make: Any = kms.Key  # abstract to the type checker, and made by moto itself all the same
    key = make(None, "", "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "123456789012", "eu-west-1", multi_region=False)
    assert key.private_key is not None, "moto makes none any more: remove the override in local/aws/moto_backend.py"


@pytest.mark.usefixtures("untouched")
def test_ours_makes_none_for_a_symmetric_key_and_one_for_rsa() -> None:
    MotoBackend(Kernel(), "123456789012").reset()
    make = vars(kms)["generate_private_key"]
    assert make("SYMMETRIC_DEFAULT") is None
    assert make("RSA_2048") is not None


def test_moto_still_lists_the_operations_of_a_service_for_each_request() -> None:
    assert "method_names_from_class(self.__class__)" in inspect.getsource(responses.BaseResponse)
    assert not hasattr(method_names_from_class, "cache_info"), "moto keeps them itself now: remove the override"


def test_moto_still_looks_a_host_up_for_each_request() -> None:
    found = DomainDispatcherApplication.get_backend_for_host
    assert not hasattr(found, "cache_info"), "moto keeps them itself now: remove _Dispatcher"
