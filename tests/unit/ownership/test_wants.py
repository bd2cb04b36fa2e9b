"""What external-dns would claim: by hand, and against the model that the embedded world runs."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from local.edge.external_dns_settings import settings_of
from local.edge.external_dns_wanted import wanted
from norikae.ownership.instances import ALPHA_PREFIX, PREFIX
from norikae.ownership.wants import Claim, claims, unread_prefix
from tests.unit.ownership.copies import deployment, ingress, instance, service

HOST = "web.example.com"
OWN = "web.blue.example.com"


def claimed(ingresses: list[dict[str, Any]], *args: str, services: tuple[dict[str, Any], ...] = ()) -> list[Claim]:
    return list(claims(instance(*args), PREFIX, [HOST], ingresses, services))


@pytest.mark.parametrize(
    ("found", "args", "expected"),
    [
        (ingress(HOST), (), (True, "")),
        (ingress(OWN, tls=(HOST,)), (), (True, "")),
        (ingress(OWN, hostname=f"{OWN}, {HOST}."), (), (False, f"{PREFIX}hostname")),
        (ingress(HOST, hostname=HOST), (), (True, f"{PREFIX}hostname")),
        (ingress(HOST, ingress_hostname_source="Annotation-Only"), (), None),
        (ingress(HOST, hostname=HOST, ingress_hostname_source="annotation-only"), (), (False, f"{PREFIX}hostname")),
        (ingress(OWN, hostname=HOST, ingress_hostname_source="defined-hosts-only"), (), None),
        (ingress(HOST, hostname=HOST, ingress_hostname_source="neither"), (), None),
        (ingress(HOST, controller="norikae"), (), None),
        (ingress(HOST, controller="dns-controller"), (), (True, "")),
        (ingress(HOST), ("--ignore-ingress-rules-spec",), None),
        (ingress(tls=(HOST,)), ("--ignore-ingress-tls-spec",), None),
        (ingress(OWN, hostname=HOST), ("--ignore-hostname-annotation",), None),
        (ingress(HOST), ("--namespace=chat",), None),
        (ingress(HOST), ("--namespace=shop",), (True, "")),
        (ingress(HOST), ("--ingress-class=nginx",), None),
        (ingress(HOST), ("--ingress-class=nginx", "--ingress-class=alb"), (True, "")),
        (ingress(HOST), ("--domain-filter=blue.example.com",), None),
        (ingress(HOST), (f"--exclude-domains={HOST}",), None),
        (ingress(HOST), ("--managed-record-types=TXT",), None),
        (ingress(HOST), ("--label-filter=dns=yes",), None),
        (ingress(HOST, labels={"dns": "yes"}), ("--label-filter=dns=yes",), (True, "")),
        (ingress(HOST), (f"--annotation-filter={PREFIX}hostname",), None),
        (ingress("chat.example.com"), (), None),
    ],
)
def test_an_ingress(found: dict[str, Any], args: tuple[str, ...], expected: tuple[bool, str] | None) -> None:
    made = claimed([found], *args)
    assert [(one.is_defined, one.annotation) for one in made] == ([expected] if expected else [])
    assert {one.resource for one in made} <= {"Ingress shop/web"}


@pytest.mark.parametrize(
    ("found", "args", "annotation"),
    [
        (service(hostname=HOST), (), "hostname"),
        (service(internal_hostname=HOST), (), "internal-hostname"),
        (service("ClusterIP", hostname=HOST), (), ""),
        (service("ClusterIP", hostname=HOST), ("--publish-internal-services",), "hostname"),
        (service("ClusterIP", "None", hostname=HOST), (), "hostname"),
        (service(hostname=OWN), (), ""),
        (service(hostname=HOST), ("--ignore-hostname-annotation",), ""),
    ],
)
def test_a_service(found: dict[str, Any], args: tuple[str, ...], annotation: str) -> None:
    made = claimed([], *args, services=(found,))
    assert [(one.resource, one.annotation) for one in made] == (
        [("Service shop/web", PREFIX + annotation)] if annotation else []
    )


def test_a_claim_knows_its_set_and_annotations_that_are_not_read() -> None:
    one = ingress(HOST, set_identifier="blue")
    one["metadata"]["annotations"][f"{ALPHA_PREFIX}hostname"] = OWN
    (claim,) = claimed([one])
    assert (claim.identifier, claim.unread) == ("blue", ALPHA_PREFIX)
    assert unread_prefix(one, (PREFIX, ALPHA_PREFIX)) == ""


FLAGS = (
    ("--ignore-ingress-rules-spec",),
    ("--ignore-ingress-tls-spec",),
    ("--ingress-class=nginx",),
    ("--domain-filter=blue.example.com",),
    ("--managed-record-types=CNAME", "--managed-record-types=A"),
    ("--annotation-prefix=external-dns.alpha.kubernetes.io/",),
    (),
)


@pytest.mark.parametrize("flags", FLAGS)
@pytest.mark.parametrize("version", ["0.17.0", "0.21.0", "0.22.0"])
def test_the_embedded_external_dns_wants_what_is_said(flags: tuple[str, ...], version: str) -> None:
    copy = deployment("--source=ingress", "--policy=sync", *flags, image=f"external-dns:v{version}")
    settings = settings_of(copy)
    assert settings is not None
    found = instance("--policy=sync", *flags, image=f"external-dns:v{version}")
    (prefix,) = found.annotation_prefixes
    cases = product(
        *(((), (HOST,)), ((), (HOST,)), ("", OWN, HOST), ("", "annotation-only", "defined-hosts-only")),
        *(("", "norikae"), (ALPHA_PREFIX, PREFIX)),
    )
    for rules, tls, hostname, source, controller, written in cases:
        one = ingress(*rules, tls=tls)
        notes = {"hostname": hostname, "ingress-hostname-source": source, "controller": controller}
        one["metadata"]["annotations"] = {written + key: value for key, value in notes.items() if value}
        one["status"] = {"loadBalancer": {"ingress": [{"hostname": "x.ap-northeast-1.elb.amazonaws.com"}]}}
        said = bool(claims(found, prefix, [HOST], [one], ()))
        does = any(endpoint.name == HOST for endpoint in wanted({"ingress": [one]}, settings))
        assert said == does, (rules, tls, notes, written)
