"""Auto Scaling holds a machine that it ends or launches until somebody answers."""

from __future__ import annotations

import msgspec

from norikae.drain.events.message import InstanceId, Message, Said, read_detail
from norikae.drain.interruption import Hook, Ignored, Interruption, Kind

TEST = "autoscaling:TEST_NOTIFICATION"
TRANSITIONS: dict[str, tuple[Kind, str]] = {
    "autoscaling:EC2_INSTANCE_TERMINATING": ("scaling", "terminate"),
    "autoscaling:EC2_INSTANCE_LAUNCHING": ("launch", "launch"),
}
WARM_POOL = "WarmPool"


class _Action(
    msgspec.Struct,
    rename={
        "group": "AutoScalingGroupName",
        "hook": "LifecycleHookName",
        "token": "LifecycleActionToken",
        "instance": "EC2InstanceId",
        "transition": "LifecycleTransition",
        "origin": "Origin",
        "destination": "Destination",
    },
):
    group: str
    hook: str
    token: str
    instance: InstanceId
    transition: str
    origin: str = ""
    destination: str = ""

    @property
    def detail(self) -> str:
        """``terminate`` or ``launch``, and which end of the way is a warm pool."""
        word = TRANSITIONS[self.transition][1]
        if self.destination == WARM_POOL:
            return f"{word}-to-warm-pool"
        return f"{word}-from-warm-pool" if self.origin == WARM_POOL else word


def lifecycle_action(message: Message) -> tuple[Said, ...]:
    """A lifecycle action waits; its token is the same in EventBridge's form and in the one of a queue or topic.

    Sources: Auto Scaling guide, "Event types for EventBridge", "Warm pool event types", "Route lifecycle hook
    notifications to SQS".
    """
    if message.detail.get("Event") == TEST:
        return (Ignored("test-notification", message.what),)
    if str(message.detail.get("LifecycleTransition")) not in TRANSITIONS:
        return (Ignored("unknown-event", message.what),)
    said = read_detail(message, _Action)
    kind, _ = TRANSITIONS[said.transition]
    hook = Hook(said.group, said.hook, said.token)
    return (Interruption(kind, said.instance, message.at, said.token, hook=hook, detail=said.detail),)
