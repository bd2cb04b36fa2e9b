"""IAM where moto is too lax: the length of trust policies, the number of OIDC providers. moto answers the rest.

Source: IAM user guide, "IAM and STS quotas" (role trust policy length 2048 characters unless raised, without white
space; OpenId connect providers per account 100).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from moto.core.exceptions import ServiceException
from moto.iam.models import iam_backends

from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable

TRUST_POLICY = 2048
PROVIDERS = 100


class IamSimulator(Simulator):
    """IAM's quotas around moto's IAM.

    Args:
        account: the account.
    """

    service: ClassVar[str] = "iam"
    falls_through: ClassVar[bool] = True

    def __init__(self, account: str) -> None:
        self._account = account
        self.trust_policy_quota = TRUST_POLICY

    def update_assume_role_policy(self, **request: Any) -> dict[str, Any]:
        """Replace a trust policy that is not too long."""
        text = request["PolicyDocument"]
        if sum(not character.isspace() for character in text) > self.trust_policy_quota:
            told = f"Cannot exceed quota for ACLSizePerRole: {self.trust_policy_quota}"
            raise AwsError("LimitExceeded", told, 409)
        _answered(lambda: self._moto.update_assume_role_policy(request["RoleName"], text))
        return {}

    def get_account_summary(self) -> dict[str, Any]:
        """The account's figures, with the quota that is in force here."""
        quota = {"AssumeRolePolicySizeQuota": self.trust_policy_quota}
        return {"SummaryMap": self._moto.account_summary.summary_map | quota}

    def add_client_id_to_open_id_connect_provider(self, **request: Any) -> dict[str, Any]:
        """One more audience; "idempotent; it does not fail" when the provider has it (IAM API reference)."""
        found = _answered(lambda: self._moto.get_open_id_connect_provider(request["OpenIDConnectProviderArn"]))
        if request["ClientID"] not in found.client_id_list:
            found.client_id_list.append(request["ClientID"])
        return {}

    def tags_of(self, arn: str) -> dict[str, str] | None:
        """The tags of an OIDC provider."""
        found = self._moto.open_id_providers.get(arn)
        return {tag["Key"]: tag["Value"] for tag in found.get_tags()} if found else None

    def create_open_id_connect_provider(self, **request: Any) -> dict[str, Any]:
        """A provider, if there are not too many."""
        if len(self._moto.open_id_providers) >= PROVIDERS:
            told = f"Cannot exceed quota for OpenIdConnectProvidersPerAccount: {PROVIDERS}"
            raise AwsError("LimitExceeded", told, 409)
        tags = request.get("Tags", [])
        made = _answered(
            lambda: self._moto.create_open_id_connect_provider(
                request["Url"], request.get("ThumbprintList", []), request.get("ClientIDList", []), tags
            )
        )
        return {"OpenIDConnectProviderArn": made.arn, "Tags": tags}

    @property
    def _moto(self) -> Any:
        return iam_backends[self._account]["aws"]


def _answered(act: Callable[[], Any]) -> Any:
    """What moto gives, or its refusal as one of the world's."""
    try:
        return act()
    except ServiceException as error:
        raise AwsError(str(error.code), str(error.message), 400) from error
