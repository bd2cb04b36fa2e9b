"""Instances: they are launched, run, and end."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.iam.models import iam_backends

from local.aws.ec2.filters import check_page, matching, page, tag_list
from local.aws.ec2.records import Instance, Subnet, Template
from local.aws.images import processor_of_image
from local.aws.simulator import AwsError, Simulator
from norikae.cluster.processors import processor_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local.kernel import Kernel

POD_ADDRESSES = 16
"""What an instance takes of its subnet: its own address and a warm set for pods, as the VPC CNI keeps one."""

STATE_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48}
_ID = re.compile(r"i-([0-9a-f]{8}|[0-9a-f]{17})")
VISIBLE_SECONDS = 3600
"""How long a terminated instance is still described (EC2 user guide, "Terminate an instance": "for a short while")."""

Thing = tuple[str, str, dict[str, str]]
Says = Callable[[str, str, dict[str, Any], list[str]], object]


@dataclass(frozen=True, slots=True)
class Launch:
    """One instance that is asked for."""

    template: Template | None
    type: str
    subnet: Subnet
    spot: bool


class InstanceOperations(Simulator):
    """Launch (for Auto Scaling), describe and terminate instances."""

    on_running: list[Callable[[Instance], object]]
    on_ended: list[Callable[[Instance], object]]

    def __init__(self, kernel: Kernel, *, account: str, region: str) -> None:
        self.kernel, self.account, self.region = kernel, account, region
        self.templates: dict[str, Template] = {}
        self.instances: dict[str, Instance] = {}
        self.others: list[Thing] = []
        """Further things with tags: resource type, id, tags; such as a volume that was left behind."""
        self.refusals: list[Callable[[Launch], AwsError | None]] = []
        """Asked before each launch; the first that answers decides: no capacity, a quota, a denied key."""
        self.says: Says = lambda *_: None
        """Tells EventBridge: source, detail type, detail, resources."""

    def identifier(self, stream: str) -> str:
        """Seventeen hexadecimal digits."""
        return self.kernel.uuid(f"ec2/{stream}").replace("-", "")[:17]

    def lacks_capacity(self, instance_type: str, *, zone: str = "", spot: bool | None = None) -> None:
        """EC2 has no more machines of a type, in a zone or in all, of one purchase option or of both."""

        def refuse(launch: Launch) -> AwsError | None:
            if launch.type != instance_type or zone not in {"", launch.subnet.zone} or spot not in {None, launch.spot}:
                return None
            if launch.spot:
                return AwsError("UnfulfillableCapacity", _NO_SPOT)
            return AwsError("InsufficientInstanceCapacity", _NO_MACHINES.format(launch.type, launch.subnet.zone))

        self.refusals.append(refuse)

    def running(self, instance_id: str) -> Instance:
        """A machine that runs.

        Raises:
            ValueError: there is none of that id, or it does not run.
        """
        found = self.instances.get(instance_id)
        if found is None or found.state != "running":
            raise ValueError(f"{instance_id} is {found.state if found else 'unknown to EC2'}, not running")
        return found

    def launch(self, launch: Launch, tags: Mapping[str, str], *, booted: bool = False) -> Instance:
        """A new instance in pending, which runs after 20 to 40 seconds.

        Args:
            launch: what is asked for.
            tags: of the instance, besides those of its template.
            booted: it runs already, for whoever has waited for it elsewhere; nobody is told that it boots.

        Raises:
            AwsError: with EC2's code, as RunInstances refuses it.
        """
        refusal = self.refusal(launch)
        if refusal:
            raise refusal
        data = deepcopy(launch.template.data) if launch.template else {}
        self._check(launch, data)
        made = Instance(
            id=f"i-{self.identifier('instances')}",
            type=launch.type,
            subnet=launch.subnet,
            data=data,
            spot=launch.spot,
            launched_at=self.kernel.utcnow(),
            tags={
                **{
                    tag["Key"]: tag["Value"]
                    for one in data.get("TagSpecifications", [])
                    if one["ResourceType"] == "instance"
                    for tag in one["Tags"]
                },
                **tags,
            },
        )
        self.instances[made.id] = made
        launch.subnet.taken += POD_ADDRESSES
        self._tell(made)
        if booted:
            self._become(made, "running")
        else:
            self._later("boot", 20, 40, lambda: self._run(made))
        return made

    def _become(self, instance: Instance, state: str) -> None:
        instance.state = state
        self._tell(instance)

    def _tell(self, instance: Instance) -> None:
        """The event of a state (EC2 user guide, "Monitor for instance state changes")."""
        arn = f"arn:aws:ec2:{self.region}:{self.account}:instance/{instance.id}"
        detail = {"instance-id": instance.id, "state": instance.state}
        self.says("aws.ec2", "EC2 Instance State-change Notification", detail, [arn])

    def refusal(self, launch: Launch) -> AwsError | None:
        """Why EC2 has no machine or no address for a launch, if so."""
        found = next((error for refuse in self.refusals if (error := refuse(launch))), None)
        if found is None and launch.subnet.free < POD_ADDRESSES:
            text = "There are not enough free addresses in subnet '{}' to satisfy the requested number of instances."
            return AwsError("InsufficientFreeAddressesInSubnet", text.format(launch.subnet.id))
        return found

    def _check(self, launch: Launch, data: dict[str, Any]) -> None:
        image = data.get("ImageId", "")
        processor = processor_of_image(image)
        if processor is None:
            raise AwsError("InvalidAMIID.NotFound", f"The image id '[{image}]' does not exist")
        if processor != processor_of(launch.type):
            text = (
                f"The architecture '{processor_of(launch.type)}' of the specified instance type does not match the "
                f"architecture '{processor}' of the specified AMI. Specify an instance type and an AMI that have "
                "matching architectures, and try again."
            )
            raise AwsError("InvalidParameterValue", text)
        profile = data.get("IamInstanceProfile", {}).get("Arn", "")
        if profile and self.role_of_profile(profile) is None:
            raise AwsError(
                "InvalidParameterValue", f"Value ({profile}) for parameter iamInstanceProfile.arn is invalid."
            )

    def role_of_profile(self, profile: str) -> str | None:
        """The ARN of the role in an instance profile, or nothing if there is no such profile."""
        profiles = iam_backends[self.account]["aws"].instance_profiles.values()
        found = next((one for one in profiles if one.arn == profile), None)
        return str(found.roles[0].arn) if found and found.roles else None

    def parts_of(self, instance: Instance) -> list[Thing]:
        """The volume and the network interface of an instance, with the tags that they were launched with."""
        suffix = instance.id[2:]
        found: list[Thing] = []
        for one in instance.data.get("TagSpecifications", []):
            prefix = {"volume": "vol", "network-interface": "eni"}.get(one["ResourceType"])
            if prefix:
                tags = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
                found.append((one["ResourceType"], f"{prefix}-{suffix}", tags))
        return found

    def end(self, instance: Instance, *, at_once: bool = False) -> None:
        """An instance shuts down, and is terminated after 30 to 50 seconds.

        Args:
            instance: of any state; one that is ending is not changed.
            at_once: it is terminated now, for whoever has waited for it elsewhere.
        """
        if instance.state not in {"pending", "running"}:
            return
        was_running = instance.state == "running"
        self._become(instance, "shutting-down")
        instance.ended_at = self.kernel.seconds()
        instance.subnet.taken -= POD_ADDRESSES
        if at_once:
            self._become(instance, "terminated")
        else:
            self._later("ends", 30, 50, lambda: self._become(instance, "terminated"))
        for told in self.on_ended if was_running else ():
            told(instance)

    def _run(self, instance: Instance) -> None:
        if instance.state == "pending":
            self._become(instance, "running")
            for told in self.on_running:
                told(instance)

    def _later(self, what: str, low: float, high: float, action: Callable[[], object]) -> None:
        spent = self.kernel.seconds() - self.kernel.env.now
        self.kernel.after(spent + self.kernel.stream(f"ec2/{what}").uniform(low, high), action)

    def describe_instances(self, **request: Any) -> dict[str, Any]:
        """The instances, each in a reservation of its own; terminated ones for an hour."""
        check_page(request)
        keys = {
            "instance-id": "InstanceId",
            "instance-state-name": "State",
            "private-dns-name": "PrivateDnsName",
            "subnet-id": "SubnetId",
        }
        rows = [self._described(one) for one in self.described(request.get("InstanceIds", []))]
        found = matching(rows, request.get("Filters", []), keys)
        reservations = [
            {"ReservationId": f"r-{row['InstanceId'][2:]}", "OwnerId": self.account, "Instances": [row]}
            for row in found
        ]
        return page(reservations, request, "Reservations")

    def described(self, ids: Sequence[str]) -> list[Instance]:
        """The machines of some ids, or all; terminated ones for an hour.

        Raises:
            AwsError: one of the ids cannot be one, or is of no machine; then there is no answer about any.
        """
        for wanted in ids:
            if not _ID.fullmatch(wanted):
                raise AwsError("InvalidInstanceID.Malformed", f'Invalid id: "{wanted}"')
        now = self.kernel.seconds()
        seen = [one for one in self.instances.values() if one.ended_at is None or now - one.ended_at < VISIBLE_SECONDS]
        if missing := [wanted for wanted in ids if wanted not in {one.id for one in seen}]:
            what = f"IDs '{', '.join(missing)}' do" if len(missing) > 1 else f"ID '{missing[0]}' does"
            raise AwsError("InvalidInstanceID.NotFound", f"The instance {what} not exist")
        return [one for one in seen if one.id in ids] if ids else seen

    def _described(self, one: Instance) -> dict[str, Any]:
        return {
            "InstanceId": one.id,
            "InstanceType": one.type,
            "ImageId": one.data.get("ImageId", ""),
            "State": _state(one),
            "PrivateDnsName": "" if one.state == "terminated" else one.name,
            "SubnetId": one.subnet.id,
            "Placement": {"AvailabilityZone": one.subnet.zone, "AvailabilityZoneId": one.subnet.zone_id},
            "LaunchTime": one.launched_at,
            **({"InstanceLifecycle": "spot"} if one.spot else {}),
            "Tags": tag_list(one.tags),
        }

    def terminate_instances(self, **request: Any) -> dict[str, Any]:
        """Instances end."""
        self.described(request["InstanceIds"])
        for key in request["InstanceIds"]:
            self.end(self.instances[key])
        return {
            "TerminatingInstances": [
                {"InstanceId": key, "CurrentState": _state(self.instances[key])} for key in request["InstanceIds"]
            ]
        }


def _state(one: Instance) -> dict[str, Any]:
    return {"Name": one.state, "Code": STATE_CODES[one.state]}


_NO_MACHINES = (
    "We currently do not have sufficient {} capacity in the Availability Zone you requested ({}). "
    "Our system will be working on provisioning additional capacity."
)
_NO_SPOT = "Unable to fulfill capacity due to your request configuration. Please adjust your request and try again."
