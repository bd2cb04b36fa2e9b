"""Which environment is meant, and where it is: options first, then variables, then the files in ``environments/``."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.target import Target
from tests.cli.terminal import Terminal


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with one environment besides the template."""
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "example.yaml").write_text("region: us-east-1\n")
    (folder / "chat-prod.yaml").write_text('environment: chat-prod\nregion: "eu-west-1"  # Ireland\n')
    return tmp_path


def target(line: str, folder: Path, **variables: str) -> Target:
    terminal = Terminal(variables=variables, folder=folder)
    assert terminal.types(line) == 0, terminal.err
    return terminal.reached[0][0]


def test_the_only_environment_needs_no_name(clone: Path) -> None:
    assert target("pause", clone) == Target("chat-prod", "norikae-chat-prod-operator-command", "eu-west-1")


def test_a_variable_comes_before_the_files_and_an_option_before_both(clone: Path) -> None:
    assert target("pause", clone, NORIKAE_ENVIRONMENT="demo").environment == "demo"
    assert target("--environment hub pause", clone, NORIKAE_ENVIRONMENT="demo").environment == "hub"


def test_the_region_is_the_options_the_variables_or_the_files(clone: Path) -> None:
    assert target("pause", clone, AWS_DEFAULT_REGION="us-west-2").region == "us-west-2"
    assert target("pause", clone, AWS_DEFAULT_REGION="us-west-2", AWS_REGION="us-east-2").region == "us-east-2"
    assert target("pause --region sa-east-1", clone, AWS_REGION="us-east-2").region == "sa-east-1"
    assert target("pause --environment other", clone).region == ""


def test_a_function_may_be_called_otherwise(clone: Path) -> None:
    found = target("pause --function norikae-x --profile sre --world http://127.0.0.1:4566", clone)
    assert (found.function, found.profile, found.world) == ("norikae-x", "sre", "http://127.0.0.1:4566")
    assert found.place == "http://127.0.0.1:4566"


def test_what_was_typed_is_typed_again_in_the_commands_that_are_shown(clone: Path) -> None:
    assert target("--region sa-east-1 pause --environment hub", clone).typed == (
        *("--environment", "hub"),
        *("--region", "sa-east-1"),
    )


@pytest.mark.parametrize(("others", "there"), [((), ""), (("a", "b"), "; environments/ has a, b")])
def test_none_and_several_have_to_be_named(tmp_path: Path, others: tuple[str, ...], there: str) -> None:
    (tmp_path / "environments").mkdir()
    for name in others:
        (tmp_path / "environments" / f"{name}.yaml").write_text("")
    terminal = Terminal(variables={}, folder=tmp_path)
    assert terminal.types("pause") == 64
    assert terminal.err == f"norikae: environment: say which, with --environment NAME or NORIKAE_ENVIRONMENT{there}\n"
