"""What an external-dns stands in the way with."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # How it is set up
    "write its flags into args, with their values, then start the upgrade again": (
        "フラグを値とともに args に書いてから、アップグレードをもう一度開始してください"
    ),
    "--{flag} comes from {source}": "--{flag} の値は {source} にあります",
    "flags may come from {source}": "フラグが {source} にある可能性があります",
    "a shell command": "シェルコマンド",
    "the file {name}": "ファイル {name}",
    "version unknown": "バージョン不明",
    "--{flag}={value} is not a duration": "--{flag}={value} は時間の長さではありません",
    "--migrate-from-txt-owner={owner} takes the records of every copy with that owner, and with --policy=sync deletes "
    "those that it does not want": (
        "--migrate-from-txt-owner={owner} はその所有者のレコードをすべて引き継ぎ、--policy=sync "
        "では不要なものを削除します"
    ),
    "take the flag away once its own records have the new owner": (
        "自身のレコードが新しい所有者になったら、このフラグを外してください"
    ),
    "it does not see a foreign change for up to {cache} s and undoes one of its own records as late as {late} s after "
    "it, which may be after a step was judged": (
        "最大{cache}秒間ほかの変更に気づかず、{late}秒後に自身のレコードを元に戻すことがあり、"
        "ステップの判定後になる可能性があります"
    ),
    "take --provider-cache-time and --txt-cache-interval away while applications move": (
        "移行中は --provider-cache-time と --txt-cache-interval を外してください"
    ),
    "start it with the cluster's own name, here --txt-owner-id={cluster}; records of the old owner stay behind": (
        "クラスター固有の名前で起動してください(ここでは --txt-owner-id={cluster})。古い所有者のレコードは残ります"
    ),
    "its --txt-owner-id is {owner}, and so would green's be: each deletes the other's records": (
        "--txt-owner-id が {owner} で green でも同じになり、互いのレコードを削除します"
    ),
    "its --txt-owner-id {owner} does not name {cluster}; if green's is the same, each deletes the other's records, "
    "and green's cannot be seen yet": (
        "--txt-owner-id の {owner} に {cluster} が含まれません。"
        "green でも同じ場合は互いのレコードを削除しますが、green の値はまだ確認できません"
    ),
    "--registry={registry} shows no owners in Route 53": "--registry={registry} では Route 53 に所有者が記録されません",
    "--registry={registry} shows no owners in Route 53; by --policy={policy} it deletes nothing": (
        "--registry={registry} では Route 53 に所有者が記録されません(--policy={policy} のため削除はしません)"
    ),
    "--registry=noop knows no owners: by --policy=sync it deletes every record that no object asks for": (
        "--registry=noop は所有者を区別せず、--policy=sync では要求のないレコードをすべて削除します"
    ),
    "start it with --registry=txt, or {remedy}": "--registry=txt で起動するか、次のようにしてください: {remedy}",
    "--registry={registry} shows no owners in Route 53, so nobody sees whether it owns public names": (
        "--registry={registry} では Route 53 に所有者が記録されず、公開名を所有しているか分かりません"
    ),
    "let its --regex-domain-exclusion match {names}": "--regex-domain-exclusion を {names} に一致させてください",
    "start it with {flags}": "{flags} を付けて起動してください",
    "let its --regex-domain-exclusion match {names}, and so on for {count} more": (
        "--regex-domain-exclusion を {names} ほか{count}件に一致させてください"
    ),
    "start it with {flags}, and so on for {count} more": "{flags} を付けて起動してください(ほか{count}件も同様)",
    # What it owns and wants
    "{marks} beside it may be an owner that only its key can read, so it counts as somebody else's": (
        "隣にある {marks} は鍵がないと読めない所有者の可能性があるため、norikae 以外のものとみなします"
    ),
    "{instance} encrypts its own": "{instance} は自身の記録を暗号化します",
    "it has an owner: {marks}; that one writes its records back and deletes them": (
        "所有者がいます({marks})。所有者はレコードを書き戻し、削除します"
    ),
    "let norikae lease it (norikae.dev/owner: lease; docs/ownership.md), or {remedy}": (
        "norikae にリースさせる (norikae.dev/owner: lease; docs/ownership.md) か、次のようにしてください: {remedy}"
    ),
    "find out what writes that, stop it, and {remedy}": (
        "書き込んでいるものを特定して止め、次のようにしてください: {remedy}"
    ),
    "delete in one batch, before any annotation changes: TXT {records} {where}": (
        "アノテーションを変更する前に、1 回のバッチで削除してください: TXT {records} {where}"
    ),
    "{instance} wants a {kind} for it: {resource}: {why}": (
        "{instance} がこの名前に{kind}を作成しようとしています: {resource}: {why}"
    ),
    "{instance} wants a {kind} for it in private zones, which norikae does not shift: {resource}: {why}": (
        "{instance} がプライベートゾーン(norikae の対象外)でこの名前に{kind}を作成しようとしています: {resource}: {why}"
    ),
    "{what}, if it reads {prefix}: its image does not tell the version": (
        "{what}({prefix} を読む場合。イメージからはバージョンが分かりません)"
    ),
    "weighted record {identifier}": "加重レコード {identifier}",
    "simple record": "シンプルレコード",
    "its {source} names it": "{source} に書かれています",
    "its {source} name it": "{source} に書かれています",
    "its {source} names it and {annotation} is not annotation-only": (
        "{source} に書かれていて、{annotation} が annotation-only ではありません"
    ),
    "its {source} name it and {annotation} is not annotation-only": (
        "{source} に書かれていて、{annotation} が annotation-only ではありません"
    ),
    "its annotations {prefix}… are not read": "アノテーション {prefix}… は読まれません",
    "give its image a tag with the version, or annotate for --annotation-prefix={prefix} as well": (
        "イメージにバージョンのタグを付けるか、--annotation-prefix={prefix} 用のアノテーションも付けてください"
    ),
    "first hand the name over {where}, then {remedy}": (
        "先に名前を引き渡し {where}、その後で次のようにしてください: {remedy}"
    ),
    "write the annotations of {resource} with {prefix}, or start {instance} with --annotation-prefix={other}": (
        "{resource} のアノテーションを {prefix} で書くか、{instance} を --annotation-prefix={other} で起動してください"
    ),
    "take {source} out of {resource}, or let it name a name of the cluster": (
        "{resource} から {source} を外すか、クラスター固有の名前にしてください"
    ),
    "let {annotation} of {resource} name a name of the cluster instead": (
        "{resource} の {annotation} をクラスター固有の名前にしてください"
    ),
    "{remedy} (docs/application-teams.md, 'Two names for each Ingress')": (
        "{remedy}(docs/application-teams.md の 'Two names for each Ingress')"
    ),
    "what it wants by {sources} is not looked at, and it may write the public names": (
        "{sources} による要求は確認の対象外で、公開名に書き込む可能性があります"
    ),
    "it has annotations {prefix}…, and every external-dns here reads {other}": (
        "アノテーション {prefix}… がありますが、ここの external-dns はすべて {other} を読みます"
    ),
    "write them with {prefix}, or start external-dns with --annotation-prefix={other}": (
        "{prefix} で書くか、external-dns を --annotation-prefix={other} で起動してください"
    ),
    # Names that norikae leases
    "external-dns of {names} have the same --txt-owner-id={owner}, so each deletes the other's records": (
        "{names} の external-dns の --txt-owner-id が同じ {owner} で、互いのレコードを削除します"
    ),
    "give each cluster its own, one after the other, then start again": (
        "クラスターごとに別の値に順に変更してから、もう一度開始してください"
    ),
    "{host} has no A record in the zone": "{host} の A レコードがゾーンにありません",
    "let blue's external-dns register it, then start again": (
        "blue の external-dns に登録させてから、もう一度開始してください"
    ),
    "{host} {type} is no alias of a load balancer": (
        "{host} の {type} レコードはロードバランサーのエイリアスではありません"
    ),
    "let its external-dns write aliases (no annotation alias: false), then start again": (
        "external-dns にエイリアスを書かせて(alias: false を外して)から、もう一度開始してください"
    ),
    "{host} {type} is a simple record": "{host} の {type} レコードはシンプルレコードです",
    "let blue's Ingress have set-identifier and aws-weight {where}; with --policy=sync its external-dns converts the "
    "record itself, with upsert-only the command adopt does": (
        "blue の Ingress に set-identifier と aws-weight を付けてください {where}。"
        "--policy=sync では external-dns が、upsert-only では adopt コマンドがレコードを変換します"
    ),
    "{host} {type} {set} has another routing policy than weights": (
        "{host} の {type} レコード {set} は加重ルーティングではありません"
    ),
    "norikae moves weighted records only: replace it by one, or leave the application out": (
        "移行できるのは加重レコードだけです。置き換えるか、アプリケーションを対象外にしてください"
    ),
    "record sets {names} of the same application lead to {cluster}": (
        "同じアプリケーションの複数のレコードセット {names} が {cluster} を向いています"
    ),
    "give all of its Ingresses there one set-identifier": "そこの Ingress すべてに同じ set-identifier を付けてください",
    "no {type} record set of {host} leads to {cluster} ({balancer})": (
        "{host} の {type} レコードに {cluster}({balancer})を向くものがありません"
    ),
    "no load balancer there": "ロードバランサーなし",
    "norikae leases {set} meanwhile, so its external-dns does not follow: let the alias lead there (UPSERT with its "
    "weight as it is), then resume": (
        "norikae が {set} をリース中で external-dns が追従しません。"
        "重みはそのままでエイリアスを向けて(UPSERT)から resume してください"
    ),
    "let the external-dns of {cluster} register it with aws-weight and a set-identifier that no other cluster has "
    "{where}": (
        "{cluster} の external-dns に、aws-weight とほかのクラスターにない set-identifier "
        "を付けて登録させてください {where}"
    ),
    "{host} {type} {set} has weight {weight} and leads to neither cluster": (
        "{host} の {type} レコード {set} は重み {weight} で、どちらのクラスターも向いていません"
    ),
    "set it to 0 where it is declared, or remove it": "宣言元で 0 にするか、削除してください",
    "{host} {type} {set} has no TXT record, so no external-dns owns it": (
        "{host} の {type} レコード {set} に TXT レコードがなく、どの external-dns も所有していません"
    ),
    "do not delete it, since nobody would be answered until external-dns of {cluster} makes it anew; create TXT "
    "{record} with its set-identifier and its weight, or let norikae own the name (norikae.dev/owner: controller)": (
        "削除すると {cluster} の external-dns が作り直すまで応答できなくなるため、削除しないでください。"
        "同じ set-identifier と重みで TXT {record} を作成するか、norikae に所有させてください(norikae.dev/owner: "
        "controller)"
    ),
    "of its owner": "(所有者のもの)",
    "a TXT record marks {host} {type} {set}, but there is no such record": (
        "TXT レコードが示す {host} の {type} レコード {set} がありません"
    ),
    "delete the TXT record, or its external-dns makes the record anew without one": (
        "TXT レコードを削除してください。残すと external-dns が TXT なしでレコードを作り直します"
    ),
    "the record set {set} of {host} does not have one weight: {weights}": (
        "{host} のレコードセット {set} の重みが揃っていません: {weights}"
    ),
    "set all of them to the same weight in one batch, or its external-dns can never delete it": (
        "1 回のバッチで同じ重みに揃えてください。揃わないと external-dns が削除できません"
    ),
    "{mark}: only its key can read who owns it": "{mark}: 鍵がないと所有者を読み取れません",
    "start external-dns without --txt-encrypt-enabled, or leave the application out": (
        "external-dns を --txt-encrypt-enabled なしで起動するか、アプリケーションを対象外にしてください"
    ),
    "{mark} is not of an external-dns of {cluster}": "{mark} は {cluster} の external-dns のものではありません",
    "find out what writes it; {cluster} has the owners {names}": (
        "書き込んでいるものを特定してください。{cluster} の所有者: {names}"
    ),
    "{mark} is leased by another environment": "{mark} は別の環境がリース中です",
    "let that run end, then start again": "その実行の終了後に、もう一度開始してください",
    "TXT {record} (encrypted, or unreadable)": "TXT {record}(暗号化されているか、読み取れません)",
    "external-dns owns its names (set identifier {set}); it moves as {owner}": (
        "レコードは external-dns が所有しています(set identifier {set})。{owner} として移行します"
    ),
    "once it has moved, commit aws-weight 100 for green and 0 for blue, and norikae gives the names back": (
        "移行後に green の aws-weight 100、blue の 0 をコミットすると、norikae がレコードを返却します"
    ),
    "{owner} owns its record set {set}, but no object of blue asks for it": (
        "{owner} がレコードセット {set} を所有していますが、要求するオブジェクトが blue にありません"
    ),
    "annotate its Ingress again, or let norikae own the name (norikae.dev/owner: controller)": (
        "Ingress にもう一度アノテーションを付けるか、norikae に所有させてください(norikae.dev/owner: controller)"
    ),
    "the record set {set}": "レコードセット {set}",
    "{resource} asks for {what}, while Route 53 has the record set {set}": (
        "{resource} が{what}を要求していますが、Route 53 にはレコードセット {set} があります"
    ),
    "give it set-identifier {set} {where}": "set-identifier {set} を付けてください {where}",
    "clients may stay for {seconds} s after the weight is 0 ({attribute}): {names}": (
        "重みが 0 になった後も、クライアントが{seconds}秒残る可能性があります({attribute}): {names}"
    ),
    "the run lowers it to {wanted} s until it ends, and waits {seconds} s before the first weight": (
        "実行中は{wanted}秒に下げ、最初の重みの前に{seconds}秒待ちます"
    ),
    "shift.client_keep_alive lets the run lower it for its time": (
        "shift.client_keep_alive を設定すると、実行中だけ下げられます"
    ),
    "give its Ingress a name of its own per cluster (docs/application-teams.md), then delete the TXT records": (
        "Ingress にクラスターごとの名前を付けて(docs/application-teams.md)から、TXT レコードを削除してください"
    ),
    "weighted alias records (A and AAAA) with set identifier {cluster} and weight 100": (
        "set identifier {cluster}、重み 100 の加重エイリアスレコード(A と AAAA)"
    ),
    "{host} has no record: create {what}": "{host} にレコードがありません。作成してください: {what}",
    "{host} is a CNAME: make it {what}": "{host} は CNAME です。変更してください: {what}",
    "{host} has a simple record that leads elsewhere, or another routing policy: make it {what}": (
        "{host} のシンプルレコードが別の宛先を向いているか、別のルーティングポリシーです。変更してください: {what}"
    ),
    "{host} does not lead to {cluster} but to {names}: correct whichever is wrong": (
        "{host} が {cluster} ではなく {names} を向いています。誤っている方を修正してください"
    ),
    "{host} has several {types} record sets that lead to {cluster}: keep one of each": (
        "{host} に {cluster} を向く {types} レコードセットが複数あります。一つずつにしてください"
    ),
    "{host} is owned by external-dns ({owner}), which would write it back: {remedy}": (
        "{host} は external-dns({owner})が所有していて、書き戻されます。{remedy}"
    ),
    "TXT {record} (heritage {heritage}, owner {owner})": "TXT {record}(heritage {heritage}、所有者 {owner})",
    'annotate {resource} with {annotation}: "{word}"': '{resource} に {annotation}: "{word}" を付けてください',
    "external-dns of {one} and of {other} have the same --txt-owner-id={owner}, so each deletes the other's records": (
        "{one} と {other} の external-dns の --txt-owner-id が同じ {owner} で、互いのレコードを削除します"
    ),
}
"""English to Japanese."""
