"""The events of runs: phases, questions, applications, windows and ends."""

from __future__ import annotations

from norikae.notify.kind import Kind, line
from norikae.notify.tell import Severity

QUESTION = ("subject", "plan_hash", "code", "expires")
OF_APPLICATION = ("application", "weight", "reason")
OF_END = ("reason", "report")
OF_WINDOW = ("phase", "application", "weight", "does", "until")
INFO: tuple[Severity, ...] = ("info",)
ACTION: tuple[Severity, ...] = ("action",)
GRAVE: tuple[Severity, ...] = ("action", "page")
TOLD = line("{text}\n{reason}", "{text}\n理由: {reason}")


def _application(en: str, ja: str, severities: tuple[Severity, ...] = ACTION) -> Kind:
    return Kind(
        thing="run",
        title=line(f"{{application}} {en}", f"{{application}} {ja}"),
        text=line("Green has {weight} %\n{reason}", "green の比率 {weight} %\n理由: {reason}"),
        severities=severities,
        alerts=severities != INFO,
        keys=OF_APPLICATION,
    )


def _end(en: str, ja: str, severities: tuple[Severity, ...], *more: str) -> Kind:
    return Kind(
        thing="run",
        title=line(f"Run {{run}} {en}", f"実行 {{run}} {ja}"),
        text=line("{reason}\nReport: {report}", "理由: {reason}\nレポート: {report}"),
        severities=severities,
        alerts=True,
        keys=(*OF_END, *more),
    )


RUNS: dict[str, Kind] = {
    "phase": Kind(
        thing="run",
        title=line("Run {run}: {phase}", "実行 {run}: {phase}"),
        text=line("Attempt {attempt}", "{attempt} 回目の試行"),
        severities=INFO,
        alerts=False,
        keys=("phase", "attempt"),
    ),
    "waiting": Kind(
        thing="run",
        title=line("Run {run} asks about {subject}", "実行 {run} の確認: {subject}"),
        text=line("{text}\nAnswer by {expires}", "{text}\n回答期限: {expires}"),
        severities=GRAVE,
        alerts=True,
        keys=QUESTION,
    ),
    "approved-once": Kind(
        thing="run",
        title=line("{by} said yes to {subject}", "{by} が承認しました: {subject}"),
        text=line(
            "A second person has to say it, too\nAnswer by {expires}", "もう一人の承認が必要です\n回答期限: {expires}"
        ),
        severities=ACTION,
        alerts=True,
        keys=(*QUESTION, "by"),
    ),
    "application-moved": _application("is on green", "は green に移りました", INFO),
    "application-rolled-back": _application("went back to blue", "は blue に戻りました"),
    "application-held": _application("is held", "は保留中です"),
    "application-failed": _application("did not move", "は移行に失敗しました"),
    "application-rollback-failed": _application("does not come back to blue", "は blue に戻せません"),
    "contested": Kind(
        thing="run",
        title=line("{text}", "{text}"),
        text=line("{reason}", "{reason}"),
        severities=("page",),
        alerts=True,
        keys=("reason",),
    ),
    "upgrade-succeeded": _end("succeeded", "が完了しました", GRAVE + INFO),
    "upgrade-planned": _end("is planned", "の計画ができました", GRAVE + INFO),
    "upgrade-partial": _end("ended with a part on green", "は一部だけ移して終わりました", GRAVE),
    "upgrade-refused": _end("was refused", "は拒否されました", GRAVE, "execution"),
    "upgrade-rolled-back": _end("went back to blue", "は blue に戻りました", GRAVE),
    "upgrade-failed": _end("failed", "は失敗しました", GRAVE),
    "recovered": Kind(
        thing="run",
        title=line("Run {run} was interrupted", "実行 {run} は中断されました"),
        text=line(
            "{text}\nApplications: {applications}\nStill enlarged: {enlarged}\nReport: {report}",
            "{text}\nアプリケーション: {applications}\n増設のまま: {enlarged}\nレポート: {report}",
        ),
        severities=GRAVE,
        alerts=True,
        keys=("execution", "status", "applications", "enlarged", "report"),
    ),
    "shift-recovered": Kind(
        thing="run",
        title=line("A shift of run {run} was interrupted", "実行 {run} の移行が中断されました"),
        text=line("{text}\nApplications: {applications}", "{text}\nアプリケーション: {applications}"),
        severities=GRAVE,
        alerts=True,
        keys=("execution", "status", "applications"),
    ),
    "window-closed": Kind(
        thing="run",
        title=line("The window is closed: {application}{phase}", "作業時間帯外: {application}{phase}"),
        text=line("{text}\nOpens: {until}", "{text}\n再開: {until}"),
        severities=("info", "action"),
        alerts=False,
        keys=OF_WINDOW,
    ),
    "window-opened": Kind(
        thing="run",
        title=line("The window is open: {application}{phase}", "作業時間帯になりました: {application}{phase}"),
        text=line("{text}", "{text}"),
        severities=INFO,
        alerts=False,
        keys=OF_WINDOW,
    ),
}
"""By event."""
