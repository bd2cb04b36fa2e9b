"""boto3's clients, made when an adapter first asks for one."""

# ruff: noqa: PLC0415 - a cold start pays only for what its handler touches

from __future__ import annotations

from typing import Any


def client(service: str, region: str | None = None) -> Any:  # noqa: ANN401 - boto3's clients have no types
    """The process's client of a service."""
    from norikae.adapters.aws.session import client as made

    return made(service, region)
