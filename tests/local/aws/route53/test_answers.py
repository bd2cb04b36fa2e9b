"""The weighted choice and its health rules, as resolvers meet them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.local.aws.route53.records import BLUE, GREEN, ZONE, Zone, alias, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

WEB = "web.demo.example.com"


def shares(
    zone: Zone, name: str = WEB, kind: str = "A", sick: Iterable[str] = (), asked: int = 4000
) -> dict[str, float]:
    draw = zone.kernel.stream("resolver")
    counted: Counter[str] = Counter()
    for _ in range(asked):
        found = zone.route53.answer(name, kind, draw, lambda target: target not in set(sick))
        counted[found.set_identifier or found.target if found else "none"] += 1
    return {who: round(count / asked, 1) for who, count in counted.items()}


def weighted(zone: Zone, *, health: bool = False, **weights: int) -> None:
    zone.change(*(("UPSERT", alias(WEB, who, weight, health=health)) for who, weight in weights.items()))
    zone.route53.settle()


def test_answers_follow_the_weights(zone: Zone) -> None:
    weighted(zone, blue=75, green=25)
    found = shares(zone)
    assert found["blue"] == pytest.approx(0.75, abs=0.06)


def test_weight_0_beside_a_positive_weight_gets_nothing(zone: Zone) -> None:
    weighted(zone, blue=1, green=0)
    assert shares(zone) == {"blue": 1.0}


def test_all_weights_0_share_equally(zone: Zone) -> None:
    weighted(zone, blue=0, green=0)
    assert shares(zone) == {"blue": 0.5, "green": 0.5}


def test_a_lone_weight_0_gets_everything(zone: Zone) -> None:
    weighted(zone, green=0)
    assert shares(zone) == {"green": 1.0}


@pytest.mark.parametrize(
    ("sick", "expected"),
    [
        ((), {"blue", "teal"}),
        ((BLUE,), {"teal"}),
        ((BLUE, "teal"), {"green"}),
        ((BLUE, "teal", GREEN), {"blue", "teal"}),
    ],
    ids=["all-healthy", "one-sick", "zero-weight-takes-over", "all-sick-counts-as-healthy"],
)
def test_zero_weight_answers_when_every_other_is_sick(zone: Zone, sick: tuple[str, ...], expected: set[str]) -> None:
    teal = "k8s-shop-teal-3.ap-northeast-1.elb.amazonaws.com"
    zone.change(
        ("CREATE", alias(WEB, "blue", 1, health=True)),
        ("CREATE", alias(WEB, "teal", 1, health=True, target=teal)),
        ("CREATE", alias(WEB, "green", 0, health=True)),
    )
    zone.route53.settle()
    assert set(shares(zone, sick=[teal if who == "teal" else who for who in sick])) == expected


FIRST, SECOND, THIRD = "first", "second", "third"


@pytest.mark.parametrize(
    ("weights", "checked", "sick", "expected"),
    [
        pytest.param((1, 1, 0), (1, 2, 3), (), {FIRST: 0.5, SECOND: 0.5}, id="initially-only-positive-weights"),
        pytest.param((1, 1, 0), (1, 2, 3), (1,), {SECOND: 1.0}, id="the-unhealthy-one-is-left-out"),
        pytest.param((1, 1, 0), (1, 2, 3), (3,), {FIRST: 0.5, SECOND: 0.5}, id="a-sick-zero-changes-nothing"),
        pytest.param((1, 1, 0), (1, 2, 3), (1, 2), {THIRD: 1.0}, id="no-positive-one-is-healthy"),
        pytest.param((1, 1, 0), (1, 2, 3), (1, 2, 3), {FIRST: 0.5, SECOND: 0.5}, id="none-is-healthy"),
        pytest.param((1, 1, 0), (1, 2), (1, 2), {THIRD: 1.0}, id="what-has-no-check-is-always-healthy"),
        pytest.param((1, 0, 0), (1, 2, 3), (1,), {SECOND: 0.5, THIRD: 0.5}, id="zeros-share-equally"),
        pytest.param((1, 0, 0), (1, 2, 3), (1, 2), {THIRD: 1.0}, id="a-sick-zero-is-left-out"),
        pytest.param((0, 0, 0), (1, 2, 3), (1, 2), {THIRD: 1.0}, id="all-zero-and-one-healthy"),
        pytest.param((0, 0), (1, 2), (1, 2), {FIRST: 0.5, SECOND: 0.5}, id="all-zero-and-none-healthy"),
        pytest.param((0,), (1,), (1,), {FIRST: 1.0}, id="a-lone-zero-that-is-sick"),
        pytest.param((100, 0), (1, 2), (1,), {SECOND: 1.0}, id="a-sick-blue-sends-all-to-green"),
    ],
)
def test_the_documented_table_of_weights_and_health(
    zone: Zone, weights: tuple[int, ...], checked: tuple[int, ...], sick: tuple[int, ...], expected: dict[str, float]
) -> None:
    """Source: Developer Guide, "How Amazon Route 53 chooses records when health checking is configured".

    That all zeros share equally is the text on Weight in the API reference of ResourceRecordSet.
    """
    names = dict(zip((1, 2, 3), (FIRST, SECOND, THIRD), strict=True))
    targets = {number: f"k8s-shop-{name}.ap-northeast-1.elb.amazonaws.com" for number, name in names.items()}
    zone.change(
        *(
            ("CREATE", alias(WEB, names[number], weight, target=targets[number], health=number in checked))
            for number, weight in enumerate(weights, 1)
        )
    )
    zone.route53.settle()
    assert shares(zone, sick=[targets[number] for number in sick]) == expected


def test_weights_1_and_255_are_shares_of_256(zone: Zone) -> None:
    """Source: Developer Guide, "Weighted routing": a weight is a share of the sum, not a percentage."""
    weighted(zone, blue=255, green=1)
    draw, asked = zone.kernel.stream("resolver"), 25_600
    found = Counter(
        answer.set_identifier
        for answer in (zone.route53.answer(WEB, "A", draw, lambda _: True) for _ in range(asked))
        if answer
    )
    assert found.total() == asked
    assert found["green"] == pytest.approx(100, abs=35)


def test_without_target_health_weight_0_is_isolation(zone: Zone) -> None:
    weighted(zone, blue=100, green=0)
    assert shares(zone, sick=[BLUE]) == {"blue": 1.0}


def test_an_alias_of_a_load_balancer_is_kept_60_seconds(zone: Zone) -> None:
    zone.change(("CREATE", alias(WEB, "blue", 1, target=f"dualstack.{BLUE}.")))
    zone.route53.settle()
    found = zone.route53.answer("WEB.demo.example.com.", "A", zone.kernel.stream("resolver"), lambda _: True)
    assert found is not None
    assert (found.target, found.ttl, found.set_identifier) == (BLUE, 60, "blue")


def test_an_alias_to_weighted_records_of_the_zone(zone: Zone) -> None:
    weighted(zone, blue=0, green=7)
    zone.change(("CREATE", alias("www.demo.example.com", zone=ZONE, target=WEB, health=True)))
    zone.route53.settle()
    assert shares(zone, "www.demo.example.com") == {GREEN: 1.0}


def test_a_cname_is_followed_and_the_shorter_ttl_counts(zone: Zone) -> None:
    weighted(zone, blue=1)
    zone.change(
        ("CREATE", plain("old.demo.example.com", WEB, type="CNAME", ttl=30)),
        ("CREATE", plain("out.demo.example.com", GREEN, type="CNAME", ttl=120)),
        ("CREATE", plain("lost.demo.example.com", "nothing.demo.example.com", type="CNAME")),
    )
    zone.route53.settle()
    draw = zone.kernel.stream("resolver")
    inside = zone.route53.answer("old.demo.example.com", "A", draw, lambda _: True)
    outside = zone.route53.answer("out.demo.example.com", "A", draw, lambda _: True)
    assert inside is not None
    assert outside is not None
    assert ((inside.target, inside.ttl), (outside.target, outside.ttl)) == ((BLUE, 30), (GREEN, 120))
    assert zone.route53.answer("lost.demo.example.com", "A", draw, lambda _: True) is None


def test_plain_records_answer_with_their_values(zone: Zone) -> None:
    zone.change(("CREATE", plain("owner.demo.example.com", '"heritage=norikae"')))
    zone.route53.settle()
    found = zone.route53.answer("owner.demo.example.com", "TXT", zone.kernel.stream("resolver"), lambda _: True)
    assert found is not None
    assert (found.values, found.ttl) == (('"heritage=norikae"',), 300)


def test_no_such_type_and_no_such_name_are_told_apart(zone: Zone) -> None:
    weighted(zone, blue=1)
    draw = zone.kernel.stream("resolver")
    assert zone.route53.answer(WEB, "AAAA", draw, lambda _: True) is None
    assert zone.route53.exists(WEB)
    assert zone.route53.answer("nothing.demo.example.com", "A", draw, lambda _: True) is None
    assert not zone.route53.exists("nothing.demo.example.com")
    assert zone.route53.answer("web.example.org", "A", draw, lambda _: True) is None
    assert not zone.route53.exists("web.example.org")


def test_a_name_above_another_exists_without_records(zone: Zone) -> None:
    zone.change(("CREATE", alias("a.b.demo.example.com")))
    zone.route53.settle()
    assert zone.route53.exists("b.demo.example.com")


def test_a_wildcard_answers_for_names_that_are_not_there(zone: Zone) -> None:
    zone.change(("CREATE", alias("*.demo.example.com")), ("CREATE", plain(WEB, '"x"')))
    zone.route53.settle()
    assert shares(zone, "any.demo.example.com", asked=1) == {BLUE: 1.0}
    assert shares(zone, WEB, asked=1) == {"none": 1.0}


def test_a_deleted_record_is_gone_from_the_answers(zone: Zone) -> None:
    weighted(zone, blue=1, green=1)
    zone.change(("DELETE", alias(WEB, "blue", 1)))
    zone.route53.settle()
    assert shares(zone) == {"green": 1.0}


def test_the_health_of_an_alias_to_records_is_theirs(zone: Zone) -> None:
    zone.change(("CREATE", alias("blue.demo.example.com", health=True)))
    zone.change(
        ("CREATE", alias(WEB, "blue", 100, zone=ZONE, target="blue.demo.example.com", health=True)),
        ("CREATE", alias(WEB, "green", 0, health=True)),
    )
    zone.route53.settle()
    assert shares(zone) == {"blue": 1.0}
    assert shares(zone, sick=[BLUE]) == {"green": 1.0}
