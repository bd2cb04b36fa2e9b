"""One simulated cluster: its machines and the controllers that act on its API server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from local.cluster.argocd.application_sets import ApplicationSets
from local.cluster.argocd.controller import ArgoCd
from local.cluster.argocd.sites import Reach, nowhere
from local.cluster.autoscalers import Autoscalers
from local.cluster.cronjobs import CronJobs
from local.cluster.daemonsets import DaemonSets
from local.cluster.definitions import Definitions
from local.cluster.deployments import Deployments
from local.cluster.disruption_budgets import DisruptionBudgets
from local.cluster.garbage import GarbageCollector
from local.cluster.informer import Informer
from local.cluster.jobs import Jobs
from local.cluster.kubelet import Kubelet
from local.cluster.machines import capacity_of
from local.cluster.namespaces import Namespaces
from local.cluster.node_lifecycle import NodeLifecycle, PodGarbage, TaintEviction
from local.cluster.nodes import Machine, Nodes
from local.cluster.objects import Json, is_ready_pod
from local.cluster.paces import Paces
from local.cluster.processes import Processes
from local.cluster.replicasets import ReplicaSets
from local.cluster.scheduler import Scheduler
from local.cluster.statefulsets import StatefulSets
from local.cluster.volumes import Volumes

if TYPE_CHECKING:
    from local.cluster.git import GitRepositories
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer


class KubernetesCluster:
    """Everything that runs in a cluster besides its API server; it lives from construction on.

    Args:
        kernel: virtual time.
        api: the cluster's API server, one per cluster.
        git: what Argo CD's repo server can clone.
        reach: the clusters that Argo CD may have Secrets for.
        paces: how long things take.
    """

    def __init__(
        self,
        kernel: Kernel,
        api: ApiServer,
        *,
        git: GitRepositories,
        reach: Reach = nowhere,
        paces: Paces = Paces(),  # noqa: B008 - a frozen value
    ) -> None:
        self.kernel, self.api = kernel, api
        self.informer = Informer(api)
        self._nodes = Nodes(kernel, api, self.informer, boot=paces.boot)
        self.kubelet = Kubelet(kernel, api, self.informer, self._nodes, paces=paces)
        self._processes = Processes(kernel, api, self.informer, self._nodes)
        api.read_logs = self._processes.logs
        self.autoscalers = Autoscalers(kernel, api, self.informer)
        self._controllers = [
            kind(kernel, api, self.informer)
            for kind in (
                Namespaces,
                Deployments,
                ReplicaSets,
                StatefulSets,
                DaemonSets,
                Jobs,
                CronJobs,
                Scheduler,
                NodeLifecycle,
                TaintEviction,
                PodGarbage,
                GarbageCollector,
                Definitions,
            )
        ]
        self._volumes = Volumes(kernel, api, self.informer, paces=paces)
        self._budgets = DisruptionBudgets(kernel, api, self.informer, lag=paces.disruption_lag)
        self.argocd = ArgoCd(kernel, api, self.informer, git, reach)
        self._application_sets = ApplicationSets(kernel, api, self.informer)
        self._ready: dict[tuple[str, tuple[tuple[str, str], ...]], list[Json]] = {}
        self._by_address: dict[str, Json] = {}
        self.informer.listen(self._note_pod)

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.api.name

    def add_node(
        self,
        name: str,
        *,
        labels: Mapping[str, str] | None = None,
        zone: str = "ap-northeast-1a",
        instance_type: str = "m7g.xlarge",
        capacity: Mapping[str, str] | None = None,
        instance: str = "",
        most_pods: int | None = None,
    ) -> None:
        """A machine joins the cluster; its Node is Ready after some seconds.

        Args:
            name: the Node's name, such as ``ip-10-0-1-2.ap-northeast-1.compute.internal``.
            labels: labels besides the well-known ones.
            zone: the availability zone.
            instance_type: for the well-known label.
            capacity: cpu, memory and pods as Kubernetes quantities; by default those of the instance type.
            instance: id of the EC2 instance; by default one that is made from the name.
            most_pods: how many pods the kubelet takes (``maxPods``); by default what the instance type has room for.

        Raises:
            ValueError: a machine of that name is there, or the type's capacity is not known.
        """
        room = dict(capacity or capacity_of(instance_type))
        if most_pods is not None:
            room["pods"] = str(most_pods)
        self._nodes.add(Machine(name, dict(labels or {}), zone, instance_type, room, instance))

    def remove_node(self, name: str) -> None:
        """A machine ends at once, with everything on it; its Node and pods are deleted seconds later.

        Raises:
            ValueError: there is no such machine.
        """
        self._nodes.remove(name)
        self._ready.clear()

    def hang_node(self, name: str) -> None:
        """A machine stops at once, and its Node stays: Ready becomes Unknown after 40 s of silence (50 s from 1.32 on).

        Raises:
            ValueError: there is no such machine.
        """
        self._nodes.hang(name)
        self._ready.clear()

    def stop(self) -> None:
        """The cluster is deleted: no controller acts any more, nothing answers."""
        self.informer.is_closed = True
        self._ready.clear()
        self._by_address.clear()

    def ready_pods(self, namespace: str, selector: Mapping[str, str]) -> list[Json]:
        """The pods that an EndpointSlice would list as ready: Running, Ready, not terminating, and on a live machine.

        Each has a ``status.podIP`` that no other pod of the cluster has or had. Read only: copies are not made.
        """
        if self.informer.is_closed:
            return []
        wanted = (namespace, tuple(sorted(selector.items())))
        if wanted not in self._ready:
            self._ready[wanted] = [
                pod
                for pod in self.informer.every("pods", namespace)
                if is_ready_pod(pod)
                and selector.items() <= (pod["metadata"].get("labels") or {}).items()
                and not self.kubelet.has_stopped(pod)
            ]
        return list(self._ready[wanted])

    def answers(self, address: str) -> bool:
        """Whether a request to a pod's address is answered at this instant.

        A pod that is being deleted goes on answering until its SIGTERM, that is, during its preStop sleep; one whose
        machine is gone does not answer, although the API server may still call it ready.
        """
        pod = self._by_address.get(address)
        if pod is None or self.kubelet.has_stopped(pod):
            return False
        return any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"]["conditions"])

    def _note_pod(self, event: str, resource: str, obj: Json, before: Json | None) -> None:
        del before
        if resource != "pods":
            return
        self._ready.clear()
        address = (obj.get("status") or {}).get("podIP")
        if address and event == "DELETED":
            self._by_address.pop(address, None)
        elif address:
            self._by_address[address] = obj
