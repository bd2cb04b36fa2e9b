"""What external-dns would claim: by hand, and against the model that the embedded world runs."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from local.edge.external_dns_settings import settings_of
from local.edge.external_dns_wanted import wanted
from norikae.ownership.claim import Claim, unread_prefix
from norikae.ownership.instances import ALPHA_PREFIX, PREFIX
from norikae.ownership.wants import claims
from tests.unit.ownership.copies import deployment, dns_endpoint, gateway, ingress, instance, route, service

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


@pytest.mark.parametrize(
    ("found", "args", "expected"),
    [
        (dns_endpoint(HOST), (), ("", None)),
        (dns_endpoint(OWN), (), None),
        (dns_endpoint(HOST.upper()), (), ("", None)),
        (dns_endpoint(HOST, weight="30"), (), ("", None)),
        (dns_endpoint(HOST, weight="30", identifier="blue-133"), (), ("blue-133", 30)),
        (dns_endpoint(HOST, weight="many", identifier="blue-133"), (), ("blue-133", 0)),
        (dns_endpoint(HOST, identifier="blue-133"), (), ("blue-133", None)),
        (dns_endpoint(HOST, targets=[]), (), None),
        (dns_endpoint(HOST, targets=["x.example.net."]), (), None),
        (dns_endpoint(HOST, recordType="AAAA", targets=["2001:db8::1"]), (), ("", None)),
        (dns_endpoint(HOST, recordType="AAAA", targets=["2001:db8::1"]), ("--managed-record-types=A",), None),
        (dns_endpoint(HOST, recordType="MX", targets=["10 mail.example.com"]), (), None),
        (dns_endpoint(HOST), (f"--exclude-domains={HOST}",), None),
        (dns_endpoint(HOST), ("--namespace=chat",), None),
        (dns_endpoint(HOST), ("--label-filter=dns=yes",), None),
        (dns_endpoint(HOST), ("--crd-source-kind=DNSRecord",), None),
        (dns_endpoint(HOST), ("--crd-source-apiversion=externaldns.nginx.org/v1",), None),
    ],
)
def test_a_dns_endpoint(found: dict[str, Any], args: tuple[str, ...], expected: tuple[str, int | None] | None) -> None:
    # no annotation of it counts
    found["metadata"]["annotations"] |= {f"{PREFIX}controller": "norikae", f"{PREFIX}aws-weight": "9"}
    made = claims(instance(*args), PREFIX, [HOST], (), (), dns_endpoints=[found])
    assert [(one.identifier, one.weight) for one in made] == ([expected] if expected else [])
    assert {(one.resource, one.by, one.prefix) for one in made} <= {("DNSEndpoint shop/web", "spec.endpoints[0]", "")}


def test_the_entry_of_a_dns_endpoint_is_named() -> None:
    (claim,) = claims(instance(), PREFIX, [HOST], (), (), dns_endpoints=[dns_endpoint(OWN, HOST)])
    assert claim.by == "spec.endpoints[1]"


SOME, ANY = gateway(https="*.example.com"), gateway(https="")
RULES, NOTE, BOTH = (True, False), (False, True), (True, True)


@pytest.mark.parametrize(
    ("found", "at", "args", "expected"),
    [
        (route(HOST), ANY, (), RULES),
        (route(HOST), SOME, (), RULES),
        (route(HOST), None, (), RULES),
        (route(HOST), gateway(https="*.example.org"), (), None),
        (route("*.example.com"), gateway(https=HOST), (), RULES),
        (route("*.example.com"), ANY, (), None),
        (route(), gateway(https=HOST), (), RULES),
        (route(), gateway(https=OWN), (), None),
        (route(), ANY, (), None),
        (route(), gateway(a=OWN, b=HOST), (), RULES),
        (route(section="a"), gateway(a=OWN, b=HOST), (), None),
        (route(section="b"), gateway(a=OWN, b=HOST), (), RULES),
        (route(OWN, hostname=HOST), ANY, (), NOTE),
        (route(HOST, hostname=HOST), ANY, (), BOTH),
        (route(HOST, hostname=OWN, gateway_hostname_source="annotation-only"), ANY, (), None),
        (route(hostname=OWN, gateway_hostname_source="annotation-only"), gateway(https=HOST), (), None),
        (route(OWN, hostname=HOST, gateway_hostname_source="defined-hosts-only"), ANY, (), None),
        (route(gateway_hostname_source="defined-hosts-only"), gateway(https=HOST), (), None),
        (route(HOST, gateway_hostname_source="neither"), ANY, (), RULES),
        (route(OWN, hostname=HOST), ANY, ("--ignore-hostname-annotation",), None),
        (route(HOST, controller="norikae"), ANY, (), None),
        (route(HOST), ANY, ("--gateway-name=edge", "--gateway-namespace=edge"), RULES),
        (route(HOST), ANY, ("--gateway-name=inner",), None),
        (route(HOST), ANY, ("--gateway-namespace=inner",), None),
        (route(HOST), ANY, ("--gateway-label-filter=zone=private",), None),
        (route(HOST), ANY, ("--gateway-label-filter=zone=public",), RULES),
        (route(HOST), ANY, ("--namespace=chat",), None),
        (route(HOST), ANY, (f"--exclude-domains={HOST}",), None),
    ],
)
def test_a_route(
    found: dict[str, Any], at: dict[str, Any] | None, args: tuple[str, ...], expected: tuple[bool, bool] | None
) -> None:
    made = claims(instance(*args), PREFIX, [HOST], (), (), routes=[found], gateways=[at] if at else [])
    assert [(one.is_defined, bool(one.annotation)) for one in made] == ([expected] if expected else [])
    assert {one.resource for one in made} <= {"HTTPRoute shop/web"}


def test_a_route_without_parents_names_nothing() -> None:
    alone = route(HOST)
    del alone["spec"]["parentRefs"]
    assert claims(instance(), PREFIX, [HOST], (), (), routes=[alone], gateways=[ANY]) == ()


def test_an_old_version_does_not_know_how_a_route_is_quieted() -> None:
    found = route(HOST, hostname=OWN, gateway_hostname_source="annotation-only")
    old = instance("--policy=sync", image="external-dns:v0.19.0")
    (claim,) = claims(old, PREFIX, [HOST], (), (), routes=[found], gateways=[ANY])
    assert (claim.is_defined, claim.quieted_by) == (True, "")


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


@pytest.mark.parametrize("flags", FLAGS)
def test_the_embedded_external_dns_wants_of_dns_endpoints_what_is_said(flags: tuple[str, ...]) -> None:
    settings = settings_of(deployment("--source=crd", "--policy=sync", *flags))
    assert settings is not None
    found = instance("--policy=sync", *flags)
    cases = product(
        *((HOST, OWN), ("CNAME", "A", "MX"), ("", "blue-133"), ("", "0", "30", "some")),
        (["x.ap-northeast-1.elb.amazonaws.com"], ["192.0.2.7"], ["x.example.net."], []),
    )
    for host, kind, identifier, weight, targets in cases:
        one = dns_endpoint(host, weight=weight, identifier=identifier, recordType=kind, targets=targets)
        said = claims(found, found.annotation_prefixes[0], [HOST], (), (), dns_endpoints=[one])
        does = [endpoint for endpoint in wanted({"crd": [one]}, settings) if endpoint.name == HOST]
        assert {(claim.identifier, claim.weight) for claim in said} == {
            (endpoint.identifier, endpoint.weight) for endpoint in does
        }, one


@pytest.mark.parametrize(("identifier", "weight"), [("", ""), ("", "5"), ("blue", ""), ("blue", "5"), ("blue", "x")])
def test_the_embedded_external_dns_wants_the_weight_that_is_said(identifier: str, weight: str) -> None:
    one = ingress(HOST)
    notes = {f"{PREFIX}set-identifier": identifier, f"{PREFIX}aws-weight": weight}
    one["metadata"]["annotations"] = {key: value for key, value in notes.items() if value}
    one["status"] = {"loadBalancer": {"ingress": [{"hostname": "x.ap-northeast-1.elb.amazonaws.com"}]}}
    settings = settings_of(deployment("--source=ingress", "--policy=sync"))
    assert settings is not None
    (said,) = claimed([one])
    assert {(endpoint.identifier, endpoint.weight) for endpoint in wanted({"ingress": [one]}, settings)} == {
        (said.identifier, said.weight)
    }
