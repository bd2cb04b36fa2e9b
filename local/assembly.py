"""The synthesized template of an environment, made once for the same sources."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("app.py", "cdk.json", "requirements.txt", "lambdas", "stacks", "environments")
KEPT = 4
"""Assemblies that are kept; older ones are removed."""


class SynthError(Exception):
    """``python app.py`` failed; its output is the text."""


def environment_file(environment: str, changes: Mapping[str, Any] = {}) -> Path:
    """The file of an environment; with changes, a copy of it that has them, in ``build/environments``.

    Args:
        environment: its name.
        changes: values by dotted key, such as ``shift.bake``; they are validated as every file is.
    """
    original = ROOT / "environments" / f"{environment}.yaml"
    if not changes:
        return original
    document = yaml.safe_load(original.read_text(encoding="utf-8"))
    for key, value in changes.items():
        *parents, last = key.split(".")
        place = document
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    text = yaml.safe_dump(document, sort_keys=False)
    folder = ROOT / "build" / "environments" / hashlib.sha256(text.encode()).hexdigest()[:16]
    shutil.copytree(original.with_suffix(""), folder / environment, dirs_exist_ok=True)
    copy = folder / original.name
    copy.write_text(text, encoding="utf-8")
    return copy


def assembly(environment: str, changes: Mapping[str, Any] = {}) -> Path:
    """The cloud assembly of an environment (``build/assembly/…``); synthesized when the sources have changed.

    Args:
        environment: its name.
        changes: what is otherwise than in its file, as ``environment_file`` takes them.

    Raises:
        SynthError: synth refuses.
    """
    file = environment_file(environment, changes)
    folder = ROOT / "build" / "assembly" / f"{environment}-{_digest(environment, changes)}"
    if not (folder / "manifest.json").exists():
        _synthesize(str(file) if changes else environment, folder)
        _forget_old(folder)
    folder.touch()
    return folder


def _digest(environment: str, changes: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(f"{environment}{json.dumps(changes, sort_keys=True) if changes else ''}".encode())
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
