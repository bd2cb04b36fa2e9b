"""The command as a process of its own: what it imports before it has to, and what makes a shell complete it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from norikae.commands.model import VERBS
from tests.cli.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "boto3",
    "botocore",
    "rich",
    "urllib3",
    "json",
    "norikae.adapters",
    "norikae.upgrade",
    "cli.screen",
    "cli.watch",
}
"""What `norikae --help` has no use for."""
MOST_MODULES = 150
"""Loaded by `norikae --help`, Python's own included; 130 when this was written."""


def process(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT / 'lambdas'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(
        command, env={**known, **variables}, cwd="/", capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize("line", ["--help", "hold --help", "stop", "completion bash"])
def test_help_imports_no_more_than_it_shows(line: str) -> None:
    code = f"import sys; sys.argv[1:] = {line.split()!r}\nfrom cli.main import main\nmain()\nprint('|', *sys.modules)"
    loaded = process("-c", code).stdout.rpartition("|")[2].split()
    assert "cli.main" in loaded
    assert HEAVY & set(loaded) == set()
    assert len(loaded) < MOST_MODULES


def test_plain_text_does_not_wait_for_rich() -> None:
    code = (
        "import sys\nfrom tests.cli.terminal import STATUS, Terminal, in_turn\n"
        "assert Terminal(answers=in_turn(STATUS)).types('status') == 0\nprint(*sys.modules)"
    )
    loaded = process("-c", code).stdout.split()
    assert "cli.picture" in loaded
    assert {"boto3", "rich"} & set(loaded) == set()


def test_the_module_is_the_command() -> None:
    done = process("-m", "cli", "status")
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr.startswith("norikae: environment: say which")


def test_the_script_of_a_clone_finds_its_own_python() -> None:
    """`make` links it into .venv/bin, so it has to find the clone through the link."""
    script = ROOT / "cli" / "norikae"
    assert os.access(script, os.X_OK)
    assert f"ln -sf ../../{script.relative_to(ROOT)} $(BIN)/norikae" in (ROOT / "Makefile").read_text()


def test_a_clone_is_found_through_a_link(tmp_path: Path) -> None:
    """A clone of links: the script's own place decides, not where it is called from."""
    (tmp_path / "cli").mkdir()
    for name in ("__init__.py", "__main__.py", *(path.name for path in (ROOT / "cli").glob("*.py"))):
        (tmp_path / "cli" / name).unlink(missing_ok=True)
        (tmp_path / "cli" / name).symlink_to(ROOT / "cli" / name)
    shutil.copy2(ROOT / "cli" / "norikae", tmp_path / "cli" / "norikae")
    (tmp_path / "lambdas").symlink_to(ROOT / "lambdas")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text((Path(sys.prefix) / "pyvenv.cfg").read_text())
    (tmp_path / ".venv" / "lib").symlink_to(Path(sys.prefix) / "lib")
    (tmp_path / ".venv" / "bin" / "norikae").symlink_to("../../cli/norikae")
    done = subprocess.run(
        [tmp_path / ".venv" / "bin" / "norikae", "help", "hold"],
        env={"PATH": os.environ["PATH"]}, cwd="/", capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert VERBS["hold"].about in done.stdout


def test_the_package_has_the_same_command() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    module, _, function = project["project"]["scripts"]["norikae"].partition(":")
    assert callable(getattr(import_module(module), function))
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["cli", "lambdas/norikae"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_learns_every_verb(shell: str) -> None:
    terminal = Terminal(variables={})
    assert terminal.types(f"completion {shell}") == 0
    assert all(verb in terminal.out for verb in VERBS)
    assert "plan-hash" in terminal.out
    if shell == "zsh":
        assert terminal.out.startswith("autoload")


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("norikae sk", ["skip-gate"]),
        ("norikae --environment demo roll-", ["roll-back"]),
        ("norikae approve --plan", ["--plan-hash"]),
        ("norikae hold --wat", []),
        ("norikae completion f", ["fish"]),
    ],
)
def test_bash_completes_what_is_typed(typed: str, completed: list[str]) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    terminal = Terminal()
    terminal.types("completion bash")
    words = " ".join(f"'{word}'" for word in typed.split())
    asks = f'COMP_WORDS=({words}); COMP_CWORD={len(typed.split()) - 1}; _norikae; echo "${{COMPREPLY[@]}}"'
    done = subprocess.run([bash, "-c", f"{terminal.out}\n{asks}"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == completed
