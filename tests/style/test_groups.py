"""Tests that share a world stay together; a group that the tools ignore would tear their stories apart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

STORY = """
import pytest

@pytest.mark.xdist_group("world")
def test_of_a_group(request):
    assert request.node.nodeid.endswith("@world")
"""


def test_a_group_reaches_whoever_hands_out_tests(tmp_path: Path) -> None:
    story = tmp_path / "test_story.py"
    story.write_text(STORY)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "1", "--dist", "loadgroup", str(story)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, f"pytest and pytest-xdist do not fit each other: {done.stdout}"
