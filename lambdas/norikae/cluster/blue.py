"""Deleting a cluster that serves nothing any more, in the order that leaves no load balancer behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from norikae.argocd import freeze
from norikae.argocd.home import home_of
from norikae.argocd.hub import ensure_forgotten
from norikae.cluster.health import first_broken
from norikae.cluster.identity import forget_cluster
from norikae.cluster.names import ENVIRONMENT_TAG
from norikae.cluster.orphans import ensure_swept
from norikae.errors import CredentialsExpiredError, NotFoundError, RefusedError, UnreachableError
from norikae.upgrade.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from norikae.cluster.compute_port import ScalingGroup
    from norikae.cluster.eks_port import Addon, Cluster, Eks, NodeGroup
    from norikae.cluster.ports import Json, Kubernetes
    from norikae.cluster.site import Site
    from norikae.environment import Environment

INGRESSES = "ingresses.networking.k8s.io"
BINDINGS = "targetgroupbindings.elbv2.k8s.aws"
NOTHING_INSIDE = frozenset({"CREATING", "DELETING", "FAILED"})
"""States in which EKS keeps nothing in a cluster that could be asked for."""

DONE = Progress.done()
SOON = 5
NAMED = 5
"""How many things a waiting text names before it only counts them."""


def ensure_frozen(site: Site, environment: Environment, name: str) -> Progress:
    """The next move towards an Argo CD that puts nothing back: stopped, or in mode hub without the cluster.

    Args:
        site: where the cluster is.
        environment: whose cluster it is.
        name: the cluster.

    Raises:
        RefusedError: the cluster is not ours to take away, or an ApplicationSet of the hub makes its applications.
    """
    found = site.eks.cluster(name)
    if found is not None:
        refuse_foreign(found, environment)
    home = home_of(environment.argocd, name)
    if home.is_central:
        endpoint = found.endpoint if found else ""
        return ensure_forgotten(site.kubernetes(home.cluster), environment.argocd, home, endpoint)
    if found is None or found.status in NOTHING_INSIDE:
        return DONE
    return _inside(site, found, lambda api: freeze.ensure_frozen(api, environment.argocd.namespace))


def ensure_no_load_balancers(site: Site, environment: Environment, name: str) -> Progress:
    """The next move towards a cluster in which nothing asks for a load balancer, or for a record set."""
    found = site.eks.cluster(name)
    if found is None or found.status in NOTHING_INSIDE:
        return DONE
    return _load_balancers(site, environment, found)


def ensure_gone(site: Site, environment: Environment, name: str) -> Progress:
    """The next move towards the cluster not existing; ready when neither EKS nor IAM knows it and nothing is left.

    Argo CD stops first, or in mode hub forgets the cluster, or it would put everything back. Then Ingresses, Services
    of type LoadBalancer and TargetGroupBindings go while their controllers still run, because only those delete the
    load balancers; the controllers end with the nodes, which are next: node groups of both kinds, add-ons, the deletion
    protection, the cluster with its access entries and Pod Identity associations. At last goes what IAM was told about
    it, and what its controllers left in AWS. Whoever calls this has proven that the cluster serves nothing.

    Args:
        site: where it is.
        environment: whose cluster it is.
        name: the cluster.

    Raises:
        RefusedError: the cluster is neither tagged with the environment nor the one that the environment adopted, or
            nodes are left that no node group owns.
        AwsRefusedError: a deletion failed; the text is AWS's.
    """
    frozen = ensure_frozen(site, environment, name)
    if not frozen.ready:
        return frozen
    found = site.eks.cluster(name)
    if found is None:
        return _after(site, environment, name)
    if found.status == "DELETING":
        return Progress.wait(f"cluster {name} is DELETING", environment.clusters.poll)
    if found.status not in NOTHING_INSIDE:
        for stage in (_load_balancers, _node_groups, _self_managed, _addons):
            progress = stage(site, environment, found)
            if not progress.ready:
                return progress
    return _control_plane(site.eks, environment, found)


def _after(site: Site, environment: Environment, name: str) -> Progress:
    """Nodes, trust and orphans go by the cluster's name, so also those of a cluster that somebody else deleted."""
    progress = _no_self_managed(site, environment, name)
    if progress.ready:
        progress = forget_cluster(site.identity, environment, name)
    return ensure_swept(site.orphans, name, environment.clusters.poll) if progress.ready else progress


def refuse_foreign(found: Cluster, environment: Environment) -> None:
    """A cluster is the environment's own, by its tag, or the one that the environment adopted.

    Raises:
        RefusedError: it is neither.
    """
    owner = found.tags.get(ENVIRONMENT_TAG)
    is_adopted = owner is None and found.name == environment.clusters.adopt
    if owner != environment.environment and not is_adopted:
        raise RefusedError(
            f"cluster {found.name} is not tagged {ENVIRONMENT_TAG}={environment.environment}"
            " and is not the adopted one; it is left as it is"
        )


