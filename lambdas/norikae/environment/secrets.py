"""The part of an environment file that says which secrets norikae carries, and how."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from norikae.environment.part import Part, Seconds

SecretName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9/_+=.@-]+\*?$",
        description="The name of a secret in Secrets Manager, or the beginning of names with a * at its end.",
    ),
]


class SecretSync(Part, frozen=True):
    """Which secrets are carried to the clusters when they change."""

    secrets: Annotated[
        tuple[SecretName, ...],
        msgspec.Meta(description="norikae may read these and hears of their changes; none turns secret sync off."),
    ] = ()
    on_edit: Annotated[
        Literal["repair", "report"],
        msgspec.Meta(description="What happens to a Secret that somebody edited by hand, unless its SecretSync says."),
    ] = "repair"
    restart_apart: Annotated[
        Seconds,
        msgspec.Meta(ge=0, le=900, description="How long after one cluster the next one's consumers are restarted."),
    ] = 120
    patience: Annotated[
        Seconds,
        msgspec.Meta(ge=30, le=3600, description="How long other operators may take before people are told."),
    ] = 300

    def holds(self, name: str) -> bool:
        """Whether a secret of this name is one of them.

        Args:
            name: without the suffix that ARNs have.
        """
        return any(name.startswith(one.removesuffix("*")) if one.endswith("*") else name == one for one in self.secrets)
