"""Why an application does not move, or goes back: its names and its weights."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # Somebody else writes
    "{application} is contested": "{application} の DNS レコードが競合しています",
    "{application} is contested: {why}. {suspects}; {what}; stop the writer, then resume": (
        "{application} の DNS レコードが競合しています: {why}。{suspects}。{what}。"
        "書き込んでいるものを止めてから resume してください"
    ),
    "{application} is contested, so it gets no other weight: {why}": (
        "{application} の DNS レコードが競合しているため、重みを変更しません: {why}"
    ),
    "the weights that passed last ({weights}) are restored, once": (
        "最後に合格した重み({weights})を一度だけ復元しました"
    ),
    "the records stay as they are, since they were restored before or lead elsewhere": (
        "すでに復元済みか、別の宛先を向いているため、レコードはそのままにします"
    ),
    "the records have the weights that passed last": "レコードは最後に合格した重みのままです",
    "{host} {type} is not weighted": "{host} {type} は加重レコードではありません",
    "{host} {set} is of a third": "{host} {set} は blue でも green でもないもののレコードです",
    "{host} {set} leads elsewhere": "{host} {set} が別の宛先を向いています",
    "{host} {type} {set} is gone": "{host} {type} {set} がなくなっています",
    "{names} asks for what is there now": "現在の内容を要求しているもの: {names}",
    "CloudTrail names {names}": "CloudTrail に記録された書き込み元: {names}",
    "CloudTrail does not name the writer yet (it is some minutes late)": (
        "CloudTrail にはまだ書き込み元の記録がありません(数分遅れます)"
    ),
    "external-dns of {cluster} (by {resource})": "{cluster} の external-dns({resource})",
    "{host} is back at the weights {found}, but norikae wrote {written}; find the writer before you resume "
    "(docs/runbook.md, 'somebody else wrote')": (
        "{host} の重みが {found} に戻されました(norikae が書いたのは {written})。"
        "書き込んだものを特定してから resume してください(docs/runbook.md の 'somebody else wrote')"
    ),
    "{host} has weights {found}, but norikae wrote {written}; find the writer before you resume (docs/runbook.md, "
    "'somebody else wrote')": (
        "{host} の重みが {found} になっています(norikae が書いたのは {written})。"
        "書き込んだものを特定してから resume してください(docs/runbook.md の 'somebody else wrote')"
    ),
    "{host} {set} leads to {target}, and {cluster} serves it at {there} now; let the alias lead there (UPSERT A and "
    "AAAA with the weight as it is), then resume": (
        "{host} {set} は {target} を向いていますが、{cluster} は現在 {there} で応答しています。"
        "重みはそのままでエイリアスをそこへ向けて(A と AAAA を UPSERT)から、resume してください"
    ),
    "{names}: no A or AAAA record set exists; somebody removed it": (
        "{names}: A / AAAA レコードがありません。norikae 以外が削除しています"
    ),
    "{host} {type} is protected in Route 53 by somebody else, {said}; have them lift it (docs/locks.md)": (
        "{host} {type} は Route 53 で norikae 以外が保護しています({said})。解除してもらってください(docs/locks.md)"
    ),
    "without a comment": "コメントなし",
    "saying {words}": "コメント: {words}",
    "somebody else makes and lifts protections of the same names; read again": (
        "同じ名前の保護が norikae 以外に変更されています。もう一度読み取ります"
    ),
    # Weights
    "{application} is owned by external-dns and cannot be moved yet: {why}": (
        "{application} は external-dns が管理していて、まだ移行できません: {why}"
    ),
    "{application} cannot be moved by its external-dns yet: {why}": (
        "{application} はまだ external-dns による移行ができません: {why}"
    ),
    "decommission has begun; nothing raises the weight of {blue} any more (docs/runbook.md)": (
        "撤去が始まっているため、{blue} の重みはもう上げられません(docs/runbook.md)"
    ),
    "decommission has begun; nothing raises blue's weight any more (docs/runbook.md)": (
        "撤去が始まっているため、blue の重みはもう上げられません(docs/runbook.md)"
    ),
    "{host} {type} {set} evaluates target health, so weight 0 would not keep clients away; annotate "
    "aws-evaluate-target-health: false": (
        "{host} {type} {set} はターゲットのヘルスを評価するため、重み 0 でもクライアントが流れます。"
        "aws-evaluate-target-health: false を付けてください"
    ),
    "Argo CD would put {key} of Ingress {namespace}/{name} back; let {application} have ignoreDifferences [{group: "
    'networking.k8s.io, kind: Ingress, jsonPointers: ["{pointer}"]}] and syncOptions [{option}]': (
        "Argo CD が Ingress {namespace}/{name} の {key} を元に戻します。"
        "{application} に ignoreDifferences [{group: networking.k8s.io, kind: Ingress, jsonPointers: "
        '["{pointer}"]}] と syncOptions [{option}] を設定してください'
    ),
    "nothing on {cluster} asks for {names} {identifier}; annotate its Ingress again": (
        "{cluster} で {names} {identifier} を要求しているものがありません。"
        "Ingress にもう一度アノテーションを付けてください"
    ),
    "{resource} declares {host}, and norikae declares weights by Ingresses and DNSEndpoints only; let it lease the "
    "name (norikae.dev/owner: lease)": (
        "{resource} が {host} を宣言していますが、norikae が重みを宣言できるのは Ingress と DNSEndpoint だけです。"
        "名前をリースさせてください(norikae.dev/owner: lease)"
    ),
    "what Git says cannot be read: {why}": "Git の内容を読み取れません: {why}",
    "nothing asks for {host} {identifier}": "{host} {identifier} を要求しているものがありません",
    "{resource} asks for {own} instead of {identifier}": "{resource} は {identifier} ではなく {own} を要求しています",
    "a simple record": "シンプルレコード",
    "a record set {identifier}": "レコードセット {identifier}",
    "{resource} says aws-weight {weight} for {identifier}, it is {now}": (
        "{resource} の {identifier} の aws-weight は {weight} ですが、実際は {now} です"
    ),
    "{steps} steps of {seconds} s need {looks} looks, {most} fit into a history": (
        "{seconds}秒のステップ{steps}回には{looks}回の確認が必要ですが、実行履歴に収まるのは{most}回です"
    ),
    "{balancer} to have {attribute} {wanted} again; somebody has set {now}: set it back, and see whether an "
    "IngressClassParams or an annotation {key} names it": (
        "{balancer} の {attribute} が {wanted} に戻ること。"
        "{now} に変更されているため、元に戻し、IngressClassParams やアノテーション {key} "
        "で指定していないか確認してください"
    ),
    "clients that connected to {balancer} before {attribute} was {value} to leave, {seconds} s": (
        "{attribute} が {value} になる前に {balancer} へ接続したクライアントの切断(残り{seconds}秒)"
    ),
    "{host} {type} leads to {cluster} with weight {weight}; nothing of it is deleted": (
        "{host} {type} が重み {weight} で {cluster} を向いているため、何も削除しません"
    ),
    "application: run {run} does not plan to move {application}": "{run} の計画に {application} はありません",
    "Route 53 change {change} is PENDING for more than {seconds} s": (
        "Route 53 の変更 {change} が{seconds}秒以上 PENDING のままです"
    ),
    "no run of {environment} is open; start the upgrade machine first, then shift applications": (
        "{environment} に実行中のものがありません。先に upgrade ステートマシンを開始してから移行してください"
    ),
    "its record sets are {now} now, and were {before}; abort, and let it begin anew": (
        "レコードセットが {before} から {now} に変わっています。abort して、最初からやり直してください"
    ),
    "{instance} and its counterpart on {cluster} have the same --txt-owner-id={owner}: each deletes the other's "
    "records; give each cluster its own": (
        "{instance} と {cluster} の external-dns の --txt-owner-id が同じ {owner} で、互いのレコードを削除します。"
        "クラスターごとに別の値にしてください"
    ),
    "{instance} of {cluster}: {what}; write its flags into args, with their values": (
        "{cluster} の {instance}: {what}。フラグは値とともに args に書いてください"
    ),
    "{host} has an owner now: {names}; hand it over (docs/console.md, 'Handing the public names over')": (
        "{host} に所有者がいます: {names}。引き渡してください(docs/console.md の 'Handing the public names over')"
    ),
    "give it set-identifier {identifier}": "set-identifier {identifier} を付けてください",
    "let it name a name of the cluster instead": "代わりにクラスター固有の名前を指定してください",
    "{instance} of {cluster} wants {what} for {host}, by {resource}; {remedy} (docs/application-teams.md, 'Two names "
    "for each Ingress')": (
        "{cluster} の {instance} が {resource} により {host} に{what}を作成しようとしています。"
        "{remedy}(docs/application-teams.md の 'Two names for each Ingress')"
    ),
    "{team} did not let {application} move in {seconds} s": (
        "{team} が{seconds}秒以内に {application} の移行を許可しませんでした"
    ),
    "{why}; the command shift moves it, roll-back leaves it": "{why}。shift コマンドで移行し、roll-back で見送ります",
    "{application} is not to start by itself (norikae.dev/hold); resume or shift of it starts it": (
        "{application} は自動では開始しません(norikae.dev/hold)。resume か shift で開始します"
    ),
    "{canary} moves first (shift.canary) and is {outcome}; the others follow once it has moved": (
        "{canary} が最初に移行します(shift.canary、現在: {outcome})。移行後にほかのアプリケーションが続きます"
    ),
    "{canary} moves first (shift.canary) and is {outcome}: {why}; the others follow once it has moved": (
        "{canary} が最初に移行します(shift.canary、現在: {outcome}、{why})。移行後にほかのアプリケーションが続きます"
    ),
    "the names to be given back": "レコードの返却",
    "{cluster} to take {weight} of {whole}": "{cluster} の受け入れ({weight}/{whole})",
    "Route 53 to answer with {weight} of {whole} on {cluster}": (
        "Route 53 の応答が {cluster} {weight}/{whole} になること"
    ),
    "{cluster} to scale up: {why}": "{cluster} のスケールアップ: {why}",
    "{cluster} cannot take {application} back: {why}; green keeps {weight} of {whole}; repair blue, then resume": (
        "{cluster} は {application} を受け入れられません: {why}。green が {weight}/{whole} を保ちます。"
        "blue を修復してから resume してください"
    ),
    "{host} was set to {weights} but reads {found}": (
        "{host} を {weights} に設定しましたが、読み取り結果は {found} です"
    ),
    "aborted by {who} before the weight was in force": "重みが反映される前に {who} が中止しました",
    "{application} gets no weight on green: {why}; repair it, then resume": (
        "{application} は green へ移行しません: {why}。修復してから resume してください"
    ),
    "{application} is planned with {hosts}, but green's Ingresses serve {names}; sync the application on {green}, "
    "then resume": (
        "{application} の計画は {hosts} ですが、green の Ingress は {names} です。"
        "{green} でアプリケーションを同期してから resume してください"
    ),
    "none of them": "そのどれでもないもの",
    "{cluster} has no active load balancer for {names}; it gets no weight": (
        "{cluster} に {names} の有効なロードバランサーがないため、移行しません"
    ),
    "{cluster} has no target group for {application}": "{cluster} に {application} のターゲットグループがありません",
    "{group} has no healthy target": "{group} に正常なターゲットがありません",
    "{group} has {count} healthy targets of {before} before the shift, {needed} are needed": (
        "{group} の正常なターゲットは{count}個です(移行前は{before}個、{needed}個必要)"
    ),
    "{group} has {count} healthy targets, {needed} are needed": (
        "{group} の正常なターゲットは{count}個です({needed}個必要)"
    ),
    "{host} {type} is not a weighted record; convert it to a weighted set first (docs/runbook.md, 'is not a weighted "
    "record')": (
        "{host} {type} は加重レコードではありません。先に加重レコードに変換してください(docs/runbook.md の 'is not "
        "a weighted record')"
    ),
    "{host} {type} of {identifier} has weight {weight}, but another name or type of the same application has {other}; "
    "somebody else wrote to them": (
        "{identifier} の {host} {type} の重みは {weight} ですが、同じアプリケーションの別の名前またはタイプは "
        "{other} です。norikae 以外が書き込んでいます"
    ),
    "record sets of others have weight: {names}; remove them or set them to 0": (
        "ほかのレコードセットに重みがあります: {names}。削除するか 0 にしてください"
    ),
    "weights of {blue} and {green} add up to {total} instead of {whole}: {weights}": (
        "{blue} と {green} の重みの合計が {whole} ではなく {total} です: {weights}"
    ),
    # One writer for a zone
    "the names are gone already, so no change of ours can be asked for INSYNC": (
        "レコードがすでにないため、変更の INSYNC を確認できません"
    ),
    "(without the zone's writer)": "(ゾーンの書き込み役を使わない変更)",
    "{subject}: Route 53 is being asked for an earlier change; read again": (
        "{subject}: Route 53 で前の変更を処理中です。もう一度読み取ります"
    ),
    "{subject}: a later change took the place of {change}; resume": (
        "{subject}: 後の変更が {change} に置き換わりました。resume してください"
    ),
    "{subject}: somebody else changes it; read again": "{subject}: ほかから変更されています。もう一度読み取ります",
    "{subject}: it has just been settled; read again": "{subject}: たった今処理されました。もう一度読み取ります",
    "{host} {type} is protected in Route 53 by somebody else, {said}; have them lift it (docs/locks.md), then resume": (
        "{host} {type} は Route 53 で norikae 以外が保護しています({said})。"
        "解除してもらってから(docs/locks.md)resume してください"
    ),
    "{why}; norikae cannot lift it ({words}); lift it by hand (docs/locks.md), then resume": (
        "{why}。norikae では解除できません({words})。手動で解除して(docs/locks.md)から resume してください"
    ),
    "{zone} has more at {when}": "{zone} には {when} 時点でまだ変更があります",
    "in its annotation {key}, which the load balancer controller writes back: set the seconds there, in Git, an hour "
    "or more before the upgrade, and take shift.client_keep_alive out, or take the attribute out of the annotation": (
        "load balancer controller が書き戻すアノテーション {key} にあります。"
        "アップグレードの 1 時間以上前に Git でそこに秒数を設定して shift.client_keep_alive を外すか、"
        "アノテーションからこの属性を外してください"
    ),
    "{where} names client_keep_alive.seconds, {remedy}": (
        "{where} が client_keep_alive.seconds を指定しています。{remedy}"
    ),
    "{why} (and {count} more)": "{why}(ほか{count}件)",
}
"""English to Japanese."""
