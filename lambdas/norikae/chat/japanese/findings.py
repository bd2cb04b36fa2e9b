"""What preflight finds."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    "the check could not be made: {why}": "確認できませんでした: {why}",
    "make what it reads readable, then start the upgrade again": (
        "読み取れるようにしてから、アップグレードをもう一度開始してください"
    ),
    # Add-ons, applications, access, versions
    "it has no version for Kubernetes {version}": "Kubernetes {version} 用のバージョンがありません",
    "take it out of clusters.addons, or wait for a version": (
        "clusters.addons から外すか、対応バージョンを待ってください"
    ),
    "{blue} has it, green would not": "{blue} にありますが、green にはありません",
    "add it to clusters.addons if something needs it": "必要であれば clusters.addons に追加してください",
    "it does not exist on blue": "blue に存在しません",
    "create or sync it on blue first": "先に blue で作成または同期してください",
    "on blue, it shares a resource: {words}": "blue でリソースを共有しています: {words}",
    "let one application only own the resource": "リソースを一つのアプリケーションだけで管理してください",
    "on blue, {why}": "blue で{why}",
    "none: nodes of blue are being drained": "対応は不要です(blue のノードが drain 中です)",
    "make it synced and healthy on blue first": "先に blue で Synced かつ Healthy にしてください",
    "its authentication mode is {mode}, so access entries have no effect": (
        "認証モードが {mode} のため、アクセスエントリが効きません"
    ),
    "start a new run with one of these as version or {key}": (
        "version または {key} にこのどれかを指定して、新しい実行を開始してください"
    ),
    "the target is in extended support already, which costs more per hour": (
        "移行先はすでに延長サポートで、時間あたりの料金が高くなります"
    ),
    "consider {version}": "{version} を検討してください",
    "the applications {names} all claim it": "複数のアプリケーション {names} がこの名前を使っています",
    "give them the same norikae.dev/app, so that they move together, or different host names": (
        "同じ norikae.dev/app を付けて一緒に移行するか、別のホスト名にしてください"
    ),
    "no Ingress wants to be shifted": "移行対象の Ingress がありません",
    'annotate the Ingresses of the applications with norikae.dev/shift: "true"': (
        'アプリケーションの Ingress に norikae.dev/shift: "true" を付けてください'
    ),
    "EKS has no upgrade insights about {name}": "EKS に {name} のアップグレードインサイトがありません",
    "EKS does not know: {words}": "EKS で判定できません: {words}",
    "EKS has never looked at it": "EKS がまだ確認していません",
    "EKS looked {hours} h ago; answers count for {most} h (preflight.insights_age)": (
        "EKS の確認は{hours}時間前です(有効なのは{most}時間、preflight.insights_age)"
    ),
    "do what EKS recommends in its console, then let it look again": (
        "EKS コンソールの推奨事項に対応し、もう一度確認させてください"
    ),
    "EKS says {status}: {words}": "EKS の判定は {status} です: {words}",
    "EKS says {status}: {words}; it does not concern a move to a new cluster of this version": (
        "EKS の判定は {status} です: {words}(このバージョンの新しいクラスターへの移行には関係しません)"
    ),
    "aws eks start-insights-refresh --region {region} --cluster-name {cluster}, then start again when it has "
    "COMPLETED": (
        "aws eks start-insights-refresh --region {region} --cluster-name {cluster} を実行し、COMPLETED になったら、"
        "もう一度開始してください"
    ),
    # Roles of pods
    "on {blue} it acts as {role} by Pod Identity, on green it would not": (
        "{blue} では Pod Identity により {role} を使いますが、green では使えません"
    ),
    "declare it in {key}": "{key} に宣言してください",
    "it does not exist": "存在しません",
    "create it, or mend {key}": "作成するか、{key} を修正してください",
    "it does not let {service} do {actions}": "{service} に {actions} を許可していません",
    "add that statement to its trust policy": "信頼ポリシーにそのステートメントを追加してください",
    "create it, or take it out of {key}": "作成するか、{key} から外してください",
    "its trust policy has no statement for {provider}, so there is none to copy for green": (
        "信頼ポリシーに {provider} 用のステートメントがなく、green 用に複製できません"
    ),
    "add it, or take the role out of {key}": "追加するか、{key} からロールを外してください",
    "with green's statements its trust policy has {count} characters, more than the quota of {most}": (
        "green 用のステートメントを加えると信頼ポリシーが{count}文字になり、クォータの{most}文字を超えます"
    ),
    'raise the IAM quota "Role trust policy length", shorten the policy, or use Pod Identity': (
        'IAM のクォータ "Role trust policy length" を引き上げるか、ポリシーを短くするか、Pod Identity を使ってください'
    ),
    "on {blue} it acts as {role}, on green as {other}": "{blue} では {role}、green では {other} を使います",
    "mend {key} if that is not meant": "意図していない場合は {key} を修正してください",
    "it acts as {role}, which trusts the issuer of {blue} and not green's": (
        "{role} を使いますが、信頼しているのは {blue} の発行者だけで、green は含まれません"
    ),
    "declare it in {key} (its role has to trust {service}), or put the role on {list}": (
        "{key} に宣言する(ロールは {service} を信頼する必要があります)か、{list} にロールを追加してください"
    ),
    "its tokens are for the audience {audience}; IAM is told {other} only for green's issuer": (
        "トークンの audience が {audience} ですが、green の発行者には {other} だけが登録されます"
    ),
    "take the annotation {annotation} off, or use {key}": (
        "アノテーション {annotation} を外すか、{key} を使ってください"
    ),
    "the trust policy of {role} does not admit it from {blue} either": (
        "{role} の信頼ポリシーは {blue} からも許可していません"
    ),
    "name it in the trust policy, or take the annotation off": (
        "信頼ポリシーに追加するか、アノテーションを外してください"
    ),
    # Removed APIs
    "it is removed in Kubernetes {version}; {current} still serves it": (
        "Kubernetes {version} で削除されます({current} ではまだ使えます)"
    ),
    "it is announced to be removed in Kubernetes {version}; {current} still serves it": (
        "Kubernetes {version} で削除予定です({current} ではまだ使えます)"
    ),
    "it is removed in Kubernetes {version}, so {current} does not serve it": (
        "Kubernetes {version} で削除されたため、{current} では使えません"
    ),
    "it was announced to be removed in Kubernetes {version}, so {current} does not serve it": (
        "Kubernetes {version} で削除予定とされていたため、{current} では使えません"
    ),
    "Git renders it: {names}": "Git のマニフェストで使われています: {names}",
    "it was written in this version: {names}": "このバージョンで書き込まれています: {names}",
    "only the last-applied annotation says so, which may be old: {names}": (
        "last-applied アノテーションだけにあり、古い可能性があります: {names}"
    ),
    "it has no replacement; remove it": "後継がないため、削除してください",
    "change it to apiVersion {version} in Git and sync blue": (
        "Git で apiVersion {version} に変更し、blue を同期してください"
    ),
    "let its writer use apiVersion {version}; when no writer uses the old one any more, clear what is left: kubectl "
    'patch --type=json -p \'[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]\'': (
        "書き込み側を apiVersion {version} に変更し、古いものが使われなくなったら、残りを消してください: kubectl "
        'patch --type=json -p \'[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]\''
    ),
    "apply it again as apiVersion {version}": "apiVersion {version} で適用し直してください",
    # Names in Route 53
    "it has no A record in the zone": "ゾーンに A レコードがありません",
    "create a weighted alias record with set identifier {cluster} and weight 100": (
        "set identifier {cluster}、重み 100 の加重エイリアスレコードを作成してください"
    ),
    "its {type} record is not weighted, and Route 53 allows no weighted one beside it": (
        "{type} レコードが加重レコードではなく、加重レコードを併用できません"
    ),
    "make it a weighted record with set identifier {cluster} and weight 100": (
        "set identifier {cluster}、重み 100 の加重レコードにしてください"
    ),
    "its {type} record {set} (weight {weight}) is not {cluster}'s": (
        "{type} レコード {set}(重み {weight})は {cluster} のものではありません"
    ),
    "finish or roll back the upgrade that it is of, or delete it and stop whoever writes it": (
        "元のアップグレードを完了するか切り戻す、または書き込んでいるものを止めて削除してください"
    ),
    "all its {type} records have weight 0, so Route 53 answers with any of them": (
        "{type} レコードの重みがすべて 0 のため、Route 53 はどれでも返します"
    ),
    "give the record of {cluster} weight 100": "{cluster} のレコードの重みを 100 にしてください",
    "{listed}: green needs about {count} addresses there ({why}) besides the {spare} that each subnet keeps free "
    "(preflight.spare_addresses), {free} are left": (
        "{listed}: green には約{count}個の IP アドレスが必要ですが({why})、"
        "各サブネットの予備{spare}個(preflight.spare_addresses)を除いた空きは{free}個です"
    ),
    "{pods} pods, {nodes} nodes and a control plane over {zones} zones": (
        "{zones} ゾーンに Pod {pods}個、ノード{nodes}台、コントロールプレーン"
    ),
    "add subnets of this zone to network.subnets, or free addresses": (
        "このゾーンのサブネットを network.subnets に追加するか、IP アドレスを空けてください"
    ),
    "EC2 knows no such subnet": "EC2 にこのサブネットがありません",
    "it is in {zone}, the environment file says {other}": "{zone} にありますが、環境ファイルでは {other} です",
    "correct network.subnets in the environment file": "環境ファイルの network.subnets を修正してください",
    "names {attribute}": "{attribute} を指定しています",
    "it is in its annotation {key}, which the load balancer controller writes back: set the seconds there, in Git, an "
    "hour or more before the upgrade, and take shift.client_keep_alive out, or take the attribute out of the "
    "annotation": (
        "load balancer controller が書き戻すアノテーション {key} にあります。"
        "アップグレードの 1 時間以上前に Git でそこに秒数を設定して shift.client_keep_alive を外すか、"
        "アノテーションからこの属性を外してください"
    ),
    "dns.protect is on, but names cannot be locked here: {why}": (
        "dns.protect が有効ですが、ここではレコードを保護できません: {why}"
    ),
    "the run goes on without; or set it to false": "保護なしで続行します。または false にしてください",
    "have its owner lift it ({command}), then start again": (
        "所有者に解除してもらい({command})、もう一度開始してください"
    ),
    "its {type} record sets are still locked by norikae ({comment})": (
        "{type} レコードがまだ norikae に保護されています({comment})"
    ),
    "nothing: it is lifted before norikae writes": "対応は不要です(書き込み前に解除します)",
    "its {type} record sets are locked by norikae, and its external-dns has to write them": (
        "{type} レコードが norikae に保護されていますが、external-dns が書き込む必要があります"
    ),
    "lift it ({command}), then start again": "解除してから({command})、もう一度開始してください",
    # What must not run twice
    "it would run in both clusters, and it has no {key}": "両方のクラスターで動作しますが、{key} がありません",
    "it would run in both clusters, and its {key} is {value}": "両方のクラスターで動作しますが、{key} が {value} です",
    "its volume stays with blue, and green gets an empty one": (
        "ボリュームは blue に残り、green には空のボリュームが作られます"
    ),
    "its volume stays with blue, and green gets an empty one, and it has no {key}": (
        "ボリュームは blue に残り、green には空のボリュームが作られますが、{key} がありません"
    ),
    "its volume stays with blue, and green gets an empty one, and its {key} is {value}": (
        "ボリュームは blue に残り、green には空のボリュームが作られますが、{key} が {value} です"
    ),
    "the first sync of green runs it again": "green の最初の同期で再実行されます",
    "the first sync of green runs it again, and it has no {key}": (
        "green の最初の同期で再実行されますが、{key} がありません"
    ),
    "the first sync of green runs it again, and its {key} is {value}": (
        "green の最初の同期で再実行されますが、{key} が {value} です"
    ),
    "annotate it with {key}: one of {names}": "{key} に {names} のどれかを付けてください",
    "annotate it or its Argo CD Application {name} with {key}: one of {names}": (
        "これか Argo CD Application {name} に、{key} として {names} のどれかを付けてください"
    ),
    "annotate it with {key}: {names}": "{key}: {names} を付けてください",
    "both (it may run twice) or manual (its team sees to it)": (
        "both(二重に動作してよい)か manual(担当チームが対応する)"
    ),
    "{why}; it cannot be {policy}": "{why}({policy} にはできません)",
    "no Argo CD application renders it, so green does not get it": (
        "Argo CD のアプリケーションにないため、green に作成されません"
    ),
    "put it into Git, or annotate it with {key}: {names}": "Git に追加するか、{key}: {names} を付けてください",
    "its manifest sets spec.{field}, so a sync would start it on green while blue runs it": (
        "マニフェストに spec.{field} があるため、blue で動作中に green の同期でも起動します"
    ),
    "leave spec.{field} out of the manifest, or annotate it with {key}: {names}": (
        "マニフェストから spec.{field} を外すか、{key}: {names} を付けてください"
    ),
    "it is synced with Replace or Force, which would start it on green while blue runs it": (
        "Replace または Force で同期されるため、blue で動作中に green でも起動します"
    ),
    "take that sync option away, or annotate it with {key}: {names}": (
        "その同期オプションを外すか、{key}: {names} を付けてください"
    ),
    "norikae leaves it to its team in both clusters": "両方のクラスターで担当チームに任せます",
    "PreSync hook {kind} {namespace}/{name}": "PreSync フック {kind} {namespace}/{name}",
    "PreSync hook Job {name}": "PreSync フック Job {name}",
    "it would run in both clusters": "両方のクラスターで動作します",
    "application {namespace}/{name}": "アプリケーション {namespace}/{name}",
    "service account {namespace}/{name}": "ServiceAccount {namespace}/{name}",
    "subnet {name}": "サブネット {name}",
}
"""English to Japanese."""
