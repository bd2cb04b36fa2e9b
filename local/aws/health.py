"""AWS Health: what AWS plans to do to machines, said to EventBridge and shown by DescribeInstanceStatus.

Sources: AWS Health guide, "Amazon EventBridge events for AWS Health" (schema, pages, backup events; an entity is named
by its id or by its ARN), and EC2 guide, "Scheduled events for your instances".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from local.aws.ec2.simulator import Ec2Simulator
    from local.kernel import Kernel

RETIREMENT = "AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED"
CODES = {
    RETIREMENT: "instance-retirement",
    "AWS_EC2_INSTANCE_STOP_SCHEDULED": "instance-stop",
    "AWS_EC2_INSTANCE_REBOOT_MAINTENANCE_SCHEDULED": "instance-reboot",
    "AWS_EC2_SYSTEM_REBOOT_MAINTENANCE_SCHEDULED": "system-reboot",
    "AWS_EC2_INSTANCE_NETWORK_MAINTENANCE_SCHEDULED": "system-maintenance",
}
"""Event types of AWS Health, and the code of the same event in EC2."""
_TIME = "%a, %d %b %Y %H:%M:%S GMT"


@dataclass(slots=True, eq=False)
class HealthEvent:
    """Something that AWS plans for machines.

    Attributes:
        arn: of the event.
        code: its type.
        begins: when it is done.
        instances: id of each machine to the id of the event that EC2 shows for it.
        updates: how often it was said.
        closed: it is over or taken back.
    """

    arn: str
    code: str
    begins: datetime
    instances: dict[str, str]
    updates: int = 0
    closed: bool = field(default=False)


class Health:
    """AWS Health of one account and region.

    Args:
        kernel: the clock.
        ec2: the machines.
        account: twelve digits.
        region: of the machines.
    """

    def __init__(self, kernel: Kernel, ec2: Ec2Simulator, *, account: str, region: str) -> None:
        self._kernel, self._ec2, self._account, self._region = kernel, ec2, account, region
        self.as_arns = False
        """Whether entities are named by their ARNs, as newer events do, and not by their ids."""
        self.page_size = 100
        """Entities of one event; more come in further pages."""
        self.backup = False
        """Whether the copy for the backup Region arrives, too, as where a rule there sends it on to this bus."""

    def schedule(self, code: str, instances: Sequence[str], *, seconds: float) -> HealthEvent:
        """AWS plans something for machines, and says so; a retirement ends them when its time has come.

        Args:
            code: an event type of ``CODES``.
            instances: ids.
            seconds: until it begins.
        """
        begins = self._kernel.utcnow() + timedelta(seconds=seconds)
        key = self._kernel.uuid("health/events")
        arn = f"arn:aws:health:{self._region}::event/EC2/{code}/{code}_{key}"
        shown = {one: self._ec2.schedule(one, CODES[code], not_before=begins).id for one in instances}
        event = HealthEvent(arn, code, begins, shown)
        self._say(event, "upcoming", "PENDING")
        if code == RETIREMENT:
            self._kernel.after(self._kernel.seconds() - self._kernel.env.now + seconds, lambda: self._retire(event))
        return event

    def again(self, event: HealthEvent) -> None:
        """The same is said once more, as an update."""
        self._say(event, "open", "PENDING")

    def close(self, event: HealthEvent) -> None:
        """The plan is over or taken back."""
        event.closed = True
        for instance, shown in event.instances.items():
            self._ec2.instances[instance].events.pop(shown, None)
        self._say(event, "closed", "RESOLVED")

    def _retire(self, event: HealthEvent) -> None:
        if event.closed:
            return
        for instance in event.instances:
            self._ec2.end(self._ec2.instances[instance])
        self.close(event)

    def _say(self, event: HealthEvent, status: str, entity_status: str) -> None:
        event.updates += 1
        found = [self._entity(one, entity_status) for one in event.instances]
        pages = [found[start : start + self.page_size] for start in range(0, len(found), self.page_size)]
        for number, page in enumerate(pages, 1):
            detail = self._detail(event, status) | {
                "affectedEntities": page,
                "page": str(number),
                "totalPages": str(len(pages)),
            }
            resources = [one["entityValue"] for one in page]
            self._ec2.says("aws.health", "AWS Health Event", {**detail, "backupEvent": "false"}, resources)
            if self.backup:
                self._ec2.says("aws.health", "AWS Health Event", {**detail, "backupEvent": "true"}, resources)

    def _entity(self, instance: str, status: str) -> dict[str, str]:
        arn = f"arn:aws:ec2:{self._region}:{self._account}:instance/{instance}"
        value = arn if self.as_arns else instance
        return {"entityValue": value, "status": status, "lastUpdatedTime": self._kernel.utcnow().strftime(_TIME)}

    def _detail(self, event: HealthEvent, status: str) -> dict[str, Any]:
        text = "EC2 has detected degradation of the underlying hardware hosting your Amazon EC2 instance."
        return {
            "eventArn": event.arn,
            "service": "EC2",
            "eventTypeCode": event.code,
            "eventTypeCategory": "scheduledChange",
            "eventScopeCode": "ACCOUNT_SPECIFIC",
            "communicationId": f"{event.arn.rpartition('_')[2]}-{event.updates}",
            "startTime": event.begins.strftime(_TIME),
            "lastUpdatedTime": self._kernel.utcnow().strftime(_TIME),
            "statusCode": status,
            "eventRegion": self._region,
            "eventDescription": [{"language": "en_US", "latestDescription": text}],
            "affectedAccount": self._account,
        }
