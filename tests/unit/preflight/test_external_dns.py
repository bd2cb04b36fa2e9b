"""The check ``external-dns``: what it refuses, with which remedy, and what it leaves in peace."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from norikae.errors import RefusedError
from norikae.ownership.instances import ALPHA_PREFIX, PREFIX
from norikae.preflight.run import CHECKS, may_start, run_checks
from norikae.traffic.records import RecordSet
from tests.unit.fakes.demo import ingress
from tests.unit.fakes.kubernetes import FakeKubernetes
from tests.unit.fakes.ports import FakeDns, alias
from tests.unit.ownership.copies import deployment, dns_endpoint, gateway, route, service
from tests.unit.preflight.stories import BLUE, HOST, BeforeARun

NAME = "external-dns"
OWN = f"web.{BLUE}.demo.example.com"
QUIET = {f"{PREFIX}hostname": OWN, f"{PREFIX}ingress-hostname-source": "annotation-only"}
FLAGS = ("--source=ingress", "--provider=aws", "--policy=sync", f"--txt-owner-id={BLUE}")
COPY = "Deployment dns/external-dns (0.22)"


def noted(**annotations: str) -> dict[str, Any]:
    """The application's Ingress with annotations, underscores for dashes."""
    found = ingress("web", HOST)
    found["metadata"]["annotations"] |= {PREFIX + key.replace("_", "-"): value for key, value in annotations.items()}
    return found


def quiet() -> dict[str, Any]:
    found = ingress("web", HOST)
    found["metadata"]["annotations"] |= QUIET
    return found


def txt(name: str, value: str, **more: Any) -> RecordSet:
    return RecordSet({"Name": f"{name}.", "Type": "TXT", "TTL": 300, "ResourceRecords": [{"Value": value}], **more})


def story(*args: str, on_ingress: dict[str, Any] | None = None, **container: Any) -> BeforeARun:
    before = BeforeARun()
    before.api.put(deployment(*FLAGS, *args, **container))
    before.api.put(on_ingress or quiet())
    return before


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--domain-filter=demo.example.com",),
        ("--registry=txt", "--events", "--interval=1m"),
        ("--source=service",),
        ("--source=istio-gateway", f"--exclude-domains={HOST}"),
        ("--source=crd",),
        ("--source=gateway-httproute",),
        ("--registry=noop", "--zone-id-filter=ZOTHER"),
        ("--provider=cloudflare", "--source=gateway-httproute", "--provider-cache-time=15m"),
        ("--provider=cloudflare", "@/etc/flags"),
    ],
)
def test_a_copy_that_leaves_the_public_name_alone_is_no_finding(args: tuple[str, ...]) -> None:
    assert story(*args).everything() == ()


def test_without_external_dns_there_is_nothing_to_find() -> None:
    before = BeforeARun()
    before.api.put(noted(hostname=HOST))
    assert before.everything() == ()


TEAMS = "(docs/application-teams.md, 'Two names for each Ingress')"


@pytest.mark.parametrize(
    ("on_ingress", "text", "remedy"),
    [
        (
            noted(),
            (
                f"{COPY} wants a simple record for it: Ingress shop/web: its rules name it and"
                f" {PREFIX}ingress-hostname-source is not annotation-only"
            ),
            f'annotate Ingress shop/web with {PREFIX}ingress-hostname-source: "annotation-only" {TEAMS}',
        ),
        (
            noted(hostname=HOST, ingress_hostname_source="annotation-only", set_identifier="blue", aws_weight="100"),
            f"{COPY} wants a weighted record 'blue' for it: Ingress shop/web: its {PREFIX}hostname names it",
            f"let {PREFIX}hostname of Ingress shop/web name a name of the cluster instead {TEAMS}",
        ),
        (
            noted(hostname=HOST),
            (
                f"{COPY} wants a simple record for it: Ingress shop/web: its rules name it and"
                f" {PREFIX}ingress-hostname-source is not annotation-only, its {PREFIX}hostname names it"
            ),
            (
                f'annotate Ingress shop/web with {PREFIX}ingress-hostname-source: "annotation-only"'
                f" and let {PREFIX}hostname of Ingress shop/web name a name of the cluster instead {TEAMS}"
            ),
        ),
    ],
)
def test_a_copy_that_wants_the_public_name_blocks_with_the_very_annotation(
    on_ingress: dict[str, Any], text: str, remedy: str
) -> None:
    finding = story(on_ingress=on_ingress).only(NAME)
    assert (finding.severity, finding.subject, finding.text, finding.remedy) == ("blocker", HOST, text, remedy)


