"""What a Deployment tells about the external-dns in it, flag by flag."""

from __future__ import annotations

from typing import Any

import pytest

from norikae.ownership.instances import ALPHA_PREFIX, PREFIX, PREFIXES, find_instances
from norikae.ownership.registry import Affixes
from tests.unit.ownership.copies import IMAGE, deployment, instance


def from_field(name: str, kind: str = "secretKeyRef") -> dict[str, Any]:
    return {"name": name, "valueFrom": {kind: {"name": "dns", "key": "x"}}}


def test_the_defaults_are_those_of_the_program() -> None:
    found = instance()
    assert (found.name, found.version, found.registry, found.owner) == ("dns/external-dns", (0, 22), "txt", "default")
    assert (found.policy, found.interval, found.cache, found.events) == ("sync", 60.0, 0.0, False)
    assert (found.affixes, found.types, found.zone_type) == (Affixes(), ("A", "AAAA", "CNAME"), "")
    assert (found.domains.included, found.namespaces, found.encrypted) == ((), (), False)
    assert (found.migrates_from, found.unseen) == ("", ())


@pytest.mark.parametrize(
    ("args", "field", "value"),
    [
        (["--txt-owner-id=blue"], "owner", "blue"),
        (["--txt-owner-id", "blue", "--events"], "owner", "blue"),
        (["--txt-owner-id=one", "--txt-owner-id=two"], "owner", "two"),
        (["--events"], "events", True),
        (["--events", "--no-events"], "events", False),
        (["--events=false"], "events", False),
        (["--txt-encrypt-enabled"], "encrypted", True),
        (["--interval=1m30s"], "interval", 90.0),
        (["--interval=0"], "interval", 0.0),
        (["--provider-cache-time=15m", "--txt-cache-interval=30s"], "cache", 900.0),
        (["--txt-prefix=Own-%{record_type}-"], "affixes", Affixes("own-%{record_type}-")),
        (["--txt-suffix=-txt", "--txt-wildcard-replacement=any"], "affixes", Affixes("", "-txt", "any")),
        (["--zone-id-filter=/hostedzone/Z1", "--zone-id-filter=Z2"], "zone_ids", ("Z1", "Z2")),
        (["--zone-id-filter="], "zone_ids", ()),
        (["--managed-record-types=txt"], "types", ("TXT",)),
        (["--migrate-from-txt-owner=default"], "migrates_from", "default"),
        (["--annotation-prefix=dns.example/"], "annotation_prefixes", ("dns.example/",)),
        (["--namespace=shop,chat"], "namespaces", ("shop", "chat")),
        (["--aws-zone-type=private"], "zone_type", "private"),
        (["--registry=dynamodb"], "registry", "dynamodb"),
        (["--policy=upsert-only"], "policy", "upsert-only"),
    ],
)
def test_a_flag_in_every_form(args: list[str], field: str, value: object) -> None:
    assert getattr(instance(*args), field) == value


@pytest.mark.parametrize(
    ("image", "version", "prefixes"),
    [
        ("registry.k8s.io/external-dns/external-dns:v0.22.0", (0, 22), (PREFIX,)),
        ("registry.k8s.io/external-dns/external-dns:v0.21.0", (0, 21), (ALPHA_PREFIX,)),
        ("docker.io/bitnami/external-dns:0.13.1-debian-11-r5", (0, 13), (ALPHA_PREFIX,)),
        (
            "602401143452.dkr.ecr.ap-northeast-1.amazonaws.com/eks/external-dns:v0.18.0-eksbuild.1",
            (0, 18),
            (ALPHA_PREFIX,),
        ),
        ("host:5000/external-dns:v0.22.0@sha256:0123", (0, 22), (PREFIX,)),
        ("host:5000/external-dns@sha256:0.22", None, PREFIXES),
        ("host:5000/external-dns", None, PREFIXES),
        ("external-dns:latest", None, PREFIXES),
        ("external-dns:v1.0.22", None, PREFIXES),
        ("external-dns:v20230802-v0.13.5", (0, 13), (ALPHA_PREFIX,)),
    ],
)
def test_the_tag_tells_the_version_and_the_version_the_prefix(
    image: str, version: tuple[int, int] | None, prefixes: tuple[str, ...]
) -> None:
    found = instance(image=image)
    assert (found.version, found.annotation_prefixes) == (version, prefixes)


