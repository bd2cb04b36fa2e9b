"""What the world knows and a request does not say, for whoever judges permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.aws.iam.demands import Facts

if TYPE_CHECKING:
    from local.aws.simulator import Simulator


class WorldFacts(Facts):
    """What the simulators know about their ARNs, tags and roles."""

    def __init__(self, simulators: dict[str, Simulator]) -> None:
        self._eks: Any = simulators.get("eks")
        self._compute: list[Any] = [
            simulators[name] for name in ("ec2", "autoscaling", "iam", "elbv2", "secretsmanager") if name in simulators
        ]

    def eks_arn(self, kind: str, cluster: str, name: str) -> str | None:
        """The ARN of a part of a cluster."""
        found: str | None = self._eks.arn_of(kind, cluster, name) if self._eks else None
        return found

    def tags(self, arn: str) -> dict[str, str] | None:
        """The tags of a resource of EKS, EC2, Auto Scaling, IAM, load balancers or Secrets Manager."""
        known = [*([self._eks] if self._eks else []), *self._compute]
        found: dict[str, str] | None = next((tags for one in known if (tags := one.tags_of(arn)) is not None), None)
        return found

    def scaling_group(self, name: str) -> str | None:
        """The ARN of an Auto Scaling group."""
        known = (one.arn_of(name) for one in self._compute if one.service == "autoscaling")
        return next(known, None)

    def group_of(self, instance: str) -> str | None:
        """The name of the Auto Scaling group of an instance."""
        known = (one.group_of(instance) for one in self._compute if one.service == "autoscaling")
        return next(known, None)

    def secret(self, reference: str) -> str | None:
        """The whole ARN of a secret."""
        known = (one.arn_of(reference) for one in self._compute if one.service == "secretsmanager")
        return next(known, None)

    def node_role(self, template: str) -> str | None:
        """The role in the instance profile of a launch template."""
        for one in self._compute:
            if one.service == "ec2" and template in one.templates:
                profile = one.templates[template].data.get("IamInstanceProfile", {}).get("Arn", "")
                role: str | None = one.role_of_profile(profile)
                return role
        return None