def test_a_service_that_names_the_public_name_blocks() -> None:
    before = story("--source=service")
    before.api.put({"apiVersion": "v1", "kind": "Service", **service(hostname=HOST)})
    assert f"Service shop/web: its {PREFIX}hostname names it" in before.only(NAME).text


@pytest.mark.parametrize("image", ["external-dns:v0.22.0", "external-dns:latest"])
def test_a_dns_endpoint_that_names_the_public_name_blocks_whatever_the_version(image: str) -> None:
    on_ingress = quiet()
    on_ingress["metadata"]["annotations"] |= {key.replace(PREFIX, ALPHA_PREFIX): value for key, value in QUIET.items()}
    before = story("--source=crd", image=image, on_ingress=on_ingress)
    before.api.put(dns_endpoint(OWN, HOST, weight="30", identifier="blue-133"))
    finding = before.only(NAME)
    assert (finding.severity, finding.subject) == ("blocker", HOST)
    assert finding.text.endswith(
        "wants a weighted record 'blue-133' for it: DNSEndpoint shop/web: its spec.endpoints[1] names it"
    )
    assert finding.remedy == (
        f"take spec.endpoints[1] out of DNSEndpoint shop/web, or let it name a name of the cluster {TEAMS}"
    )
    before.api.put(dns_endpoint(OWN))
    assert before.everything() == ()


def test_a_route_that_names_the_public_name_blocks_with_the_very_annotation() -> None:
    before = story("--source=gateway-httproute")
    before.api.put(gateway(https="*.demo.example.com"))
    before.api.put(route(HOST, hostname=OWN))
    finding = before.only(NAME)
    assert (finding.severity, finding.subject, finding.text) == (
        "blocker",
        HOST,
        (
            f"{COPY} wants a simple record for it: HTTPRoute shop/web: its hostnames name it and"
            f" {PREFIX}gateway-hostname-source is not annotation-only"
        ),
    )
    assert finding.remedy == (
        f'annotate HTTPRoute shop/web with {PREFIX}gateway-hostname-source: "annotation-only" {TEAMS}'
    )
    before.api.put(route(HOST, hostname=OWN, gateway_hostname_source="annotation-only"))
    assert before.everything() == ()


def test_a_route_whose_version_cannot_be_quieted_has_another_remedy() -> None:
    old = ("--source=gateway-httproute", f"--annotation-prefix={PREFIX}")
    before = story(*old, image="external-dns:v0.19.0")
    before.api.put(route(HOST, hostname=OWN, gateway_hostname_source="annotation-only"))
    finding = before.only(NAME)
    assert finding.text.endswith("HTTPRoute shop/web: its hostnames name it")
    assert finding.remedy == f"start it with --exclude-domains={HOST}"
    after = story(*old, f"--exclude-domains={HOST}", image="external-dns:v0.19.0")
    after.api.put(route(HOST))
    assert after.everything() == ()


def test_a_route_without_hostnames_takes_those_of_its_gateway() -> None:
    before = story("--source=gateway-httproute")
    before.api.put(gateway(https=HOST))
    before.api.put(route())
    assert "HTTPRoute shop/web: its Gateway's listeners name it and" in before.only(NAME).text


@pytest.mark.parametrize(
    ("image", "remedy"),
    [
        (
            "external-dns:v0.22.0",
            (
                f"write the annotations of Ingress shop/web with {PREFIX}, or start Deployment dns/external-dns (0.22)"
                f" with --annotation-prefix={ALPHA_PREFIX}"
            ),
        ),
        ("external-dns:latest", ""),
    ],
)
def test_annotations_for_another_version_block(image: str, remedy: str) -> None:
    found = ingress("web", HOST)
    found["metadata"]["annotations"] |= {key.replace(PREFIX, ALPHA_PREFIX): value for key, value in QUIET.items()}
    before = story(on_ingress=found, image=image)
    finding = next(one for one in before.found(NAME) if one.blocks)
    assert finding.severity == ("blocker" if remedy else "unknown")
    assert f"its annotations {ALPHA_PREFIX}… are not read" in finding.text
    assert finding.remedy.startswith(remedy or "give its image a tag with the version")
    assert story(f"--annotation-prefix={ALPHA_PREFIX}", on_ingress=found, image=image).everything() == ()


