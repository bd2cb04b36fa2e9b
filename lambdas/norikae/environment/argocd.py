"""The part of an environment file that says how Argo CD comes to green, what it syncs, and what may differ."""

from typing import Annotated, Literal

import msgspec

from norikae.environment.part import Name, Part, RoleArn, Seconds


class Hub(Part, frozen=True):
    """A central Argo CD in a cluster of its own."""

    cluster: Annotated[Name, msgspec.Meta(description="The EKS cluster that the central Argo CD runs in.")]
    role: Annotated[RoleArn, msgspec.Meta(description="The role as which Argo CD enters the clusters it deploys to.")]
    token_secret: Annotated[
        str, msgspec.Meta(min_length=1, description="Secrets Manager secret with an API token for argocd-server.")
    ]


class ExpectedDifference(Part, frozen=True):
    """Objects and fields that may differ between blue and green; the patterns are those of a shell."""

    why: Annotated[str, msgspec.Meta(min_length=1, description="The reason, for whoever reads the diff.")]
    kind: Annotated[str, msgspec.Meta(description="Kind of the object.")] = "*"
    name: Annotated[str, msgspec.Meta(description="namespace/name of the object.")] = "*"
    path: Annotated[str, msgspec.Meta(description="Field, such as spec.replicas or metadata.annotations.*.")] = "*"


class Differences(Part, frozen=True):
    """What the diff before a wave may show without a person being asked."""

    expected: Annotated[
        tuple[ExpectedDifference, ...], msgspec.Meta(description="Differences that are as they should be.")
    ] = ()
    deletions: Annotated[
        int, msgspec.Meta(ge=0, description="Objects of blue that green may lack before that counts as unexpected.")
    ] = 0


class ArgoCd(Part, frozen=True):
    """How Argo CD comes to green and what it syncs."""

    install: Annotated[str, msgspec.Meta(description="A rendered Argo CD install manifest, relative to this file.")]
    repository: Annotated[str, msgspec.Meta(description="The Git repository of the root application.")]
    path: Annotated[str, msgspec.Meta(description="The folder of the root application in the repository.")]
    namespace: Annotated[Name, msgspec.Meta(description="The namespace of Argo CD, in both clusters.")] = "argocd"
    platform: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Platform applications, in the order of their waves; all others follow."),
    ] = ()
    poll: Annotated[Seconds, msgspec.Meta(description="How often a sync is looked at.")] = 30
    settle: Annotated[
        Seconds, msgspec.Meta(description="An application counts as ready when it stayed so for this long.")
    ] = 30
    sync_deadline: Annotated[Seconds, msgspec.Meta(description="A phase of syncs that takes longer holds the run.")] = (
        3600
    )
    mode: Annotated[
        Literal["in-cluster", "hub"],
        msgspec.Meta(description="Argo CD in every cluster, or one central Argo CD that deploys to all clusters."),
    ] = "in-cluster"
    hub: Annotated[Hub | None, msgspec.Meta(description="The central Argo CD; needed in mode hub.")] = None
    root: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^[a-z0-9{}.-]+$",
            description="The root application; {cluster} stands for the cluster's name, which mode hub needs.",
        ),
    ] = "root"
    repository_secret: Annotated[
        str,
        msgspec.Meta(description="Secrets Manager secret with the repository's credentials, as JSON; none when empty."),
    ] = ""
    application_deadline: Annotated[
        Seconds, msgspec.Meta(ge=60, description="A single application that is not ready by then holds the run.")
    ] = 1800
    differences: Annotated[
        Differences, msgspec.Meta(description="Which differences between green and blue a sync may make unasked.")
    ] = Differences()

    def secrets(self) -> tuple[str, ...]:
        """The Secrets Manager secrets that the file names, by name or ARN."""
        return tuple(name for name in (self.repository_secret, self.hub.token_secret if self.hub else "") if name)
