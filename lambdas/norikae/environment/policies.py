"""The part of an environment file that says what happens when a shift fails, and how long a team may take."""

from typing import Annotated, Literal

import msgspec

from norikae.environment.part import Part, Percent, Seconds, WholePercent


class Rollback(Part, frozen=True):
    """How an application goes back to blue."""

    stops: Annotated[
        tuple[WholePercent, ...],
        msgspec.Meta(
            description="Weights of green at which the way back stops, falling, so that blue can scale up; a gate that "
            "failed critically goes back at once, and so does what has less weight than the last of them."
        ),
    ] = (50,)
    pause: Annotated[Seconds, msgspec.Meta(description="How long such a stop lasts.")] = 30
    capacity_percent: Annotated[
        Percent,
        msgspec.Meta(
            description="Healthy targets that blue needs for the whole traffic, as a share of those before the shift; "
            "for less traffic it needs less."
        ),
    ] = 50.0
    capacity_deadline: Annotated[
        Seconds, msgspec.Meta(ge=60, description="A blue that does not have them by then makes the rollback page.")
    ] = 300


class Team(Part, frozen=True):
    """How long an application waits for its team (`norikae.dev/shift: team`)."""

    remind: Annotated[
        Seconds, msgspec.Meta(ge=300, description="How often a team is reminded that its application can move.")
    ] = 86400
    deadline: Annotated[Seconds, msgspec.Meta(ge=300, description="When the waiting ends.")] = 604800
    late: Annotated[
        Literal["hold", "move", "leave"],
        msgspec.Meta(
            description="What follows then: hold asks an operator, move shifts it all the same, leave keeps it on blue."
        ),
    ] = "hold"
