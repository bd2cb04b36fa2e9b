"""What the core needs of IAM, STS and EKS Pod Identity."""

from typing import Any, Protocol


class Identity(Protocol):
    """OIDC providers, trust policies, Pod Identity associations."""

    def trust_policy(self, role: str) -> dict[str, Any] | None:
        """The trust policy of a role by its ARN, or None when there is no such role."""
