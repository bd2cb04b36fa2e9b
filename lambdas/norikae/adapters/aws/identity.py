"""IAM, STS and EKS Pod Identity by boto3: the port ``norikae.cluster.identity_port.Identity``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from norikae.adapters.aws.calls import Errors, call, look_up, pages
from norikae.cluster import trust
from norikae.cluster.identity_port import Association, Provider
from norikae.errors import ConflictError, RefusedError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ABSENT = "NoSuchEntity"
FIRST_COME = {"EntityAlreadyExists": ConflictError, "ConcurrentModification": ConflictError}
ASSOCIATED = {"ResourceInUseException": ConflictError}
LIMIT = "AssumeRolePolicySizeQuota"
NOTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
"""A session policy that takes every right away."""
SHORTEST = 900
"""Seconds; STS gives no shorter session (API reference, AssumeRoleWithWebIdentity)."""


class AwsIdentity:
    """IAM of the process's account, and STS and EKS of its region.

    Args:
        iam: a boto3 client.
        sts: a boto3 client.
        eks: a boto3 client.
    """

    def __init__(self, iam: Any, sts: Any, eks: Any) -> None:
        self._iam, self._sts, self._eks = iam, sts, eks

    def trust_policy(self, role: str) -> dict[str, Any] | None:
        """The trust policy of a role; botocore has decoded it."""
        answer = look_up(self._iam.get_role, ABSENT, RoleName=_name(role))
        if answer is None or answer["Role"]["Arn"] != role:
            return None
        return dict(answer["Role"]["AssumeRolePolicyDocument"])

    def replace_trust_policy(self, role: str, document: Mapping[str, Any]) -> None:
        """Replace the trust policy of a role."""

        def too_long(text: str) -> RefusedError:
            return RefusedError(
                f"the trust policy of {role} would have {trust.length(document)} characters: {text}; raise the quota "
                '"Role trust policy length" of IAM, shorten the policy, or move the service account to Pod Identity'
            )

        expected: Errors = {"LimitExceeded": too_long, "ConcurrentModification": ConflictError}
        text = trust.text_of(document)
        call(self._iam.update_assume_role_policy, expected=expected, RoleName=_name(role), PolicyDocument=text)

    def trust_policy_limit(self) -> int:
        """The account's quota (IAM user guide, "IAM and STS quotas": 2048 unless raised)."""
        return int(call(self._iam.get_account_summary)["SummaryMap"][LIMIT])

    def assume(self, role: str, token: str) -> None:
        """Prove that a token opens a role; what STS gives is dropped."""
        call(
            self._sts.assume_role_with_web_identity,
            expected={"IDPCommunicationError": UnreachableError},
            RoleArn=role,
            RoleSessionName="norikae-probe",
            WebIdentityToken=token,
            Policy=NOTHING,
            DurationSeconds=SHORTEST,
        )

    def provider(self, arn: str) -> Provider | None:
        """The provider, or None when there is none."""
        found = look_up(self._iam.get_open_id_connect_provider, ABSENT, OpenIDConnectProviderArn=arn)
        if found is None:
            return None
        tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
        return Provider(arn, found.get("Url", ""), frozenset(found.get("ClientIDList", [])), tags)

    def providers(self, host: str) -> tuple[Provider, ...]:
        """Every provider whose issuer is on a host; the list has no tags, so each is read."""
        listed = call(self._iam.list_open_id_connect_providers)["OpenIDConnectProviderList"]
        arns = [one["Arn"] for one in listed if f":oidc-provider/{host}" in one["Arn"]]
        return tuple(found for arn in arns if (found := self.provider(arn)) is not None)

    def create_provider(self, issuer: str, audience: str, tags: Mapping[str, str]) -> None:
        """Let IAM trust an issuer, tagged from the beginning; IAM fetches the thumbprint itself."""
        call(
            self._iam.create_open_id_connect_provider,
            expected=FIRST_COME,
            Url=issuer,
            ClientIDList=[audience],
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )

    def add_audience(self, arn: str, audience: str) -> None:
        """Let tokens for one more audience count."""
        call(
            self._iam.add_client_id_to_open_id_connect_provider,
            expected=FIRST_COME,
            OpenIDConnectProviderArn=arn,
            ClientID=audience,
        )

    def delete_provider(self, arn: str) -> None:
        """Let IAM trust an issuer no longer; fine when it does not."""
        look_up(self._iam.delete_open_id_connect_provider, ABSENT, OpenIDConnectProviderArn=arn)

    def associations(self, cluster: str) -> tuple[Association, ...]:
        """Every association of a cluster; the list has no roles, so each is read."""
        return tuple(self._associations(cluster))

    def associate(
        self, cluster: str, namespace: str, service_account: str, role: str, tags: Mapping[str, str], token: str
    ) -> None:
        """Let the pods of a service account act as a role."""
        call(
            self._eks.create_pod_identity_association,
            expected=ASSOCIATED,
            clusterName=cluster,
            namespace=namespace,
            serviceAccount=service_account,
            roleArn=role,
            tags=dict(tags),
            clientRequestToken=token,
        )

    def change_association(self, cluster: str, association: str, role: str, token: str) -> None:
        """Give an association another role."""
        call(
            self._eks.update_pod_identity_association,
            clusterName=cluster,
            associationId=association,
            roleArn=role,
            clientRequestToken=token,
        )

    def _associations(self, cluster: str) -> Iterator[Association]:
        for page in pages(self._eks.list_pod_identity_associations, clusterName=cluster):
            for listed in page["associations"]:
                answer = look_up(
                    self._eks.describe_pod_identity_association,
                    "ResourceNotFoundException",
                    clusterName=cluster,
                    associationId=listed["associationId"],
                )
                if answer is not None:
                    found = answer["association"]
                    yield Association(
                        found["associationId"],
                        found["namespace"],
                        found["serviceAccount"],
                        found["roleArn"],
                        found.get("ownerArn", ""),
                    )


def _name(role: str) -> str:
    """The name of a role in its ARN, which may have a path before it."""
    return role.rpartition("/")[2]
