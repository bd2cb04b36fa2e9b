"""docs/support.md says what happens: its table is a year of looks, its example a message that was sent."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from norikae.environment.windows import Support
from tests.unit.support.looks import Looks, at

PAGE = Path("docs/support.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (2026-\d\d-\d\d) \| (-?\d+) \| ?(\w*) \| (.+) \|$", PAGE, re.MULTILINE)
KEYS = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])["support"]
EXAMPLE = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])


def test_the_values_of_the_page_are_those_without_the_key() -> None:
    assert (tuple(KEYS["tell"]), KEYS["plan"]) == (Support().tell, Support().plan)


def test_weekly_looks_say_what_the_table_says_and_nothing_on_other_days() -> None:
    looks, said = Looks(), {}
    first, last = ROWS[0][0], ROWS[-1][0]
    instant = at(first)
    while instant <= at(last):
        day = looks.day(instant)
        told, commands = looks.on(day), len(looks.commands)
        if told:
            (message,) = told
            said[day] = (str(message["days"]), message["severity"], commands)
        instant += 7 * 86400
    assert said == {
        day: (days, severity, 1 if day >= "2026-06-01" else 0) for day, days, severity, _ in ROWS if severity
    }
    assert [day for day, _, _, happens in ROWS if "a plan" in happens] == ["2026-06-01"]
    assert [happens for _, _, severity, happens in ROWS if not severity] == ["nothing"]


def test_the_example_is_the_message_of_its_day() -> None:
    (message,) = Looks().on("2026-05-04")
    assert {key: message[key] for key in EXAMPLE} == EXAMPLE
    assert set(message) - set(EXAMPLE) == {"schema", "run"}


def test_the_cost_is_what_the_prices_make() -> None:
    (found,) = re.findall(r"costs (\S+) USD an hour instead of (\S+) .*, (\d+) USD more .* of (\d+) hours", PAGE)
    extended, standard, more, hours = map(float, found)
    assert round((extended - standard) * hours, 2) == more
