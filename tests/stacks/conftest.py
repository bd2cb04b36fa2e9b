"""The synthesized template of the demo environment, made at most once for all tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import stacks  # noqa: F401 - names the Node that the CDK runs on, before a test imports the CDK
from local.assembly import assembly
from local.demo.scenarios import SCENARIOS
from tests.stacks.template import Template

WHOLE: dict[str, Any] = {
    "secret_sync.secrets": ["demo/*", "chat-password"],
    "notify": {
        "slack": {"secret": "norikae/demo/slack", "team": "T01AB", "channel": "C01AB"},
        "chatwork": {"secret": "norikae/demo/chatwork", "room": "123456", "account": "7654321"},
        "amazon_q": True,
    },
    "schedule": [{"name": "quarterly", "at": "cron(0 10 ? 1,4,7,10 TUE#2 *)", "version": "1.35"}],
}
"""Every function is there only where secrets are carried, both chats are read and something starts by itself."""


@pytest.fixture(scope="session")
def template() -> Template:
    """The stack's template; synth itself fails on findings of the rule packs that nobody accepted."""
    return _template(assembly("demo", WHOLE))


@pytest.fixture(scope="session")
def sticky_template() -> Template:
    """The template of an environment whose runs care about clients that stick."""
    return _template(assembly("demo", {**SCENARIOS["sticky-clients"].changes, **WHOLE}))


@pytest.fixture(scope="session")
def told_template() -> Template:
    """The template of an environment in which external-dns is told the weights, and budgets count until the end."""
    respected = {f"interruptions.{kind}.budgets": "respect" for kind in ("spot", "capacity", "state_change")}
    return _template(assembly("demo", {"dns.owner": "external-dns", **respected, **WHOLE}))


@pytest.fixture(scope="session")
def uncarried_template() -> Template:
    """The template of an environment that carries no secrets."""
    return _template(assembly("demo", {"secret_sync.secrets": []}))


def _template(folder: Path) -> Template:
    return Template(read(folder))


def read(folder: Path) -> dict[str, Any]:
    """The template of the demo environment in a cloud assembly."""
    content: dict[str, Any] = json.loads((folder / "norikae-demo.template.json").read_text())
    return content
