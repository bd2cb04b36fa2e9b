"""Blue as a run finds it: a cluster that has been serving for long, adopted by an operator's command.

The cluster, its applications and its weighted records are somebody else's doing; everything by which norikae gets in is
done by norikae's own machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from local.assembly import ROOT
from local.central import deploy_from_hub, open_hub
from local.cluster.charts import documents
from local.cluster.established import OPERATOR, install_argocd_and_sync
from local.pod_roles import associate_pods, give_pods_their_roles
from local.private_git import keep_repository_private
from local.reach import API_PORT
from local.team_secrets import put_by_hand
from norikae.traffic.applications import find_applications
from norikae.traffic.records import LoadBalancerTarget, weighted_alias

if TYPE_CHECKING:
    from local.deploy import Deployment
    from local.kernel import Steps
    from local.world import World

BRANCH = "main"
"""What blue's applications follow; a run pins its commit when it begins."""
CERTIFICATE = "arn:aws:acm:ap-northeast-1:{account}:certificate/6f0d2c1e-4b7a-4c1f-9a53-0e8d7c6b5a49"
"""For all public names; the applications' manifests name it."""
LOOK_SECONDS = 10
PATIENCE_SECONDS = 600
Dns = Literal["controller", "brownfield"]
SET_IDENTIFIER = "serving"
"""What the record sets were called before norikae came."""


def adopt_blue(world: World, deployment: Deployment, *, version: str, domain: str, dns: Dns = "controller") -> None:
    """The cluster named by ``clusters.adopt`` serves all applications and all DNS weight, and norikae is let in.

    Args:
        world: an empty world with a hosted zone.
        deployment: norikae's own stack, for the roles of its functions.
        version: blue's Kubernetes version.
        domain: the domain of the hosted zone.
        dns: who has made the weighted records.
    """
    serve(world, Serving(world.environment.clusters.adopt, version, domain, dns=dns))
    _adopt(world, deployment.functions["operator_command"])


@dataclass(frozen=True, slots=True)
class Serving:
    """A cluster that has been serving for long.

    Args:
        name: of the cluster.
        version: its Kubernetes version.
        domain: the domain of the hosted zone.
        set_identifier: what its record sets are called.
        tags: its tags in EKS.
        entries: role to its Kubernetes groups.
        admits: somebody has let the functions' security groups into the cluster's.
        dns: who has made the weighted records: people (``controller``), or its external-dns (``brownfield``).
    """

    name: str
    version: str
    domain: str
    set_identifier: str = SET_IDENTIFIER
    tags: dict[str, str] = field(default_factory=dict)
    entries: dict[str, list[str]] = field(default_factory=dict)
    admits: bool = True
    dns: Dns = "controller"


def serve(world: World, blue: Serving) -> None:
    """A cluster that serves all applications and has all DNS weight, whoever made it.

    Raises:
        RuntimeError: its external-dns does not write the records that it is to have written.
    """
    environment, zone = world.environment, world.environment.dns.zones[0]
    world.certificates.hold(CERTIFICATE.format(account=environment.account), f"*.{blue.domain}")
    world.route53.create_hosted_zone(Name=blue.domain, CallerReference="adopt", zone_id=zone)
    stand(world, blue)
    give_pods_their_roles(world, blue.name)
    if blue.dns == "brownfield":
        _wait_for_external_dns(world, blue)
    else:
        _give_all_weight_to_blue(world, blue, zone)
    world.route53.settle()
    while not all(world.elb.alias_healthy(one.dns_name) for one in world.elb.load_balancers.values()):
        world.kernel.run(LOOK_SECONDS)


