"""The API of EventBridge Scheduler, and the clock that makes its schedules come.

Source: EventBridge Scheduler API reference and guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.mischief import Mischief
from local.aws.scheduler.delivery import Delivery
from local.aws.scheduler.records import DEFAULT, Group, Schedule, check, complete
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.kernel import Kernel

_TICK = 60.0
_PAGE = 100
_NAMES = {"Name", "GroupName", "ClientToken"}
_SHOWN = ("ActionAfterCompletion", "Description", "EndDate", "FlexibleTimeWindow", "KmsKeyArn", "ScheduleExpression")
_SHOWN_TOO = ("ScheduleExpressionTimezone", "StartDate", "State", "Target")


class SchedulerSimulator(Simulator):
    """The schedules of one account and region.

    Args:
        kernel: the world's clock.
        account: twelve digits.
        region: such as ``ap-northeast-1``.
        function: hands an event to a Lambda function asynchronously: ARN, event.
        authorize: whether a role may do an action on a resource.
    """

    service: ClassVar[str] = "scheduler"

    def __init__(
        self,
        kernel: Kernel,
        *,
        account: str,
        region: str,
        function: Callable[[str, Any], None],
        authorize: Callable[[str, str, str], bool] = lambda _role, _action, _resource: True,
    ) -> None:
        self._kernel, self._prefix = kernel, f"arn:aws:scheduler:{region}:{account}"
        self.delivery = Delivery(kernel, function, authorize)
        self.groups = {DEFAULT: self._group(DEFAULT)}
        self.schedules: dict[tuple[str, str], Schedule] = {}
        self.mischief = Mischief()
        """How often an occurrence is handed over twice, and how late."""
        self._ticks = False

    def create_schedule_group(self, **request: Any) -> dict[str, Any]:
        """A group; the same request with the same token once more makes nothing.

        Raises:
            AwsError: ``ConflictException`` for a name that is taken.
        """
        name, token = request["Name"], request.get("ClientToken", "")
        if name in self.groups and (not token or self.groups[name].token != token):
            raise AwsError("ConflictException", f"Schedule group {name} already exists.", 409)
        if name not in self.groups:
            self.groups[name] = self._group(name, request.get("Tags") or [], token)
        return {"ScheduleGroupArn": self.groups[name].arn}

    def get_schedule_group(self, **request: Any) -> dict[str, Any]:
        """A group by its name."""
        found = self._known(request["Name"])
        times = {"CreationDate": found.created, "LastModificationDate": found.created}
        return {"Arn": found.arn, "Name": found.name, "State": "ACTIVE", **times}

    def delete_schedule_group(self, **request: Any) -> None:
        """A group with all its schedules; AWS takes a while for that, here it is done at once.

        Raises:
            AwsError: ``ValidationException`` for the default group.
        """
        group = self._known(request["Name"])
        if group.name == DEFAULT:
            raise AwsError("ValidationException", "You can't delete the default schedule group.")
        self.schedules = {key: one for key, one in self.schedules.items() if one.group is not group}
        del self.groups[group.name]

    def list_tags_for_resource(self, **request: Any) -> dict[str, Any]:
        """The tags of a group."""
        return {"Tags": self._known(request["ResourceArn"].rpartition("/")[2]).tags}

    def create_schedule(self, **request: Any) -> dict[str, Any]:
        """A schedule; the same request with the same token once more makes nothing.

        Raises:
            AwsError: ``ConflictException``, ``ResourceNotFoundException`` of its group, ``ValidationException``.
        """
        group, token = self._known(request.get("GroupName") or DEFAULT), request.get("ClientToken", "")
        known = self.schedules.get((group.name, request["Name"]))
        if known is not None and (not token or known.token != token):
            raise AwsError("ConflictException", f"Schedule {known.name} already exists.", 409)
        if known is None:
            now = self._kernel.utcnow()
            arn = f"{self._prefix}:schedule/{group.name}/{request['Name']}"
            self._keep(Schedule(request["Name"], group, arn, self._taken(request, group), now, now, token=token))
        return {"ScheduleArn": self.schedules[group.name, request["Name"]].arn}

    def update_schedule(self, **request: Any) -> dict[str, Any]:
        """Everything of a schedule anew; what the request does not say has its default again.

        Raises:
            AwsError: ``ResourceNotFoundException``, ``ValidationException``.
        """
        known = self._schedule(request)
        known.members, known.changed = self._taken(request, known.group), self._kernel.utcnow()
        self._keep(known)
        return {"ScheduleArn": known.arn}

    def get_schedule(self, **request: Any) -> dict[str, Any]:
        """A schedule.

        Raises:
            AwsError: ``ResourceNotFoundException``.
        """
        known = self._schedule(request)
        shown = {name: known.members[name] for name in (*_SHOWN, *_SHOWN_TOO) if name in known.members}
        return {**_summary(known), **shown}

    def delete_schedule(self, **request: Any) -> None:
        """A schedule is gone; an occurrence that is being handed over goes on.

        Raises:
            AwsError: ``ResourceNotFoundException``.
        """
        known = self._schedule(request)
        del self.schedules[known.group.name, known.name]

    def list_schedules(self, **request: Any) -> dict[str, Any]:
        """Schedules by group, beginning of the name and state, in the order of their names.

        Raises:
            AwsError: ``ResourceNotFoundException`` of the group, ``ValidationException`` of the token.
        """
        group, begin = request.get("GroupName"), request.get("NamePrefix", "")
        if group:
            self._known(group)
        found = [
            {**_summary(one), "State": one.members["State"], "Target": {"Arn": one.members["Target"]["Arn"]}}
            for (of, name), one in sorted(self.schedules.items())
            if (not group or of == group) and name.startswith(begin)
            if request.get("State", one.members["State"]) == one.members["State"]
        ]
        token, size = request.get("NextToken", "0"), request.get("MaxResults", _PAGE)
        if not token.isdecimal():
            raise AwsError("ValidationException", "Invalid NextToken.")
        end = int(token) + size
        more = {"NextToken": str(end)} if end < len(found) else {}
        return {"Schedules": found[int(token) : end], **more}

    def _group(self, name: str, tags: list[dict[str, str]] | None = None, token: str = "") -> Group:
        return Group(name, f"{self._prefix}:schedule-group/{name}", self._kernel.utcnow(), tags or [], token)

    def _known(self, name: str) -> Group:
        if name not in self.groups:
            raise AwsError("ResourceNotFoundException", f"Schedule group {name} does not exist.", 404)
        return self.groups[name]

    def _schedule(self, request: dict[str, Any]) -> Schedule:
        group = self._known(request.get("GroupName") or DEFAULT)
        if (group.name, request["Name"]) not in self.schedules:
            raise AwsError("ResourceNotFoundException", f"Schedule {request['Name']} does not exist.", 404)
        return self.schedules[group.name, request["Name"]]

    def _taken(self, request: dict[str, Any], group: Group) -> dict[str, Any]:
        members = complete({key: value for key, value in request.items() if key not in _NAMES})
        check(members, group, self._kernel.now())
        return members

    def _keep(self, schedule: Schedule) -> None:
        """It is there, and the clock looks at it from now on; a world without schedules has no such clock."""
        schedule.due = schedule.first_from(self._kernel.now())
        self.schedules[schedule.group.name, schedule.name] = schedule
        if not self._ticks:
            self._ticks = True
            self._kernel.every(_TICK, self._tick, first=-self._kernel.now() % _TICK)

    def _tick(self) -> None:
        """Every schedule that is due before the next minute comes within its window; one that comes no more may go."""
        now = self._kernel.now()
        for key, schedule in list(self.schedules.items()):
            while schedule.due is not None and schedule.due < now + _TICK:
                # The calendar may have been put forward: what was due meanwhile did not happen.
                if schedule.enabled and schedule.due > now - _TICK:
                    self._come(schedule, schedule.due)
                schedule.due = schedule.next_after(max(schedule.due, now - _TICK))
            if schedule.due is None and schedule.members["ActionAfterCompletion"] == "DELETE":
                del self.schedules[key]

    def _come(self, schedule: Schedule, due: float) -> None:
        """An occurrence is handed over once, or twice: "at least once"."""
        stream = self._kernel.stream("scheduler")
        for _ in range(2 if self.mischief.doubles(stream) else 1):
            late = stream.uniform(0, schedule.window - 1) + self.mischief.late(stream)
            wait = max(0.0, due - self._kernel.now()) + late
            self._kernel.after(wait, lambda: self._kernel.process(self.delivery.hand_over(schedule, due)))


def _summary(schedule: Schedule) -> dict[str, Any]:
    times = {"CreationDate": schedule.created, "LastModificationDate": schedule.changed}
    return {"Arn": schedule.arn, "Name": schedule.name, "GroupName": schedule.group.name, **times}
