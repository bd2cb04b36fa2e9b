"""The part of an environment file that says when upgrades may move on."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from norikae.environment.part import Part

WindowRule = Annotated[
    str,
    msgspec.Meta(
        description="`mon-thu 10:00-17:00`, `sat,sun`, `22:00-04:00` (until the next "
        "morning), `holidays`, `2026-12-25/2027-01-05`, or a "
        "date with hours."
    ),
]


class Windows(Part, frozen=True):
    """When a run may go on to its next phase, and an application to its next weight."""

    timezone: Annotated[str, msgspec.Meta(description="Of all rules, such as `Asia/Tokyo`.")] = "UTC"
    allow: Annotated[tuple[WindowRule, ...], msgspec.Meta(description="When it may; always when there is none.")] = ()
    deny: Annotated[tuple[WindowRule, ...], msgspec.Meta(description="When it may not, whatever is allowed.")] = ()
    holidays: Annotated[Literal["japan"], msgspec.Meta(description="Whose holidays the word `holidays` means.")] = (
        "japan"
    )
    calendars: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Change Calendars of Systems Manager, by name or ARN; all have to be open."),
    ] = ()
    at_end: Annotated[
        Literal["wait", "roll-back", "finish"],
        msgspec.Meta(
            description="What a shift does whose next step would not be over in time: "
            "wait keeps its weight until the next window and "
            "says so, roll-back sends it back to blue, finish goes on all the same."
        ),
    ] = "wait"
