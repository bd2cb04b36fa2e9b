"""The one directory that every function runs: our code, its hash-locked packages and this environment's values.

It is built by plain Python into ``build/bundle/<environment>-<hash of all inputs>``, so an unchanged source is never
built twice and neither Docker nor the CDK is needed to look at it. Decision 004 has the reasons and the figures.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import yaml

from norikae.errors import SettingsError
from stacks import packages
from stacks.packages import finish, hash_of, install_packages
from stacks.runtime import PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from norikae.environment import Environment

SOURCES = ("handlers", "norikae", "manifests")
KEPT = 3
IN_USE_SECONDS = 3600
"""What was asked for within the last hour may be what another process reads just now."""


@dataclass(frozen=True)
class Bundle:
    """A finished bundle.

    Args:
        path: its directory, the import root of every function.
        digest: hash of everything that went into it.
        compiled: whether it holds byte code for the runtime's Python.
        native: packages with machine code for the runtime, which another machine has to replace by its own.
    """

    path: Path
    digest: str
    compiled: bool
    native: tuple[str, ...]


def build_bundle(environment: Environment, *, manifests: Path, root: Path, interpreter: str | None = None) -> Bundle:
    """The bundle of an environment, built only when no finished one has the same inputs.

    Args:
        environment: the values that become ``environment.json``.
        manifests: the folder of the environment file; ``argocd.install`` and ``verify.jobs`` are relative to it.
        root: the repository.
        interpreter: a Python of the runtime's minor version for the byte code; looked for when it is None.

    Raises:
        SettingsError: the Argo CD install manifest is not there, or the packages cannot be installed.
    """
    interpreter = _runtime_interpreter() if interpreter is None else interpreter
    digest = digest_of(environment, manifests=manifests, root=root, interpreter=interpreter)
    builds = root / "build" / "bundle"
    path = builds / f"{environment.environment}-{digest[:16]}"
    if not path.is_dir():
        unfinished = builds / f".unfinished-{os.getpid()}"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(install_packages(root, builds), unfinished)
        for source in SOURCES:
            shutil.copytree(root / "lambdas" / source, unfinished / source, ignore=_NOT_SHIPPED, dirs_exist_ok=True)
        shutil.copyfile(manifests / environment.argocd.install, unfinished / "manifests" / "argocd.yaml")
        if environment.verify.jobs:
            shutil.copyfile(manifests / environment.verify.jobs, unfinished / "manifests" / "verification.yaml")
        _manifests_as_json(unfinished / "manifests")
        (unfinished / "environment.json").write_bytes(_values(environment))
        facts = {"runtime": f"python{PYTHON}", "compiled": bool(interpreter), "native": _native(unfinished)}
        (unfinished / "bundle.json").write_bytes(msgspec.json.encode(facts))
        if interpreter:
            _compile(unfinished, interpreter)
        finish(unfinished, path)
        _forget_old(builds, environment.environment, time.time())
    else:
        os.utime(path)
    facts = msgspec.json.decode((path / "bundle.json").read_bytes())
    return Bundle(path=path, digest=digest, compiled=facts["compiled"], native=tuple(facts["native"]))


def _manifests_as_json(folder: Path) -> None:
    """Functions read JSON: a YAML parser would be one more package in every cold start."""
    for file in folder.glob("*.yaml"):
        objects = [obj for obj in yaml.safe_load_all(file.read_text(encoding="utf-8")) if obj]
        file.with_suffix(".json").write_bytes(msgspec.json.encode(objects))
        file.unlink()


def digest_of(environment: Environment, *, manifests: Path, root: Path, interpreter: str | None = None) -> str:
    """The hash of everything that decides what a bundle holds, this recipe included; nothing is built for it.

    Raises:
        SettingsError: the Argo CD install manifest, or the file of verification Jobs, is not there.
    """
    install = manifests / environment.argocd.install
    if not install.is_file():
        raise SettingsError(f"argocd.install: {install} is not there; render it with `kubectl kustomize` or Helm")
    jobs = manifests / environment.verify.jobs if environment.verify.jobs else None
    if jobs and not jobs.is_file():
        raise SettingsError(f"verify.jobs: {jobs} is not there; write the verification Jobs to it or leave it out")
    interpreter = _runtime_interpreter() if interpreter is None else interpreter
    lambdas = root / "lambdas"
    shipped = [file for source in SOURCES for file in _files(lambdas / source)]
    return hash_of(
        [
            *((str(file.relative_to(lambdas)), file.read_bytes()) for file in shipped),
            ("requirements", (lambdas / "requirements.txt").read_bytes()),
            ("argocd", install.read_bytes()),
            ("verification", jobs.read_bytes() if jobs else b""),
            ("environment", _values(environment)),
            ("compiled", str(bool(interpreter)).encode()),
            ("recipe", Path(__file__).read_bytes() + Path(packages.__file__).read_bytes()),
        ]
    )


def _values(environment: Environment) -> bytes:
    """The canonical JSON of an environment."""
    return msgspec.json.format(msgspec.json.encode(environment, order="sorted"), indent=2)


_NOT_SHIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


def _files(folder: Path) -> Iterator[Path]:
    """Every shipped file below a folder, always in the same order."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
            yield path


def _native(folder: Path) -> list[str]:
    """Top-level packages that hold machine code."""
    return sorted({library.relative_to(folder).parts[0] for library in folder.rglob("*.so")})


def _runtime_interpreter() -> str:
    """A Python of the runtime's minor version on this machine, or an empty text."""
    for name in (sys.executable, shutil.which(f"python{PYTHON}")):
        if not name:
            continue
        version = "import sys; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run([name, "-c", version], capture_output=True, text=True, check=False)
        if done.stdout.strip() == PYTHON:
            return name
    return ""


def _compile(folder: Path, interpreter: str) -> None:
    """Write byte code that is valid without a look at any file's time, since /var/task is read-only and repacked."""
    command = [interpreter, "-m", "compileall", "-q", "-s", str(folder), "-p", "/var/task"]
    subprocess.run([*command, "--invalidation-mode", "unchecked-hash", str(folder)], check=True)


def _forget_old(builds: Path, name: str, now: float) -> None:
    """Keep the bundles of an environment that were asked for last: the newest few, and all of the last hour."""
    found = sorted(((path.stat().st_ctime, path) for path in builds.glob(f"{name}-*")), reverse=True)
    for asked, old in found[KEPT:]:
        if now - asked > IN_USE_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
