"""What Argo CD is waited for, how green differs from blue, and what must not run twice."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # Argo CD itself
    "argocd-server to write {key} into Secret {name}": "argocd-server による Secret {name} への {key} の書き込み",
    "argocd-server to notice its new token": "argocd-server が新しいトークンを認識すること",
    "argocd-server to take the token of norikae's account": (
        "argocd-server が norikae アカウントのトークンを受け付けること"
    ),
    "argocd-server does not take the token of account norikae ({why}); start the next attempt of the run, whose "
    "Ensure Argo CD makes a new one": (
        "argocd-server が norikae アカウントのトークンを受け付けません({why})。"
        "実行の次の試行を開始すると、Ensure Argo CD が作り直します"
    ),
    "Secret {namespace}/{name} has no token for argocd-server; start the next attempt of the run, whose Ensure Argo "
    "CD makes a new one": (
        "Secret {namespace}/{name} に argocd-server のトークンがありません。"
        "実行の次の試行を開始すると、Ensure Argo CD が作り直します"
    ),
    "Secret {name}: data.{key} is not base64: {why}": "Secret {name}: data.{key} が base64 ではありません: {why}",
    "secret {name} has {keys}, which is no field of a repository; Argo CD knows {known}": (
        "シークレット {name} の {keys} はリポジトリの項目ではありません。Argo CD が扱えるのは {known} です"
    ),
    'secret {name} has no token; put {"token": "…"} of Argo CD\'s account norikae into it': (
        'シークレット {name} にトークンがありません。Argo CD の norikae アカウントの {"token": "…"} を保存してください'
    ),
    "argocd.hub is missing; mode hub needs the cluster, role and token_secret of the hub": (
        "argocd.hub がありません。mode hub には cluster、role、token_secret が必要です"
    ),
    "argocd.root is {name}; in mode hub it needs {placeholder}, or clusters share it": (
        "argocd.root が {name} です。mode hub では {placeholder} がないと、クラスター間で共有されてしまいます"
    ),
    "EKS to name the endpoint and certificate authority of the cluster": "EKS によるエンドポイントと証明機関の公開",
    "the hub to notice {cluster}": "ハブが {cluster} を認識すること",
    "the hub to forget {names}": "ハブから {names} がなくなること",
    "application {name} on the hub is made by ApplicationSet {set}, which would bring it back; give the set "
    "preserveResourcesOnDeletion, take {cluster} out of its generators, then resume": (
        "ハブのアプリケーション {name} は ApplicationSet {set} が作り直してしまいます。"
        "preserveResourcesOnDeletion を設定し、generators から {cluster} を外してから resume してください"
    ),
    "argocd.install: the manifest has no Deployment, StatefulSet or DaemonSet": (
        "argocd.install: マニフェストに Deployment、StatefulSet、DaemonSet のいずれもありません"
    ),
    "argocd.install: the manifest has no Deployment {name}, which says what Git has before a wave is synced; a core "
    "install is not enough": (
        "argocd.install: マニフェストに Deployment {name} がありません。"
        "同期前に Git の内容を確認するために必要で、core インストールでは足りません"
    ),
    "the API server to serve {names}": "API サーバーによる {names} の提供開始",
    "Argo CD was just applied and starts": "Argo CD を適用し、起動を待っています",
    # Applications
    "there is no Argo CD application {namespace}/{name}": "Argo CD のアプリケーション {namespace}/{name} がありません",
    "there is no application {namespace}/{name} to render": (
        "レンダリングするアプリケーション {namespace}/{name} がありません"
    ),
    "there is no application {namespace}/{name}; the root application must render it": (
        "アプリケーション {namespace}/{name} がありません。ルートアプリケーションで作成する必要があります"
    ),
    "there is no application {namespace}/{name} to compare; its parent creates it": (
        "比較するアプリケーション {namespace}/{name} がありません。親アプリケーションが作成します"
    ),
    "application {namespace}/{name} is compared with {revision}, not with a commit; let Argo CD refresh it, then "
    "start again": (
        "アプリケーション {namespace}/{name} の比較対象がコミットではなく {revision} です。"
        "Argo CD でリフレッシュしてから、もう一度開始してください"
    ),
    "argocd-server's manifests of application {name} are not JSON: {why}": (
        "argocd-server が返したアプリケーション {name} のマニフェストが JSON ではありません: {why}"
    ),
    "application {namespace}/{name} syncs by itself, so it cannot be held at the pinned commit; let the root chart "
    "set spec.syncPolicy.automated.enabled from its parameter `automated`": (
        "アプリケーション {namespace}/{name} が自動同期のため、コミットを固定できません。"
        "ルートチャートで spec.syncPolicy.automated.enabled をパラメーター `automated` から設定してください"
    ),
    "application {namespace}/{name} is already there and syncs by itself; a run makes its own root: delete it without "
    "its resources, or give argocd.root another name": (
        "アプリケーション {namespace}/{name} がすでにあり、自動同期しています。"
        "ルートは実行が作成するため、リソースを残して削除するか、argocd.root を別の名前にしてください"
    ),
    "the root application renders {names} with automated sync, which would not wait for the comparison with blue; let "
    "the chart set spec.syncPolicy.automated.enabled from its parameter `automated`": (
        "ルートアプリケーションの {names} が自動同期のため、blue との比較を待ちません。"
        "チャートで spec.syncPolicy.automated.enabled をパラメーター `automated` から設定してください"
    ),
    "{names} changed while it was given back to its branch": "{names} がブランチへの復帰中に変更されました",
    "{names} to stop, so that nothing puts back what is deleted": "{names} の停止(削除したものが作り直されないため)",
    "application {namespace}/{name} cannot be given back to Git: there is no such application": (
        "アプリケーション {namespace}/{name} を Git に戻せません。アプリケーションがありません"
    ),
    "application {namespace}/{name} cannot be given back to Git: there is no record of what it followed on blue": (
        "アプリケーション {namespace}/{name} を Git に戻せません。blue で追従していたものの記録がありません"
    ),
    "Argo CD to compare {name} with {revision}": "Argo CD による {name} と {revision} の比較",
    "{name} to sync by itself again": "{name} の自動同期の再開",
    "{name} to render its applications as Git has them": "{name} が Git のとおりにアプリケーションを作成すること",
    "the sync of {name} is {how}": "{name} の同期は {how} です",
    "asked for": "依頼済み",
    "the sync of application {name} is {status}: {words}": (
        "アプリケーション {name} の同期が {status} になりました: {words}"
    ),
    "attempt {number} tries again: {why}": "{number} 回目の試行で再実行します: {why}",
    "{what} to be compared with blue": "{what} と blue の比較",
    "not ready within argocd.application_deadline ({seconds} s): {what}": (
        "argocd.application_deadline({seconds}秒)以内に準備できませんでした: {what}"
    ),
    "it is being deleted": "削除中です",
    "a refresh was asked for and has not happened yet": "リフレッシュ待ちです",
    "an operation waits for the controller": "操作がコントローラーの処理を待っています",
    "it was never synced": "まだ一度も同期されていません",
    "its sync is {status}": "同期は {status} です",
    "its sync is {status}: {words}": "同期は {status} です: {words}",
    "its sync is {status} and waits for another try": "同期は {status} で、再試行を待っています",
    "its sync is {status} and waits for another try: {words}": "同期は {status} で、再試行を待っています: {words}",
    "its last sync is not the one of this run": "最後の同期がこの実行によるものではありません",
    "revision {found} was synced instead of {wanted}": "{wanted} ではなく {found} が同期されました",
    "it is {status}": "{status} です",
    "it is {status}: {words}": "{status} です: {words}",
    "not compared": "未比較",
    "it was compared with another {field} than it has now": "現在とは別の {field} と比較されています",
    "it was compared with revision {found} instead of {wanted}": "{wanted} ではなく {found} と比較されています",
    "it was not compared again after its sync ended": "同期の終了後、まだ比較されていません",
    "without health": "ヘルス情報なし",
    "it has no resources": "リソースがありません",
    "it has to stay so for {seconds} s more": "あと{seconds}秒この状態が続く必要があります",
    # How green differs from blue
    "May {names} be synced to {green} from commit {commit}?": (
        "{names} をコミット {commit} から {green} に同期してよいですか?"
    ),
    "{names} and {count} more": "{names} ほか{count}件",
    "The commit changed from {old} to {new}.": "コミットが {old} から {new} に変わりました。",
    "Between green's targets and blue's objects nobody expects {what}; {count} are expected.": (
        "green の内容と blue のオブジェクトの想定外の差分は{what}、想定内の差分は{count}件です。"
    ),
    "{count} difference": "{count}件",
    "{count} differences": "{count}件",
    "{count} difference ({missing} missing on green)": "{count}件(うち green にないもの{missing}件)",
    "{count} differences ({missing} missing on green)": "{count}件(うち green にないもの{missing}件)",
    "{what}: green refuses it: {words}": "{what}: green に拒否されました: {words}",
    "{what}: blue {old}, green {new}": "{what}: blue は {old}、green は {new}",
    "{what}: green {new}, nothing on blue": "{what}: green は {new}、blue にはなし",
    "{what}: blue {old}, nothing on green": "{what}: blue は {old}、green にはなし",
    "only on green": "green のみ",
    "only on blue": "blue のみ",
    "not comparable": "比較不可",
    "values of Secrets are hidden from norikae, so it was not tried on green": (
        "Secret の値は norikae から見えないため、green での dry run を行っていません"
    ),
    "its CRD comes with the same wave, so it could not be tried on green": (
        "CRD が同じウェーブにあるため、green での dry run ができません"
    ),
    "green does not serve {version} {kind}": "green は {version} {kind} を提供していません",
    "its namespace comes with the same wave, so it could not be tried on green": (
        "namespace が同じウェーブにあるため、green での dry run ができません"
    ),
    "green has no namespace {namespace}, and nothing in this wave creates it": (
        "green に namespace {namespace} がなく、このウェーブにも作成するものがありません"
    ),
    "the clusters' names differ": "クラスター名の違い",
    "until green is handed over norikae pins it to this commit, and nothing on it syncs by itself": (
        "green の引き渡しまではこのコミットに固定し、自動同期を行いません"
    ),
    "the application ignores it (spec.ignoreDifferences)": "アプリケーションで無視する設定です(spec.ignoreDifferences)",
    "green may lack {count} objects of blue (argocd.differences.deletions)": (
        "blue のオブジェクト{count}件は green になくてもよい設定です(argocd.differences.deletions)"
    ),
    "give group norikae:compare get and list by a ClusterRole with the label norikae.dev/aggregate-to-compare": (
        "ラベル norikae.dev/aggregate-to-compare を付けた ClusterRole で、グループ norikae:compare に get と list "
        "を許可してください"
    ),
    "blue has it, and green's sync would not bring it": "blue にありますが、green の同期では作成されません",
    "it is run or made anew by each sync, so blue has none to compare": (
        "同期のたびに作り直されるため、blue に比較対象がありません"
    ),
    "blue has it; Secrets are never read, so values are not compared": (
        "blue にあります。Secret は読み取らないため、値は比較していません"
    ),
    "blue's application has no such Secret": "blue のアプリケーションにこの Secret はありません",
    "blue has no such object": "blue にこのオブジェクトはありません",
    # What must not run twice
    "the way back takes more than {seconds} s: {what}; the public names lead to blue already. End it on green, then "
    "resume": (
        "切り戻しに{seconds}秒以上かかっています: {what}。公開名はすでに blue を向いています。"
        "green 側を終了させてから resume してください"
    ),
    "the hand-off takes more than {seconds} s: {what}": "引き継ぎに{seconds}秒以上かかっています: {what}",
    "it to stop on {cluster}": "{cluster} での停止",
    "{title} is not on {cluster}, so it stays where it is; let Argo CD sync it there, then resume": (
        "{title} が {cluster} にないため、移しません。Argo CD で同期してから resume してください"
    ),
    "{title} is gone from {cluster}, but green still has it; sync its application on green, so that it goes there as "
    "well, or put it back on blue, then resume": (
        "{title} は {cluster} からなくなりましたが、green に残っています。"
        "green でアプリケーションを同期して削除するか、blue に戻してから resume してください"
    ),
    "Job {names} of it to end": "Job {names} の終了",
    "pod {names} of it to end": "Pod {names} の終了",
    "its controller to see that it has 0 replicas": "コントローラーによる 0 レプリカの認識",
    "{title} is annotated {key}: {policy}, but norikae can suspend a {kinds} only; suspend it yourselves and say "
    "manual, or say both": (
        "{title} に {key}: {policy} が付いていますが、norikae が停止できるのは {kinds} だけです。"
        "ご自身で停止して manual とするか、both としてください"
    ),
    "{title} would run in both clusters, and its {key} is {value}; annotate it, or its Argo CD Application, with one "
    "of {names} (docs/application-teams.md)": (
        "{title} は両方のクラスターで動作しますが、{key} が {value} です。"
        "これか Argo CD Application に {names} のどれかを付けてください(docs/application-teams.md)"
    ),
    "{title} sets spec.{field}, so a sync would start it on green while blue runs it; leave the field out of the "
    "manifest, or annotate it with {key}: both or manual": (
        "{title} が spec.{field} を設定しているため、blue で動作中に green の同期でも起動します。"
        "マニフェストから外すか、{key}: both または manual を付けてください"
    ),
    "{title} is synced with Replace or Force, which would start it on green while blue runs it; take that sync option "
    "away, or annotate it with {key}: both or manual": (
        "{title} は Replace または Force で同期されるため、blue で動作中に green でも起動します。"
        "同期オプションを外すか、{key}: both または manual を付けてください"
    ),
    "{title} would run in both clusters, and its {key} is missing; annotate it, or its Argo CD Application, with one "
    "of {names} (docs/application-teams.md)": (
        "{title} は両方のクラスターで動作しますが、{key} がありません。"
        "これか Argo CD Application に {names} のどれかを付けてください(docs/application-teams.md)"
    ),
}
"""English to Japanese."""
