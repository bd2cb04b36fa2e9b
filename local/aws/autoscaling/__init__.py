"""The Auto Scaling simulator; ``docs/world/ec2.md`` is its contract."""

from local.aws.autoscaling.simulator import AutoScalingSimulator

__all__ = ["AutoScalingSimulator"]
