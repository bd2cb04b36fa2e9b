"""EC2 takes machines back: spot interruptions, rebalance recommendations, ends of capacity reservations.

Sources: EC2 user guide, "Spot Instance interruption notices", "EC2 instance rebalance recommendations", "Interruptible
Capacity Reservations" and "Capacity Blocks for ML". Their events name a machine by an ARN with its zone and without an
account, unlike those about a change of state.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from local.aws.ec2.instances import InstanceOperations

if TYPE_CHECKING:
    from local.aws.ec2.records import Instance

WARNING_SECONDS = 120.0
"""Between the notice and the end of a spot instance."""
RESERVATION_SECONDS = 120.0
"""Between the warning and the end of a machine whose reservation is taken back."""


class Interruptions(InstanceOperations):
    """Verbs of a story; each tells EventBridge and then does what it has told."""

    def interrupt(self, instance_id: str, action: str = "terminate") -> None:
        """A spot instance is warned, and ends two minutes later, whatever anybody does meanwhile.

        Args:
            instance_id: of a running spot instance that was not warned before.
            action: what is done to it; Auto Scaling starts instances that can only be terminated.

        Raises:
            ValueError: the machine cannot be interrupted so.
        """
        instance = self._spot(instance_id)
        if action != "terminate":
            raise ValueError(f"{instance_id} cannot be interrupted by {action}: a one-time request only terminates")
        if instance.interrupted:
            raise ValueError(f"{instance_id} was warned already")
        instance.interrupted = True
        self._warn(instance, "EC2 Spot Instance Interruption Warning", {"instance-action": action})
        self._ends_in(instance, WARNING_SECONDS)

    def rebalance(self, instance_id: str) -> None:
        """A spot instance is at elevated risk; nothing happens to it.

        Raises:
            ValueError: it is not a running spot instance.
        """
        self._warn(self._spot(instance_id), "EC2 Instance Rebalance Recommendation", {})

    def reclaim(self, share: float, cluster: str) -> list[str]:
        """A share of a cluster's spot instances is interrupted at once; drawn by the seed.

        Args:
            share: from 0 to 1, rounded up to whole machines.
            cluster: by the tag that nodes have.

        Returns:
            The ids of the interrupted machines.
        """
        found = [
            one.id
            for one in self.instances.values()
            if one.spot and one.state == "running" and not one.interrupted
            if one.tags.get(f"kubernetes.io/cluster/{cluster}") == "owned"
        ]
        chosen = self.kernel.stream("ec2/reclaims").sample(found, math.ceil(share * len(found)))
        for key in chosen:
            self.interrupt(key)
        return chosen

    def capacity_interruption(
        self, instance_id: str, *, seconds: float = RESERVATION_SECONDS, block: bool = False
    ) -> None:
        """A machine whose capacity reservation is taken back is warned, and ends when the warning says so.

        Args:
            instance_id: of a running on-demand instance.
            seconds: until its end.
            block: the reservation is a capacity block, which ends as planned.

        Raises:
            ValueError: it does not run, or is a spot instance.
        """
        instance = self.running(instance_id)
        if instance.spot:
            raise ValueError(f"{instance_id} is a spot instance, which has no capacity reservation")
        end = self.kernel.utcnow() + timedelta(seconds=seconds)
        zone = {"availability-zone-id" if block else "azId": instance.subnet.zone_id}
        detail = {"instance-action": "terminate", "instance-termination-time": f"{end:%Y-%m-%dT%H:%M:%SZ}", **zone}
        detail |= {"instance-lifecycle": "capacity-block"} if block else {}
        self._warn(instance, "EC2 Capacity Reservation Instance Interruption Warning", detail)
        self._ends_in(instance, seconds)

    def _spot(self, instance_id: str) -> Instance:
        instance = self.running(instance_id)
        if not instance.spot:
            raise ValueError(f"{instance_id} is not a spot instance")
        return instance

    def _warn(self, instance: Instance, kind: str, detail: dict[str, str]) -> None:
        arn = f"arn:aws:ec2:{instance.subnet.zone}:instance/{instance.id}"
        self.says("aws.ec2", kind, {"instance-id": instance.id, **detail}, [arn])

    def _ends_in(self, instance: Instance, seconds: float) -> None:
        spent = self.kernel.seconds() - self.kernel.env.now
        self.kernel.after(spent + seconds, lambda: self.end(instance))
