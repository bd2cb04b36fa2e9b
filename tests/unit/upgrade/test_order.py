"""Applications move in the order that teams and environment want, or the run says at its start why it cannot."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from norikae.commands.operate import operate
from norikae.errors import RefusedError
from norikae.traffic.applications import Application, find_applications
from norikae.traffic.prepare import prepare_shift
from norikae.upgrade.order import in_groups
from norikae.upgrade.plan import PlannedApplication
from norikae.upgrade.state import AppItem, PlanItem
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.story import RUN, SHIFT, WRITER, Story, plan_of


def declared(name: str, **wishes: str) -> dict[str, Any]:
    found = ingress(name, f"{name}.example.com")
    found["metadata"]["annotations"] |= {f"norikae.dev/{key}": value for key, value in wishes.items()}
    return found


def planned(found: Application) -> PlannedApplication:
    return PlannedApplication(
        name=found.name, team="", hosts=found.hosts, steps=(100,), bake_seconds=60, gates=(), after=found.after
    )


def groups(*ingresses: dict[str, Any], canary: str = "", only: tuple[str, ...] = ()) -> list[list[str]]:
    known = find_applications(ingresses)
    chosen = [(one, planned(one)) for one in known if not only or one.name in only]
    return [[one.name for one in group] for group in in_groups(chosen, known, canary)]


def test_what_is_called_moves_before_what_calls_it() -> None:
    shop, cart, stock = declared("shop", after="cart, stock"), declared("cart", after="stock"), declared("stock")
    assert groups(shop, cart, stock, declared("blog")) == [["blog", "stock"], ["cart"], ["shop"]]


def test_numbers_come_before_names() -> None:
    shop, cart = declared("shop", after="cart", order="5"), declared("cart", order="-1")
    assert groups(shop, cart, declared("blog"), declared("news", after="blog", order="5")) == [
        ["cart"],
        ["blog"],
        ["news", "shop"],
    ]


def test_the_canary_moves_first_and_alone() -> None:
    assert groups(declared("shop"), declared("blog"), declared("wiki", order="9"), canary="wiki") == [
        ["wiki"],
        ["blog", "shop"],
    ]


def test_what_a_run_leaves_out_is_not_waited_for() -> None:
    assert groups(declared("shop", after="cart"), declared("cart"), canary="cart", only=("shop",)) == [["shop"]]


@pytest.mark.parametrize(
    ("ingresses", "canary", "text"),
    [
        (
            [declared("shop", after="crat"), declared("cart")],
            "",
            r"Ingress shop/shop: annotation norikae\.dev/after names crat, which no Ingress declares; there are: cart,",
        ),
        (
            [declared("shop", after="cart"), declared("cart", after="shop")],
            "",
            r"norikae\.dev/after leads in a circle: cart after shop after cart; take one of them away",
        ),
        ([declared("shop", after="shop")], "", r"leads in a circle: shop after shop"),
        (
            [declared("shop", after="cart"), declared("cart", order="3")],
            "",
            r"names cart, whose norikae\.dev/order 3 lets it move later than 0; give both the same order",
        ),
        ([declared("shop", after="cart"), declared("cart")], "shop", r"lets it move after cart; take it away, or"),
        ([declared("shop")], "wiki", r"shift\.canary names 'wiki', which no Ingress declares; there are: shop"),
        ([declared("shop", after="cart,")], "", r"must be names of applications"),
        ([declared("shop", hold="yes")], "", r"norikae\.dev/hold 'yes' must be true or false, in quotes"),
    ],
)
def test_an_order_that_cannot_be_refuses_the_run_with_the_remedy(
    ingresses: list[dict[str, Any]], canary: str, text: str
) -> None:
    with pytest.raises(RefusedError, match=text):
        groups(*ingresses, canary=canary)


@given(st.lists(st.sets(st.integers(0, 9), max_size=3), min_size=1, max_size=10))
def test_every_application_moves_once_and_after_all_that_it_names(calls: list[set[int]]) -> None:
    names = [f"app-{number}" for number in range(len(calls))]
    wishes = [sorted(f"app-{one}" for one in called if one < number) for number, called in enumerate(calls)]
    found = groups(
        *(
            declared(name, **({"after": ",".join(after)} if after else {}))
            for name, after in zip(names, wishes, strict=True)
        )
    )
    place = {name: number for number, group in enumerate(found) for name in group}
    assert sorted(place) == sorted(names)
    assert sum(map(len, found)) == len(names)
    assert all(place[one] < place[name] for name, after in zip(names, wishes, strict=True) for one in after)


class Turns(Story):
    """A canary and another application, or one whose start is held."""

    def __init__(self, **changes: Any) -> None:
        super().__init__(applications=("canary", "other"))
        stored = plan_of(self.ports)
        first, second = stored.plan.groups[0]
        second = msgspec.structs.replace(second, **changes)
        plan = msgspec.structs.replace(stored.plan, groups=((first,), (second,)), canary="" if changes else "canary")
        self.ports.table.write(WRITER, "PLAN", PlanItem(plan, stored.hash))

    def begins(self, name: str) -> dict[str, Any]:
        answer = prepare_shift(self.ports, {**WRITER.answer(), "application": name}, SHIFT)
        progress: dict[str, Any] = answer["progress"]
        self.finished(name)
        return progress

    def canary_is(self, outcome: Any, reason: str = "") -> None:
        self.ports.table.write(WRITER, "APP#canary", AppItem(application="canary", outcome=outcome, reason=reason))


def test_nobody_follows_a_canary_that_went_back_and_the_reason_is_told() -> None:
    story = Turns()
    assert story.begins("canary")["next"] == "step"
    story.canary_is("rolled-back", "http-5xx: 40 %")
    answer = story.begins("other")
    assert answer["next"] == "finish"
    assert answer["waiting_for"] == (
        "canary moves first (shift.canary) and is rolled-back: http-5xx: 40 %; the others follow once it has moved"
    )
    assert (story.item("other").outcome, story.item("other").reason) == ("held", answer["waiting_for"])
    assert story.weights() == {}
    story.canary_is("moved")
    assert story.begins("other")["next"] == "step"


def test_whoever_says_shift_moves_one_all_the_same() -> None:
    story = Turns()
    story.canary_is("held")
    operate(story.ports, {"command": "shift", "run": RUN, "application": "other", "by": "mio"})
    assert story.begins("other")["next"] == "step"


@pytest.mark.parametrize("command", ["resume", "shift"])
def test_a_start_that_is_held_waits_for_a_word_about_this_application(command: str) -> None:
    story = Turns(hold=True)
    answer = story.begins("other")
    assert (answer["next"], "norikae.dev/hold" in answer["waiting_for"]) == ("hold", True)
    operate(story.ports, {"command": "resume", "run": RUN, "by": "mio"})
    assert story.begins("other")["next"] == "hold", "the whole run was meant, not this one"
    operate(story.ports, {"command": command, "run": RUN, "application": "other", "by": "mio"})
    assert story.begins("other")["next"] == "step"
