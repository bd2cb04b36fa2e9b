"""What all EKS operations share: the clusters, their clock, their names and their refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from local.aws.eks.mishaps import Mishaps
from local.aws.simulator import AwsError, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.aws.eks.records import EksCluster
    from local.kernel import Kernel


class EksStore(Simulator):
    """The clusters of one account and region."""

    service: ClassVar[str] = "eks"

    def __init__(self, kernel: Kernel, *, account: str, region: str) -> None:
        self.kernel = kernel
        self.account = account
        self.region = region
        self.clusters: dict[str, EksCluster] = {}
        self.mishaps = Mishaps()
        """What a test lets go wrong."""
        self._tokens: dict[tuple[str, str], tuple[str, str]] = {}

    def refuse(self, kind: str, message: str, **members: str) -> AwsError:
        """One of the API's exceptions, ``kind`` without its suffix."""
        return AwsError(f"{kind}Exception", message, 400, dict(members))

    def cluster(self, name: str) -> EksCluster:
        """A cluster by name.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        if name not in self.clusters:
            raise self.refuse("ResourceNotFound", f"No cluster found for name: {name}.", clusterName=name)
        return self.clusters[name]

    def active(self, name: str) -> EksCluster:
        """A cluster that is ready for changes inside it.

        Raises:
            AwsError: InvalidRequestException, "the request is invalid given the state of the cluster" (API reference).
        """
        cluster = self.cluster(name)
        if cluster.status not in {"ACTIVE", "UPDATING"}:
            raise self.refuse(
                "InvalidRequest", f"Cluster '{name}' is not in ACTIVE status, it is {cluster.status}", clusterName=name
            )
        return cluster

    def arn(self, resource: str) -> str:
        """The ARN of a resource of EKS."""
        return f"arn:aws:eks:{self.region}:{self.account}:{resource}"

    def later(self, what: str, low: float, high: float, action: Callable[[], object]) -> None:
        """Something happens between two delays from now, drawn from the seed.

        Args:
            what: the name of the random stream.
            low: seconds.
            high: seconds.
            action: what happens.
        """
        spent = self.kernel.seconds() - self.kernel.env.now
        self.kernel.after(spent + self.kernel.stream(f"eks/{what}").uniform(low, high), action)

    def repeated(self, operation: str, request: Mapping[str, Any], resource: str, *, exists: bool) -> bool:
        """Whether a request was made before under the same token, so that it must have no second effect.

        Args:
            operation: the operation.
            request: its parameters.
            resource: the name of what it creates; a token is forgotten with its resource.
            exists: whether that resource is still there.

        Raises:
            AwsError: the token was used for something else.

        Source: "a unique, case-sensitive identifier that you provide to ensure the idempotency of the request".
        """
        token = request.get("clientRequestToken")
        if not token:
            return False
        asked = repr(sorted((k, v) for k, v in request.items() if k != "clientRequestToken"))
        before = self._tokens.get((operation, token))
        if before and before[0] == resource and not exists:
            before = None
        if before is None:
            self._tokens[operation, token] = (resource, asked)
            return False
        if before != (resource, asked):
            raise self.refuse("InvalidParameter", f"The client request token {token} was used for another request")
        return True

    def page(self, items: list[Any], request: Mapping[str, Any], member: str) -> dict[str, Any]:
        """One page of a list, with the token of the next."""
        start = int(request.get("nextToken") or 0)
        size = int(request.get("maxResults") or 100)
        rest = {"nextToken": str(start + size)} if start + size < len(items) else {}
        return {member: items[start : start + size], **rest}
