"""The third-party packages of the bundle: hash-locked wheels for the functions' platform, without what nobody reads."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from norikae.errors import SettingsError
from stacks.runtime import PLATFORM, PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterable

SERVICES = (
    *("autoscaling", "cloudtrail", "cloudwatch", "dynamodb", "ec2", "eks", "elbv2", "health", "iam", "lambda"),
    *("route53", "s3", "secretsmanager", "sns", "sqs", "ssm", "stepfunctions", "sts"),
)
"""The AWS services whose models stay in the bundle; a client of another one fails with UnknownServiceError."""
ENDPOINTS = frozenset(SERVICES) - {"cloudwatch", "elbv2", "stepfunctions"} | {
    "elasticloadbalancing",
    "monitoring",
    "states",
}
"""The same services by their endpoint prefix, as ``endpoints.json`` names them."""
BOTOCORE_FILES = ("_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json")
API_FRAMEWORK = "aws_lambda_powertools/event_handler"
"""Powertools' framework for HTTP APIs with the files of a documentation page: half of it, and no function uses it."""
INSTANT = 315532800
"""1980-01-01 in UTC, the first instant that a zip file can hold: equal inputs give equal bytes."""


def install_packages(root: Path, builds: Path) -> Path:
    """The trimmed third-party packages of ``lambdas/requirements.txt``, installed once per lock file."""
    lock = root / "lambdas" / "requirements.txt"
    digest = hash_of([("lock", lock.read_bytes()), ("recipe", Path(__file__).read_bytes())])
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
    return finish(unfinished, path)


def _installer() -> list[str]:
    """The start of a command that installs wheels for the functions' platform, by uv when the venv has it.

    By default uv links files to its cache, and so to every venv that was installed from it: what is changed here would
    change there.
    """
    uv = Path(sys.prefix) / "bin" / "uv"
    if uv.is_file():
        install = [str(uv), "pip", "install", "--quiet", "--link-mode", "copy"]
        return [*install, "--python-version", PYTHON, "--python-platform", PLATFORM.uv]
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
    _drop_old_versions(data)
    for model in data.rglob("*.json.gz"):
        _shorten(model)
    _keep_endpoints(data / "endpoints.json")
    for folder in ("bin", "boto3/data", "boto3/examples", API_FRAMEWORK):
        shutil.rmtree(packages / folder, ignore_errors=True)
    for found in [*packages.glob("*.dist-info"), *packages.rglob("tests"), *packages.rglob("__pycache__")]:
        shutil.rmtree(found, ignore_errors=True)
    for lock in packages.glob(".lock"):
        lock.unlink()


def _drop_old_versions(data: Path) -> None:
    """A client takes the newest version of an API (``botocore/loaders.py``); EC2 comes in eight."""
    for service in SERVICES:
        for old in sorted(entry for entry in (data / service).iterdir() if entry.is_dir())[:-1]:
            shutil.rmtree(old)


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


def hash_of(named: Iterable[tuple[str, bytes]]) -> str:
    """The hash of named contents, in the order in which they are given."""
    digest = hashlib.sha256()
    for name, content in named:
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def finish(unfinished: Path, path: Path) -> Path:
    """Fix every time stamp and put the directory in place in one step, so nobody sees half a bundle."""
    for entry in unfinished.rglob("*"):
        os.utime(entry, (INSTANT, INSTANT))
    try:
        unfinished.rename(path)
    except OSError:  # another process finished the same bundle first; both are equal
        shutil.rmtree(unfinished)
    return path
