"""The synthesized templates of an environment, made again only when something that decides them has changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from norikae.errors import SettingsError
from stacks import bundle, environment_file

ROOT = Path(__file__).resolve().parent.parent


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
    folder = root / "build" / "assembly" / f"{environment}-{digest[:16]}"
    if not (folder / "manifest.json").is_file():
        unfinished = folder.with_name(f".{folder.name}-{os.getpid()}")
        variables = {**os.environ, "NORIKAE_ENVIRONMENT": environment, "CDK_OUTDIR": str(unfinished)}
        done = subprocess.run(
            [sys.executable, str(root / "app.py")], env=variables, cwd=root, capture_output=True, text=True, check=False
        )
        if done.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise SettingsError(f"synth of {environment} failed:\n{done.stdout}{done.stderr}")
        _finish(unfinished, folder)
    return folder


def _digest(root: Path, bundled: str) -> str:
    """The hash of everything outside the bundle that decides the templates, and of the bundle."""
    digest = hashlib.sha256(bundled.encode())
    sources = [root / "app.py", root / "cdk.json", root / "requirements.txt", *sorted((root / "stacks").rglob("*"))]
    for source in sources:
        if source.is_file() and source.suffix != ".pyc":
            digest.update(f"{source.relative_to(root)}\0".encode() + source.read_bytes())
    return digest.hexdigest()


def _finish(unfinished: Path, folder: Path) -> None:
    """Put the assembly in place in one step and take older ones of the environment away."""
    name = folder.name.rpartition("-")[0]
    for old in folder.parent.glob(f"{name}-*"):
        if len(old.name) == len(folder.name):
            shutil.rmtree(old, ignore_errors=True)
    try:
        unfinished.rename(folder)
    except OSError:  # another process was first; both are equal
        shutil.rmtree(unfinished)
