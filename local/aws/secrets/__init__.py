"""AWS Secrets Manager: secrets, versions and labels, and the events that moto does not send."""

from local.aws.secrets.records import Secret
from local.aws.secrets.simulator import SecretsSimulator

__all__ = ["Secret", "SecretsSimulator"]
