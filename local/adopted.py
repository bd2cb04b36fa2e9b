"""Blue as a run finds it: a cluster that has been serving for long, adopted by norikae.

Adopting by command comes with a later issue; until then docs/console.md lists the steps that this module takes: an
access entry per function, the RBAC manifest, and weighted records with all weight on blue.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

from local.assembly import ROOT
from local.cluster.established import install_argocd_and_sync
from norikae.cluster.rbac import for_namespace
from norikae.traffic.applications import find_applications
from norikae.traffic.records import LoadBalancerTarget, weighted_alias

if TYPE_CHECKING:
    from local.deploy import Deployment
    from local.world import World

BRANCH = "main"
"""What blue's applications follow; a run pins its commit when it begins."""
LOOK_SECONDS = 10


def adopt_blue(world: World, deployment: Deployment, *, version: str, domain: str) -> None:
    """The cluster named by ``clusters.adopt`` serves all applications of the root application, and all DNS weight.

    Args:
        world: an empty world with a hosted zone.
        deployment: norikae's own stack, for the roles of its functions.
        version: blue's Kubernetes version.
        domain: the domain of the hosted zone.
    """
    environment = world.environment
    name = environment.clusters.adopt
    zone = environment.dns.zones[0]
    world.route53.create_hosted_zone(Name=domain, CallerReference="adopt", zone_id=zone)
    world.eks.adopt(
        name,
        version,
        role_arn=f"arn:aws:iam::{environment.account}:role/blue-cluster",
        subnets=list(environment.network.subnets),
        nodegroups=[_node_group(world, group) for group in environment.clusters.node_groups],
        addons=list(environment.clusters.addons),
        entries=_entries(world, deployment),
    )
    cluster = world.clusters[name]
    rbac = list(yaml.safe_load_all((ROOT / "lambdas/manifests/rbac.yaml").read_text(encoding="utf-8")))
    for obj in for_namespace(rbac, environment.argocd.namespace):
        cluster.api.apply(obj, manager="adopt")
    install_argocd_and_sync(
        cluster.controllers,
        install=ROOT / "environments" / environment.argocd.install,
        repository=environment.argocd.repository,
        path=environment.argocd.path,
        revision=BRANCH,
    )
    _give_all_weight_to_blue(world, name, zone)
    world.route53.settle()
    while not all(world.elb.alias_healthy(one.dns_name) for one in world.elb.load_balancers.values()):
        world.kernel.run(LOOK_SECONDS)


def _entries(world: World, deployment: Deployment) -> dict[str, list[str]]:
    """What access entries the functions need on a cluster that is only read, shifted away from and deleted."""
    builder = world.runtime.functions[deployment.functions["ensure_green_cluster"]]
    access: dict[str, list[str]] = json.loads(builder.environment["NORIKAE_ACCESS"])
    return {role: [group] for group in ("norikae:read", "norikae:decommission") for role in access[group]}


def _node_group(world: World, group: Any) -> dict[str, Any]:
    return {
        "nodegroupName": group.name,
        "scalingConfig": {"minSize": group.min_size, "maxSize": group.max_size, "desiredSize": group.min_size},
        "subnets": list(world.environment.network.subnets),
        "instanceTypes": list(group.instances),
        "nodeRole": f"arn:aws:iam::{world.environment.account}:role/blue-node",
        "labels": dict(group.labels),
    }


def _give_all_weight_to_blue(world: World, name: str, zone: str) -> None:
    ingresses = world.clusters[name].api.list("ingresses.networking.k8s.io")
    zones = {one.dns_name: one.zone_id for one in world.elb.load_balancers.values()}
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": weighted_alias(
                host,
                kind,
                name,
                100,
                LoadBalancerTarget(ingress.load_balancer, zones[ingress.load_balancer]),
            ).raw,
        }
        for application in find_applications(ingresses)
        for ingress in application.ingresses
        for host in ingress.hosts
        for kind in ("A", "AAAA")
    ]
    with world.route53.as_caller("adopt"):
        world.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
