"""A comparison that dies at any write, before or after its effect, comes to the same end when it is done again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.compare.test_compare_wave import cron_job
from tests.unit.fakes.demo import OTHER_SHA
from tests.unit.fakes.story import APP
from tests.unit.fakes.waves import Wave, config_map


class Died(Exception):  # noqa: N818 - it is no error of the product
    """The invocation ended here."""


class Dying:
    """Lets every write of the world's ports pass but one, which dies before or after its effect.

    Args:
        number: which write, counted from 0.
        after: whether it had its effect.
    """

    def __init__(self, wave: Wave, number: int, *, after: bool) -> None:
        self.writes = 0
        self._number, self._after = number, after
        for port, verbs in (
            (wave.ports.table, ("write", "write_unfenced", "log")),
            (wave.ports.evidence, ("keep",)),
            (wave.green, ("apply", "create", "patch")),
        ):
            for verb in verbs:
                setattr(port, verb, self._wrapped(getattr(port, verb)))

    def _wrapped(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*arguments: Any, **named: Any) -> Any:
            number, self.writes = self.writes, self.writes + 1
            if number == self._number and not self._after:
                raise Died
            answer = act(*arguments, **named)
            if number == self._number:
                raise Died
            return answer

        return wrapped


def again(wave: Wave) -> str:
    """Compare wave with the machine's retry."""
    try:
        return str(wave.compared()["next"])
    except Died:
        return str(wave.compared()["next"])


def says_again(wave: Wave) -> None:
    """The sync functions, with their machine's retry, say what they would sync next."""
    try:
        wave.waits_for(APP)
    except Died:
        wave.waits_for(APP)


def story(number: int, *, after: bool) -> tuple[dict[Any, Any], dict[str, Any], dict[Any, Any], int]:
    """The pin moves, a person is asked and says yes, a singleton is suspended; all that is left of it."""
    wave = Wave()
    dying = Dying(wave, number, after=after)
    wave.blue_syncs(OTHER_SHA)
    wave.renders(config_map(LOG_LEVEL="info"), cron_job(), revision=OTHER_SHA)
    wave.lives(config_map(LOG_LEVEL="debug"), cron_job(suspend=False))
    assert again(wave) == "sync-platform"
    says_again(wave)
    assert again(wave) == "ask"
    approved = wave.item().hash
    while wave.item().verdict == "asked":
        try:
            wave.approves(approved)
            wave.compared()
        except Died:
            continue
    assert again(wave) == "sync-applications"
    stored = {key: json.loads(body) for key, body in wave.ports.table.items.items() if key[1] != "PHASE"}
    green = {key: {**obj, "metadata": obj["metadata"]["name"]} for key, obj in wave.green.objects.items()}
    return stored, wave.ports.evidence.documents, green, dying.writes


WRITES = story(-1, after=False)[3]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(WRITES))
def test_a_comparison_that_dies_at_a_write_ends_the_same(number: int, after: bool) -> None:  # noqa: FBT001 - a column of the table
    assert story(number, after=after)[:3] == story(-1, after=False)[:3]
