"""The events about the end of support, and about the health of EKS."""

from __future__ import annotations

from norikae.notify.kind import Kind, line

SUPPORT: dict[str, Kind] = {
    "support-ends": Kind(
        thing="none",
        title=line("Support of Kubernetes {version} on {cluster}", "{cluster}: Kubernetes {version} のサポート期限"),
        text=line(
            "{text}", "{text}\n期限までの日数 ({support}、0 以下は終了済み): {days}\n次のバージョン: {next_version}"
        ),
        severities=("info", "action", "page"),
        alerts=True,
        keys=("cluster", "version", "support", "ends", "days", "next_version"),
    ),
    "support-plan-refused": Kind(
        thing="none",
        title=line(
            "No plan for {next_version} on {cluster}", "{cluster}: {next_version} への計画を作成できませんでした"
        ),
        text=line("{reason}", "理由: {reason}"),
        severities=("action",),
        alerts=True,
        keys=("cluster", "version", "next_version", "reason"),
    ),
    "health-event": Kind(
        thing="none",
        title=line("AWS Health: {code}", "AWS Health: {code}"),
        text=line("{text}\nClusters: {clusters}", "{text}\nクラスター: {clusters}"),
        severities=("info", "action"),
        alerts=True,
        keys=("arn", "code", "category", "status", "region", "clusters", "starts"),
    ),
    "health-unread": Kind(
        thing="none",
        title=line("AWS Health is not read", "AWS Health を参照できません"),
        text=line("{text}", "{text}"),
        severities=("info",),
        alerts=True,
    ),
}
"""By event."""