def test_variables_stand_for_flags_and_lines_for_several_values() -> None:
    env = [
        {"name": "CLUSTER", "value": "blue"},
        {"name": "EXTERNAL_DNS_TXT_OWNER_ID", "value": "$(CLUSTER)-dns"},
        {"name": "EXTERNAL_DNS_DOMAIN_FILTER", "value": "example.com\nexample.org\n"},
        {"name": "EXTERNAL_DNS_EVENTS", "value": "1"},
        {"name": "EXTERNAL_DNS_POLICY", "value": "sync"},
    ]
    found = instance("--policy=upsert-only", "--txt-prefix=$(CLUSTER)-", "--txt-suffix=$$(CLUSTER)", env=env)
    assert (found.owner, found.events, found.policy) == ("blue-dns", True, "upsert-only")
    assert found.domains.included == ("example.com", "example.org")
    assert found.affixes == Affixes("blue-", "$(cluster)")


@pytest.mark.parametrize(
    ("args", "container", "unseen"),
    [
        ((), {"env": [from_field("EXTERNAL_DNS_POLICY")]}, ("--policy comes from secretKeyRef dns",)),
        (("--policy=sync",), {"env": [from_field("EXTERNAL_DNS_POLICY")]}, ()),
        ((), {"env": [from_field("EXTERNAL_DNS_TXT_ENCRYPT_AES_KEY")]}, ()),
        (
            ("--txt-owner-id=$(OWNER)",),
            {"env": [from_field("OWNER", "configMapKeyRef")]},
            ("--txt-owner-id comes from configMapKeyRef dns",),
        ),
        ((), {"envFrom": [{"configMapRef": {"name": "dns"}}]}, ("flags may come from envFrom (configMapRef dns)",)),
        (("@/etc/flags",), {}, ("flags may come from the file /etc/flags",)),
        ((), {"command": ["/bin/sh", "-c", "external-dns --source=crd"]}, ("flags may come from a shell command",)),
        (("--interval=soon",), {}, ("--interval=soon is not a duration",)),
    ],
)
def test_what_a_manifest_does_not_show_is_said(
    args: tuple[str, ...], container: dict[str, Any], unseen: tuple[str, ...]
) -> None:
    assert instance(*args, **container).unseen == unseen


@pytest.mark.parametrize(
    ("found", "count"),
    [
        (deployment(image="example.com/dns/external-dns:v0.22.0"), 1),
        (
            deployment(image="example.com/ours:7", name="names", command=["run", "--source=ingress", "--provider=aws"]),
            1,
        ),
        (deployment("--txt-owner-id=blue", image="example.com/ours:7"), 1),
        (deployment(image="example.com/ours:7", env=[{"name": "EXTERNAL_DNS_SOURCE", "value": "ingress"}]), 1),
        (deployment(image="example.com/external-dns-webhook:v0.1.0"), 0),
        (deployment(image="example.com/web:v1"), 0),
        (deployment(replicas=0), 0),
        (deployment("--dry-run"), 0),
    ],
)
def test_a_copy_is_known_by_image_or_flags_and_counts_when_it_writes(found: dict[str, Any], count: int) -> None:
    assert len(find_instances([found])) == count


@pytest.mark.parametrize(
    ("args", "writes"),
    [
        ((), True),
        (("--provider=aws", "--zone-id-filter=Z1"), True),
        (("--provider=aws", "--zone-id-filter=Z2"), False),
        (("--provider=cloudflare",), False),
    ],
)
def test_only_what_may_write_to_the_zone_matters(args: tuple[str, ...], *, writes: bool) -> None:
    assert instance(*args).may_write("Z1") is writes


def test_people_read_where_it_is_and_its_version() -> None:
    assert str(instance(image=IMAGE)) == "Deployment dns/external-dns (0.22)"
    assert str(instance(image="external-dns:latest")) == "Deployment dns/external-dns (version unknown)"
