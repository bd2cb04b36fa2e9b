"""`python -m local.demo`: what may be typed, and what the exit code says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import local.demo.__main__ as program
from local.assembly import SynthError
from local.demo.report import demo_report
from local.demo.scenarios import SCENARIOS
from tests.local.demo.runs import BOTH, SERVED, run


@pytest.fixture(autouse=True)
def somewhere_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Reports of these stories must not overwrite anybody's."""
    monkeypatch.setattr(program, "FOLDER", tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "demo"


def ends(monkeypatch: pytest.MonkeyPatch, *outcomes: str | BaseException, **more: Any) -> list[dict[str, Any]]:
    """The next runs end like this; what they were asked is in the answer."""
    left, asked = list(outcomes), []

    def play(scenario: Any, **options: Any) -> dict[str, Any]:
        asked.append({"scenario": scenario.name, **options})
        outcome = left.pop(0)
        if isinstance(outcome, BaseException):
            raise outcome
        return demo_report(run(outcome, **more), scenario=scenario.name, seed=1, states=BOTH, served=SERVED)

    monkeypatch.setattr(program, "play", play)
    return asked


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--scenario", "typo"], ["'typo'", *SCENARIOS, "all"]),
        (["--size", "tiny"], ["'tiny'", "small", "full"]),
        (["--seed", "x"], ["'x'", "whole number"]),
        (["--seed", "-1"], []),
        (["--sead", "1"], ["--sead"]),
    ],
)
def test_a_wrong_argument_is_one_line_and_does_not_look_like_a_refusal(
    arguments: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        program.main(arguments)

    said = capsys.readouterr().err
    assert exit_.value.code == 64
    assert said.startswith("norikae: ")
    assert said.count("\n") == 1
    assert [word for word in words if word not in said] == []


def test_the_list_names_every_scenario_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main(["--list"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(SCENARIOS)
    for line, scenario in zip(lines, SCENARIOS.values(), strict=True):
        assert line.startswith(scenario.name)
        assert scenario.what in line


@pytest.mark.parametrize(
    ("outcome", "code"), [("succeeded", 0), ("failed", 1), ("refused", 2), ("partial", 3), ("rolled-back", 4)]
)
def test_the_exit_code_tells_the_outcome(
    outcome: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ends(monkeypatch, outcome)

    assert program.main(["--seed", "7", "--size", "small"]) == code

    said = capsys.readouterr().out
    assert asked[0]["scenario"] == "upgrade"
    assert (asked[0]["seed"], asked[0]["size"]) == (7, "small")
    assert f"{outcome}: 2 of 2 applications on green, 2 of 1,000 requests failed" in said
    assert "demo/report.html\n  demo/report.json" in said
    assert ("has to end as succeeded" in said) == (code != 0)


@pytest.mark.parametrize("outcome", ["succeeded", "partial", "rolled-back", "refused"])
def test_a_check_that_fails_never_exits_as_the_outcome_would(
    outcome: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def play(*_: Any, **__: Any) -> dict[str, Any]:
        document = demo_report(run(outcome), scenario="upgrade", seed=1, states=BOTH, served=SERVED)
        kept = {"name": "blue is kept", "holds": True, "detail": "it is there"}
        return {**document, "checks": [kept, {"name": "no request failed", "holds": False, "detail": "2 of chat-api"}]}

    monkeypatch.setattr(program, "play", play)
    assert program.main([]) == 5
    said = capsys.readouterr().out
    assert "✔ blue is kept: it is there" in said
    assert "✘ no request failed: 2 of chat-api" in said


def test_what_a_run_waits_for_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    reason = "chat-api is held: " + "http-5xx " * 30
    ends(monkeypatch, "held", waiting_for=reason)

    program.main([])

    assert reason.strip() in capsys.readouterr().out


@pytest.mark.parametrize(
    "error",
    [SynthError("synth of demo failed:\nTraceback\n  …"), FileNotFoundError("node"), RuntimeError("")],
    ids=lambda error: type(error).__name__,
)
def test_a_world_that_does_not_start_is_one_line_and_a_file(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], somewhere_else: Path
) -> None:
    ends(monkeypatch, error)

    assert program.main([]) == 1

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert type(error).__name__ in said
    assert "demo/error.txt has the details" in said
    assert "Traceback" in (somewhere_else / "error.txt").read_text()


def test_the_last_run_s_report_is_not_left_for_this_one_s(
    monkeypatch: pytest.MonkeyPatch, somewhere_else: Path
) -> None:
    somewhere_else.mkdir()
    (somewhere_else / "report.html").write_text("old")
    ends(monkeypatch, RuntimeError("no"))

    program.main([])

    assert [path.name for path in somewhere_else.iterdir()] == ["error.txt"]


def test_ctrl_c_says_so_and_ends_as_shells_expect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ends(monkeypatch, KeyboardInterrupt())

    assert program.main([]) == 130
    assert capsys.readouterr().err == "norikae: stopped\n"


def test_all_scenarios_succeed_when_each_ended_as_it_should(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ends(monkeypatch, *(scenario.outcome for scenario in SCENARIOS.values()))

    assert program.main(["--scenario", "all"]) == 0
    assert [one["scenario"] for one in asked] == list(SCENARIOS)
    assert len({one["folder"] for one in asked}) == len(SCENARIOS)
    assert f"{len(SCENARIOS)} of {len(SCENARIOS)} scenarios ended as they should" in capsys.readouterr().out


def test_all_scenarios_fail_when_one_ended_otherwise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ends(monkeypatch, RuntimeError("no"), *["succeeded"] * (len(SCENARIOS) - 1))

    assert program.main(["--scenario", "all"]) == 1
    assert f"these did not: {next(iter(SCENARIOS))}" in capsys.readouterr().out
