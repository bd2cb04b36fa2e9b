"""What the demo can play. A scenario says what goes wrong, and how the run has to end all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Size = Literal["small", "full"]

SMALL = ("chat-api", "files-upload", "notify-push")
"""The applications of a small world, one of three teams each; a full world has all that the fixtures have."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One story.

    Args:
        name: what is typed.
        what: one line for people.
        outcome: how the run has to end; anything else is a defect.
        crash_probability: the chance of each invocation of a function to die.
    """

    name: str
    what: str
    outcome: str
    crash_probability: float = 0.0


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("upgrade", "every application moves to a new cluster, the old one is deleted", "succeeded"),
        Scenario("crash", "one invocation in ten dies, before, in or after its effect", "succeeded", 0.1),
    )
}
