"""The synthesized template of the demo environment, made at most once for all tests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.assembly import assembly
from tests.stacks.template import Template


@pytest.fixture(scope="session")
def template() -> Template:
    """The stack's template; synth itself fails on findings of the rule packs that nobody accepted."""
    folder = assembly("demo")
    content: dict[str, Any] = json.loads((folder / "norikae-demo.template.json").read_text())
    return Template(content)
