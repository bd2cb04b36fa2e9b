"""What the rule packs find is accepted only where it is found, and only as long as it is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.assembly import environment_file
from stacks.acknowledgements import accepted
from stacks.environment_file import load
from tests.stacks.conftest import WHOLE

pytestmark = pytest.mark.xdist_group("acknowledgements")  # what is found is found once
FILE = environment_file("demo", WHOLE)
SYNTH = """
import sys, app
from pathlib import Path
app.build_app(sys.argv[2], outdir=Path(sys.argv[1]), acknowledge=False).synth()
"""


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """Path and rule of everything that the packs find when nothing is accepted."""
    folder = tmp_path_factory.mktemp("assembly")
    command = [sys.executable, "-c", SYNTH, str(folder), str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path.cwd())
    assert "ValidationFailed" in done.stderr, "nothing was found, or synth failed for another reason"
    report: dict[str, Any] = json.loads((folder / "validation-report.json").read_text())
    return {
        (construct["constructPath"].partition("/")[2], violation["ruleName"])
        for pack in report["pluginReports"]
        if pack["pluginName"] in {"AwsSolutions", "Serverless"}
        for violation in pack["violations"]
        for construct in violation["violatingConstructs"]
    }


def test_every_acknowledgement_is_needed(findings: set[tuple[str, str]]) -> None:
    environment = load(FILE)
    unused = [
        entry
        for entry in accepted(environment)
        if not any(rule == entry.rule and path.startswith(f"{entry.path}/") for path, rule in findings)
    ]
    assert unused == []


def test_every_finding_is_acknowledged(findings: set[tuple[str, str]]) -> None:
    environment = load(FILE)
    open_ = {
        (path, rule)
        for path, rule in findings
        if not any(rule == entry.rule and path.startswith(f"{entry.path}/") for entry in accepted(environment))
    }
    assert open_ == set()


def test_every_acknowledgement_has_a_reason() -> None:
    environment = load(FILE)
    assert all(len(entry.reason.split()) > 5 for entry in accepted(environment))
