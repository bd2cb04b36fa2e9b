"""The EC2 simulator; ``docs/world/ec2.md`` is its contract."""

from local.aws.ec2.records import Instance, Template
from local.aws.ec2.simulator import Ec2Simulator

__all__ = ["Ec2Simulator", "Instance", "Template"]
