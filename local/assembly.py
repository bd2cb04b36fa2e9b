"""The synthesized template of an environment, made once for the same sources."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("app.py", "cdk.json", "requirements.txt", "lambdas", "stacks", "environments")
KEPT = 4
"""Assemblies that are kept; older ones are removed, unless a world may still run what is in them."""
IN_USE_SECONDS = 7200
"""No story takes longer; each takes its assembly anew."""


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
    text, manifests = yaml.safe_dump(document, sort_keys=False), original.with_suffix("")
    digest = hashlib.sha256(text.encode())
    _read_into(digest, manifests)
    folder = ROOT / "build" / "environments" / digest.hexdigest()[:16]
    if not folder.exists():
        unfinished = _unfinished(folder)
        shutil.copytree(manifests, unfinished / environment)
        (unfinished / original.name).write_text(text, encoding="utf-8")
        _finish(unfinished, folder)
    return folder / original.name


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
        _read_into(digest, ROOT / source)
    return digest.hexdigest()[:16]


def _read_into(digest: hashlib._Hash, path: Path) -> None:
    """A file, or all files of a folder, with their names."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")


def _synthesize(environment: str, folder: Path) -> None:
    unfinished = _unfinished(folder)
    variables = {**os.environ, "NORIKAE_ENVIRONMENT": environment, "CDK_OUTDIR": str(unfinished)}
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    if done.returncode:
        shutil.rmtree(unfinished)
        raise SynthError(f"synth of {environment} failed:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    _finish(unfinished, folder)


def _unfinished(folder: Path) -> Path:
    """Where a folder is made, for nobody else to see half of it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))


def _finish(unfinished: Path, folder: Path) -> None:
    """All of a folder is there at once; who was first with the same content was first."""
    try:
        unfinished.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        shutil.rmtree(unfinished)


def _forget_old(newest: Path) -> None:
    others = [path for path in newest.parent.iterdir() if path.is_dir() and "." not in path.name]
    for path in sorted(others, key=_used_at)[:-KEPT]:
        if _used_at(path) < _used_at(newest) - IN_USE_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # another process has removed it just now
        return 0.0
