"""Every adapter shares the process's clients, which neither wait long nor hammer."""

from __future__ import annotations

import pytest

from norikae.adapters.aws import session


def test_a_client_is_made_once_and_is_patient_only_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    session.session.cache_clear()
    session.client.cache_clear()
    try:
        eks = session.client("eks")
        assert session.client("eks") is eks
        assert eks.meta.region_name == "ap-northeast-1"
        assert (eks.meta.config.connect_timeout, eks.meta.config.read_timeout) == (3, 10)
        assert eks.meta.config.retries == {"mode": "standard", "total_max_attempts": 3}
    finally:
        session.session.cache_clear()
        session.client.cache_clear()
