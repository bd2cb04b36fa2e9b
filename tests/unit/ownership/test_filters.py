"""Names and objects that an external-dns looks at."""

from __future__ import annotations

import pytest

from norikae.ownership.filters import Domains, selects

HOST = "web.shop.example.com"


@pytest.mark.parametrize(
    ("domains", "held"),
    [
        (Domains(), True),
        (Domains(("example.com",)), True),
        (Domains(("Example.com.",)), True),
        (Domains((HOST,)), True),
        (Domains((".example.com",)), True),
        (Domains((f".{HOST}",)), False),
        (Domains(("ample.com",)), False),
        (Domains(("blue.example.com", "example.org")), False),
        (Domains(("example.com",), (HOST,)), False),
        (Domains((), ("shop.example.com",)), False),
        (Domains((), ("chat.example.com",)), True),
        (Domains(("example.org",), (), r"\.example\.com$"), True),
        (Domains((), (), r"^blue\."), False),
        (Domains((), (), r"example", r"^web\."), False),
        (Domains((), (), "", r"^chat\."), True),
        (Domains((), (), r"[unclosed"), True),
    ],
)
def test_domains(domains: Domains, *, held: bool) -> None:
    assert domains.holds(HOST) is held


def test_an_exclusion_holds_what_it_says() -> None:
    assert Domains().exclusion([HOST]) == f"start it with --exclude-domains={HOST}"
    assert not Domains((), (HOST,)).holds(HOST)
    assert Domains().exclusion(["a.b", "c.d", "e.f"], 2) == (
        "start it with --exclude-domains=a.b --exclude-domains=c.d, and so on for 1 more"
    )
    assert Domains((), (), "x").exclusion([HOST]) == f"let its --regex-domain-exclusion match {HOST}"


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        ("", True),
        ("dns=public", True),
        ("dns==public,team=shop", True),
        ("dns=private", False),
        ("dns!=private", True),
        ("dns!=public", False),
        ("missing!=x", True),
        ("dns in (private, public)", True),
        ("dns notin (private, public)", False),
        ("missing notin (x)", True),
        ("missing in (x)", False),
        ("dns", True),
        ("!dns", False),
        ("!missing,dns", True),
        ("missing", False),
        ("what is this?", True),
    ],
)
def test_selectors(selector: str, *, taken: bool) -> None:
    assert selects(selector, {"dns": "public", "team": "shop"}) is taken
