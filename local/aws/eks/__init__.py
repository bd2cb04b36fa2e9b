"""The EKS simulator; ``docs/world/eks.md`` is its contract."""

from local.aws.eks.mishaps import Mishap
from local.aws.eks.records import AccessEntry, EksCluster
from local.aws.eks.simulator import EksSimulator

__all__ = ["AccessEntry", "EksCluster", "EksSimulator", "Mishap"]
