"""IAM as the front enforces it: the policies of the caller's role decide about every call."""

from local.aws.iam.authority import Authority
from local.aws.iam.conditions import UnmodelledPolicyError

__all__ = ["Authority", "UnmodelledPolicyError"]
