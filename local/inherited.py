"""Blue as the run before left it: a cluster of norikae's own making that has become the one that serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from local.adopted import Serving, serve
from local.assembly import ROOT
from norikae.adapters.aws.table import DynamoRunTable
from norikae.cluster.names import ENVIRONMENT_TAG, HUB_GROUP, ROLE_TAG, RUN_TAG
from norikae.cluster.rbac import for_namespace, without_hub
from norikae.settings import Settings
from norikae.upgrade.identity import Writer
from norikae.upgrade.lease import Lease
from norikae.upgrade.state import ClustersItem

if TYPE_CHECKING:
    from local.adopted import Dns
    from local.deploy import Deployment
    from local.world import World

RUN = "demo-the-run-before"
ADMIN = "norikae:admin"


def inherit_blue(
    world: World, deployment: Deployment, *, name: str, version: str, domain: str, dns: Dns = "controller"
) -> None:
    """A cluster that an earlier run has built serves all applications and all DNS weight, and is blue by the record.

    Args:
        world: an empty world without a hosted zone.
        deployment: norikae's own stack.
        name: of the cluster.
        version: its Kubernetes version.
        domain: the domain of the hosted zone.
        dns: who has made the weighted records.
    """
    environment = world.environment.environment
    tags = {ENVIRONMENT_TAG: environment, RUN_TAG: RUN, ROLE_TAG: "green"}
    entries = _entries(world, deployment)
    serve(world, Serving(name, version, domain, set_identifier=name, tags=tags, entries=entries, dns=dns))
    rbac = yaml.safe_load_all((ROOT / "lambdas/manifests/rbac.yaml").read_text(encoding="utf-8"))
    for obj in without_hub(for_namespace(list(rbac), world.environment.argocd.namespace)):
        world.clusters[name].api.apply(obj, manager="norikae")
    table = next(value for key, value in deployment.ids.items() if "Table" in key)
    records = DynamoRunTable(world.client("dynamodb"), table, environment, world.kernel.now(), 1)
    records.take("", Lease(RUN, RUN, 1), instead_of=None)
    records.write_environment(Writer(RUN, 1, 1), "CLUSTERS", ClustersItem(blue=name, run=RUN))
    records.release("", RUN)


def _entries(world: World, deployment: Deployment) -> dict[str, list[str]]:
    """Role to its groups as the run before left them: without the admins, who were let out at the hand-over."""
    builder = world.runtime.functions[deployment.functions["ensure_green_cluster"]]
    access = dict(Settings.from_variables(builder.environment).access)
    del access[HUB_GROUP]
    roles = {role for group, members in access.items() if group != ADMIN for role in members}
    return {role: [group for group, members in access.items() if role in members] for role in sorted(roles)}
