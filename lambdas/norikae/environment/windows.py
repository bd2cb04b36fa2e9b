"""The part of an environment file that says when upgrades may move on, and when they begin by themselves."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from norikae.environment.part import Name, Part, Version

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


class Scheduled(Part, frozen=True):
    """An upgrade that starts by itself."""

    name: Annotated[Name, msgspec.Meta(description="How it is called.")]
    at: Annotated[
        str,
        msgspec.Meta(
            pattern=r"^(at|cron)\(.+\)$",
            description="As EventBridge Scheduler writes it, in the time zone of windows: "
            "`at(2026-12-01T10:00:00)` or `cron(0 10 ? * TUE#1 *)`.",
        ),
    ]
    version: Annotated[
        Version | None, msgspec.Meta(description="The Kubernetes version; that of clusters when left out.")
    ] = None
    dry_run: Annotated[bool, msgspec.Meta(description="Only the plan and the preflight.")] = False


class Support(Part, frozen=True):
    """What is done before the cluster that serves leaves standard support."""

    tell: Annotated[
        tuple[int, ...], msgspec.Meta(description="So many days before, people are told; nobody is when there is none.")
    ] = (90, 60, 30, 14, 7)
    plan: Annotated[
        int,
        msgspec.Meta(
            ge=0, description="So many days before, a dry run makes a plan for the next version; 0 for never."
        ),
    ] = 60
