"""Amazon EventBridge: rules and targets are moto's, delivery and schedules are ours."""

from local.aws.eventbridge.delivery import Targets
from local.aws.eventbridge.simulator import EventBridgeSimulator

__all__ = ["EventBridgeSimulator", "Targets"]
