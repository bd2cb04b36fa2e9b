"""The events that belong to no run: clusters, nodes that go, secrets."""

from __future__ import annotations

from norikae.notify.kind import Kind, Thing, Words, line
from norikae.notify.tell import Severity

INFO: tuple[Severity, ...] = ("info",)
ACTION: tuple[Severity, ...] = ("action",)
EPISODE = (
    *("state", "episode", "node", "instance", "cluster", "role", "kind", "detail", "do", "due", "seconds_left", "pods"),
    *("pods_left", "blocked_by", "outcome", "pdb_bypassed", "lost", "count", "omitted", "episodes"),
)


def _cluster(title: Words, text: Words, severities: tuple[Severity, ...], *keys: str) -> Kind:
    return Kind(thing="cluster", title=title, text=text, severities=severities, alerts=True, keys=keys)


def _secret(
    title: Words, severities: tuple[Severity, ...], *, thing: Thing = "secret", keys: tuple[str, ...] = ()
) -> Kind:
    return Kind(
        thing=thing,
        title=title,
        text=line("{text}", "{text}\nクラスター: {clusters}"),
        severities=severities,
        alerts="info" not in severities,
        keys=keys or ("secret", "clusters", "reason"),
    )


OTHERS: dict[str, Kind] = {
    "cluster-adopted": _cluster(
        line("{cluster} is adopted", "{cluster} を取り込みました"),
        line("{notes}", "{notes}"),
        INFO,
        *("cluster", "notes"),
    ),
    "cluster-undone": _cluster(
        line("{cluster} is let go of", "{cluster} の取り込みを取り消しました"),
        line("{notes}", "{notes}"),
        INFO,
        *("cluster", "notes"),
    ),
    "adoption-refused": _cluster(
        line("{text}", "{text}"),
        line("{reason}", "理由: {reason}"),
        ACTION,
        *("cluster", "reason"),
    ),
    "adoption-recovered": _cluster(
        line("An adoption was interrupted", "取り込みが中断されました"),
        line("{text}\nClusters: {clusters}", "{text}\nクラスター: {clusters}"),
        ACTION,
        *("execution", "status", "clusters"),
    ),
    "green-removed": _cluster(
        line("{cluster} is removed", "{cluster} を削除しました"),
        line("Volumes that stay: {volumes}", "残っているボリューム: {volumes}"),
        INFO,
        *("cluster", "volumes"),
    ),
    "clean-green-refused": _cluster(
        line("{text}", "{text}"),
        line("{reason}", "理由: {reason}"),
        ACTION,
        *("cluster", "reason"),
    ),
    "interruption": Kind(
        thing="episode",
        title=line("Nodes of {cluster}: {kind}", "{cluster} のノード: {kind}"),
        text=line(
            "{text}\nKept by: {blocked_by}\nLost: {lost}",
            "{text}\n妨げている PDB: {blocked_by}\n失われた Pod: {lost}",
        ),
        severities=("info", "action"),
        alerts=False,
        keys=EPISODE,
    ),
    "secret-refused": _secret(line("{secret} cannot be carried", "{secret} を配布できません"), ACTION),
    "secret-late": _secret(line("{secret} is late", "{secret} の配布が遅れています"), ACTION),
    "secret-deleted": _secret(line("{secret} is deleted", "{secret} は削除されました"), ACTION),
    "secret-edited": _secret(
        line("{secret} was edited by hand", "{secret} が手動で変更されました"), ("info", "action")
    ),
    "secret-current-again": _secret(line("{secret} is current again", "{secret} は最新に戻りました"), INFO),
    "secret-restored": _secret(line("{secret} is restored", "{secret} は復元されました"), INFO),
    "secret-rotation-failed": _secret(
        line("The rotation of {secret} failed", "{secret} のローテーションに失敗しました"), ACTION
    ),
    "secret-restart-held": Kind(
        thing="none",
        title=line("Restarts in {cluster} are held", "{cluster} の再起動を保留しています"),
        text=line("{text}\n{reason}", "{text}\n理由: {reason}"),
        severities=ACTION,
        alerts=True,
        keys=("cluster", "namespace", "names", "reason"),
    ),
}
"""By event."""
