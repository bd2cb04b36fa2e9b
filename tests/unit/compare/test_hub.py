"""With a central Argo CD the applications live in the hub, and what they consist of in the clusters."""

from __future__ import annotations

import base64

import msgspec

from norikae.argocd.home import IN_CLUSTER
from norikae.argocd.manifests import TOKEN_SECRET
from norikae.environment import Hub
from tests.unit.fakes.argocd import FakeArgoCd
from tests.unit.fakes.demo import SHA, application, namespace
from tests.unit.fakes.story import BLUE, GREEN
from tests.unit.fakes.waves import Json, Wave, config_map, resource

HUB = Hub(cluster="central", role="arn:aws:iam::123456789012:role/argocd", token_secret="argocd")


def deployed(name: str, server: str, *consists_of: Json) -> Json:
    """An Application of the hub."""
    app = application(name, resources=[resource(obj) for obj in consists_of])
    app["spec"]["destination"] = {"server": server, "namespace": "shop"}
    return app


class HubWave(Wave):
    """Both clusters' applications are in one Argo CD, under names that hold their cluster's."""

    def __init__(self) -> None:
        super().__init__()
        argocd = msgspec.structs.replace(self.argocd, mode="hub", hub=HUB, root="root-{cluster}")
        self.ports.environment = msgspec.structs.replace(self.ports.environment, argocd=argocd)
        token = {"token": base64.b64encode(b"a token").decode()}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": TOKEN_SECRET, "namespace": "argocd"}}
        self.hub = FakeArgoCd(namespace("argocd"), {**secret, "data": token})
        self.hub.account_tokens["a token"] = "norikae"
        self.ports.apis["central"] = self.hub


def test_targets_come_from_the_hub_and_are_compared_with_blue_and_tried_on_green() -> None:
    wave = HubWave()
    wave.hub.put(deployed(f"billing-{GREEN}", "https://green.eks.example"))
    wave.hub.put(deployed(f"billing-{BLUE}", "https://blue.eks.example", config_map(), config_map("old")))
    wave.hub.rendered[f"billing-{GREEN}", SHA] = [config_map(LOG_LEVEL="info")]
    wave.blue.put(config_map(LOG_LEVEL="debug"))
    wave.waits_for(f"billing-{GREEN}")
    assert wave.unexpected() == [
        ("changed", "ConfigMap", "shop/billing", "data.LOG_LEVEL"),
        ("only on blue", "ConfigMap", "shop/old", ""),
    ]
    assert wave.green.tried == ["ConfigMap billing"]
    assert wave.hub.tried == []


def test_children_of_the_root_are_objects_of_the_hub_which_nobody_tries() -> None:
    wave = HubWave()
    blue = deployed(f"billing-{BLUE}", "https://blue.eks.example")
    green = deployed(f"billing-{GREEN}", "https://blue.eks.example")
    wave.hub.put(deployed(f"root-{GREEN}", IN_CLUSTER))
    wave.hub.put(deployed(f"root-{BLUE}", IN_CLUSTER, blue))
    wave.hub.put(blue)
    green["spec"]["project"] = "other"
    wave.hub.rendered[f"root-{GREEN}", SHA] = [green]
    wave.waits_for(f"root-{GREEN}", phase="sync-platform")
    assert wave.unexpected() == [("changed", "Application", f"argocd/billing-{GREEN}", "spec.project")]
    assert wave.hub.tried == []
