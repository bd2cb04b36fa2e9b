"""The contract page and the tests say the same: each refusal has a row, each row its test."""

import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parents[2] / "docs" / "world" / "kubernetes.md"


def test_each_refusal_of_the_contract_page_has_its_test_and_back() -> None:
    told = set(re.findall(r"`(test_refuses_\w+)`", PAGE.read_text()))
    tested = {
        name
        for path in TESTS.glob("test_*.py")
        for name in re.findall(r"^def (test_refuses_\w+)", path.read_text(), re.MULTILINE)
    }
    assert told == tested
