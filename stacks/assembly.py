"""The synthesized templates of an environment, made again only when something that decides them has changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from norikae.errors import SettingsError
from stacks import bundle, environment_file

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
DIGITS = 16


def assembly(environment: str, *, root: Path = ROOT) -> Path:
    """The directory of the environment's cloud assembly, with the assets inside; the CDK runs only when it has to.

    Args:
        environment: name of a file in ``environments/`` without its ending.
        root: the repository.

    Raises:
        SettingsError: the environment file is wrong, or synth failed; the text is what synth printed.
    """
    file = root / "environments" / f"{environment}.yaml"
    digest = _digest(root, bundle.digest_of(environment_file.load(file), manifests=file.parent, root=root))
    folder = root / "build" / "assembly" / f"{environment}-{digest[:DIGITS]}"
    with _alone(folder.parent):
        if not folder.is_dir():
            _synthesize(environment, root, folder)
    return folder


def _synthesize(environment: str, root: Path, folder: Path) -> None:
    """Run the CDK app, and put its assembly in place of older ones of the environment in one step."""
    unfinished = folder.parent / f".{environment}"
    shutil.rmtree(unfinished, ignore_errors=True)
    variables = {**os.environ, "NORIKAE_ENVIRONMENT": environment, "CDK_OUTDIR": str(unfinished)}
    command = [sys.executable, str(root / "app.py")]
    done = subprocess.run(command, env=variables, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SettingsError(f"synth of {environment} failed:\n{done.stdout}{done.stderr}")
    for old in folder.parent.glob(f"{environment}-{'?' * DIGITS}"):
        shutil.rmtree(old, ignore_errors=True)
    unfinished.rename(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time synthesize: the next one finds the result."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(root: Path, bundled: str) -> str:
    """The hash of everything outside the bundle that decides the templates, and of the bundle."""
    digest = hashlib.sha256(bundled.encode())
    sources = [root / "app.py", root / "cdk.json", root / "requirements.txt", *sorted((root / "stacks").rglob("*"))]
    for source in sources:
        if source.is_file() and source.suffix != ".pyc":
            digest.update(f"{source.relative_to(root)}\0".encode() + source.read_bytes())
    return digest.hexdigest()
