"""What people are told of that no run does: nodes that go, secrets, schedules, the end of support, adoptions."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # Nodes
    "{where}: {node} ({kind}): {what}": "{where}: {node}({kind}): {what}",
    "{count} nodes": "{count}台のノード",
    "{count} pod": "{count}個の Pod",
    "{count} pods": "{count}個の Pod",
    "to be drained from {since} on, empty by {until}": "{since} から drain を開始し、{until} までに空にします",
    "no new pods any more": "新しい Pod を受け付けません(cordon 済み)",
    "draining, {seconds} s left": "drain 中、残り{seconds}秒",
    "{pods} left, {kept}, {seconds} s left": "{pods} が残っています({kept})。残り{seconds}秒",
    "kept by {names}": "妨げている PDB: {names}",
    "empty": "空になりました",
    "against a budget: {names}": "PDB に反して退避した Pod: {names}",
    "lost with the machine: {names}": "マシンとともに失われた Pod: {names}",
    "not empty in time, {pods} left": "期限までに空にならず、{pods} が残りました",
    "gone": "なくなりました",
    "joined": "クラスターに参加しました",
    "not taken away after all, pods may come again": "撤去は取りやめになり、再び Pod を受け付けます",
    "not taken away until now, pods may come again": "まだ撤去されていないため、再び Pod を受け付けます",
    "announced; {key} wants no more": "予告されました。{key} の設定により、通知のみ行います",
    "dry run, {pods} would have moved": "dry run: {pods} が退避の対象です",
    "dry run, {pods} would have moved; {kept}": "dry run: {pods} が退避の対象です({kept})",
    # Secrets
    "{secret} cannot be carried to {clusters}: {why}": "{secret} を {clusters} に配布できません: {why}",
    "{secret} is still not current in {clusters}: {why}": "{secret} は {clusters} でまだ最新ではありません: {why}",
    "{secret} in {clusters}: {why}": "{clusters} の {secret}: {why}",
    "{secret} is current in {clusters} again": "{secret} は {clusters} で最新に戻りました",
    "{secret} is deleted and still wanted in {clusters}: {why}": (
        "{secret} は削除されましたが、{clusters} でまだ使われています: {why}"
    ),
    "{secret} is restored, and current in {clusters}": "{secret} は復元され、{clusters} で最新です",
    "The rotation of {secret} failed: {why}": "{secret} のローテーションに失敗しました: {why}",
    "The rotation of {secret} was abandoned: {why}": "{secret} のローテーションは中断されました: {why}",
    "the version that was current stays so; the log of its rotation function says why": (
        "それまでの最新バージョンがそのまま有効です。原因はローテーション関数のログを確認してください"
    ),
    "somebody stored a version by hand while it was rotated": (
        "ローテーション中に、手動で別のバージョンが保存されました"
    ),
    "{workload} is not restarted yet": "{workload} はまだ再起動されていません",
    "Pods in {namespace} of {cluster} keep the old {names}, because the restart before them is not done in {why}. See "
    "what ails it there; then kubectl rollout restart in {where}": (
        "先行する再起動が終わらないため({why})、{cluster} の {namespace} の Pod は古い {names} を使い続けています。"
        "原因を確認してから、{where} で kubectl rollout restart を実行してください"
    ),
    "{secret} is not among secret_sync.secrets of the environment file, so norikae may not read it; add its name "
    "there and deploy": (
        "{secret} は環境ファイルの secret_sync.secrets にないため、読み取れません。名前を追加してデプロイしてください"
    ),
    "{secret} was marked for deletion at {when}; what the clusters have stays as it is. Restore it (aws "
    "secretsmanager restore-secret --secret-id {arn}), or delete what declares it": (
        "{secret} は {when} に削除が予約されました。クラスター側はそのまま残ります。"
        "復元する(aws secretsmanager restore-secret --secret-id {arn})か、参照している定義を削除してください"
    ),
    "no version of {secret} has the label AWSCURRENT; store a value in it": (
        "{secret} に AWSCURRENT のバージョンがありません。値を保存してください"
    ),
    "{problem}: what the clusters have stays as it is. Create it, or correct or delete what names {secret}": (
        "{problem}。クラスター側はそのまま残ります。作成するか、{secret} を参照している定義を修正または削除してください"
    ),
    "Secrets Manager refuses {secret}: {words}; there is none of that name, or its resource policy and its KMS key "
    "have to allow norikae": (
        "{secret} の読み取りが Secrets Manager に拒否されました({words})。"
        "その名前のシークレットがないか、リソースポリシーと KMS キーで norikae の許可が必要です"
    ),
    "there is no Secret {namespace}/{name} yet": "Secret {namespace}/{name} はまだありません",
    "Secret {namespace}/{name} is immutable, so nobody can write it; delete it, or set another spec.target.name": (
        "Secret {namespace}/{name} は immutable のため書き込めません。"
        "削除するか、別の spec.target.name を指定してください"
    ),
    "{target} does not have the current version of {secret} yet": (
        "{target} にはまだ {secret} の最新バージョンがありません"
    ),
    "{secret} may not go to the namespace {namespace}; who owns it allows that by its tag: aws secretsmanager "
    "tag-resource --secret-id {arn} --tags Key={key},Value='{names}'": (
        "{secret} は namespace {namespace} への配布が許可されていません。"
        "所有者がタグで許可してください: aws secretsmanager tag-resource --secret-id {arn} --tags "
        "Key={key},Value='{names}'"
    ),
    "{place} is there already and not norikae's; set spec.target.takeOver: true or another spec.target.name": (
        "{place} はすでにあり、norikae のものではありません。spec.target.takeOver: true か、別の spec.target.name "
        "を指定してください"
    ),
    "{place} belongs to SecretSync {owner}; set another spec.target.name, or, when that one is gone, take the "
    "annotation {key} away and set spec.target.takeOver: true": (
        "{place} は SecretSync {owner} のものです。別の spec.target.name を指定するか、"
        "それがもうない場合はアノテーション {key} を外して spec.target.takeOver: true を指定してください"
    ),
    "{place} is of type {old}, which cannot be changed to {new}; delete it, or set another spec.target.name": (
        "{place} の type は {old} で、{new} には変更できません。削除するか、別の spec.target.name を指定してください"
    ),
    "the Secret that was there is taken over": "既存の Secret を引き継ぎました",
    "it has another version than {version}, which is the current one": "最新の {version} とは別のバージョンです",
    "the SecretSync was changed; its generation is {number}": "SecretSync が変更されました(generation {number})",
    "it has the current version {version}": "最新のバージョン {version} です",
    "{place} was edited by hand: {keys} is missing": "{place} が手動で変更されました: {keys} がありません",
    "{place} was edited by hand: not all of its values are those that norikae wrote": (
        "{place} が手動で変更されました: norikae が書き込んだ値と異なるものがあります"
    ),
    # Schedules
    "schedule: the environment file has no schedule {name}; it has: {names}": (
        "環境ファイルに {name} というスケジュールはありません。あるもの: {names}"
    ),
    "schedule {name} makes the plan {run}": "スケジュール {name} が計画 {run} を作成しています",
    "schedule {name} has started {run}": "スケジュール {name} が {run} を開始しました",
    "schedule {name} started nothing: {why}; it comes again at {when}, or say {verb} yourself": (
        "スケジュール {name} は開始できませんでした: {why}。次回は {when} です。"
        "すぐに必要な場合は {verb} を実行してください"
    ),
    "schedule {name} started nothing: {why}; it is over, or say {verb} yourself": (
        "スケジュール {name} は開始できませんでした: {why}。次回はありません。必要な場合は {verb} を実行してください"
    ),
    # The end of support, and AWS Health
    "{cluster}: {support} support of {version} {left}; {then}; {remedy}": (
        "{cluster}: {version} の{support}サポートは{left}。{then}。{remedy}"
    ),
    "ends in {days} days, on {date}": "あと{days}日、{date} に終了します",
    "ends in {days} day, on {date}": "あと{days}日、{date} に終了します",
    "is over since {date}": "{date} に終了しました",
    "upgrade to {version}": "{version} へアップグレードしてください",
    "EKS offers nothing newer with standard support yet": "標準サポート中の新しいバージョンはまだありません",
    "EKS upgrades it in place at any time now": "EKS がいつでもインプレースで自動アップグレードする状態です",
    "EKS upgrades it in place after that": "その後は EKS がインプレースで自動アップグレードします",
    "extended support is paid now": "現在は延長サポートの料金がかかっています",
    "extended support is paid after that": "その後は延長サポートの料金がかかります",
    "standard support of {version} ends on {date}": "{version} の標準サポートは {date} に終了します",
    "{cluster}: no plan for {version} was made before support of {old} ends: {why}": (
        "{cluster}: {old} のサポート終了に向けた {version} への計画を作成できませんでした: {why}"
    ),
    "AWS Health is not read, because the account's AWS support plan does not include its API; its events are in the "
    "AWS Health Dashboard all the same": (
        "このアカウントの AWS サポートプランには AWS Health API が含まれないため、読み取れません。"
        "イベントは AWS Health Dashboard で確認できます"
    ),
    "AWS Health about {what}: {code} ({category}, {status}); see the AWS Health Dashboard": (
        "{what} に関する AWS Health イベント: {code} ({category}, {status})。AWS Health Dashboard を確認してください"
    ),
    "EKS in {region}": "{region} の EKS",
    # Adoptions, and green that is removed
    "{cluster} is adopted": "{cluster} を取り込みました",
    "{cluster} is undone": "{cluster} の取り込みを取り消しました",
    "{cluster} is not adopted": "{cluster} を取り込めません",
    "{cluster} is not let go of": "{cluster} の取り込みを取り消せません",
    "{seconds} s have passed: {what}": "{seconds}秒が経過しました。待っているもの: {what}",
    "{cluster} is not clusters.adopt of the environment file; name it there and deploy first": (
        "{cluster} は環境ファイルの clusters.adopt ではありません。先に記載してデプロイしてください"
    ),
    "{cluster} has not been adopted; there is nothing to undo": (
        "{cluster} は取り込まれていないため、取り消すものがありません"
    ),
    "{blue} serves by the record, not {cluster}; only what serves can be let go of": (
        "記録上の稼働中クラスターは {cluster} ではなく {blue} です。取り消せるのは稼働中のクラスターだけです"
    ),
    "{green} of run {run} is still there; `clean-green` removes it": (
        "{run} の {green} がまだ残っています。`clean-green` で削除してください"
    ),
    "the last look of the adoption may still be under way": "取り込みの最後の処理がまだ実行中の可能性があります",
    "the execution was {status}; ask again": "実行が中断されました({status})。もう一度実行してください",
    "{name} was {status}: nobody is admin": "{name} が中断されました({status})。管理者権限は外してあります",
    "Route 53 to forget {cluster}": "Route 53 から {cluster} のレコードがなくなること",
    "{names} of {cluster} to be gone": "{cluster} の {names} がなくなること",
    "{cluster} is blue by the record: it serves; only green can be removed": (
        "{cluster} は記録上の blue で、稼働中です。削除できるのは green だけです"
    ),
    "{cluster} is tagged {tag}=blue: it serves; only green can be removed": (
        "{cluster} には {tag}=blue のタグがあり、稼働中です。削除できるのは green だけです"
    ),
    "run {run} has begun to take {blue} apart: {cluster} serves; finish the run with an execution called "
    "{same}-a<number of the next attempt>": (
        "{run} が {blue} の撤去を始めていて、{cluster} が稼働中です。"
        "{same}-a<次の試行番号> という名前の実行で完了させてください"
    ),
    "{record} leads to {cluster} with weight {weight}; roll its application back (abort the run), then ask again": (
        "{record} が重み {weight} で {cluster} を向いています。"
        "アプリケーションを切り戻して(実行を abort して)から、もう一度実行してください"
    ),
    "{cluster} is not removed": "{cluster} は削除されません",
    "{cluster} is removed": "{cluster} を削除しました",
    "the look at {name}": "{name} の確認",
    # Alarms of the stack
    "An execution of {name} failed": "{name} の実行が失敗しました",
    "An execution of {name} ran out of time": "{name} の実行がタイムアウトしました",
    "{name} raised {count} or more errors in 5 minutes": "{name} で 5 分間に{count}件以上のエラーが発生しました",
    "An event for {name} could not be handled": "{name} のイベントを処理できませんでした",
    "An event for {name} waits for {seconds} seconds": "{name} のイベントが{seconds}秒以上待っています",
    "{name} could not take a request; the ears' logs say why": (
        "{name} がリクエストを受け付けられませんでした。原因は ears のログを確認してください"
    ),
}
"""English to Japanese."""
