"""Applications live in their cluster, or all of them in a central one under names of their own."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from norikae.argocd.home import Home, counterpart, home_of
from norikae.environment import ArgoCd, Hub
from norikae.errors import SettingsError
from tests.unit.fakes.demo import demo_environment

ARGOCD = demo_environment().argocd
HUB = Hub(cluster="tools", role="arn:aws:iam::123456789012:role/argocd", token_secret="norikae/argocd")


def central(**more: Any) -> ArgoCd:
    values = {"mode": "hub", "hub": HUB, "root": "root-{cluster}", "platform": ("{cluster}-dns",), **more}
    return msgspec.structs.replace(ARGOCD, **values)


def test_in_its_own_cluster_a_home_is_called_the_same_everywhere() -> None:
    home = home_of(ARGOCD, "demo-1-35-a")
    assert home == Home("demo-1-35-a", "demo-1-35-a", "argocd", "root", ("load-balancers", "dns"))
    assert not home.is_central
    assert counterpart(ARGOCD, "web", "demo-1-33", "demo-1-35-a") == "web"


def test_in_a_hub_the_clusters_name_is_part_of_the_applications_names() -> None:
    home = home_of(central(), "demo-1-35-a")
    assert home == Home("tools", "demo-1-35-a", "argocd", "root-demo-1-35-a", ("demo-1-35-a-dns",))
    assert home.is_central
    assert counterpart(central(), "demo-1-33-web", "demo-1-33", "demo-1-35-a") == "demo-1-35-a-web"


@pytest.mark.parametrize(
    ("wrong", "text"), [({"hub": None}, r"argocd\.hub is missing"), ({"root": "root"}, "needs {cluster}")]
)
def test_a_hub_that_the_file_does_not_describe_is_a_mistake(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        home_of(central(**wrong), "demo-1-35-a")
