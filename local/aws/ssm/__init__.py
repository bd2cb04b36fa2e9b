"""AWS Systems Manager, as far as the world needs it: public parameters about images, and Change Calendars."""

from local.aws.ssm.simulator import SsmSimulator

__all__ = ["SsmSimulator"]
