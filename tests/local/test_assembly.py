"""An environment that differs from its file goes the same way as the file: validation, then synth."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from app import build_app
from local.assembly import ROOT, SynthError, assembly, environment_file
from stacks.environment_file import EnvironmentFileError, load


def test_without_changes_it_is_the_file_itself() -> None:
    assert environment_file("demo") == ROOT / "environments" / "demo.yaml"


def test_a_change_is_in_the_copy_and_nothing_else_is() -> None:
    file = environment_file("demo", {"shift.bake": "3m", "shift.together": 2})
    changed, original = load(file), load(ROOT / "environments" / "demo.yaml")
    assert (changed.shift.bake, changed.shift.together) == (180, 2)
    assert changed.shift.steps == original.shift.steps
    assert (changed.dns, changed.clusters, changed.environment) == (original.dns, original.clusters, "demo")
    assert (file.parent / changed.argocd.install).exists()
    assert environment_file("demo", {"shift.bake": "3m", "shift.together": 2}) == file


def test_who_makes_the_same_copy_at_the_same_time_never_reads_half_of_it() -> None:
    changes = {"shift.bake": "7m"}
    shutil.rmtree(environment_file("demo", changes).parent)
    start = Barrier(8)

    def read(_: int) -> float:
        start.wait()
        return load(environment_file("demo", changes)).shift.bake

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(8))) == {420}
    folder = environment_file("demo", changes).parent
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(folder.name)] == [folder.name]


def test_a_change_that_is_no_key_is_refused_as_in_every_file() -> None:
    with pytest.raises(EnvironmentFileError, match=r"shift\.colour"):
        load(environment_file("demo", {"shift.colour": "green"}))


def test_synth_of_an_environment_that_is_wrong_says_what_is_wrong() -> None:
    with pytest.raises(SynthError, match=r"shift\.colour"):
        assembly("demo", {"shift.colour": "green"})


@pytest.mark.xdist_group("synth")
def test_a_path_is_synthesized_as_a_name_is() -> None:
    file = environment_file("demo", {"shift.bake": "3m"})
    app = build_app(str(file), outdir=file.parent / "cdk.out", acknowledge=False)
    stack = app.node.find_child("norikae-demo")
    assert json.loads(json.dumps(stack.node.id)) == "norikae-demo"
