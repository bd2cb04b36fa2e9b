"""Names and texts of owners, as every version of external-dns writes them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from norikae.ownership.registry import Affixes, mark_of, owner_names
from norikae.traffic.records import RecordSet

HOST = "web.example.com"
PLAIN = {HOST, "a-web.example.com", "aaaa-web.example.com", "cname-web.example.com"}


@pytest.mark.parametrize(
    ("host", "spellings", "names"),
    [
        (HOST, (), PLAIN),
        (
            HOST,
            (Affixes("own-"),),
            PLAIN
            | {"own-web.example.com", "own-a-web.example.com", "own-aaaa-web.example.com", "own-cname-web.example.com"},
        ),
        (
            HOST,
            (Affixes("", "-txt"),),
            PLAIN
            | {"web-txt.example.com", "a-web-txt.example.com", "aaaa-web-txt.example.com", "cname-web-txt.example.com"},
        ),
        (
            HOST,
            (Affixes("%{record_type}.own."),),
            PLAIN
            | {
                "a.own.web.example.com",
                "aaaa.own.web.example.com",
                "cname.own.web.example.com",
            },
        ),
        (
            "*.example.com",
            (Affixes("", "", "any"),),
            {
                *("*.example.com", "a-*.example.com", "aaaa-*.example.com", "cname-*.example.com"),
                *("any.example.com", "a-any.example.com", "aaaa-any.example.com", "cname-any.example.com"),
            },
        ),
        (f"{'w' * 60}.example.com", (), {f"{'w' * 60}.example.com", f"a-{'w' * 60}.example.com"}),
    ],
)
def test_where_an_owner_may_be_written(host: str, spellings: tuple[Affixes, ...], names: set[str]) -> None:
    assert set(owner_names(host, spellings)) == names


def txt(*values: str, **more: Any) -> RecordSet:
    records = [{"Value": value} for value in values]
    return RecordSet({"Name": "a-web.example.com.", "Type": "TXT", "TTL": 300, "ResourceRecords": records, **more})


def test_an_owner_of_external_dns() -> None:
    text = (
        "heritage=external-dns,external-dns/aws-weight=5,external-dns/owner=blue,external-dns/resource=ingress/shop/web"
    )
    mark = mark_of(txt(f'"{text}"'))
    assert mark is not None
    assert (mark.heritage, mark.owner, mark.resource) == ("external-dns", "blue", "ingress/shop/web")
    assert mark.labels == {"aws-weight": "5"}
    assert (mark.is_readable, mark.is_ours) == (True, False)
    assert str(mark) == "TXT a-web.example.com (heritage external-dns, owner blue)"


SEALED = base64.b64encode(bytes(range(60))).decode()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (('"heritage=external-dns,external-dns/owner=blue"',), ("external-dns", "blue")),
        (("heritage=external-dns,external-dns/owner=blue",), ("external-dns", "blue")),
        (('"heritage=external-dns,exter" "nal-dns/owner=blue"',), ("external-dns", "blue")),
        (('"heritage=external-dns,external-dns/owner=a\\"b"',), ("external-dns", 'a"b')),
        (('"v=spf1 -all"', '"heritage=external-dns,external-dns/owner=blue"'), ("external-dns", "blue")),
        (('"heritage=external-dns"',), ("external-dns", "")),
        (('"heritage=mate,mate/owner=blue"',), ("mate", "blue")),
        (('"heritage=norikae,norikae/owner=prod,norikae/run=r"',), ("norikae", "prod")),
        ((f'"{SEALED}"',), ("", "")),
        ((f'"{SEALED[:40]}" "{SEALED[40:]}"',), ("", "")),
        (('"v=spf1 include:example.org -all"',), None),
        (('"google-site-verification=0123456789012345678901234567890123456789"',), None),
        (('"MS=ms12345678"',), None),
        (('"c2hvcnQ="',), None),
    ],
)
def test_a_text_is_an_owner_or_is_not(values: tuple[str, ...], expected: tuple[str, str] | None) -> None:
    mark = mark_of(txt(*values))
    assert (mark and (mark.heritage, mark.owner)) == expected


def test_what_cannot_be_read_says_so_and_what_is_ours_is_known() -> None:
    sealed, ours = mark_of(txt(f'"{SEALED}"')), mark_of(txt('"heritage=norikae,norikae/owner=prod"'))
    assert sealed is not None
    assert (sealed.is_readable, str(sealed)) == (False, "TXT a-web.example.com (encrypted, or unreadable)")
    assert ours is not None
    assert ours.is_ours


def test_other_records_have_no_owner() -> None:
    assert (
        mark_of(RecordSet({"Name": "web.example.com.", "Type": "A", "ResourceRecords": [{"Value": "10.0.0.1"}]}))
        is None
    )