def _load_balancers(site: Site, environment: Environment, found: Cluster) -> Progress:
    return _inside(site, found, lambda api: _no_load_balancers(api, environment))


def _inside(site: Site, found: Cluster, stage: Callable[[Kubernetes], Progress]) -> Progress:
    try:
        return stage(site.kubernetes(found.name))
    except (UnreachableError, NotFoundError, CredentialsExpiredError, RefusedError):
        # A build that stopped early has no rights for us yet; without nodes no controller ever made a load balancer.
        if site.eks.node_groups(found.name) or _groups_of(site, found.name):
            raise  # the controllers still run, so their load balancers can and must still go first
        return DONE


def _no_load_balancers(api: Kubernetes, environment: Environment) -> Progress:
    """Ingresses and Services first: with them go the bindings that their controller made; the others are people's."""
    doors = [("Ingress", INGRESSES, one) for one in api.list(INGRESSES)]
    doors += [("Service", "services", one) for one in api.list("services") if _is_balanced(one)]
    left = doors or [("TargetGroupBinding", BINDINGS, one) for one in api.list(BINDINGS)]
    for _, resource, obj in left:
        if "deletionTimestamp" not in obj["metadata"]:
            api.delete(resource, obj["metadata"]["name"], obj["metadata"]["namespace"])
    if left:
        return Progress.wait(_still_there([(kind, obj) for kind, _, obj in left]), environment.clusters.poll)
    return DONE


def _is_balanced(service: Json) -> bool:
    return bool(service.get("spec", {}).get("type") == "LoadBalancer")


def _still_there(left: list[tuple[str, Json]]) -> str:
    named = ", ".join(f"{kind} {o['metadata']['namespace']}/{o['metadata']['name']}" for kind, o in left[:NAMED])
    more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
    return f"load balancers of {named}{more} to be deleted"


def _node_groups(site: Site, environment: Environment, found: Cluster) -> Progress:
    groups = site.eks.node_groups(found.name)
    first_broken("eks:DeleteNodegroup", "node group", [one for one in groups if one.status == "DELETE_FAILED"])
    return _deleted("node groups", groups, site.eks.delete_node_group, environment, found)


def _self_managed(site: Site, environment: Environment, found: Cluster) -> Progress:
    return _no_self_managed(site, environment, found.name)


def _no_self_managed(site: Site, environment: Environment, name: str) -> Progress:
    """Groups with the cluster's tag, then their instances, then the launch templates, which are norikae's own."""
    groups = _groups_of(site, name)
    for group in groups:
        if not group.status:
            site.compute.delete_scaling_group(group.name)
    if groups:
        names = ", ".join(group.name for group in groups)
        return Progress.wait(f"Auto Scaling groups {names} to be deleted", environment.clusters.poll)
    running = site.compute.instances(name)
    if alive := [one.id for one in running if one.state in {"pending", "running"} and not one.group]:
        raise RefusedError(
            f"instances {', '.join(alive[:NAMED])} ({len(alive)} in all) are nodes of {name}, but no node group owns "
            "them; end them (with Karpenter: delete its NodePools), then resume"
        )
    if running:
        return Progress.wait(f"{len(running)} instances of {name} to end", environment.clusters.poll)
    for template in site.compute.launch_templates(name, environment.environment):
        site.compute.delete_launch_template(template.id)
    return Progress.done()


def _groups_of(site: Site, name: str) -> list[ScalingGroup]:
    return [group for group in site.compute.scaling_groups(name) if not group.managed]


def _addons(site: Site, environment: Environment, found: Cluster) -> Progress:
    addons = site.eks.addons(found.name)
    first_broken("eks:DeleteAddon", "add-on", [one for one in addons if one.status == "DELETE_FAILED"])
    return _deleted("add-ons", addons, site.eks.delete_addon, environment, found)


def _deleted(
    what: str,
    things: Sequence[NodeGroup | Addon],
    delete: Callable[[str, str], None],
    environment: Environment,
    found: Cluster,
) -> Progress:
    for thing in things:
        if thing.status != "DELETING":
            delete(found.name, thing.name)
    if not things:
        return Progress.done()
    names = ", ".join(thing.name for thing in things)
    return Progress.wait(f"{what} {names} of {found.name} to be deleted", environment.clusters.poll)


def _control_plane(eks: Eks, environment: Environment, found: Cluster) -> Progress:
    poll = environment.clusters.poll
    if found.status in {"CREATING", "UPDATING", "PENDING"}:
        return Progress.wait(f"cluster {found.name} is {found.status}", poll)
    if found.deletion_protection:
        eks.set_deletion_protection(found.name, on=False)
        return Progress.wait(f"the deletion protection of {found.name} goes off", SOON)
    eks.delete_cluster(found.name)
    return Progress.wait(f"cluster {found.name} was just asked to go", poll)
