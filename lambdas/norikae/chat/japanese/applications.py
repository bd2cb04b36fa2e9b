"""What is wrong with what a team wrote, with what must not run twice, and with the size of green."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # What its team wrote
    "say one of: {names}": "次のどれかを指定してください: {names}",
    "missing, and no Argo CD Application owns the Ingress": (
        "指定がなく、Ingress を管理する Argo CD Application もありません"
    ),
    "name the application": "アプリケーション名を指定してください",
    "differs between the Ingresses of {name}": "{name} の Ingress ごとに異なります",
    "give all of them the same value": "すべて同じ値にしてください",
    "set, but the Ingress has no rule with a host": "指定されていますが、Ingress にホストのルールがありません",
    "add the public host name": "公開ホスト名を追加してください",
    "is not an annotation of norikae": "norikae のアノテーションではありません",
    "known: {names}": "使えるもの: {names}",
    "see docs/application-teams.md": "docs/application-teams.md を参照してください",
    "is '{value}'": "値は '{value}' です",
    "{value} must be a path that begins with /": "{value} は / で始まるパスにしてください",
    "{value} is none of {names}": "{value} は {names} のどれでもありません",
    "{value} must be true or false, in quotes": "{value} は true か false を引用符付きで書いてください",
    "{value} must be names of applications, with commas, such as billing,search": (
        "{value} は billing,search のように、アプリケーション名をカンマ区切りで書いてください"
    ),
    "{value} must rise from at least 1 to 100, such as 10,50,100": (
        "{value} は 10,50,100 のように、1 以上から 100 まで昇順で書いてください"
    ),
    "{value} is no workload of the Ingress's namespace; say {kinds}": (
        "{value} は Ingress と同じ namespace のワークロードではありません。{kinds} の形で書いてください"
    ),
    "{value} names a gate that does not exist; there are: {names}": (
        "{value} に存在しないゲートがあります。あるもの: {names}"
    ),
    # Green's size
    "the autoscalers of {cluster} to measure its traffic": "{cluster} のオートスケーラーによるトラフィックの計測",
    "{workload} on {cluster} has {count} ready pods of {wanted} that blue has": (
        "{cluster} の {workload} の Ready な Pod は{count}個です(blue は{wanted}個)"
    ),
    "green is not as large as blue after {seconds} s: {what}": (
        "{seconds}秒経っても green が blue と同じ規模になりません: {what}"
    ),
    "{why}; the first weight has waited for {seconds} s; resume when they are current": (
        "{why}。最初の重みの設定を{seconds}秒待ちました。最新になったら resume してください"
    ),
    "{why}; the first weight waits": "{why}。最初の重みの設定を待っています",
    "{why}, and HorizontalPodAutoscaler {name} allows {most}; raise maxReplicas in Git": (
        "{why}。HorizontalPodAutoscaler {name} の上限は {most} です。Git で maxReplicas を増やしてください"
    ),
    'norikae.dev/scale: "false" on its Ingress takes it as it is': (
        'Ingress に norikae.dev/scale: "false" を付けると現状のまま移行します'
    ),
    '{why}; {reverted}, or norikae.dev/scale: "false" on its Ingress takes it as it is': (
        '{why}。{reverted}。または、Ingress に norikae.dev/scale: "false" を付けると現状のまま移行します'
    ),
    "norikae set {field} of {name} to {value} and somebody set it back": (
        "norikae が {name} の {field} を {value} にしましたが、元に戻されました"
    ),
    "{why}: {owner} owns the autoscaler; raise the minimum there (KEDA: minReplicaCount)": (
        "{why}。オートスケーラーは {owner} が管理しています。そちらで最小値を増やしてください(KEDA では "
        "minReplicaCount)"
    ),
    "{why}: Application {name} heals itself and Git sets it; let {same} ignore /spec/{field} (spec.ignoreDifferences, "
    "with the sync option RespectIgnoreDifferences=true), or raise it in Git": (
        "{why}。Application {name} の self-heal が Git の値に戻しています。"
        "{same} で /spec/{field} を無視する(spec.ignoreDifferences、同期オプション "
        "RespectIgnoreDifferences=true)か、Git で増やしてください"
    ),
    "{why}; find out who (kubectl get --show-managed-fields)": (
        "{why}。何が変更したか確認してください(kubectl get --show-managed-fields)"
    ),
    "somebody else changed it": "norikae 以外が変更しました",
    "taken back": "元に戻しました",
    "{where}: annotation {key} {problem}; {remedy}": "{where}: アノテーション {key}: {problem}。{remedy}",
    "{resource} {namespace}/{name} on {cluster}: spec.{field} {now}, {was} before": (
        "{cluster} の {resource} {namespace}/{name}: spec.{field} {now}(以前は {was})"
    ),
    "Ingress {namespace}/{name}: annotation {key} {problem}; {remedy}": (
        "Ingress {namespace}/{name}: アノテーション {key}: {problem}。{remedy}"
    ),
    "{value} is not a duration; write a whole number and s, m, h or d, such as 10m": (
        "{value} は時間の長さではありません。10m のように、整数と s、m、h、d のどれかで書いてください"
    ),
}
"""English to Japanese."""
