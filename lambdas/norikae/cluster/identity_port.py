"""What the core needs of IAM, STS and EKS Pod Identity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Association:
    """A service account of a cluster that acts as a role by EKS Pod Identity.

    Args:
        role: ARN of the role.
        owner: ARN of the add-on that made it; empty when nobody but its creator owns it.
    """

    id: str
    namespace: str
    service_account: str
    role: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """An IAM OIDC provider.

    Args:
        issuer: the issuer without ``https://``, as IAM keeps it.
        audiences: client ids that tokens may be made for.
    """

    arn: str
    issuer: str
    audiences: frozenset[str]
    tags: Mapping[str, str] = field(default_factory=dict)


class TrustPolicies(Protocol):
    """Who may assume a role."""

    def trust_policy(self, role: str) -> dict[str, Any] | None:
        """The trust policy of a role by its ARN, in the order of its own text, or None when there is no such role."""

    def replace_trust_policy(self, role: str, document: Mapping[str, Any]) -> None:
        """Replace the trust policy of a role; IAM knows no precondition, so whoever calls this reads it again.

        Raises:
            RefusedError: it would be longer than the account's quota allows.
        """

    def trust_policy_limit(self) -> int:
        """How many characters a trust policy of this account may have, without white space."""

    def assume(self, role: str, token: str) -> None:
        """Prove that a service account's token opens a role, with a session that may do nothing and is forgotten.

        Raises:
            AwsRefusedError: it does not; the text is AWS's.
            UnreachableError: STS could not ask the issuer just now.
        """


class Providers(Protocol):
    """IAM OIDC providers."""

    def provider(self, arn: str) -> Provider | None:
        """The provider, or None when there is none."""

    def providers(self, host: str) -> tuple[Provider, ...]:
        """Every provider of the account whose issuer is on a host."""

    def create_provider(self, issuer: str, audience: str, tags: Mapping[str, str]) -> None:
        """Let IAM trust an issuer (a URL); ConflictError when somebody was first."""

    def add_audience(self, arn: str, audience: str) -> None:
        """Let tokens for one more audience count."""

    def delete_provider(self, arn: str) -> None:
        """Let IAM trust an issuer no longer; fine when it does not."""


class Associations(Protocol):
    """EKS Pod Identity."""

    def associations(self, cluster: str) -> tuple[Association, ...]:
        """Every association of a cluster."""

    def associate(
        self, cluster: str, namespace: str, service_account: str, role: str, tags: Mapping[str, str], token: str
    ) -> None:
        """Let the pods of a service account act as a role; ConflictError when the account has an association."""

    def change_association(self, cluster: str, association: str, role: str, token: str) -> None:
        """Give an association another role."""


class Identity(TrustPolicies, Providers, Associations, Protocol):
    """OIDC providers, trust policies, Pod Identity associations."""
