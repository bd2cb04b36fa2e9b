"""What gates say, and why a step waits for something else."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # What follows from verdicts
    "no gate": "ゲートなし",
    "no background gates": "バックグラウンドゲートなし",
    "{why}; repair what cannot be read, then resume": "{why}。読み取れるように修復してから resume してください",
    "{seconds} s of the bake are left": "bake の残り{seconds}秒",
    "still no verdict after {count} looks; {why}": "{count}回確認しましたが、まだ判定できません。{why}",
    "skipped by {who}": "{who} がスキップしました",
    "skipped by {who} ({words})": "{who} がスキップしました({words})",
    "{why}; resume when they have gone": "{why}。ノードがなくなったら resume してください",
    "{why}; resume when they are current": "{why}。最新になったら resume してください",
    "{why}; the step waits": "{why}。次のステップを待っています",
    "what green is synced to cannot be read: {why}": "green の同期先を読み取れません: {why}",
    "green was synced once more during the shift ({changes}); resume when the deployments are over": (
        "移行中に green がもう一度同期されました({changes})。デプロイが終わったら resume してください"
    ),
    "{changes} was synced on green; the step bakes once more": (
        "green に {changes} が同期されたため、このステップの bake をやり直します"
    ),
    "{count} nodes of {cluster} are being drained ({kinds}), of how many cannot be read: {why}": (
        "{cluster} のノード{count}台が drain 中です({kinds})。全体の台数は読み取れません: {why}"
    ),
    "{count} of {total} nodes of {cluster} are being drained ({kinds})": (
        "{cluster} のノード{total}台中{count}台が drain 中です({kinds})"
    ),
    "secrets lag: {what}": "シークレットの配布が遅れています: {what}",
    "there is no such cluster, or it has no API yet": "クラスターがないか、まだ API がありません",
    "what secrets {cluster} wants cannot be read: {why}": "{cluster} が必要とするシークレットを読み取れません: {why}",
    "{where} is refused: {why}": "{where} は受け付けられません: {why}",
    "{where} cannot be judged: {why}": "{where} を判定できません: {why}",
    # Measurements
    "{count} measurements without {passes} passes in a row": "{count}回の測定で、連続{passes}回の合格がありません",
    "{count} of {total} measurements were inconclusive": "{total}回の測定のうち{count}回は判定できませんでした",
    "it begins in {seconds} s": "{seconds}秒後に開始します",
    "measured {seconds} s ago": "{seconds}秒前に測定しました",
    "it has been decided": "判定済みです",
    "{count} of {passes} passes in a row": "連続合格 {count}/{passes} 回",
    "{count} of {total} measurements": "測定 {count}/{total} 回",
    "failed {count} times, {most} tolerated": "{count}回不合格(許容 {most} 回)",
    "not readable {count} times in a row, {most} tolerated": "連続{count}回読み取れません(許容 {most} 回)",
    "{count} requests in {seconds} s, {needed} needed for a verdict": (
        "{seconds}秒間に{count}リクエスト(判定には{needed}必要)"
    ),
    "{errors} of {count} requests ended with 5xx ({percent} %)": "{count}リクエスト中{errors}件が 5xx({percent} %)",
    "{errors} of {count} requests ended with 5xx ({percent} %), {own} by the load balancer itself": (
        "{count}リクエスト中{errors}件が 5xx({percent} %)、うち{own}件はロードバランサー自身の応答"
    ),
    "blue's {count} requests are too few to compare": "blue は{count}リクエストで、比較には少なすぎます",
    "{percent} % allowed": "許容 {percent} %",
    "{seconds} s allowed": "許容 {seconds} 秒",
    "{count} answers in {seconds} s, {needed} needed for a verdict": "{seconds}秒間に{count}応答(判定には{needed}必要)",
    "{statistic} of {count} answers is {seconds} s": "{count}応答の {statistic} は {seconds} 秒",
    "blue's {count} answers are too few to compare": "blue は{count}応答で、比較には少なすぎます",
    "green served {share} % of {count} requests, its weight says {expected} %": (
        "{count}リクエストのうち green の割合は {share} %(重みでは {expected} %)"
    ),
    "{text}: nobody was sent to green": "{text}。green には流していないはずです",
    "{text}: nobody reaches green": "{text}。green に届いていません",
    "{text}, and {points} points are more than chance explains": "{text}。偶然の誤差({points} ポイント)を超えています",
    "about {count} clients in {seconds} s, {needed} needed for a verdict": (
        "{seconds}秒間に約{count}クライアント(判定には{needed}必要)"
    ),
    "clients lag behind an older weight": "古い重みのままのクライアントが残っています",
    "green has no target group for the application": "green にこのアプリケーションのターゲットグループがありません",
    "{group}: {count} healthy targets, {needed} needed": "{group}: 正常なターゲット{count}個({needed}個必要)",
    "{group}: {percent} % of {count} targets are not healthy": (
        "{group}: ターゲット{count}個のうち {percent} % が正常ではありません"
    ),
    "all targets of {count} groups are healthy": "{count}個のターゲットグループのすべてのターゲットが正常です",
    "no Argo CD application owns its Ingresses; take argocd-health out of norikae.dev/gates": (
        "Ingress を管理する Argo CD のアプリケーションがありません。"
        "norikae.dev/gates から argocd-health を外してください"
    ),
    "{name} is not on green": "{name} が green にありません",
    "no alarm is named; write shift.thresholds.cloudwatch_alarm.alarms": (
        "アラームが指定されていません。shift.thresholds.cloudwatch_alarm.alarms に書いてください"
    ),
    "does not exist": "存在しません",
    "every alarm is OK": "すべてのアラームが OK です",
    "no query is written; write shift.thresholds.cloudwatch_query.queries": (
        "クエリが指定されていません。shift.thresholds.cloudwatch_query.queries に書いてください"
    ),
    "{query} has {count} values in {seconds} s, {needed} needed for a verdict": (
        "{query} の値は{seconds}秒間に{count}個です(判定には{needed}個必要)"
    ),
    "{query} is {value}, has to be {operator} {threshold}": "{query} は {value} です({operator} {threshold} が条件)",
    "green serves no name; resume, and the weight is written once more": (
        "green がどの名前にも応答していません。resume すると、重みをもう一度書き込みます"
    ),
    "{count} names answer": "{count}個の名前が応答しています",
    "gate cloudwatch-alarm judges by no alarm; name some in shift.thresholds.cloudwatch_alarm.alarms": (
        "ゲート cloudwatch-alarm に対象のアラームがありません。shift.thresholds.cloudwatch_alarm.alarms "
        "に指定してください"
    ),
    "gate cloudwatch-query judges by no query; write some in shift.thresholds.cloudwatch_query.queries": (
        "ゲート cloudwatch-query に対象のクエリがありません。shift.thresholds.cloudwatch_query.queries に書いてください"
    ),
    "gate argocd-health judges by no Argo CD application, because none owns its Ingresses; name another gate": (
        "Ingress を管理する Argo CD のアプリケーションがないため、ゲート argocd-health では判定できません。"
        "別のゲートを指定してください"
    ),
    "{why}; the probe comes from network.controller_subnets": (
        "{why}(プローブの送信元は network.controller_subnets です)"
    ),
    "status {status}": "ステータス {status}",
    "status {status} from the load balancer": "ロードバランサーからのステータス {status}",
    "status {status} from the load balancer itself, as when none of its rules has this host": (
        "ロードバランサー自身がステータス {status} を返しました。このホストのルールがない可能性があります"
    ),
    "status {status}; a path that norikae.dev/probe names has to answer 2xx or 3xx": (
        "ステータス {status}。norikae.dev/probe のパスは 2xx か 3xx を返す必要があります"
    ),
    "this version has no such gate; there are: {names}": "このバージョンにそのゲートはありません。あるもの: {names}",
    "blue: {seconds} s": "blue: {seconds} 秒",
    "{application} from {old} to {new}": "{application} {old} → {new}",
    "{scheme}://{host} at {balancer}: {why}": "{scheme}://{host}({balancer}): {why}",
    "{query} is {value}, has to be {operator} {threshold} ({count} of {total} values)": (
        "{query} は {value} です({operator} {threshold} が条件、{total}個中{count}個が不適合)"
    ),
    "{target} on {cluster}": "{cluster} の {target}",
    "failed {count} times, {most} tolerated and not readable {number} times in a row, {limit} tolerated": (
        "{count}回不合格(許容 {most} 回)、連続{number}回読み取れません(許容 {limit} 回)"
    ),
    "{group}: {percent} % of {count} targets are not healthy, {most} % allowed": (
        "{group}: ターゲット{count}個のうち {percent} % が正常ではありません(許容 {most} %)"
    ),
}
"""English to Japanese."""
