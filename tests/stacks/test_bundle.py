"""The one directory that every function runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import botocore.loaders
import msgspec
import pytest
import yaml

from norikae.environment import Environment, read_environment
from norikae.errors import SettingsError
from stacks import environment_file
from stacks.bundle import IN_USE_SECONDS, KEPT, Bundle, _forget_old, build_bundle, digest_of
from stacks.packages import INSTANT, SERVICES, install_packages
from stacks.permissions import FUNCTIONS

ROOT = Path.cwd()
MANIFESTS = ROOT / "environments"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def environment() -> Environment:
    return environment_file.load(MANIFESTS / "demo.yaml")


@pytest.fixture(scope="module")
def bundle(environment: Environment) -> Bundle:
    return build_bundle(environment, manifests=MANIFESTS, root=ROOT)


def zipped(folder: Path, file: Path) -> int:
    """The size of a folder as Lambda gets it, in bytes."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in folder.rglob("*"):
            archive.write(path, path.relative_to(folder))
    return file.stat().st_size


def test_the_bundle_is_small_with_boto3_inside(bundle: Bundle, tmp_path: Path) -> None:
    assert (bundle.path / "boto3").is_dir()
    assert zipped(bundle.path, tmp_path / "bundle.zip") <= 8 * MEGABYTE


def test_the_bundle_is_small_with_byte_code_too(bundle: Bundle, environment: Environment, tmp_path: Path) -> None:
    # The interpreter of the tests stands in for the runtime's: the size is what counts here.
    root = tmp_path / "root"
    shutil.copytree(ROOT / "lambdas", root / "lambdas", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "build" / "bundle", root / "build" / "bundle", ignore=shutil.ignore_patterns("demo-*"))
    compiled = build_bundle(environment, manifests=MANIFESTS, root=root, interpreter=sys.executable)
    found = [path for path in compiled.path.rglob("*.pyc") if path.parent.parent == compiled.path / "norikae"]
    assert compiled.compiled
    assert compiled.digest != bundle.digest or bundle.compiled
    # Flags of PEP 552: 0b01 is a hash instead of a time, and without 0b10 nobody checks it.
    assert {path.read_bytes()[4] for path in found} == {0b01}
    assert zipped(compiled.path, tmp_path / "compiled.zip") <= 8 * MEGABYTE


def test_a_build_leaves_the_cache_of_the_installer_and_the_venv_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "lambdas").mkdir()
    shutil.copy(ROOT / "lambdas" / "requirements.txt", tmp_path / "lambdas")
    source = Path(botocore.loaders.__file__).parent / "data"
    before = {
        path: (path.stat().st_nlink, path.stat().st_mtime_ns, path.read_bytes()) for path in source.glob("*.json")
    }
    packages = install_packages(tmp_path, tmp_path / "builds")
    assert {path.stat().st_nlink for path in packages.rglob("*") if path.is_file()} == {1}
    assert {path: (path.stat().st_nlink, path.stat().st_mtime_ns, path.read_bytes()) for path in before} == before
    # What the next installation gets is what the wheel holds, although the trimmed copy was cut.
    services = json.loads((packages / "botocore" / "data" / "endpoints.json").read_bytes())["partitions"][0]["services"]
    assert len(json.loads(before[source / "endpoints.json"][2])["partitions"][0]["services"]) > len(services)


def test_the_environment_in_the_bundle_is_the_one_of_the_file(bundle: Bundle, environment: Environment) -> None:
    assert read_environment(bundle.path / "environment.json") == environment


def test_the_bundle_holds_the_install_manifest_of_argo_cd(bundle: Bundle, environment: Environment) -> None:
    installed = json.loads((bundle.path / "manifests" / "argocd.json").read_text())
    rendered = yaml.safe_load_all((MANIFESTS / environment.argocd.install).read_text())
    assert installed == [thing for thing in rendered if thing]


def test_the_bundle_holds_the_verification_jobs(bundle: Bundle, environment: Environment) -> None:
    jobs = json.loads((bundle.path / "manifests" / "verification.json").read_text())
    assert jobs == list(yaml.safe_load_all((MANIFESTS / environment.verify.jobs).read_text()))


def test_the_bundle_says_what_it_is(bundle: Bundle) -> None:
    facts = json.loads((bundle.path / "bundle.json").read_text())
    assert facts == {"runtime": "python3.14", "compiled": bundle.compiled, "native": ["msgspec"]}


def test_machine_code_is_for_the_functions_platform(bundle: Bundle) -> None:
    libraries = [path.name for path in bundle.path.rglob("*.so")]
    assert libraries
    assert all("cpython-314-aarch64" in name for name in libraries)


def test_the_services_in_the_bundle_are_those_that_the_code_asks_for(bundle: Bundle) -> None:
    asked = {
        name
        for path in (bundle.path / "norikae").rglob("*.py")
        for name in re.findall(r"client\(\"([a-z0-9]+)\"\)", path.read_text())
    }
    assert asked
    assert asked <= set(SERVICES)
    kept = {path.name for path in (bundle.path / "botocore" / "data").iterdir() if path.is_dir()}
    assert kept == set(SERVICES)


