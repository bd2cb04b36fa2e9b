"""From a synthesized cloud assembly to running resources in the embedded world."""

from local.deploy.materialiser import Deployment, deploy
from local.deploy.template import DeployError

__all__ = ["DeployError", "Deployment", "deploy"]
