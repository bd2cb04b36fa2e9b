"""The AWS Load Balancer Controller of one cluster: Ingresses of class ``alb`` become load balancers.

It acts one or two seconds after something changed and never polls; it does nothing while its own Deployment has no
ready replica. Contract: docs/world/load-balancer.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.simulator import AwsError
from local.edge import alb_model
from local.edge.alb_annotations import ModelError
from local.edge.alb_deploy import Deployer
from local.edge.alb_pods import PodIndex
from local.kubernetes.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local.aws.elbv2 import ElbSimulator
    from local.edge.alb_pods import Cluster
    from local.kernel import Kernel

Json = dict[str, Any]

INGRESSES = "ingresses.networking.k8s.io"
DEPLOYMENT = "aws-load-balancer-controller"
NAMESPACE = "kube-system"
MANAGER = "aws-load-balancer-controller"
REACTION_SECONDS = (1.0, 2.0)
RETRY_SECONDS = (30.0, 60.0)
WATCHED = frozenset({INGRESSES, "services", "deployments.apps"})


class AlbController:
    """Keeps load balancers, rules and targets as the Ingresses of a cluster ask for.

    Args:
        kernel: the world's clock.
        cluster: the cluster that it runs in.
        elb: Elastic Load Balancing.
        cluster_name: the value of the tag ``elbv2.k8s.aws/cluster``.
        subnets: where load balancers go when no annotation says otherwise.
    """

    def __init__(
        self,
        kernel: Kernel,
        cluster: Cluster,
        elb: ElbSimulator,
        cluster_name: str,
        *,
        subnets: Sequence[str] = ("subnet-a", "subnet-c"),
    ) -> None:
        self.kernel, self.api, self.elb, self.name = kernel, cluster.api, elb, cluster_name
        self.subnets = tuple(subnets)
        self.failures: dict[str, str] = {}
        """Why the load balancer of a stack could not be made, by stack, as in the controller's event."""
        self._due = self._stopped = False
        self._refused = False
        """Whether AWS refused something in this round, so that another one follows without a change."""
        pods = PodIndex(self.api, lambda _pod: self._wake())
        self._deployer = Deployer(elb, cluster_name, pods)
        self.api.subscribe(self._notice)
        self._wake()

    def stop(self) -> None:
        """The cluster is gone: whatever exists in AWS stays there, as orphans do."""
        self._stopped = True

    @property
    def active(self) -> bool:
        """Whether the controller's own Deployment has a ready replica."""
        try:
            deployment = self.api.get("deployments.apps", DEPLOYMENT, NAMESPACE)
        except ApiError:
            return False
        return bool((deployment.get("status") or {}).get("readyReplicas"))

    def _notice(self, _event: str, resource: str, obj: Json) -> None:
        if resource in WATCHED and (resource != "deployments.apps" or obj["metadata"]["name"] == DEPLOYMENT):
            self._wake()

    def _wake(self, delay: tuple[float, float] = REACTION_SECONDS) -> None:
        if not self._due:
            self._due = True
            seconds = self.kernel.stream(f"alb-controller/{self.name}").uniform(*delay)
            self.kernel.after(seconds, self._reconcile)

    def _reconcile(self) -> None:
        self._due = self._refused = False
        if self._stopped or not self.active:
            return
        with self.elb.as_caller(f"{MANAGER}/{self.name}"):
            self._reconcile_stacks()
        if self._refused:
            self._wake(RETRY_SECONDS)

    def _reconcile_stacks(self) -> None:
        services = {
            (service["metadata"]["namespace"], service["metadata"]["name"]): service
            for service in self.api.list("services")
        }
        stacks: dict[str, list[Json]] = {}
        for ingress in self.api.list(INGRESSES):
            if _is_ours(ingress):
                stacks.setdefault(alb_model.stack_of(ingress), []).append(ingress)
        self.failures = {stack: why for stack, why in self.failures.items() if stack in stacks}
        for stack in sorted(stacks):
            self._reconcile_stack(stack, stacks[stack], services)
        for stack in sorted(self._deployer.stacks() - stacks.keys()):
            self._deployer.remove(stack)

    def _reconcile_stack(self, stack: str, members: list[Json], services: alb_model.Services) -> None:
        staying = [ingress for ingress in members if not ingress["metadata"].get("deletionTimestamp")]
        leaving = [ingress for ingress in members if ingress["metadata"].get("deletionTimestamp")]
        try:
            if staying:
                for ingress in staying:
                    self._hold(ingress)
                wanted = alb_model.build(self.name, stack, staying, services, self.subnets)
                owner = self._deployer.deploy(wanted)
                for ingress in staying:
                    self._publish(ingress, owner.dns_name)
            else:
                self._deployer.remove(stack)
        except (ModelError, AwsError) as error:
            self._refused |= isinstance(error, AwsError)
            self._fail(stack, members, str(error))
            return
        self.failures.pop(stack, None)
        for ingress in leaving:
            self._release(ingress)

    def _hold(self, ingress: Json) -> None:
        finalizer = alb_model.finalizer_of(ingress)
        present = ingress["metadata"].get("finalizers") or []
        if finalizer not in present:
            self._patch(ingress, {"metadata": {"finalizers": [*present, finalizer]}})

    def _release(self, ingress: Json) -> None:
        finalizer = alb_model.finalizer_of(ingress)
        present = ingress["metadata"].get("finalizers") or []
        if finalizer in present:
            rest = [other for other in present if other != finalizer]
            self._patch(ingress, {"metadata": {"finalizers": rest or None}})

    def _publish(self, ingress: Json, hostname: str) -> None:
        status = {"loadBalancer": {"ingress": [{"hostname": hostname}]}}
        if ingress.get("status") != status:
            self._patch(ingress, {"status": status}, "status")

    def _patch(self, ingress: Json, body: Json, subresource: str = "") -> None:
        name, namespace = ingress["metadata"]["name"], ingress["metadata"]["namespace"]
        self.api.patch(INGRESSES, name, namespace, body, kind="merge", subresource=subresource, manager=MANAGER)

    def _fail(self, stack: str, members: list[Json], why: str) -> None:
        if self.failures.get(stack) == why:
            return
        self.failures[stack] = why
        for ingress in members:
            metadata = ingress["metadata"]
            event = {
                "metadata": {"generateName": f"{metadata['name']}."},
                "involvedObject": {
                    "apiVersion": "networking.k8s.io/v1",
                    "kind": "Ingress",
                    "name": metadata["name"],
                    "namespace": metadata["namespace"],
                },
                "type": "Warning",
                "reason": "FailedDeployModel",
                "message": why,
            }
            self.api.create("events", event, namespace=metadata["namespace"], manager=MANAGER)


def _is_ours(ingress: Json) -> bool:
    """Whether an Ingress has class ``alb``, by field or by the older annotation."""
    old = (ingress["metadata"].get("annotations") or {}).get("kubernetes.io/ingress.class")
    name: str | None = ingress["spec"].get("ingressClassName", old)
    return name == "alb"
