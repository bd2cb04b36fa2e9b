"""What people write about interruptions, and what they hear when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from stacks.environment_file import EnvironmentFileError, load

EXAMPLE = Path("environments/example.yaml")
BLUES = "      scheduled: {do: notify}\n"


def written(folder: Path, old: str, new: str) -> Path:
    """The example with something else in it, beside the files that it names."""
    text = EXAMPLE.read_text()
    assert text.count(old) == 1
    (folder / "demo").symlink_to((EXAMPLE.parent / "demo").resolve())
    file = folder / "mine.yaml"
    file.write_text(text.replace(old, new))
    return file


def test_a_cluster_may_have_policies_of_its_own_with_durations_as_people_write_them(tmp_path: Path) -> None:
    file = written(tmp_path, BLUES, "      scheduled: {when: next-window, lead: 2h, timezone: Asia/Tokyo}\n")
    own = load(file).interruptions.clusters["blue"].scheduled
    assert own is not None
    assert (own.lead, own.when, own.do, own.window) == (7200, "next-window", "drain", "02:00-05:00")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (
            "      scheduled: {timezone: Asia/Tokio}\n",
            (
                'interruptions.clusters.blue.scheduled.timezone: is "Asia/Tokio", which is no time zone; '
                "did you mean `Asia/Tokyo`?"
            ),
        ),
        (
            "      scheduled: {timezone: /etc/zone}\n",
            (
                'interruptions.clusters.blue.scheduled.timezone: is "/etc/zone", which is no time zone; '
                "write a name such as UTC, Asia/Tokyo or Europe/Berlin"
            ),
        ),
        (
            '      scheduled: {window: "02:00-02:00"}\n',
            (
                'interruptions.clusters.blue.scheduled.window: is "02:00-02:00", which is no time at all; '
                "end it later, or say when: immediate"
            ),
        ),
        (
            "      scheduled: {do: evict}\n",
            'interruptions.clusters.blue.scheduled.do: is the text "evict"; write cordon, drain, dry-run, notify, off.',
        ),
        (
            "      scheduled: {do: off}\n",
            (
                "blue.scheduled.do: is the yes-or-no value false (YAML's reading of off); "
                'put it in quotes: "off". off does nothing'
            ),
        ),
        (
            "      scheduled: {window: nightly}\n",
            'interruptions.clusters.blue.scheduled.window: is "nightly"; it must match',
        ),
        (
            "      spots: {do: notify}\n",
            "interruptions.clusters.blue.spots: is not a key that exists; did you mean `spot`?",
        ),
        (
            "      spot: {do: notify}\n    bleu:\n      spot: {do: notify}\n",
            (
                "interruptions.clusters.bleu: is no cluster of this environment; write blue, green, "
                "chat-prod-1-33, or a name that begins with chat-prod-"
            ),
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_a_remedy(tmp_path: Path, new: str, expected: str) -> None:
    with pytest.raises(EnvironmentFileError) as refused:
        load(written(tmp_path, BLUES, new))
    assert expected in str(refused.value)


def test_a_drain_leaves_time_for_the_deletion_itself(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFileError, match=r"decommission\.drain: is 2h, as long as"):
        load(written(tmp_path, "  drain: 10m", "  drain: 2h"))