def test_nothing_of_the_workshop_is_shipped(bundle: Bundle) -> None:
    names = {path.name for path in bundle.path.iterdir()}
    assert not {"tests", "local", "bin", "stacks"} & names
    assert not [name for name in names if name.endswith(".dist-info")]


def test_the_same_inputs_are_built_once_and_look_the_same(bundle: Bundle, environment: Environment) -> None:
    again = build_bundle(environment, manifests=MANIFESTS, root=ROOT)
    assert again == bundle
    assert {int(path.stat().st_mtime) for path in bundle.path.rglob("*.py")} == {INSTANT}


def test_a_bundle_that_another_process_may_read_is_not_forgotten(tmp_path: Path) -> None:
    for number in range(KEPT + 2):
        (tmp_path / f"demo-{number}").mkdir()
    now = time.time()
    _forget_old(tmp_path, "demo", now + IN_USE_SECONDS / 2)
    assert len(list(tmp_path.iterdir())) == KEPT + 2
    _forget_old(tmp_path, "demo", now + 2 * IN_USE_SECONDS)
    assert len(list(tmp_path.iterdir())) == KEPT


def test_another_setting_is_another_bundle(bundle: Bundle, environment: Environment) -> None:
    other = msgspec.structs.replace(environment, region="ap-northeast-3")
    assert digest_of(other, manifests=MANIFESTS, root=ROOT) != bundle.digest


def test_a_missing_install_manifest_is_named(environment: Environment, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"argocd\.install: .*argocd\.yaml is not there"):
        build_bundle(environment, manifests=tmp_path, root=ROOT)


def test_a_missing_file_of_verification_jobs_is_named(environment: Environment) -> None:
    other = msgspec.structs.replace(environment, verify=msgspec.structs.replace(environment.verify, jobs="gone.yaml"))
    with pytest.raises(SettingsError, match=r"verify\.jobs: .*gone\.yaml is not there"):
        build_bundle(other, manifests=MANIFESTS, root=ROOT)


CLIENTS = """
import sys
sys.path.insert(0, sys.argv[1])
import boto3
session = boto3.Session("bench", "bench", region_name="ap-northeast-1")
assert boto3.__file__.startswith(sys.argv[1])
for service in sys.argv[2:]:
    client = session.client(service)
    print(client.meta.endpoint_url, len(client.meta.service_model.operation_names))
    assert not client.meta.service_model.documentation
"""


def test_every_service_in_the_bundle_has_a_client_without_reading_anything_else(bundle: Bundle) -> None:
    command = [sys.executable, "-S", "-c", CLIENTS, str(bundle.path), *SERVICES]
    done = subprocess.run(command, env={"PATH": ""}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("https://") == len(SERVICES)
    assert "https://route53.amazonaws.com" in done.stdout


def test_every_client_that_a_function_makes_has_its_model_in_the_bundle() -> None:
    sources = [
        *(ROOT / "lambdas" / "norikae" / "wiring").glob("*.py"),
        ROOT / "lambdas" / "norikae" / "adapters" / "aws" / "fleet.py",
    ]
    made = {name for file in sources for name in re.findall(r'client(?:_of)?\("([a-z0-9]+)"', file.read_text())}
    assert made == set(SERVICES)


def test_shortened_models_are_the_models_without_their_texts(bundle: Bundle) -> None:
    ours = json.loads(next((bundle.path / "botocore" / "data" / "eks").rglob("service-2.json")).read_text())
    theirs = botocore.loaders.Loader().load_service_model("eks", "service-2")
    assert set(ours["operations"]) == set(theirs["operations"])
    assert set(ours["shapes"]) == set(theirs["shapes"])
    assert [set(shape.get("members", {})) for shape in ours["shapes"].values()] == [
        set(shape.get("members", {})) for shape in theirs["shapes"].values()
    ]


HANDLERS = """
import importlib, sys
for name in sys.argv[1:]:
    module = importlib.import_module(name.rpartition(".")[0])
    assert callable(module.handler), name
print("\\\\n".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_every_handler_imports_from_the_bundle_alone_and_nothing_heavy(bundle: Bundle, tmp_path: Path) -> None:
    for package in bundle.native:  # machine code for the functions' platform: this Python's own stands in
        (tmp_path / package).symlink_to(Path(msgspec.__file__).parent)
    names = [row.handler for row in FUNCTIONS]
    path = f"{tmp_path}{os.pathsep}{bundle.path}"
    variables = {"PATH": "", "PYTHONPATH": path, "LAMBDA_TASK_ROOT": str(bundle.path)}
    command = [sys.executable, "-S", "-c", HANDLERS, *names]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not {"yaml", "pydantic", "kubernetes", "requests", "aws_xray_sdk", "jsonschema"} & set(done.stdout.split())
