"""What building green and taking blue apart wait for, and why they hold."""

from __future__ import annotations

from typing import Final

TEXTS: Final[dict[str, str]] = {
    # Clusters
    "there is no cluster {cluster}": "クラスター {cluster} がありません",
    "cluster {cluster} is {status}; adopt it when it is ACTIVE": (
        "クラスター {cluster} は {status} です。ACTIVE になってから adopt してください"
    ),
    "cluster {cluster} has authentication mode {mode}, so access entries have no effect. This cannot be taken back, "
    "so decide yourself: aws eks update-cluster-config --region {region} --name {same} --access-config "
    "authenticationMode=API_AND_CONFIG_MAP": (
        "クラスター {cluster} の認証モードが {mode} のため、アクセスエントリが効きません。"
        "変更は元に戻せないため、ご自身で判断してください: aws eks update-cluster-config --region {region} --name "
        "{same} --access-config authenticationMode=API_AND_CONFIG_MAP"
    ),
    "cluster {cluster} is tagged {key}={value}, expected {wanted}; let that environment `unadopt` it first": (
        "クラスター {cluster} のタグ {key} が {wanted} ではなく {value} です。先にその環境で `unadopt` してください"
    ),
    "cluster {cluster} is tagged {key}={value}, expected {wanted}; one cluster serves one environment": (
        "クラスター {cluster} のタグ {key} が {wanted} ではなく {value} です。"
        "一つのクラスターは一つの環境だけのものです"
    ),
    "cluster {cluster} is tagged {key}={value}, expected {wanted}; it is left as it is, rename or delete it": (
        "クラスター {cluster} のタグ {key} が {wanted} ではなく {value} です。"
        "触れずに残すため、名前を変更するか削除してください"
    ),
    "cluster {cluster} has no tag {key}, expected {wanted}; it is left as it is, rename or delete it": (
        "クラスター {cluster} にタグ {key}({wanted})がありません。触れずに残すため、名前を変更するか削除してください"
    ),
    'cluster {cluster} has no tag {key}, so norikae was never let in; send operator_command {"command": "adopt", '
    '"cluster": "{same}"} first': (
        "クラスター {cluster} にタグ {key} がなく、まだ取り込まれていません。"
        '先に operator_command に {"command": "adopt", "cluster": "{same}"} を送ってください'
    ),
    "cluster {cluster} is not tagged {key}={value} and is not the adopted one; it is left as it is": (
        "クラスター {cluster} にはタグ {key}={value} がなく、取り込んだクラスターでもないため、触れずに残します"
    ),
    "cluster {cluster} runs {version}, expected {wanted}; delete it": (
        "クラスター {cluster} のバージョンが {wanted} ではなく {version} です。削除してください"
    ),
    "cluster {cluster} is being deleted; start a new run when it is gone": (
        "クラスター {cluster} は削除中です。なくなってから新しい実行を開始してください"
    ),
    "cluster {cluster} is {status}": "クラスター {cluster} は {status} です",
    "cluster {cluster} was just asked to go": "クラスター {cluster} の削除を開始しました",
    "the deletion protection of {cluster} goes off": "{cluster} の削除保護の解除",
    "blue is {blue} by the record, but {other} is tagged {key}=blue; take the tag off the one that does not serve, or "
    "unadopt it": (
        "記録上の blue は {blue} ですが、{other} に {key}=blue のタグがあります。"
        "稼働していない方のタグを外すか、unadopt してください"
    ),
    "blue is {blue} by the record, but EKS knows no such cluster; correct clusters.adopt in the environment file "
    "(docs/runbook.md, 'EKS knows no such cluster')": (
        "記録上の blue は {blue} ですが、EKS にそのクラスターがありません。"
        "環境ファイルの clusters.adopt を修正してください(docs/runbook.md の 'EKS knows no such cluster')"
    ),
    "every name from {base}-a to {same}-z is taken; delete clusters that nobody needs": (
        "{base}-a から {same}-z までの名前がすべて使われています。不要なクラスターを削除してください"
    ),
    "control plane {cluster} was just asked for": "コントロールプレーン {cluster} の作成を開始しました",
    "control plane {cluster} is {status}": "コントロールプレーン {cluster} は {status} です",
    "the API server of {cluster} does not answer ready yet": "{cluster} の API サーバーがまだ ready ではありません",
    "the API of {cluster} does not answer from network.controller_subnets: {why}": (
        "network.controller_subnets から {cluster} の API に接続できません: {why}"
    ),
    "norikae's functions cannot reach the API of {cluster}: no rule of its security group {group} admits them. Add "
    "one: aws ec2 authorize-security-group-ingress --region {region} --group-id {same} --protocol tcp --port {port} "
    "--source-group {source}": (
        "norikae の関数から {cluster} の API に接続できません。"
        "セキュリティグループ {group} に許可するルールがないため、追加してください: aws ec2 "
        "authorize-security-group-ingress --region {region} --group-id {same} --protocol tcp --port {port} "
        "--source-group {source}"
    ),
    "access entries of {cluster} take effect": "{cluster} のアクセスエントリの反映",
    "the rights in {cluster} take effect": "{cluster} 内の権限の反映",
    "our access to {cluster} takes effect: {why}": "{cluster} へのアクセス権の反映: {why}",
    "the trust policies of {names} take effect": "{names} の信頼ポリシーの反映",
    "the trust policies of {names} forget {cluster}": "{names} の信頼ポリシーから {cluster} が外れること",
    "the right to ask {names} for tokens takes effect": "{names} のトークンを取得する権限の反映",
    "the trust policy of {role} has statements for {cluster} only; add one for whoever else may assume it, or delete "
    "the role": (
        "{role} の信頼ポリシーには {cluster} 用のステートメントしかありません。"
        "ほかに引き受けるもの用のステートメントを追加するか、ロールを削除してください"
    ),
    "the trust policy of {role} has no statement for {blue}, so there is none to copy for {green}; add it, or take "
    "the role out of clusters.irsa_roles": (
        "{role} の信頼ポリシーに {blue} 用のステートメントがなく、{green} 用に複製できません。"
        "追加するか、clusters.irsa_roles からロールを外してください"
    ),
    "cluster {cluster} has no OIDC issuer; clusters.irsa_roles need one": (
        "クラスター {cluster} に OIDC 発行者がありません。clusters.irsa_roles には必要です"
    ),
    "Pod Identity of {names} takes effect": "{names} の Pod Identity の反映",
    "IAM gets to know the OIDC issuer of {cluster}": "IAM への {cluster} の OIDC 発行者の登録",
    "IAM forgets the OIDC issuer of {cluster}": "IAM からの {cluster} の OIDC 発行者の削除",
    "there is no role {role}; create it, or take it out of clusters.irsa_roles": (
        "ロール {role} がありません。作成するか、clusters.irsa_roles から外してください"
    ),
    "service account {namespace}/{name}: there is no role {role}": (
        "ServiceAccount {namespace}/{name}: ロール {role} がありません"
    ),
    "service account {namespace}/{name}: the trust policy of {role} does not admit it from {cluster}": (
        "ServiceAccount {namespace}/{name}: {role} の信頼ポリシーが {cluster} からの引き受けを許可していません"
    ),
    "service account {namespace}/{name} cannot assume {role}: {why}": (
        "ServiceAccount {namespace}/{name} が {role} を引き受けられません: {why}"
    ),
    "AWS names no issue": "AWS からの説明はありません",
    # Nodes and add-ons
    "add-ons {names}, which had failed, go first": "失敗していたアドオン {names} を先に削除しています",
    "add-ons {names} were just asked for": "アドオン {names} の作成を開始しました",
    "add-on {name} has no version for Kubernetes {version}; take it out of clusters.addons": (
        "アドオン {name} に Kubernetes {version} 用のバージョンがありません。clusters.addons から外してください"
    ),
    "add-on {name} is missing": "アドオン {name} がありません",
    "add-on {name} is {status}": "アドオン {name} は {status} です",
    "add-ons {names} of {cluster} to be deleted": "{cluster} のアドオン {names} の削除",
    "node group {name} is {status}": "ノードグループ {name} は {status} です",
    "node groups {names} were just asked for": "ノードグループ {names} の作成を開始しました",
    "node groups {names}, which had failed, go first": "失敗していたノードグループ {names} を先に削除しています",
    "node groups {names} of {cluster} to be deleted": "{cluster} のノードグループ {names} の削除",
    "launch template {name} was just made": "起動テンプレート {name} を作成しました",
    "node group {name}: Auto Scaling group {group} is {status}; resume when it is gone": (
        "ノードグループ {name}: Auto Scaling グループ {group} は {status} です。なくなったら resume してください"
    ),
    "node group {name} gets no instances: {words}": "ノードグループ {name} のインスタンスを起動できません: {words}",
    "node group {name} has {count} of {wanted} nodes Ready, {running} instances run": (
        "ノードグループ {name}: Ready {count}/{wanted} 台、起動中のインスタンス {running} 台"
    ),
    "node group {name} has {count} of {wanted} nodes Ready, {running} instances run ({code}: {words})": (
        "ノードグループ {name}: Ready {count}/{wanted} 台、起動中のインスタンス {running} 台({code}: {words})"
    ),
    "node group {name}: EKS has no image with Amazon Linux 2023 for {kind} on {version}; choose other "
    "clusters.node_groups[].instances": (
        "ノードグループ {name}: {version} の {kind} 用の Amazon Linux 2023 イメージが EKS にありません。"
        "clusters.node_groups[].instances を変更してください"
    ),
    "node {name} is not Ready": "ノード {name} が Ready ではありません",
    "{count} of at least {wanted} nodes have joined": "ノードが{count}台参加しました({wanted}台以上必要)",
    "Auto Scaling groups {names} to be deleted": "Auto Scaling グループ {names} の削除",
    "instances {names} ({count} in all) are nodes of {cluster}, but no node group owns them; end them (with "
    "Karpenter: delete its NodePools), then resume": (
        "インスタンス {names}(全{count}台)は {cluster} のノードですが、ノードグループに属していません。"
        "終了させて(Karpenter の場合は NodePool を削除して)から resume してください"
    ),
    "{count} instances of {cluster} to end": "{cluster} のインスタンス{count}台の終了",
    "load balancers of {names} to be deleted": "{names} のロードバランサーの削除",
    "load balancers of {names} and {count} more to be deleted": "{names} ほか{count}件のロードバランサーの削除",
    "orphaned load balancers {names} of {cluster} to be deleted": "{cluster} の残存ロードバランサー {names} の削除",
    "orphaned target groups {names} of {cluster}, which are in use": (
        "{cluster} の使用中の残存ターゲットグループ {names}"
    ),
    "orphaned security groups {names} of {cluster}, which network interfaces or other groups use": (
        "{cluster} の残存セキュリティグループ {names}(ネットワークインターフェイスか別のグループが使用中)"
    ),
    # Versions
    "possible are {names}": "指定できるのは {names} です",
    "EKS offers nothing newer than {version} yet": "EKS にはまだ {version} より新しいバージョンがありません",
    "Kubernetes {version} is older than {current}, which serves today, and a downgrade is none; {remedy}": (
        "Kubernetes {version} は稼働中の {current} より古く、ダウングレードはできません。{remedy}"
    ),
    "Kubernetes {version} is what serves today already; {remedy}": (
        "Kubernetes {version} はすでに稼働中のバージョンです。{remedy}"
    ),
    "Kubernetes {version} is not offered by EKS; {remedy}": (
        "Kubernetes {version} は EKS で提供されていません。{remedy}"
    ),
    # Verification
    "application {name} does not exist": "アプリケーション {name} がありません",
    "no Ingress is annotated norikae.dev/shift": "norikae.dev/shift の付いた Ingress がありません",
    "Ingress {namespace}/{name} has no load balancer yet": (
        "Ingress {namespace}/{name} にまだロードバランサーがありません"
    ),
    "{workload} is not looked at by its controller yet": "{workload} はまだコントローラーに処理されていません",
    "{workload} has {count} of {wanted} pods updated": "{workload}: 更新済みの Pod {count}/{wanted}",
    "{workload} has {count} of {wanted} pods available": "{workload}: 利用可能な Pod {count}/{wanted}",
    "it wrote nothing": "出力はありません",
    "{kind} {name}: only Jobs of batch/v1 may be there": "{kind} {name}: 置けるのは batch/v1 の Job だけです",
    "an object": "オブジェクト",
    "a Job has no metadata.name": "metadata.name のない Job があります",
    "Job {name} is there twice": "Job {name} が二重にあります",
    "was just created": "作成しました",
    "not finished after {seconds} s (verify.jobs_deadline)": "{seconds}秒経っても終わりません(verify.jobs_deadline)",
    "has no pod yet": "まだ Pod がありません",
    "(no log: {why})": "(ログなし: {why})",
    "{file}: {problem}; build the bundle again with `make synth`": (
        "{file}: {problem}。`make synth` でバンドルを作り直してください"
    ),
    "{file}: object {number} has no apiVersion, kind or metadata.name": (
        "{file}: オブジェクト {number} に apiVersion、kind、metadata.name のいずれかがありません"
    ),
    # What two clusters cost
    "{dollars} USD a day for {count} control planes, besides {nodes} and their load balancers": (
        "コントロールプレーン{count}個で 1 日 {dollars} USD、ほかに {nodes} とロードバランサーの費用"
    ),
    "{count} nodes of {cluster}": "{cluster} のノード{count}台",
    "the nodes of {cluster}": "{cluster} のノード",
    "cluster {cluster} failed": "クラスター {cluster} の作成に失敗しました",
    "application {name}: {why}": "アプリケーション {name}: {why}",
}
"""English to Japanese."""