def test_a_name_in_an_annotation_that_is_read_has_to_go_whatever_others_there_are() -> None:
    found = noted(hostname=HOST)
    found["metadata"]["annotations"] |= {key.replace(PREFIX, ALPHA_PREFIX): value for key, value in QUIET.items()}
    assert f"let {PREFIX}hostname of Ingress shop/web name" in story(on_ingress=found).only(NAME).remedy


def test_both_prefixes_are_safe_with_any_version() -> None:
    found = quiet()
    found["metadata"]["annotations"] |= {key.replace(PREFIX, ALPHA_PREFIX): value for key, value in QUIET.items()}
    assert story(on_ingress=found, image="external-dns:latest").everything() == ()


def test_annotations_that_nobody_reads_are_a_warning() -> None:
    found = ingress("web", HOST)
    found["metadata"]["annotations"][f"{ALPHA_PREFIX}hostname"] = OWN
    finding = story("--ignore-ingress-rules-spec", on_ingress=found).only(NAME)
    assert (finding.severity, finding.subject) == ("warning", "Ingress shop/web")
    assert finding.remedy == f"write them with {PREFIX}, or start external-dns with --annotation-prefix={ALPHA_PREFIX}"


OWNED = '"heritage=external-dns,external-dns/owner=blue,external-dns/resource=ingress/shop/web"'
SEALED = f'"{"QUJDREVG" * 8}"'


@pytest.mark.parametrize(
    ("record", "severity", "named"),
    [
        (txt(HOST, OWNED), "blocker", f"TXT {HOST} (heritage external-dns, owner blue)"),
        (txt(f"a-{HOST}", OWNED), "blocker", f"TXT a-{HOST} (heritage external-dns, owner blue)"),
        (txt(f"aaaa-{HOST}", OWNED, SetIdentifier=BLUE, Weight=1), "blocker", f"TXT aaaa-{HOST}"),
        (txt(f"cname-{HOST}", OWNED), "blocker", f"TXT cname-{HOST}"),
        (txt(f"own-a-{HOST}", OWNED), "blocker", f"TXT own-a-{HOST}"),
        (txt(f"a-{HOST}", '"heritage=mate,mate/owner=x"'), "blocker", "(heritage mate, owner x)"),
        (txt(f"a-{HOST}", SEALED), "unknown", f"TXT a-{HOST} (encrypted, or unreadable)"),
    ],
)
def test_an_owner_of_the_public_name_blocks(record: RecordSet, severity: str, named: str) -> None:
    before = story("--txt-prefix=own-")
    before.names = FakeDns(*before.names.sets.values(), record)
    finding = before.only(NAME)
    assert (finding.severity, finding.subject) == (severity, HOST)
    assert named in finding.text
    assert f"delete in one batch, before any annotation changes: TXT {record.name}" in finding.remedy
    assert not may_start((finding,))


@pytest.mark.parametrize(
    "record",
    [
        txt(HOST, '"v=spf1 -all"'),
        txt(HOST, SEALED),
        txt(f"a-{HOST}", '"heritage=norikae,norikae/owner=demo"'),
        txt(f"a-web.{BLUE}.demo.example.com", OWNED),
        alias(f"a-{HOST}", BLUE, 100),
    ],
)
def test_other_records_are_no_owner(record: RecordSet) -> None:
    before = story()
    before.names = FakeDns(*before.names.sets.values(), record)
    assert before.everything() == ()


def test_an_encrypted_owner_says_who_encrypts() -> None:
    before = story("--txt-encrypt-enabled")
    before.names = FakeDns(*before.names.sets.values(), txt(f"a-{HOST}", SEALED))
    assert before.only(NAME).text.endswith(f"; {COPY} encrypts its own")


def test_a_name_that_is_owned_and_wanted_is_handed_over_first() -> None:
    before = story(on_ingress=noted(hostname=HOST))
    before.names = FakeDns(*before.names.sets.values(), txt(f"a-{HOST}", OWNED))
    wanted, owned = sorted(before.found(NAME), key=lambda one: one.text)
    assert wanted.remedy.startswith(
        "first hand the name over (docs/console.md, 'Handing the public names over'), then "
    )
    assert owned.text.startswith("it has an owner")