def stand(world: World, blue: Serving) -> None:
    """A cluster that runs all applications, of which DNS knows what its own external-dns tells."""
    environment = world.environment
    world.eks.adopt(
        blue.name,
        blue.version,
        role_arn=f"arn:aws:iam::{environment.account}:role/blue-cluster",
        subnets=list(environment.network.subnets),
        nodegroups=[_node_group(world, group) for group in environment.clusters.node_groups],
        addons=list(environment.clusters.addons),
        entries=blue.entries,
        admins=[environment.argocd.hub.role] if environment.argocd.hub else None,
        tags=blue.tags,
    )
    if blue.admits:
        for group in environment.network.security_groups:
            world.ec2.admit(world.eks.clusters[blue.name].vpc["clusterSecurityGroupId"], source=group, port=API_PORT)
    associate_pods(world, blue.name)
    _deploy_applications(world, blue.name)


def _deploy_applications(world: World, name: str) -> None:
    argocd = world.environment.argocd
    if argocd.mode == "hub":
        open_hub(world)
        _hand_over_secrets(world, name)
        deploy_from_hub(world, name, BRANCH)
        return
    keep_repository_private(world, name)
    _hand_over_secrets(world, name)
    install_argocd_and_sync(
        world.clusters[name].controllers,
        install=ROOT / "environments" / argocd.install,
        repository=argocd.repository,
        path=argocd.path,
        revision=BRANCH,
    )


def _hand_over_secrets(world: World, name: str) -> None:
    """What the pods need that is not in Git; and the definition of what teams declare there, as the platform has it."""
    definition = ROOT / "lambdas" / "manifests" / "secret-sync.yaml"
    for obj in documents(definition.name, definition.read_text(encoding="utf-8")):
        world.clusters[name].api.apply(obj, manager=OPERATOR)
    put_by_hand(world, name)


def _adopt(world: World, command: str) -> None:
    """What an operator does once, before the first run."""
    name = world.kernel.run(world.kernel.process(_started(world, command)))
    executions = world.step_functions.executions.values()
    execution = next(one for one in executions if one.name == name)
    world.kernel.run(execution.finished)
    if execution.status != "SUCCEEDED":
        raise RuntimeError(f"the adoption has {execution.status}: {execution.cause}")
    world.route53.settle()


def _started(world: World, command: str) -> Steps:
    """The name of the adopting execution; a command that ended in an error is given again."""
    while True:
        outcome = yield from world.runtime.invoke(command, {"command": "adopt", "by": "demo operator"})
        if not outcome.error_type:
            return outcome.payload["started"]
        yield world.kernel.env.timeout(LOOK_SECONDS)


def _node_group(world: World, group: Any) -> dict[str, Any]:
    return {
        "nodegroupName": group.name,
        "scalingConfig": {"minSize": group.min_size, "maxSize": group.max_size, "desiredSize": group.min_size},
        "subnets": list(world.environment.network.subnets),
        "capacityType": "SPOT" if group.spot else "ON_DEMAND",
        "instanceTypes": list(group.instances),
        "nodeRole": f"arn:aws:iam::{world.environment.account}:role/blue-node",
        "labels": dict(group.labels),
    }


def _wait_for_external_dns(world: World, blue: Serving) -> None:
    """Until it has made a set of weight 100 for every public name, for A and AAAA."""
    applications = find_applications(world.clusters[blue.name].api.list("ingresses.networking.k8s.io"))
    hosts = [host for application in applications for host in application.hosts]
    until = world.kernel.seconds() + PATIENCE_SECONDS
    while missing := [host for host in hosts if not _has_all_weight(world, host)]:
        if world.kernel.seconds() > until:
            errors = [failure.message for failure in world.clusters[blue.name].external_dns.errors]
            raise RuntimeError(f"external-dns of {blue.name} has not written {missing}: {errors[-1:]}")
        world.kernel.run(LOOK_SECONDS)


def _has_all_weight(world: World, host: str) -> bool:
    return all(list(world.route53.weights_of(host, kind).values()) == [100] for kind in ("A", "AAAA"))


def _give_all_weight_to_blue(world: World, blue: Serving, zone: str) -> None:
    ingresses = world.clusters[blue.name].api.list("ingresses.networking.k8s.io")
    zones = {one.dns_name: one.zone_id for one in world.elb.load_balancers.values()}
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": weighted_alias(
                host,
                kind,
                blue.set_identifier,
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
