"""Why a secret does not get where it is wanted: what is declared, what is in it, and its operators."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # What a SecretSync says
    "{target} has not the form that its operator documents; write it anew": (
        "{target} がオペレーターの形式に沿っていません。書き直してください"
    ),
    "{field} is missing": "{field} がありません",
    "{field} is no field of it": "{field} という項目はありません",
    "docs/secrets.md says what it takes": "指定できる値は docs/secrets.md にあります",
    "write a text, in quotes": "引用符付きの文字列で書いてください",
    ".secret is empty; write the name or the ARN of a secret in Secrets Manager": (
        ".secret が空です。Secrets Manager のシークレットの名前か ARN を書いてください"
    ),
    ".secret is an ARN, but not of a secret; write arn:aws:secretsmanager:..., or its name": (
        ".secret がシークレットの ARN ではありません。arn:aws:secretsmanager:... か名前を書いてください"
    ),
    ".secret is no name of a secret; names have letters, digits and /_+=.@- only, at most 512": (
        ".secret はシークレットの名前ではありません。使えるのは英数字と /_+=.@- だけで、512 文字までです"
    ),
    ".key is for spec.format text or binary; use spec.keys or spec.templates, or change spec.format": (
        ".key は spec.format が text か binary の場合の項目です。"
        "spec.keys か spec.templates を使うか、spec.format を変更してください"
    ),
    ".{field} is for spec.format json; take it away, or change spec.format": (
        ".{field} は spec.format が json の場合の項目です。外すか、spec.format を変更してください"
    ),
    ".{field} has {names}; keys have letters, digits and -._ only, at most 253": (
        ".{field} の {names} はキーとして使えません。使えるのは英数字と -._ だけで、253 文字までです"
    ),
    ".keys is empty, so the Secret would be, too; name keys, add spec.templates, or leave it out for all": (
        ".keys が空のため、Secret も空になります。キーを指定するか、spec.templates を追加するか、"
        "すべてなら省略してください"
    ),
    ".target.name {value} is no name of a Secret; use lower case letters, digits, - and .": (
        ".target.name {value} は Secret の名前ではありません。小文字の英数字と - と . を使ってください"
    ),
    ".target.type is empty; write Opaque, or leave it out": ".target.type が空です。Opaque と書くか、省略してください",
    ".target.type is {type}, {what}, which no secret of AWS may become; use another type": (
        ".target.type の {type}({what})は AWS のシークレットからは作成できません。別の type を使ってください"
    ),
    "a token of the cluster itself": "クラスター自身のトークン",
    "a token that lets nodes join": "ノード参加用のトークン",
    ".target.labels has {names}, which Kubernetes does not take as a label; correct key or value": (
        ".target.labels の {names} は Kubernetes のラベルとして使えません。キーか値を修正してください"
    ),
    "{name} is a secret of account {account} in {region}; norikae carries those of account {own} in {home} only: "
    "replicate it to {same}, or copy it to this account, and name that one": (
        "{name} はアカウント {account}({region})のシークレットです。"
        "配布できるのはアカウント {own}({home})のものだけです。"
        "{same} へレプリケートするか、このアカウントにコピーして、それを指定してください"
    ),
    "names ${{key}}, which the secret does not have; correct it, or add it there": (
        "${{key}} がシークレットにありません。修正するか、シークレットに追加してください"
    ),
    "names ${{key}}, which may be two keys of the secret; rename one of them there": (
        "${{key}} がシークレットの二つのキーに当てはまります。どちらかの名前を変更してください"
    ),
    "makes the Secret larger than 1 MiB, which Kubernetes refuses; shorten it": (
        "Secret が 1 MiB を超え、Kubernetes に拒否されます。短くしてください"
    ),
    "has a ${ without its }; close it, or write $${ for the two characters": (
        "${ に対応する } がありません。閉じるか、文字としての ${ は $${ と書いてください"
    ),
    "has a ${} without a name; write the name of a key, as in ${password}": (
        "${} に名前がありません。${password} のようにキーの名前を書いてください"
    ),
    "has the filter {filter}; there are {names}": "{filter} というフィルターはありません。あるもの: {names}",
    "has more than {count} filters in one place; take some away": (
        "一か所のフィルターが{count}個を超えています。減らしてください"
    ),
    # What is in the secret
    "{whose} nests deeper than {count} levels; nest it less, or set spec.format: text": (
        "{whose} の入れ子が{count}段を超えています。浅くするか、spec.format: text を指定してください"
    ),
    "{whose} is not JSON; store a JSON object, or set spec.format: text": (
        "{whose} が JSON ではありません。JSON オブジェクトを保存するか、spec.format: text を指定してください"
    ),
    "{whose} is JSON, but no object; store a JSON object, or set spec.format: text": (
        "{whose} は JSON ですがオブジェクトではありません。JSON オブジェクトを保存するか、spec.format: text "
        "を指定してください"
    ),
    "{whose} has keys twice in one object: {names}; leave one of each in the secret": (
        "{whose} に重複したキーがあります: {names}。一つずつにしてください"
    ),
    "{whose} has half a character (a lone surrogate) in {names}; correct the secret": (
        "{whose} の {names} に不完全な文字(単独のサロゲート)があります。シークレットを修正してください"
    ),
    "{target}: {secret} is a SecretBinary; set spec.format: binary": (
        "{target}: {secret} は SecretBinary です。spec.format: binary を指定してください"
    ),
    "{target}: {secret} is not UTF-8; set spec.format: binary": (
        "{target}: {secret} が UTF-8 ではありません。spec.format: binary を指定してください"
    ),
    "{target}: spec.keys names {keys}, which {secret} lacks": "{target}: spec.keys の {keys} が {secret} にありません",
    "{target}: spec.nested: flatten gives {keys} twice; set spec.nested: keep": (
        "{target}: spec.nested: flatten では {keys} が重複します。spec.nested: keep を指定してください"
    ),
    "{target}: {secret} has {keys}, which cannot be keys of a Secret (letters, digits and -._ only, at most 253): "
    "name others in spec.keys, and give these a name by spec.templates": (
        "{target}: {secret} の {keys} は Secret のキーにできません(英数字と -._ だけ、253 文字まで)。"
        "spec.keys ではほかのものを指定し、これらには spec.templates で名前を付けてください"
    ),
    "the secret has no keys, and an empty Secret would take everything from its pods; add a key to it": (
        "シークレットにキーがなく、空の Secret では Pod がすべて失います。キーを追加してください"
    ),
    "the Secret would be larger than 1 MiB, which Kubernetes refuses; take fewer keys by spec.keys": (
        "Secret が 1 MiB を超え、Kubernetes に拒否されます。spec.keys でキーを減らしてください"
    ),
    "the names of all keys together are longer than 128 KiB; take fewer keys by spec.keys": (
        "キーの名前の合計が 128 KiB を超えます。spec.keys でキーを減らしてください"
    ),
    "spec.target.type is {type}, which needs {keys}; set spec.key, or add spec.templates for it": (
        "spec.target.type の {type} には {keys} が必要です。spec.key を指定するか、spec.templates を追加してください"
    ),
    "spec.target.type is {type}, which needs {keys}; add spec.templates for it": (
        "spec.target.type の {type} には {keys} が必要です。spec.templates を追加してください"
    ),
    "spec.target.type is {type}, so {key} has to be {what}; correct the secret or spec.templates": (
        "spec.target.type が {type} のため、{key} は{what}である必要があります。"
        "シークレットか spec.templates を修正してください"
    ),
    "a JSON object": "JSON オブジェクト",
    "a JSON object with {member}": "{member} を含む JSON オブジェクト",
    "{secret} may have a newer version than the one that was read": (
        "{secret} に、読み取ったものより新しいバージョンがある可能性があります"
    ),
    "{why}; it has been repaired": "{why}。修復しました",
    "{why}; it stays so, as onEdit: report says: write what it should be into the secret": (
        "{why}。onEdit: report のため、そのままにします。正しい値をシークレットに保存してください"
    ),
    "the namespace {namespace} needs the Role norikae-secrets of docs/secrets.md, which lets the group "
    "norikae:secrets create secrets, and get and patch {name}": (
        "namespace {namespace} に、グループ norikae:secrets に secrets の create と {name} の get・patch "
        "を許可する Role norikae-secrets(docs/secrets.md)が必要です"
    ),
    "the value of {secret} is refused: {why}; its policy and its KMS key have to allow norikae": (
        "{secret} の値の読み取りが拒否されました: {why}。ポリシーと KMS キーで norikae を許可してください"
    ),
    "{secret} was changed since it was read": "{secret} が読み取り後に変更されました",
    # AWSSecret
    "{target} has versionId {old}, AWSCURRENT is {current}": (
        "{target} の versionId は {old} ですが、AWSCURRENT は {current} です"
    ),
    "it is binary, and aws-secret-operator crashes on that; {remedy}": (
        "バイナリのため、aws-secret-operator がクラッシュします。{remedy}"
    ),
    "it is the JSON null, and aws-secret-operator crashes on that; {remedy}": (
        "JSON の null のため、aws-secret-operator がクラッシュします。{remedy}"
    ),
    "it is no JSON object, so dataFrom of an AWSSecret never takes it; use stringDataFrom, or {remedy}": (
        "JSON オブジェクトではないため、AWSSecret の dataFrom では取り込めません。"
        "stringDataFrom を使うか、次のようにしてください: {remedy}"
    ),
    "{count} of its keys cannot be keys of a Kubernetes Secret; {remedy}": (
        "{count}個のキーが Kubernetes の Secret のキーにできません。{remedy}"
    ),
    "{count} of its values are no strings, and aws-secret-operator would write them as empty ones; {remedy}": (
        "{count}個の値が文字列ではなく、aws-secret-operator が空で書き込みます。{remedy}"
    ),
    "{count} of its values are not in base64, so dataFrom of an AWSSecret never takes them; use stringDataFrom, or "
    "{remedy}": (
        "{count}個の値が base64 ではないため、AWSSecret の dataFrom では取り込めません。"
        "stringDataFrom を使うか、次のようにしてください: {remedy}"
    ),
    "declare a SecretSync for it instead of the AWSSecret": "AWSSecret の代わりに SecretSync を宣言してください",
    "the value of {secret} is refused: {why}; norikae has to see whether aws-secret-operator would corrupt it, so the "
    "secret needs its tag {tag} (of any namespace), and its policy and its KMS key have to allow norikae": (
        "{secret} の値の読み取りが拒否されました: {why}。aws-secret-operator が壊さないか確認するため、タグ "
        "{tag}(namespace は任意)を付け、ポリシーと KMS キーで norikae を許可してください"
    ),
    "{target}: its operator was told to fetch, and has not done so yet": (
        "{target}: オペレーターに取得を依頼しましたが、まだ完了していません"
    ),
    "Argo CD puts versionId of AWSSecret {namespace}/{name} back to what Git says; add to spec of Application "
    "{application}: {text} (docs/secrets-other-operators.md)": (
        "Argo CD が AWSSecret {namespace}/{name} の versionId を Git の値に戻します。"
        "Application {application} の spec に追加してください: {text}(docs/secrets-other-operators.md)"
    ),
    # External Secrets
    "{target} finds its secrets by a rule (dataFrom.find), so nobody knows which": (
        "{target} は規則(dataFrom.find)でシークレットを探すため、どれか特定できません"
    ),
    "{target} is written by ClusterExternalSecret {owner}, which takes annotations away, so nobody can ask it and see "
    "that it is done; its refreshInterval brings the version. Declare a SecretSync, or ExternalSecrets of their own, "
    "where seconds count": (
        "{target} は ClusterExternalSecret {owner} がアノテーションを消すため、取得を依頼して完了を確認できません。"
        "refreshInterval で反映されます。即時性が必要な場合は SecretSync か個別の ExternalSecret を宣言してください"
    ),
    "{target} pins remoteRef.version of {secret} to {versions}; take version away and it follows AWSCURRENT": (
        "{target} が {secret} の remoteRef.version を {versions} に固定しています。"
        "version を外すと AWSCURRENT に追従します"
    ),
    "External Secrets was not asked for version {version} yet": (
        "External Secrets にまだバージョン {version} の取得を依頼していません"
    ),
    "Ready is {status}, {reason}": "Ready が {status}({reason})です",
    "it has no condition Ready yet": "まだ Ready の condition がありません",
    "External Secrets was asked for version {version} and is not done: {why}": (
        "External Secrets にバージョン {version} の取得を依頼しましたが、完了していません: {why}"
    ),
    "{target} has target.immutable: true, so its Secret can never change; take it away": (
        "{target} は target.immutable: true のため、Secret を変更できません。外してください"
    ),
    "{target} has refreshPolicy: CreatedOnce, so External Secrets never fetches again; say OnChange, then it fetches "
    "when norikae asks and never else": (
        "{target} は refreshPolicy: CreatedOnce のため、再取得されません。"
        "OnChange にすると、norikae が依頼したときだけ取得します"
    ),
    "{target} has refreshInterval: 0, and since 0.11 External Secrets does not even fetch when it is asked; say "
    "refreshPolicy: OnChange, or, where it does not know that, a long refreshInterval such as 8760h": (
        "{target} は refreshInterval: 0 のため、External Secrets 0.11 以降では依頼しても取得されません。"
        "refreshPolicy: OnChange か、それが使えない場合は 8760h のような長い refreshInterval にしてください"
    ),
    # The secrets store CSI driver, and pods
    "{target} pins {secret} to {versions}; take objectVersion and objectVersionLabel away and new pods mount "
    "AWSCURRENT": (
        "{target} が {secret} を {versions} に固定しています。"
        "objectVersion と objectVersionLabel を外すと、新しい Pod が AWSCURRENT をマウントします"
    ),
    "{count} of {total} mounts of {target} have an older version; pods that start anew mount the current one: "
    "annotate their workload norikae.dev/restart-on-secret: class:{name}, or turn on the driver's rotation "
    "(enableSecretRotation)": (
        "{target} のマウント{total}件中{count}件が古いバージョンです。新しく起動した Pod は最新をマウントします。"
        "ワークロードに norikae.dev/restart-on-secret: class:{name} を付けるか、"
        "ドライバーのローテーション(enableSecretRotation)を有効にしてください"
    ),
    "SecretProviderClass {namespace}/{name}: norikae cannot read spec.parameters.objects: {why}; write a list of "
    "objects with one member a line": (
        "SecretProviderClass {namespace}/{name}: spec.parameters.objects を読み取れません: {why}。"
        "1 行に 1 項目のオブジェクトのリストで書いてください"
    ),
    "a list in brackets that is no JSON": "角括弧のリストが JSON ではありません",
    "line {number} is no object of the list": "{number}行目がリストのオブジェクトではありません",
    "line {number} is indented as nothing else": "{number}行目のインデントがほかと合いません",
    "line {number} is indented by a tab": "{number}行目がタブでインデントされています",
    "line {number} is no member such as objectName: db": "{number}行目が objectName: db のような項目ではありません",
    "line {number} has a {key} that is neither plain nor in simple quotes": (
        "{number}行目の {key} がプレーンでも単純な引用符付きでもありません"
    ),
    "{workload} is paused (spec.paused)": "{workload} は一時停止中です(spec.paused)",
    "{workload} replaces its pods only when somebody deletes them (updateStrategy OnDelete)": (
        "{workload} は Pod を削除しない限り入れ替わりません(updateStrategy OnDelete)"
    ),
    "{workload} rolls only a part of its pods (updateStrategy.rollingUpdate.partition)": (
        "{workload} は Pod の一部しか入れ替えません(updateStrategy.rollingUpdate.partition)"
    ),
    "{workload} has {count} old pods still": "{workload} に古い Pod が{count}個残っています",
    "line {number} continues {key}": "{number}行目が {key} の続きになっています",
    "SecretSync {namespace}/{name}: spec{problem}": "SecretSync {namespace}/{name}: spec{problem}",
    ".templates.{key} {problem}": ".templates.{key}: {problem}",
    "{field}: expected {type}, got {other}; {remedy}": "{field}: {other} ではなく {type} です。{remedy}",
    "{field}: invalid enum value {value}; {remedy}": "{field}: {value} は指定できません。{remedy}",
    "write json or text or binary": "json、text、binary のどれかを書いてください",
    "write keep or flatten": "keep か flatten を書いてください",
    "write repair or report": "repair か report を書いてください",
}
"""English to Japanese."""
