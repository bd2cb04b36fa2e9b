"""The synthesized template of an environment, made once for the same sources."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("app.py", "cdk.json", "requirements.txt", "lambdas", "stacks", "environments")
KEPT = 4
"""Assemblies that are kept; older ones are removed."""


class SynthError(Exception):
    """``python app.py`` failed; its output is the text."""


def assembly(environment: str) -> Path:
    """The cloud assembly of an environment (``build/assembly/…``); synthesized when the sources have changed.

    Raises:
        SynthError: synth refuses.
    """
    folder = ROOT / "build" / "assembly" / f"{environment}-{_digest(environment)}"
    if not (folder / "manifest.json").exists():
        _synthesize(environment, folder)
        _forget_old(folder)
    folder.touch()
    return folder


def _digest(environment: str) -> str:
    digest = hashlib.sha256(environment.encode())
    for source in SOURCES:
        path = ROOT / source
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _synthesize(environment: str, folder: Path) -> None:
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    variables = {**os.environ, "NORIKAE_ENVIRONMENT": environment, "CDK_OUTDIR": str(unfinished)}
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SynthError(f"synth of {environment} failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    if folder.exists():  # somebody else was first with the same sources
        shutil.rmtree(unfinished)
    else:
        unfinished.rename(folder)


def _forget_old(newest: Path) -> None:
    others = [path for path in newest.parent.iterdir() if path.is_dir() and "." not in path.name]
    for path in sorted(others, key=lambda one: one.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(path, ignore_errors=True)
