"""The events of what is to come: schedules, the end of support, and AWS Health."""

from __future__ import annotations

from norikae.notify.kind import Kind, line

TO_COME: dict[str, Kind] = {
    "schedule-started": Kind(
        thing="run",
        title=line("Schedule {schedule} began {run}", "スケジュール {schedule} が {run} を開始しました"),
        text=line("{text}", "{text}"),
        severities=("info",),
        alerts=True,
        keys=("schedule", "dry_run"),
    ),
    "schedule-refused": Kind(
        thing="none",
        title=line("Schedule {schedule} started nothing", "スケジュール {schedule} は開始できませんでした"),
        text=line("{text}", "理由: {reason}\n次回: {next}"),
        severities=("action",),
        alerts=True,
        keys=("schedule", "reason", "next"),
    ),
    "support-ends": Kind(
        thing="cluster",
        title=line(
            "{cluster}: {support} support of {version} ends", "{cluster}: {version} の {support} サポートが終了します"
        ),
        text=line("{text}", "{text}"),
        severities=("info", "action", "page"),
        alerts=True,
        keys=("cluster", "version", "support", "ends", "days", "next_version"),
    ),
    "support-plan-refused": Kind(
        thing="cluster",
        title=line("{cluster}: there is no plan for {next_version}", "{cluster}: {next_version} の計画ができません"),
        text=line("{reason}", "理由: {reason}"),
        severities=("action",),
        alerts=True,
        keys=("cluster", "version", "next_version", "reason"),
    ),
    "health-event": Kind(
        thing="none",
        title=line("AWS Health: {category}", "AWS Health: {category}"),
        text=line("{text}", "{code} ({status}, {region})\nクラスター: {clusters}\n開始: {starts}"),
        severities=("info", "action"),
        alerts=True,
        keys=("arn", "code", "category", "status", "region", "clusters", "starts"),
    ),
    "health-unread": Kind(
        thing="none",
        title=line("AWS Health is not read", "AWS Health を読み取れません"),
        text=line("{text}", "{text}"),
        severities=("info",),
        alerts=True,
    ),
}
"""By event."""
