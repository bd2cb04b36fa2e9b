"""Amazon EventBridge Scheduler: schedules, when they come, and how they are handed over."""

from local.aws.scheduler.simulator import SchedulerSimulator

__all__ = ["SchedulerSimulator"]
