"""The check ``keep-alive``: how long clients may cling to blue, and whether that may be made shorter."""

from __future__ import annotations

import msgspec

from tests.unit.fakes.demo import ingress
from tests.unit.preflight.stories import HOST, BeforeARun


def test_how_long_clients_may_cling_is_noted_and_that_the_run_will_shorten_it() -> None:
    world = BeforeARun()
    world.api.put(ingress("web", HOST, hostname="blue.elb.example"))
    world.balancers.keep_alive["blue.elb.example"] = 3600
    note = world.only("keep-alive")
    assert note.severity == "note"
    assert note.text == (
        "clients may stay for 3600 s after the weight is 0 (client_keep_alive.seconds): blue.elb.example"
    )
    assert "shift.client_keep_alive" in note.remedy
    shift = msgspec.structs.replace(world.environment.shift, client_keep_alive=60)
    world.environment = msgspec.structs.replace(world.environment, shift=shift)
    assert world.only("keep-alive").text.endswith("to 60 s until it ends, and waits 3600 s before the first weight")


def test_an_attribute_that_the_load_balancer_controller_writes_back_blocks_only_who_wants_it_lowered() -> None:
    world = BeforeARun()
    mine = ingress("web", HOST, hostname="blue.elb.example")
    mine["metadata"]["annotations"]["alb.ingress.kubernetes.io/load-balancer-attributes"] = (
        "client_keep_alive.seconds=900"
    )
    world.api.put(mine)
    assert world.everything() == ()
    shift = msgspec.structs.replace(world.environment.shift, client_keep_alive=60)
    world.environment = msgspec.structs.replace(world.environment, shift=shift)
    blocker = world.only("keep-alive")
    assert (blocker.severity, blocker.subject) == ("blocker", "Ingress shop/web")
    assert "take the attribute out of the annotation" in blocker.remedy
