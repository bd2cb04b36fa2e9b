"""DescribeInstanceStatus: status checks, and the events that EC2 has scheduled for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.aws.ec2.filters import check_page, matching, page
from local.aws.ec2.instances import STATE_CODES, InstanceOperations

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from local.aws.ec2.records import Instance

INITIALIZING_SECONDS = 150
"""How long status checks of a new machine have no result."""
_KEYS = {
    "instance-state-name": "InstanceState",
    "availability-zone": "AvailabilityZone",
    "system-status.status": "SystemStatus",
    "instance-status.status": "InstanceStatus",
    "event.code": "Events",
}


@dataclass(frozen=True, slots=True)
class ScheduledEvent:
    """Something that AWS will do to a machine.

    Attributes:
        id: of the event.
        code: such as ``instance-retirement``.
        description: in AWS's words.
        not_before: when it begins.
    """

    id: str
    code: str
    description: str
    not_before: datetime


class StatusOperations(InstanceOperations):
    """Status checks and scheduled events of the machines."""

    on_impaired: list[Callable[[Instance], object]]

    def impair(self, instance_id: str, check: str = "system") -> None:
        """A status check of a running machine fails from now on; Auto Scaling replaces what its health check finds.

        Args:
            instance_id: of the machine.
            check: ``system`` (the host) or ``instance`` (its software).
        """
        instance = self.running(instance_id)
        instance.impaired.add(check)
        for told in self.on_impaired:
            told(instance)

    def schedule(self, instance_id: str, code: str, *, not_before: datetime, description: str = "") -> ScheduledEvent:
        """EC2 will do something to a machine, and says so until it is done or taken back."""
        event = ScheduledEvent(
            id=f"instance-event-{self.identifier('instance-events')}",
            code=code,
            description=description or "The instance is running on degraded hardware",
            not_before=not_before,
        )
        self.instances[instance_id].events[event.id] = event
        return event

    def describe_instance_status(self, **request: Any) -> dict[str, Any]:
        """The status of running machines, or with ``IncludeAllInstances`` of all that are described."""
        check_page(request)
        seen = self.described(request.get("InstanceIds", []))
        rows = [self._status(one) for one in seen if one.state == "running" or request.get("IncludeAllInstances")]
        return page(matching(rows, request.get("Filters", []), _KEYS), request, "InstanceStatuses")

    def _status(self, one: Instance) -> dict[str, Any]:
        return {
            "InstanceId": one.id,
            "AvailabilityZone": one.subnet.zone,
            "InstanceState": {"Name": one.state, "Code": STATE_CODES[one.state]},
            "SystemStatus": self._check_of(one, "system"),
            "InstanceStatus": self._check_of(one, "instance"),
            "Events": [
                {
                    "InstanceEventId": event.id,
                    "Code": event.code,
                    "Description": event.description,
                    "NotBefore": event.not_before,
                }
                for event in one.events.values()
            ],
        }

    def _check_of(self, one: Instance, check: str) -> dict[str, Any]:
        if one.state != "running":
            return {"Status": "not-applicable"}
        if check in one.impaired:
            return {"Status": "impaired", "Details": [{"Name": "reachability", "Status": "failed"}]}
        if (self.kernel.utcnow() - one.launched_at).total_seconds() < INITIALIZING_SECONDS:
            return {"Status": "initializing", "Details": [{"Name": "reachability", "Status": "initializing"}]}
        return {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}
