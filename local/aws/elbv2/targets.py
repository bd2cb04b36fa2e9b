# ruff: noqa: N803 - the API spells its members so
"""Targets: registration, health in virtual time, draining."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from local.aws.elbv2.records import Target
from local.aws.elbv2.store import ElbStore
from local.aws.simulator import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Literal

    from local.aws.elbv2.records import Json, TargetGroup

    State = Literal["initial", "healthy", "unhealthy", "draining", "unused"]

FIRST_RESULT = (2 / 3, 4 / 3)
"""A new target's first result comes after this share of twice half an interval: 10 to 20 s at an interval of 15 s."""
MOST_TARGETS = 1000
"""Default quota, docs: Targets per Application Load Balancer."""
DESCRIPTIONS = {
    "Elb.RegistrationInProgress": "Target registration is in progress",
    "Elb.InitialHealthChecking": "Initial health checks in progress",
    "Target.FailedHealthChecks": "Health checks failed",
    "Target.NotRegistered": "Target is not registered to the target group",
    "Target.NotInUse": "Target group is not configured to receive traffic from the load balancer",
    "Target.DeregistrationInProgress": "Target deregistration is in progress",
}


class TargetHealth(ElbStore):
    """Register and deregister targets, and let health checks follow."""

    def register_targets(self, *, TargetGroupArn: str, Targets: Sequence[Json]) -> Json:
        """The targets begin as ``initial``, or ``unused`` while no listener forwards to their group.

        Raises:
            AwsError: TargetGroupNotFound, TooManyTargets, ValidationError (not an IP address).
        """
        group = self.target_group(TargetGroupArn)
        keys = [_key(group, target) for target in Targets]
        for address, _ in keys:
            if not _is_address(address):
                raise AwsError("ValidationError", f"The IP address '{address}' is not a valid IPv4 address")
        if len(group.targets.keys() | set(keys)) > MOST_TARGETS:
            raise AwsError("TooManyTargets", f"The maximum number of targets, {MOST_TARGETS}, has been reached")
        for key in keys:
            known = group.targets.get(key)
            if known is None or known.state == "draining":
                epoch = known.epoch + 1 if known else 0
                group.targets[key] = Target(*key, epoch=epoch)
        self.changed()
        self.settle_targets()
        return {}

    def deregister_targets(self, *, TargetGroupArn: str, Targets: Sequence[Json]) -> Json:
        """The targets drain for ``deregistration_delay.timeout_seconds`` and are gone then; unknown ones are ignored.

        Raises:
            AwsError: TargetGroupNotFound.
        """
        group = self.target_group(TargetGroupArn)
        for key in [_key(group, target) for target in Targets]:
            target = group.targets.get(key)
            if target is None or target.state == "draining":
                continue
            if target.state == "unused":
                del group.targets[key]
                continue
            target.become("draining", "Target.DeregistrationInProgress")
            delay = float(group.attributes["deregistration_delay.timeout_seconds"])
            self._later(group, target, delay, partial(group.targets.pop, key))
        self.changed()
        return {}

    def describe_target_health(
        self, *, TargetGroupArn: str, Targets: Sequence[Json] = (), Include: Sequence[str] = ()
    ) -> Json:
        """State and reason of the registered targets, or of the targets that are asked for.

        Raises:
            AwsError: TargetGroupNotFound; NotImplemented for ``Include``.
        """
        if Include:
            raise AwsError("NotImplemented", "the embedded world has no anomaly detection", 501)
        group = self.target_group(TargetGroupArn)
        if not Targets:
            return {"TargetHealthDescriptions": [_describe(target) for target in group.targets.values()]}
        keys = [_key(group, target) for target in Targets]
        found = [group.targets.get(key) or Target(*key, reason="Target.NotRegistered") for key in keys]
        return {"TargetHealthDescriptions": [_describe(target) for target in found]}

    def set_target(self, group_arn: str, address: str, state: State, reason: str = "") -> None:
        """Put a target into a state by hand, for scenarios and tests; it stays so until something else changes it.

        Raises:
            AwsError: TargetGroupNotFound, InvalidTarget.
        """
        found = [target for target in self.target_group(group_arn).targets.values() if target.id == address]
        if not found:
            raise AwsError("InvalidTarget", f"The target '{address}' is not registered")
        for target in found:
            target.become(state, reason)
        self.changed()

    def settle_targets(self) -> None:
        """Begin the health checks of every target that just came into use, and end those that went out of use."""
        for group in self.target_groups.values():
            users = self.users_of(group.arn)
            active = any(user.state == "active" for user in users)
            for target in group.targets.values():
                self._settle(group, target, used=bool(users), active=active)

    def recheck(self, group: TargetGroup, target: Target) -> None:
        """Let the health checks notice, after their threshold, that a target answers differently now."""
        if target.state not in ("healthy", "unhealthy"):
            return
        healthy = target.state == "healthy"
        threshold = group.settings["UnhealthyThresholdCount" if healthy else "HealthyThresholdCount"]
        seconds = group.interval * (threshold - self.kernel.stream("elbv2.health").random())
        self._later(group, target, seconds, lambda: self._result(group, target))

    def _settle(self, group: TargetGroup, target: Target, *, used: bool, active: bool) -> None:
        if target.state == "draining":
            return
        if not used:
            if target.state != "unused":
                target.become("unused", "Target.NotInUse")
                self.changed()
            return
        if target.state == "unused":
            target.become("initial", "Elb.RegistrationInProgress")
            self.changed()
        if active and target.reason == "Elb.RegistrationInProgress":
            target.become("initial", "Elb.InitialHealthChecking")
            seconds = group.interval * self.kernel.stream("elbv2.health").uniform(*FIRST_RESULT)
            self._later(group, target, seconds, lambda: self._result(group, target))

    def _result(self, group: TargetGroup, target: Target) -> None:
        healthy = self.probe(group, target)
        state = "healthy" if healthy else "unhealthy"
        if state != target.state:
            target.become(state, "" if healthy else "Target.FailedHealthChecks")
            self.changed()

    def _later(self, group: TargetGroup, target: Target, seconds: float, action: Callable[[], object]) -> None:
        """Do something to a target unless it changed, was replaced or lost its group in the meantime."""
        epoch = target.epoch

        def due() -> None:
            current = self.target_groups.get(group.arn)
            if current is group and group.targets.get((target.id, target.port)) is target and target.epoch == epoch:
                action()
                self.changed()

        self.kernel.after(seconds, due)


def _key(group: TargetGroup, target: Json) -> tuple[str, int]:
    return target["Id"], int(target.get("Port") or group.port)


def _is_address(text: str) -> bool:
    parts = text.split(".")
    return len(parts) == 4 and all(part.isdigit() and int(part) <= 255 for part in parts)  # noqa: PLR2004 - IPv4


def _describe(target: Target) -> Json:
    health: Json = {"State": target.state}
    if target.reason:
        health |= {"Reason": target.reason, "Description": DESCRIPTIONS.get(target.reason, target.reason)}
    return {
        "Target": {"Id": target.id, "Port": target.port},
        "HealthCheckPort": str(target.port),
        "TargetHealth": health,
    }
