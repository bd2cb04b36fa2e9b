"""How pods of a cluster read Secrets Manager: with the role of their service account, through the one door to AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.simulator import AwsError
from norikae.cluster.assume import AUDIENCE_ANNOTATION, ROLE_ANNOTATION
from norikae.cluster.trust import AUDIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.eks.simulator import EksSimulator
    from local.aws.web_identity import Issuers
    from local.kernel import Kernel
    from local.kubernetes.api import ApiServer

AGENT = "eks-pod-identity-agent"
_TOKEN_SECONDS = 3600


class Reading(Protocol):
    """Secrets Manager as a pod sees it."""

    def role(self, namespace: str, account: str) -> str:
        """The IAM role of a service account's pods.

        Raises:
            AwsError: it has none, or the role does not admit it.
        """

    def value(self, role: str, secret: str, **version: str) -> dict[str, Any]:
        """What GetSecretValue answers; ``version`` is VersionId or VersionStage.

        Raises:
            AwsError: AWS refuses.
        """


class PodReading:
    """The pods of one cluster in the world.

    Args:
        kernel: the clock; a call takes no time of anybody else's.
        eks: pod identity associations and add-ons.
        issuers: who judges the tokens of IRSA.
        api: the cluster's API server.
        client: makes a boto3 client of Secrets Manager for a role.
    """

    def __init__(
        self, kernel: Kernel, eks: EksSimulator, issuers: Issuers, api: ApiServer, client: Callable[[str], Any]
    ) -> None:
        self._kernel, self._eks, self._issuers, self._api, self._client = kernel, eks, issuers, api, client
        self._clients: dict[str, Any] = {}

    def role(self, namespace: str, account: str) -> str:
        """By the annotation of IRSA, else by Pod Identity, as the SDKs' chain of credentials looks for them."""
        obj = self._api.get("serviceaccounts", account, namespace)
        annotations = obj["metadata"].get("annotations") or {}
        if role := annotations.get(ROLE_ANNOTATION):
            audience = annotations.get(AUDIENCE_ANNOTATION, AUDIENCE)
            self._issuers.judge(role, self._token(namespace, account, audience))
            return str(role)
        cluster = self._eks.clusters[self._api.name]
        for one in cluster.associations.values():
            if (one["namespace"], one["serviceAccount"]) == (namespace, account) and AGENT in cluster.addons:
                return str(one["roleArn"])
        raise AwsError("NoCredentialProviders", f"no IAM role for service account {namespace}/{account}", 400)

    def value(self, role: str, secret: str, **version: str) -> dict[str, Any]:
        """One call, which IAM judges and the front records."""
        if role not in self._clients:
            self._clients[role] = self._client(role)
        try:
            with self._kernel.timeless(), self._kernel.unlocked():
                answer: dict[str, Any] = self._clients[role].get_secret_value(SecretId=secret, **version)
        except ClientError as error:
            told = error.response["Error"]
            raise AwsError(told["Code"], told["Message"]) from None
        except BotoCoreError as error:
            raise AwsError(type(error).__name__, "the request could not be sent") from None
        return answer

    def _token(self, namespace: str, account: str, audience: str) -> str:
        issuer = self._api.token_issuer
        if issuer is None:
            raise AwsError("InvalidIdentityToken", "the cluster has no OIDC issuer", 400)
        now = int(self._kernel.now())
        claims = {"aud": [audience], "iat": now, "exp": now + _TOKEN_SECONDS, "iss": issuer.url}
        return issuer.sign({**claims, "sub": f"system:serviceaccount:{namespace}:{account}"})
