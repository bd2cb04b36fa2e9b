"""The one directory that every function runs: our code, its hash-locked packages and this environment's values.

It is built by plain Python into ``build/bundle/<environment>-<hash of all inputs>``, so an unchanged source is never
built twice and neither Docker nor the CDK is needed to look at it. Decision 004 has the reasons and the figures.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from norikae.errors import SettingsError
from stacks.runtime import PLATFORM, PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from norikae.environment import Environment

SERVICES = ("cloudwatch", "dynamodb", "eks", "elbv2", "route53", "s3", "sns", "stepfunctions", "sts")
"""The AWS services whose models stay in the bundle; a client of another one fails with UnknownServiceError."""
ENDPOINTS = frozenset(SERVICES) - {"cloudwatch", "elbv2", "stepfunctions"} | {
    "elasticloadbalancing",
    "monitoring",
    "states",
}
"""The same services by their endpoint prefix, as ``endpoints.json`` names them."""
SOURCES = ("handlers", "norikae", "manifests")
BOTOCORE_FILES = ("_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json")
KEPT = 3
INSTANT = 315532800
"""1980-01-01 in UTC, the first instant that a zip file can hold: equal inputs give equal bytes."""


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
        manifests: the folder of the environment file; ``argocd.install`` is relative to it.
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
        shutil.copytree(_packages(root, builds), unfinished)
        for source in SOURCES:
            shutil.copytree(root / "lambdas" / source, unfinished / source, ignore=_NOT_SHIPPED, dirs_exist_ok=True)
        shutil.copyfile(manifests / environment.argocd.install, unfinished / "manifests" / "argocd.yaml")
        _manifests_as_json(unfinished / "manifests")
        (unfinished / "environment.json").write_bytes(_values(environment))
        facts = {"runtime": f"python{PYTHON}", "compiled": bool(interpreter), "native": _native(unfinished)}
        (unfinished / "bundle.json").write_bytes(msgspec.json.encode(facts))
        if interpreter:
            _compile(unfinished, interpreter)
        _finish(unfinished, path)
        _forget_old(builds, environment.environment)
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
        SettingsError: the Argo CD install manifest is not there.
    """
    install = manifests / environment.argocd.install
    if not install.is_file():
        raise SettingsError(f"argocd.install: {install} is not there; render it with `kubectl kustomize` or Helm")
    interpreter = _runtime_interpreter() if interpreter is None else interpreter
    lambdas = root / "lambdas"
    shipped = [file for source in SOURCES for file in _files(lambdas / source)]
    return _hash(
        [
            *((str(file.relative_to(lambdas)), file.read_bytes()) for file in shipped),
            ("requirements", (lambdas / "requirements.txt").read_bytes()),
            ("argocd", install.read_bytes()),
            ("environment", _values(environment)),
            ("compiled", str(bool(interpreter)).encode()),
            ("recipe", Path(__file__).read_bytes()),
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


def _hash(named: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in named:
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _packages(root: Path, builds: Path) -> Path:
    """The trimmed third-party packages of ``lambdas/requirements.txt``, installed once per lock file."""
    lock = root / "lambdas" / "requirements.txt"
    digest = _hash([("lock", lock.read_bytes()), ("recipe", Path(__file__).read_bytes())])
    path = builds / f"packages-{digest[:16]}"
    if path.is_dir():
        return path
    unfinished = builds / f".packages-{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    command = [*_installer(), "--target", str(unfinished), "--only-binary", ":all:", "--no-deps", "--require-hashes"]
    done = subprocess.run([*command, "-r", str(lock)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SettingsError(f"the packages of {lock} cannot be installed: {done.stderr.strip()}")
    _trim(unfinished)
    return _finish(unfinished, path)


def _installer() -> list[str]:
    """The start of a command that installs wheels for the functions' platform, by uv when the venv has it."""
    uv = Path(sys.prefix) / "bin" / "uv"
    if uv.is_file():
        return [str(uv), "pip", "install", "--quiet", "--python-version", PYTHON, "--python-platform", PLATFORM.uv]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return [*pip, "--python-version", PYTHON, "--platform", PLATFORM.pip, "--implementation", "cp"]


def _trim(packages: Path) -> None:
    """Take away what no function reads: other services' models, examples, metadata and console scripts.

    botocore reads only these files at run time (``botocore/loaders.py``); resource models are read by
    ``boto3.resource``, which norikae does not use.
    """
    data = packages / "botocore" / "data"
    for entry in data.iterdir():
        if entry.is_dir() and entry.name not in SERVICES:
            shutil.rmtree(entry)
        elif entry.is_file() and entry.name not in BOTOCORE_FILES:
            entry.unlink()
    for example in data.rglob("examples-1.json*"):
        example.unlink()
    for model in data.rglob("*.json.gz"):
        _shorten(model)
    _keep_endpoints(data / "endpoints.json")
    for folder in ("bin", "boto3/data", "boto3/examples"):
        shutil.rmtree(packages / folder, ignore_errors=True)
    for found in [*packages.glob("*.dist-info"), *packages.rglob("tests"), *packages.rglob("__pycache__")]:
        shutil.rmtree(found, ignore_errors=True)
    for lock in packages.glob(".lock"):
        lock.unlink()


def _shorten(model: Path) -> None:
    """Replace a model by the same without its documentation, which a cold start would parse and nobody would read.

    Plain JSON instead of gzip: the zip of the bundle compresses it anyway, and botocore reads both.
    """
    content = _without_documentation(msgspec.json.decode(gzip.decompress(model.read_bytes())))
    model.with_suffix("").write_bytes(msgspec.json.encode(content))
    model.unlink()


def _without_documentation(value: Any) -> Any:  # noqa: ANN401 - a model is any JSON value
    """The same value; a member that happens to be called documentation is a shape, not a text, and stays."""
    if isinstance(value, dict):
        return {
            key: _without_documentation(item)
            for key, item in value.items()
            if not (key == "documentation" and isinstance(item, str))
        }
    if isinstance(value, list):
        return [_without_documentation(item) for item in value]
    return value


def _keep_endpoints(file: Path) -> None:
    """Keep partitions and regions but only our services in the list of endpoints: the file is 1.2 MB of JSON."""
    content = msgspec.json.decode(file.read_bytes())
    for partition in content["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in sorted(ENDPOINTS) if name in services}
    file.write_bytes(msgspec.json.encode(content))


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


def _finish(unfinished: Path, path: Path) -> Path:
    """Fix every time stamp and put the directory in place in one step, so nobody sees half a bundle."""
    for entry in unfinished.rglob("*"):
        os.utime(entry, (INSTANT, INSTANT))
    try:
        unfinished.rename(path)
    except OSError:  # another process finished the same bundle first; both are equal
        shutil.rmtree(unfinished)
    return path


def _forget_old(builds: Path, name: str) -> None:
    """Keep the newest few bundles of an environment."""
    found = sorted(builds.glob(f"{name}-*"), key=lambda path: path.stat().st_ctime, reverse=True)
    for old in found[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
