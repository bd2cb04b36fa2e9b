"""Applications are what their teams declare on Ingresses; a wrong wish is refused with its Ingress and a remedy."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.errors import RefusedError
from norikae.traffic.applications import Application, IngressRef, find_applications

Json = dict[str, Any]


def ingress(name: str, *hosts: str, hostname: str = "", tracking: str = "", **wishes: str) -> Json:
    annotations = {f"norikae.dev/{key}": value for key, value in wishes.items()}
    if tracking:
        annotations["argocd.argoproj.io/tracking-id"] = tracking
    return {
        "metadata": {"namespace": "shop", "name": name, "annotations": annotations},
        "spec": {"rules": [{"host": host} for host in hosts]},
        "status": {"loadBalancer": {"ingress": [{"hostname": hostname}]}} if hostname else {},
    }


def only(*ingresses: Json) -> Application:
    (found,) = find_applications(ingresses)
    return found


def wished(**wishes: str) -> Application:
    return only(ingress("web", "web.example.com", shift="true", app="web", **wishes))


def test_an_ingress_joins_by_one_annotation() -> None:
    found = only(ingress("web", "web.example.com", hostname="a.elb", shift="true", app="web", team="front"))
    reference = IngressRef("shop", "web", "a.elb", ("web.example.com",))
    assert found == Application("web", "front", ("web.example.com",), (reference,))


def test_target_groups_are_known_by_ingress_and_service() -> None:
    several = ingress("web", "web.example.com", "admin.example.com", shift="true", app="web")
    backends = [{"service": {"name": name, "port": {"name": "http"}}} for name in ("web", "web-admin", "web")]
    several["spec"]["rules"][0]["http"] = {"paths": [{"backend": backend} for backend in backends]}
    several["spec"]["defaultBackend"] = {"service": {"name": "sorry"}}
    (reference,) = only(several).ingresses
    assert reference.resources == ("shop/web-sorry", "shop/web-web", "shop/web-web-admin")


def test_a_backend_that_is_no_service_has_no_target_group() -> None:
    static = ingress("web", "web.example.com", shift="true", app="web")
    static["spec"]["rules"][0]["http"] = {"paths": [{"backend": {"resource": {"kind": "Bucket", "name": "web"}}}]}
    assert only(static).ingresses[0].resources == ()


@pytest.mark.parametrize("wishes", [{}, {"shift": "false"}, {"shift": ""}, {"app": "web"}])
def test_an_ingress_without_it_stays_out(wishes: dict[str, str]) -> None:
    assert find_applications([ingress("web", "web.example.com", **wishes)]) == ()


def test_objects_without_annotations_stay_out() -> None:
    bare = ingress("web", "web.example.com")
    bare["metadata"]["annotations"] = None
    del bare["spec"]["rules"]
    assert find_applications([bare]) == ()


def test_the_argo_cd_application_names_what_the_team_does_not() -> None:
    tracking = "chat:networking.k8s.io/Ingress:shop/web"
    assert only(ingress("web", "web.example.com", tracking=tracking, shift="true")).name == "chat"
    assert only(ingress("web", "web.example.com", tracking=tracking, shift="true", app="web")).name == "web"


def test_an_application_that_nobody_names_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"Ingress shop/web: annotation norikae.dev/app missing"):
        find_applications([ingress("web", "web.example.com", shift="true")])


def test_ingresses_of_one_application_move_together() -> None:
    found = only(
        ingress("web", "b.example.com", "a.example.com", shift="true", app="chat", bake="5m"),
        ingress("api", "api.example.com", "a.example.com", hostname="x.elb", shift="true", app="chat", team="chat"),
    )
    assert found.hosts == ("a.example.com", "api.example.com", "b.example.com")
    assert [one.load_balancer for one in found.ingresses] == ["", "x.elb"]
    assert (found.team, found.bake_seconds) == ("chat", 300)


def test_applications_come_by_name() -> None:
    found = find_applications(
        ingress(name, f"{name}.example.com", shift="true", app=name) for name in ("web", "api", "chat")
    )
    assert [one.name for one in found] == ["api", "chat", "web"]


def test_without_wishes_the_environment_decides() -> None:
    found = wished()
    assert (found.team, found.order, found.steps, found.bake_seconds, found.gates) == ("", 0, None, None, None)


def test_a_team_may_wish() -> None:
    found = wished(order="-3", steps="10, 50,100", bake="90s", gates="http-5xx, target-health")
    assert (found.order, found.steps, found.bake_seconds) == (-3, (10, 50, 100), 90)
    assert found.gates == ("target-health", "http-5xx")
    assert wished(gates="http-5xx").gates == ("http-5xx",)


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("steps", "50,10,100", "must rise"),
        ("steps", "10,10,100", "must rise"),
        ("steps", "0,100", "must rise"),
        ("steps", "10,50", "must rise"),
        ("steps", "10,101", "must rise"),
        ("steps", "ten,100", "invalid literal"),
        ("steps", "", "invalid literal"),
        ("bake", "ten minutes", "is not a duration"),
        ("order", "first", "invalid literal"),
        (
            "gates",
            "http-5xx,luck",
            "names a gate that does not exist; there are: target-health, http-5xx, latency",
        ),
        ("colour", "green", "is not an annotation of norikae; known: after, app, bake,"),
        ("hold", "yes", "must be true or false, in quotes"),
        ("singleton", "true", "is not an annotation of norikae"),
    ],
)
def test_a_wrong_wish_names_the_ingress_the_annotation_and_the_remedy(key: str, value: str, why: str) -> None:
    with pytest.raises(RefusedError, match=f"Ingress shop/web: annotation norikae.dev/{key} .*{why}"):
        wished(**{key: value})


def test_ingresses_of_one_application_must_not_disagree() -> None:
    with pytest.raises(RefusedError, match=r"Ingress shop/api: annotation norikae.dev/bake differs between"):
        find_applications(
            [
                ingress("web", "web.example.com", shift="true", app="chat", bake="5m"),
                ingress("api", "api.example.com", shift="true", app="chat", bake="10m"),
            ]
        )


def test_an_application_without_a_public_name_cannot_move() -> None:
    with pytest.raises(RefusedError, match="has no rule with a host"):
        find_applications([ingress("web", "", shift="true", app="web")])
