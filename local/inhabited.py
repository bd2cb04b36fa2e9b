"""One cluster with everything that lives in it: API server, controllers, load balancers, DNS, operators of secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.cluster.cluster import KubernetesCluster
from local.edge.alb_controller import AlbController
from local.edge.external_dns import ExternalDns
from local.kubernetes.api import ApiServer
from local.kubernetes.endpoint import serve
from local.secrets.operators import SecretOperators

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.elbv2 import ElbSimulator
    from local.aws.route53.simulator import Route53Simulator
    from local.cluster.argocd.sites import Reach
    from local.cluster.git import GitRepositories
    from local.edge.alb import Alb
    from local.kernel import Kernel
    from local.kubernetes.users import User
    from local.secrets.reading import Reading


class InhabitedCluster:
    """A cluster as EKS gives it out: empty but for its API, until nodes join and something is applied.

    Args:
        kernel: the world's clock and lock.
        name: the cluster's name.
        version: its Kubernetes version.
        git: what Argo CD can clone.
        elb: where its load balancers are.
        alb: the data path to its pods.
        route53: where its external-dns writes.
        authenticate: whose token a bearer token is.
        reach: how an Argo CD in it comes to other clusters.
        subnets: where its load balancers are.
        reading: makes what its pods see of Secrets Manager.
        region: where it is.
    """

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        version: str,
        *,
        git: GitRepositories,
        elb: ElbSimulator,
        alb: Alb,
        route53: Route53Simulator,
        authenticate: Callable[[str], User | None],
        reach: Reach,
        subnets: tuple[str, ...],
        reading: Callable[[ApiServer], Reading],
        region: str,
    ) -> None:
        self.api = ApiServer(name=name, version=version, now=kernel.now, random=kernel.stream(f"kubernetes/{name}"))
        self.controllers = KubernetesCluster(kernel, self.api, git=git, reach=reach)
        self.load_balancers = AlbController(kernel, self.controllers, elb, name, subnets=subnets)
        self.external_dns = ExternalDns(kernel, self.api, route53, name)
        self.secrets = SecretOperators(kernel, self.controllers, reading(self.api), region)
        self.endpoint = serve(self.api, lock=kernel.lock, authenticate=authenticate)
        self._alb = alb
        alb.attach(name, self.controllers)
        self.controllers.autoscalers.load = lambda namespace, pod: alb.load(name, namespace, pod)

    def close(self) -> None:
        """The cluster is deleted: nothing in it runs or answers any more."""
        self.load_balancers.stop()
        self.external_dns.stop()
        self.controllers.stop()
        self._alb.detach(self.api.name)
        self.endpoint.close()
