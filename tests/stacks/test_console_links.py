"""Links into the console, as the console has them."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from stacks.console_links import console, console_links

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "console.md"
UPGRADE = "arn:aws:states:ap-northeast-1:123456789012:stateMachine:norikae-demo-upgrade"
LINKS = console_links(
    "ap-northeast-1",
    machines={"Upgrade": UPGRADE, "Shift": UPGRADE},
    command="operator",
    table="table",
    bucket="bucket",
)


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("ap-northeast-1", "ap-northeast-1.console.aws.amazon.com"),
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_a_partition_has_a_console_of_its_own(region: str, host: str) -> None:
    assert urlsplit(console(region)).hostname == host


def test_a_machine_is_named_by_its_arn() -> None:
    assert LINKS["ConsoleUpgrade"].url.endswith(f"#/statemachines/view/{UPGRADE}")


def test_every_link_stays_in_its_region() -> None:
    assert all("region=ap-northeast-1" in link.url and link.text for link in LINKS.values())


def test_the_page_about_the_console_lists_every_link() -> None:
    assert set(re.findall(r"`(Console[A-Z][A-Za-z]+)`", PAGE.read_text())) == set(LINKS)
