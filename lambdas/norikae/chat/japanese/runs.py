"""Where runs are, what they wait for, why they hold, and how they end."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # Phases and ends
    "{phase} takes {spent} s, more than {deadline} s: {what}": (
        "フェーズ「{phase}」が上限の{deadline}秒を超え、{spent}秒かかっています。待っているもの: {what}"
    ),
    "an abort came after the point of no return: nothing goes back; resume takes the rest of blue away": (
        "撤去の開始後に中止が指示されました。もう戻せません。resume すると blue の残りを撤去します"
    ),
    "run {run} has ended ({outcome}); give the execution the name of a new run": (
        "{run} は終了しています({outcome})。新しい実行名で開始してください"
    ),
    "{why} (and {count} more in findings.json)": "{why}(ほか{count}件は findings.json)",
    "still enlarged: {what}": "増設されたままのもの: {what}",
    "a run was refused": "実行が受け付けられませんでした",
    "the shift of {application} was {status}: {outcome}": "{application} の移行が中断されました({status}): {outcome}",
    "the rollback of {names} is not in force yet": "{names} の切り戻しはまだ反映されていません",
    "rollback of {names}": "{names} の切り戻し",
    "event: {problem}; recover takes Step Functions execution status changes": (
        "イベントの形式が正しくありません({problem})。recover が扱うのは Step Functions の実行ステータスの変更です"
    ),
    "{moved} of {count} applications moved. Not moved: {what}. Both clusters are kept: {cost}. {then}": (
        "{count}個中{moved}個のアプリケーションが移行しました。未移行: {what}。"
        "両方のクラスターを残しています({cost})。{then}"
    ),
    "Next: resume tries again; shift and roll-back with an application move one; finish ends the run with both "
    "clusters; abort sends everything back": (
        "次の操作: resume で再試行、shift / roll-back で一つのアプリケーションを移動、finish "
        "で両方のクラスターを残して終了、abort ですべて切り戻し"
    ),
    "aborted before anything was deleted": "何も削除しないうちに中止されました",
    # How an execution is started
    "input: {problem}; docs/console.md has the command": (
        "入力が正しくありません({problem})。書き方は docs/console.md にあります"
    ),
    "payload: {problem}; run, attempt and token come from Plan upgrade": (
        "ペイロードが正しくありません({problem})。run、attempt、token は Plan upgrade が出力します"
    ),
    "input: {name}: there is no such field; {near}": "入力に {name} という項目はありません。{near}",
    "known fields: {names}": "使える項目: {names}",
    "input: environment: this is the machine of {where}, not of {other}; start the execution on that environment's "
    "machine": (
        "ここは {where} のステートマシンで、{other} のものではありません。{other} のステートマシンで開始してください"
    ),
    'run {run} holds this ({holder}, {status}); wait for it, or abort it with operator_command {"command": "abort", '
    '"run": "{same}"}': (
        '{run} が処理中です({holder}, {status})。終了を待つか、operator_command に {"command": "abort", "run": '
        '"{same}"} を送って中止してください'
    ),
    "run {run} lost the lease of {what} (its token is {token}); another run has taken over, this one must not write "
    "any more": (
        "{run} は {what} のリースを失いました(トークン {token})。"
        "別の実行に引き継がれているため、この実行はもう書き込めません"
    ),
    "run {run} has begun to take {blue} apart and has not ended; finish it first: start an execution called "
    "{same}-a<number of the next attempt>": (
        "{run} が {blue} の撤去を始めたまま終わっていません。"
        "先に {same}-a<次の試行番号> という名前の実行で完了させてください"
    ),
    "{problem}; name it as version in the request, or in clusters.version": (
        "{problem}。リクエストの version か clusters.version に指定してください"
    ),
    "input: applications: {unknown}: no Ingress on blue declares them; there are: {names}": (
        "applications の {unknown} を宣言している Ingress が blue にありません。あるもの: {names}"
    ),
    "{names}: norikae.dev/owner: external-dns needs the right to patch Ingresses, which norikae has only where "
    "dns.owner is external-dns; choose lease, or change the environment file": (
        "{names}: norikae.dev/owner: external-dns には Ingress を patch する権限が必要ですが、dns.owner が "
        "external-dns の環境でしか与えられていません。lease にするか、環境ファイルを変更してください"
    ),
    "{application}: {problem}; shorten norikae.dev/bake or take fewer norikae.dev/steps, or raise shift.poll": (
        "{application}: {problem}。norikae.dev/bake を短くするか norikae.dev/steps を減らす、または shift.poll "
        "を大きくしてください"
    ),
    "{application}: {problem} (norikae.dev/gates, shift.gates, shift.background)": (
        "{application}: {problem}(norikae.dev/gates、shift.gates、shift.background)"
    ),
    "shift.canary names {canary}, which no Ingress declares; there are: {names}": (
        "shift.canary の {canary} を宣言している Ingress がありません。あるもの: {names}"
    ),
    "lets it move after {names}": "{names} の後に移行する設定です",
    "take it away, or another shift.canary": "これを外すか、別の shift.canary を指定してください",
    "names {names}, which no Ingress declares": "{names} を宣言している Ingress がありません",
    "names {name}, whose {prefix}order {number} lets it move later than {own}": (
        "{name} の {prefix}order は {number} で、{own} より後に移行します"
    ),
    "give both the same order": "両方に同じ order を指定してください",
    "leads in a circle: {names}": "循環しています: {names}",
    "take one of them away": "どれか一つを外してください",
    "run {run} has no wave to compare; Sync platform and Sync applications write it": (
        "{run} には比較するウェーブがありません。ウェーブは Sync platform と Sync applications が書き込みます"
    ),
    # Green serves, and blue waits
    "{application} has {weight} of {whole} on green ({outcome}); both clusters are kept: move it (resume) or abort": (
        "{application} の green の比率は {weight}/{whole} です({outcome})。両方のクラスターを残しています。"
        "移行する(resume)か、abort してください"
    ),
    "{application} is not healthy on green: {why}; repair it, then resume, or abort": (
        "{application} が green で正常ではありません: {why}。修復して resume するか、abort してください"
    ),
    "Git has to say what Route 53 says: {what}": "Git の内容を Route 53 に合わせてください: {what}",
    "its names go back now": "レコードを返却しています",
    "background gate {gate}: {why}": "バックグラウンドゲート {gate}: {why}",
    "{application} fails in the soak, {why}; repair it on green, then resume, or abort": (
        "{application} が経過観察中に不合格になりました({why})。green で修復して resume するか、abort してください"
    ),
    "{application} cannot be judged in the soak, {why}; let norikae read it, then resume": (
        "{application} を経過観察中に判定できません({why})。norikae が読み取れるようにしてから resume してください"
    ),
    "{blue} to restart {what}": "{blue} での再起動: {what}",
    "{seconds} s of the soak are left": "経過観察の残り{seconds}秒",
    "{application}: green has no Ingress of it": "{application}: green に Ingress がありません",
    "verification Job {job} failed ({why}); its last lines: {words}; the whole log is at {where}; repair what it "
    "found, then resume, and all Jobs run once more": (
        "検証 Job {job} が失敗しました({why})。ログの末尾: {words}。ログの全体: {where}。"
        "原因を修復して resume すると、すべての Job をもう一度実行します"
    ),
    # Before blue is deleted
    "nobody has approved that {blue} is deleted by the plan with hash {hash}; resume asks": (
        "ハッシュ {hash} の計画による {blue} の削除は承認されていません。resume すると承認を求めます"
    ),
    "{seconds} s of the soak are left, since a weight changed or green was not well; resume": (
        "重みの変更または green の異常があったため、経過観察が{seconds}秒残っています。resume してください"
    ),
    "{application} is being shifted by {holder}; let it end, then resume": (
        "{application} は {holder} が移行中です。終了を待って resume してください"
    ),
    "{record} still leads to {blue}; deleting it would end that service. Move it to {green} (a new run, or its own "
    "team's change), then resume": (
        "{record} がまだ {blue} を向いているため、削除するとサービスが停止します。"
        "新しい実行か担当チームの変更で {green} へ移してから、resume してください"
    ),
    "{what}; commit these weights, then resume": "{what}。この重みを Git にコミットしてから、resume してください",
    "{names} would end with {blue}; resume hands it off to green first": (
        "{names} が {blue} とともに失われます。resume すると先に green へ引き継ぎます"
    ),
    "{green} is {status}; {blue} is kept until green is ACTIVE": (
        "{green} が {status} のため、ACTIVE になるまで {blue} を残します"
    ),
    "{names}: decommission has begun; nothing raises the weight of {blue} any more (docs/runbook.md, 'decommission "
    "has begun')": (
        "{names}: 撤去が始まっているため、{blue} の重みはもう上げられません(docs/runbook.md の 'decommission has "
        "begun')"
    ),
    "{names} was sent back to blue; both clusters are kept: move it (shift, then resume) or abort": (
        "{names} は blue に戻されています。両方のクラスターを残しています。"
        "移行する(shift してから resume)か、abort してください"
    ),
    "Route 53 to forget {what} for {names}": "Route 53 から {names} の {what} がなくなること",
    "Route 53 to forget what external-dns made of {blue}": (
        "Route 53 から、external-dns が {blue} のために作成したレコードがなくなること"
    ),
    "{application}: {blue} still has a weight; nothing of it is deleted": (
        "{application}: {blue} にまだ重みがあるため、何も削除しません"
    ),
    "the nodes of {cluster} to be read: {why}": "{cluster} のノードの読み取り: {why}",
    "{count} of {total} nodes of {cluster} are empty": "{cluster} のノード{total}台中{count}台が空になりました",
    "cannot be read: {why}": "読み取れません: {why}",
    "nobody to talk to {cluster} any more: {what}": "{cluster} へのアクセスがなくなること: {what}",
    "and {count} more": "ほか{count}件",
    "target group {group} of {names}": "{names} のターゲットグループ {group}",
    "no host name": "ホスト名なし",
    "{where} ({hosts}) had {count} requests in the last {seconds} s, {most} allowed; find the clients in its access "
    "log: they keep an old DNS answer or use the load balancer's own name; restart them": (
        "{where} ({hosts}) に直近{seconds}秒で{count}件のリクエストがありました(許容 {most})。"
        "アクセスログでクライアントを特定してください。古い DNS 応答を保持しているか、"
        "ロードバランサー自身の名前を使っています。再起動してください"
    ),
    "{where} ({hosts}) has {count} open connections; restart the clients that hold them": (
        "{where} ({hosts}) に{count}本の接続が残っています。接続しているクライアントを再起動してください"
    ),
    "load balancer {balancer} of {names} ({hosts}) had {count} connections that stayed open for the last {seconds} s, "
    "{most} allowed, though no request came: WebSockets, or what keeps a connection open; restart it, on blue or at "
    "the clients, or raise decommission.max_connections": (
        "{names} のロードバランサー {balancer} ({hosts}) に、"
        "直近{seconds}秒間リクエストのない接続が{count}本残っています(許容 {most})。"
        "WebSocket など接続を維持するものを blue 側かクライアント側で再起動するか、decommission.max_connections "
        "を大きくしてください"
    ),
    "{where} ({hosts}) has targets, but CloudWatch has no figures of the last {seconds} s, so nobody knows who talks "
    "to it; see that its metrics arrive": (
        "{where} ({hosts}) にターゲットがありますが、CloudWatch に直近{seconds}秒のデータがなく、"
        "アクセスの有無が分かりません。メトリクスが届いているか確認してください"
    ),
    "TargetGroupBinding {namespace}/{name} lets a load balancer reach pods that no Ingress and no Service owns, so "
    "nobody knows who talks to them; delete it when green has taken over": (
        "TargetGroupBinding {namespace}/{name} の Pod には対応する Ingress も Service もなく、"
        "アクセスの有無が分かりません。green への移行後に削除してください"
    ),
    "{door} is served by {balancer}, which is no active load balancer of ELBv2, so nobody knows who talks to it; "
    "delete it when green has taken over": (
        "{door} の {balancer} は有効な ELBv2 のロードバランサーではなく、アクセスの有無が分かりません。"
        "green への移行後に削除してください"
    ),
    "the access log of {balancer} cannot be read: {why}": "{balancer} のアクセスログを読み取れません: {why}",
    "most requests to {balancer} in its access log of the last {seconds} s: {names}": (
        "{balancer} への直近{seconds}秒のアクセスログで多いもの: {names}"
    ),
    "{why}; still enlarged: {what}": "{why}。増設されたままのもの: {what}",
    "{application} ({outcome})": "{application}({outcome})",
    "{application} ({outcome}: {why})": "{application}({outcome}: {why})",
    "run {run} was {status}: {outcome}": "実行 {run} が中断されました({status}): {outcome}",
}
"""English to Japanese."""