@pytest.mark.parametrize(
    ("args", "severity", "text"),
    [
        (("--txt-owner-id=default",), "blocker", "its --txt-owner-id is default"),
        (("--txt-owner-id=prod",), "warning", f"its --txt-owner-id prod does not name {BLUE}"),
        (("--migrate-from-txt-owner=default",), "blocker", "--migrate-from-txt-owner=default takes the records"),
        (("--registry=noop",), "blocker", "--registry=noop knows no owners"),
        (("--registry=noop", "--txt-owner-id=default"), "blocker", "--registry=noop knows no owners"),
        (("--registry=dynamodb",), "unknown", "--registry=dynamodb shows no owners in Route 53, so nobody sees"),
        (("--registry=crd", "--policy=upsert-only"), "note", "--registry=crd shows no owners in Route 53; by --policy"),
        (("--registry=noop", "--policy=create-only"), "note", "--registry=noop shows no owners in Route 53; by"),
        (
            ("--source=istio-gateway", "--source=gateway-grpcroute"),
            "unknown",
            "what it wants by --source=istio",
        ),
        (("--source=crd", "--crd-source-kind=DNSRecord"), "unknown", "what it wants by --source=crd is not looked at"),
        (("--fqdn-template={{.Name}}.demo.example.com",), "unknown", "what it wants by --fqdn-template"),
        (("--provider-cache-time=15m",), "note", "it does not see a foreign change for up to 900 s and undoes one"),
        (("--txt-cache-interval=2m", "--interval=30s"), "note", "it does not see a foreign change for up to 120 s"),
        (("@/etc/flags",), "unknown", "flags may come from the file /etc/flags"),
    ],
)
def test_a_setting_that_fights_or_hides_is_said(args: tuple[str, ...], severity: str, text: str) -> None:
    finding = story(*args).only(NAME)
    assert (finding.severity, finding.subject) == (severity, COPY)
    assert finding.text.startswith(text)


def test_an_owner_id_that_cannot_be_read_is_an_unknown_and_not_the_default() -> None:
    secret = {"name": "OWNER", "valueFrom": {"secretKeyRef": {"name": "dns", "key": "owner"}}}
    before = story("--txt-owner-id=$(OWNER)", env=[secret])
    before.api.put(deployment(*FLAGS[:3], "--txt-owner-id=$(OWNER)", env=[secret]))
    finding = before.only(NAME)
    assert (finding.severity, finding.text) == ("unknown", "--txt-owner-id comes from secretKeyRef dns")


def test_the_note_about_caches_has_the_seconds() -> None:
    assert "as late as 150 s after it" in story("--txt-cache-interval=2m", "--interval=30s").only(NAME).text


def test_a_remedy_that_excludes_the_public_name_is_enough() -> None:
    finding = story("--source=istio-gateway").only(NAME)
    assert finding.remedy == f"start it with --exclude-domains={HOST}"
    assert story("--source=istio-gateway", f"--exclude-domains={HOST}").everything() == ()


def test_a_wish_in_private_zones_is_a_note() -> None:
    finding = story("--aws-zone-type=private", on_ingress=noted()).only(NAME)
    assert finding.severity == "note"
    assert "in private zones, which norikae does not shift" in finding.text


def test_two_copies_are_judged_each_by_its_own_flags() -> None:
    before = story()
    before.api.put(deployment(*FLAGS, image="external-dns:v0.21.0", name="old"))
    finding = before.only(NAME)
    assert finding.text.startswith("Deployment dns/old (0.21) wants a simple record")


class Shut(FakeKubernetes):
    """An API server that shows no Deployment."""

    def list(self, resource: str, *more: Any, **others: Any) -> list[dict[str, Any]]:
        if resource == "deployments.apps":
            raise RefusedError("deployments.apps was answered 403 Forbidden: no")
        return super().list(resource, *more, **others)


def test_deployments_that_may_not_be_read_are_an_unknown() -> None:
    ground = replace(BeforeARun().ground(), kubernetes=Shut(quiet()))
    (finding,) = run_checks(ground, {NAME: CHECKS[NAME]})
    assert (finding.check, finding.severity) == (NAME, "unknown")
    assert "403 Forbidden" in finding.text
